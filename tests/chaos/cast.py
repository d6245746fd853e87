"""The cast of a chaos run: 50 people and what each may do at first, 200 pipelines on two targets, and the patterns typed."""

TARGETS = ("prod", "dev")
FAMILIES = ("orders", "billing", "search", "fraud")
PER_FAMILY = 25
PIPELINES = tuple(
    f"{target}/{family}-{number:02}"
    for target in TARGETS
    for family in FAMILIES
    for number in range(1, PER_FAMILY + 1)
)
BUSY = (*PIPELINES[:6], *PIPELINES[100:103])  # where most requests go, so that they meet

PATTERNS = ("*", "prod/*", "dev/*", "prod/orders-*", "prod/billing-*", "dev/orders-*", "prod/orders-01")

_SEATS: tuple[tuple[str, int, str, str], ...] = (  # name, how many, role, pattern
    ("operator", 6, "operator", "*"),
    ("developer", 3, "operator", "dev/*"),
    ("requester", 9, "requester", "*"),
    ("analyst", 3, "requester", "prod/orders-*"),
    ("approver", 8, "approver", "*"),
    ("responder", 4, "responder", "*"),
    ("admin", 3, "admin", "*"),
    ("lead", 4, "", ""),
    ("oncall", 3, "", ""),
    ("viewer", 2, "viewer", "*"),
    ("guest", 2, "operator", "*"),
    ("leaver", 1, "approver", "*"),
    ("external", 1, "approver", "*"),
    ("nobody", 1, "", ""),
)
CAST = tuple(f"{name}{number}" for name, many, _, _ in _SEATS for number in range(1, many + 1))
SEATS = {f"{name}{n}": (role, pattern) for name, many, role, pattern in _SEATS for n in range(1, many + 1)}
GROUPS = {"leads": ("approver", "*"), "oncall": ("responder", "prod/*")}
FIRST_MEMBERS = {
    "leads": {f"lead{n}" for n in range(1, 5)},
    "oncall": {f"oncall{n}" for n in range(1, 4)},
}
NO_COLLEAGUES = {"guest1": "guest", "guest2": "guest", "leaver1": "gone", "external1": "external"}
FIRST_RULES = {
    "prod/*": {"approvals": "1", "break-glass": "allowed"},
    "prod/orders-*": {"approvals": "2", "cancel-window": "30s", "within": "2h"},
}


def those(*names: str) -> tuple[str, ...]:
    """Everybody whose seat has one of these names."""
    return tuple(who for who in CAST if who.rstrip("0123456789") in names)
