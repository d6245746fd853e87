"""The kinds of things that may happen in a chaos run; what is listed twice happens twice as often."""

DECISIONS = ("Approve",) * 8 + (
    "Deny…",
    "Withdraw",
    "Cancel request",
    "Cancel request",
    "Mark as reviewed",
    "Mark as reviewed",
    "Close request",
)
REQUESTS = ("clear {}",) * 8 + (
    "clear {} --stop",
    "clear {} --stop",
    "clear {} --restart",
    "clear {} --start",
    "stop {}",
    "start {}",
    "clear {} --break-glass INC-7",
    "clear {} --break-glass INC-8",
    "stop {} --break-glass INC-9",
)
RULES = (
    "approvals=0",
    "approvals=1",
    "approvals=2",
    "approvals=2",
    "approvals=",
    "cancel-window=30s",
    "cancel-window=60s",
    "cancel-window=",
    "break-glass=allowed",
    "break-glass=forbidden",
    "within=5m",
    "within=4h",
    "approvals=2 cancel-window=20s break-glass=allowed",
    "off",
)
ROLES = ("requester", "operator", "operator", "approver", "approver", "responder", "viewer", "admin")
LOOKS = ("list", "pending", "rules", "history", "whoami", "help", "grants", "status prod/orders-01")
FELDERA_FAULTS = (  # name, whether it lasts
    ("reply_lost", False),
    ("reply_lost", False),
    ("request_lost", False),
    ("request_lost", False),
    ("look_lost", False),
    ("odd_answer", False),
    ("row_locked", False),
    ("proxy_fails", False),
    ("list_lacks", False),
    ("list_empty", False),
    ("down", True),
    ("database_down", True),
    ("runner_down", True),
    ("another_tenant", True),
    ("login_ambiguous", True),
    ("old_version", True),
    ("stuck_clearing", True),
    ("stuck_stopping", True),
    ("files_left", False),
    ("crash", False),
)
SLACK_FAULTS = (
    ("rate_limited", False),
    ("reply_lost", False),
    ("reply_lost", False),
    ("request_lost", False),
    ("error", False),
    ("server_error", False),
    ("twice", False),
    ("again", False),
    ("down", True),
    ("tokens_refused", True),
    ("no_user_groups", True),
    ("group_disabled", True),
    ("channel_archived", True),
    ("bot_removed", True),
    ("renewal", False),
    ("connections_dropped", False),
)
DATABASE_FAULTS = ("locked", "full", "read_only")
METHODS = (
    "chat.postMessage",
    "chat.postMessage",
    "chat.update",
    "users.info",
    "usergroups.users.list",
    "views.open",
    "views.update",
    "views.publish",
)
ELSEWHERE = ("starts", "stops", "clears", "recreates", "deletes", "restarts", "renames")
