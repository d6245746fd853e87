"""The table of verbs: it drives parsing, help and did-you-mean."""

from bot.domain.commands import list_parser, parsers
from bot.domain.commands.access_verbs import ACCESS_VERBS
from bot.domain.commands.model import COMMAND, Help
from bot.domain.commands.tokens import unquoted
from bot.domain.commands.verb import (
    ADMINS,
    APPROVERS,
    EVERYBODY,
    ONLY_YOU_SEE_IT,
    REQUESTERS,
    VIEWERS,
    Verb,
    VerbGroup,
)


def _read_help(_verb: Verb, rest: str) -> Help:
    """What it is about is looked up in the whole table, once there is one."""
    return Help(unquoted(rest) or None)


_ROLE = "Needs a role on the pipeline; *admin* alone is not enough."
_APPROVAL = (
    "an *operator* needs none unless a rule asks for it; a *requester* or *responder* needs 1 approval unless a rule says otherwise. "
    f"`{COMMAND} rules` lists the rules."
)

VERBS: tuple[Verb, ...] = (
    Verb(
        word="clear",
        arguments="NAME [--stop] [--start] [--restart] [--break-glass INCIDENT] [reason…]",
        group=VerbGroup.OPERATE,
        needs=REQUESTERS,
        summary="Clear a pipeline's storage. First shows what that deletes, and asks you to confirm.",
        details=(
            "Only you see the preview. Without NAME, a form opens in which you choose the pipeline. What follows NAME and the "
            "options is the reason, shown on the card.\n"
            "*Options*: a clear needs a stopped pipeline. `--stop` stops it first, `--start` starts it afterwards, and `--restart` "
            "does both; all of it is one request.\n"
            "*What is lost*: the pipeline's checkpoints and state. It is empty when it runs again, and that cannot be undone.\n"
            f"*Approval*: {_APPROVAL}\n"
            f"*Emergency*: `{COMMAND} help break-glass` says how to clear without approval."
        ),
        example="clear orders schema change, see INC-42",
        read=parsers.clear,
    ),
    Verb(
        word="stop",
        arguments="NAME [--break-glass INCIDENT] [reason…]",
        group=VerbGroup.OPERATE,
        needs=REQUESTERS,
        summary="Stop a pipeline by force. First shows what that loses, and asks you to confirm.",
        details=(
            "Only you see the preview.\n"
            "*What is lost*: everything after the last checkpoint. The storage stays.\n"
            f"*Approval*: {_APPROVAL}\n"
            f"*Emergency*: `{COMMAND} help break-glass` says how to stop without approval."
        ),
        example="stop orders its source is broken",
        read=parsers.stop,
    ),
    Verb(
        word="start",
        arguments="NAME [--break-glass INCIDENT] [reason…]",
        group=VerbGroup.OPERATE,
        needs=REQUESTERS,
        summary="Start a pipeline, and watch until it runs or fails.",
        details=(
            "It is compiled first if need be. It resumes from its last checkpoint, or starts empty if there is none. A start loses "
            "nothing, so rules do not change its approvals: an *operator* needs none, a *requester* or *responder* "
            "always needs 1.\n"
            f"*Emergency*: `{COMMAND} help break-glass` says how to start without approval."
        ),
        example="start orders",
        read=parsers.start,
    ),
    Verb(
        word="status",
        arguments="NAME",
        group=VerbGroup.LOOK,
        needs=VIEWERS,
        summary="Show a pipeline's state, what is under way, its recent events and requests.",
        details=f"{ONLY_YOU_SEE_IT} It has buttons for what you can do to the pipeline now. {_ROLE}",
        example="status orders",
        read=parsers.status,
    ),
    Verb(
        word="list",
        arguments="[PATTERN] [--running] [--stopped] [--busy]",
        group=VerbGroup.LOOK,
        needs=VIEWERS,
        summary="List the pipelines that you can see: their state, and what is under way on them.",
        details=(
            f"{ONLY_YOU_SEE_IT} PATTERN is a name or a glob such as `orders-*` or `*orders*`; names are case-sensitive. "
            "`--running` shows pipelines that are not fully stopped, `--stopped` those that are, and `--busy` those on which a "
            "request is under way or waits, or which Feldera is changing. Several options together show every "
            "pipeline that fits at least one of them. Each pipeline has buttons for what you can do to it now. "
            f"{_ROLE}"
        ),
        example="list orders-* --running",
        read=list_parser.list_them,
    ),
    Verb(
        word="pending",
        arguments="",
        group=VerbGroup.LOOK,
        needs=VIEWERS,
        summary="List what waits for approval or review.",
        details=f"{ONLY_YOU_SEE_IT} Only for pipelines that you may see.",
        example="pending",
        read=parsers.pending,
    ),
    Verb(
        word="approve",
        arguments="ID",
        group=VerbGroup.APPROVE,
        needs=APPROVERS,
        summary="Approve a request.",
        details=(
            "Shows what will be lost, and a button *Approve*; nothing is approved until you press it. The id is on the card, "
            "and in `pending`; its first characters will do. Needs the role approver."
        ),
        example="approve 7fk2qa",
        read=parsers.approve,
    ),
    Verb(
        word="deny",
        arguments="ID reason…",
        group=VerbGroup.APPROVE,
        needs=APPROVERS,
        summary="Deny a request, and say why.",
        details="The person who asked reads the reason. Needs the role approver.",
        example="deny 7fk2qa not during the audit",
        read=parsers.deny,
    ),
    Verb(
        word="withdraw",
        arguments="ID",
        group=VerbGroup.OPERATE,
        needs=REQUESTERS,
        summary="Withdraw your own request.",
        details=(
            "You can withdraw it until it is sent to Feldera: while it waits for approval, in its cancel window, and while a freeze or an "
            "outage of Feldera keeps it from being sent."
        ),
        example="withdraw 7fk2qa",
        read=parsers.withdraw,
    ),
    Verb(
        word="review",
        other_word="sign-off",
        arguments="ID",
        group=VerbGroup.APPROVE,
        needs=APPROVERS,
        summary="Mark a break-glass request as reviewed.",
        details=(
            "Needs the role approver. Nobody reviews their own break-glass request. "
            f"`{COMMAND} sign-off ID` is the same."
        ),
        example="review 7fk2qa",
        read=parsers.sign_off,
    ),
    Verb(
        word="can-i",
        arguments="clear|stop|start NAME",
        group=VerbGroup.LOOK,
        needs=EVERYBODY,
        summary="Show whether you can do it, what approval that needs, and why.",
        details=f"{ONLY_YOU_SEE_IT} It also says how to do it as break-glass, if you can.",
        example="can-i clear orders",
        read=parsers.can_i,
    ),
    Verb(
        word="whoami",
        arguments="",
        group=VerbGroup.LOOK,
        needs=EVERYBODY,
        summary="Show your account and your grants.",
        details=ONLY_YOU_SEE_IT,
        example="whoami",
        read=parsers.who_am_i,
    ),
    Verb(
        word="history",
        arguments="[NAME|@user]",
        group=VerbGroup.LOOK,
        needs=(*VIEWERS, *ADMINS),
        summary="List past requests, newest first: all, or those of a pipeline or of a person.",
        details=(
            f"{ONLY_YOU_SEE_IT} One line per request: its outcome, who requested it and when, and how long it took; *Details* shows all "
            "that happened to it. You see requests on pipelines that you may see; an admin also sees changes of grants, rules and "
            "freezes."
        ),
        example="history orders",
        read=parsers.history,
        ids=True,
    ),
    *ACCESS_VERBS,
    Verb(
        word="help",
        arguments="[VERB|roles|rules|break-glass]",
        group=VerbGroup.LOOK,
        needs=EVERYBODY,
        summary="Show the commands that you can use, or more about one of them.",
        details=f"{ONLY_YOU_SEE_IT} `{COMMAND}` alone shows what waits for you.",
        example="help clear",
        read=_read_help,
    ),
)


def find_verb(word: str) -> Verb | None:
    return next((verb for verb in VERBS if word.lower() in {verb.word, verb.other_word}), None)
