"""Access model: who may do what and what a request needs, worked out apart from the bot, which is judged by it.

It never asks the code that it judges. Of `rule_keys` it takes only which field of `Rule` a key's name stands for; which
value of several is the strictest is written out once more, and so is what each pattern matches. People and groups may
be anything that can be compared: names in the stories, actors in the domain.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from bot.domain.access.rule_keys import BY_NAME
from bot.domain.access.rules import Rule

PIPELINES = ("orders", "billing")
MATCHES = {
    "*": {"orders", "billing"},
    "ord*": {"orders"},
    "order?": {"orders"},
    "orders": {"orders"},
    "[!o]*": {"billing"},
    "billing": {"billing"},
}
COVERS = {
    "*": {*MATCHES},
    "ord*": {"ord*", "order?", "orders"},
    "order?": {"order?", "orders"},
    "orders": {"orders"},
    "[!o]*": {"[!o]*", "billing"},
    "billing": {"billing"},
}
ROLES = ("viewer", "requester", "operator", "approver", "responder", "admin")
VIEWERS = {*ROLES} - {"admin"}
ASKERS = {"requester", "operator", "responder"}
GOOD_FOR = timedelta(hours=4)  # from when nothing more was asked for, until it is too late to send it
HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Key:
    """A rule key: the strictest of several values, what holds where no rule has it, how it is typed, and some values."""

    strictest: Callable[[list[Any]], Any]
    default: Any
    typed: Callable[[Any], str]
    values: tuple[Any, ...]


KEYS = {
    "approvals": Key(max, None, str, (0, 1, 2, 2, 3)),
    "within": Key(min, HOUR, lambda value: f"{value // MINUTE}m", (5 * MINUTE, 4 * HOUR)),
    "cancel-window": Key(
        max, 0 * SECOND, lambda value: f"{value // SECOND}s", (0 * SECOND, 30 * SECOND, 30 * SECOND, MINUTE)
    ),
    "break-glass": Key(all, False, {True: "allowed", False: "forbidden"}.__getitem__, (True, True, False)),
}
_ASKED_OF_THE_PREVIEW = (
    "a request without such a reason is never proposed: test_rules.py, stories/test_asking.py"
)
_TELLS_PEOPLE = "says whom to tell and when, and lets or keeps nobody: stories/test_asking.py"
KEYS_OUT_OF_SCOPE = {
    "channel": _TELLS_PEOPLE,
    "group": _TELLS_PEOPLE,
    "remind": _TELLS_PEOPLE,
    "reason": _ASKED_OF_THE_PREVIEW,
    "matching": _ASKED_OF_THE_PREVIEW,
}
Said = dict[str, Any]  # what one rule says, by the names of its keys
_VALUES = {name: st.sampled_from([None, *key.values]) for name, key in KEYS.items()}
RULES = st.fixed_dictionaries(_VALUES).map(
    lambda rule: {name: value for name, value in rule.items() if value is not None}
)


def typed(rule: Said) -> str:
    return " ".join(f"{name}={KEYS[name].typed(value)}" for name, value in rule.items())


def rule_of(pattern: str, rule: Said) -> Rule:
    return Rule(pattern, **{BY_NAME[name].field: value for name, value in rule.items()})


@dataclass(frozen=True, slots=True)
class Given:
    """A role granted to somebody, or to everybody in a user group."""

    to: Any
    role: str
    pattern: str
    until: datetime | None = None


@dataclass(slots=True)
class Request:
    """A clear that somebody was shown a preview of, and what people have said of it since.

    `reviewed` counts as `AccessModel.touched` does. `said_yes` are those who had the right to, when they did.
    """

    by: Any
    pipeline: str
    in_emergency: bool
    reviewed: int = 0
    asked_at: datetime | None = None
    approve_by: datetime | None = None
    ready_at: datetime | None = None
    not_before: datetime | None = None
    said_yes: set[Any] = field(default_factory=set)
    is_off: bool = False
    accepted: int = 0

    @property
    def is_over(self) -> bool:
        return self.is_off or self.accepted > 0


@dataclass(slots=True)
class AccessModel:
    """Who is who and what holds, as it truly is. `touched`: when each pipeline was last started or created again."""

    colleagues: set[Any] = field(default_factory=set)  # full, active members of the organization
    groups: dict[Any, set[Any]] = field(default_factory=dict)
    given: list[Given] = field(default_factory=list)
    rules: dict[str, Said] = field(default_factory=dict)
    freezes: dict[str, datetime] = field(default_factory=dict)
    touched: dict[str, int] = field(default_factory=dict)

    def reaches(self, to: Any, who: Any) -> bool:
        return to == who or who in self.groups.get(to, ())

    def held_by(self, who: Any, now: datetime) -> list[Given]:
        """Grants in force; nobody but a colleague holds any."""
        if who not in self.colleagues:
            return []
        current = [each for each in self.given if each.until is None or now < each.until]
        return [each for each in current if self.reaches(each.to, who)]

    def holds(self, who: Any, roles: set[str], pipeline: str, now: datetime) -> bool:
        held = self.held_by(who, now)
        return any(each.role in roles and pipeline in MATCHES[each.pattern] for each in held)

    def takes_away(self, taken: Given) -> None:
        same = (taken.to, taken.role, taken.pattern)
        self.given = [each for each in self.given if (each.to, each.role, each.pattern) != same]

    def administers(self, who: Any, pattern: str, now: datetime) -> bool:
        held = self.held_by(who, now)
        return any(each.role == "admin" and pattern in COVERS[each.pattern] for each in held)

    def asks(self, key: str, pipeline: str) -> Any:
        """What the rules on a pipeline come to."""
        rules = [rule for pattern, rule in self.rules.items() if pipeline in MATCHES[pattern]]
        said = [rule[key] for rule in rules if key in rule]
        return KEYS[key].strictest(said) if said else KEYS[key].default

    def is_frozen(self, pipeline: str, now: datetime) -> bool:
        return any(now < until and pipeline in MATCHES[pattern] for pattern, until in self.freezes.items())

    def may_ask(self, who: Any, request: Request, now: datetime) -> bool:
        roles = {"responder"} if request.in_emergency else ASKERS
        return (
            who == request.by
            and self.holds(who, roles, request.pipeline, now)
            and not self.is_frozen(request.pipeline, now)
            and (not request.in_emergency or self.asks("break-glass", request.pipeline))
        )

    def may_approve(self, who: Any, request: Request, now: datetime) -> bool:
        waits = request.approve_by is not None and now < request.approve_by and not request.is_off
        return waits and self.may_deny(who, request, now)

    def may_deny(self, who: Any, request: Request, now: datetime) -> bool:
        return who != request.by and self.holds(who, {"approver"}, request.pipeline, now)

    def may_sign_off(self, who: Any, request: Request, now: datetime) -> bool:
        return request.in_emergency and self.may_deny(who, request, now)

    def may_withdraw(self, who: Any, request: Request, _now: datetime) -> bool:
        return who == request.by

    def may_cancel(self, who: Any, request: Request, now: datetime) -> bool:
        return self.holds(who, ASKERS | {"approver"}, request.pipeline, now)

    def may_close(self, who: Any, request: Request, now: datetime) -> bool:
        return self.holds(who, {"operator"}, request.pipeline, now)

    def needs(self, request: Request, now: datetime) -> int:
        if request.in_emergency:
            return 0
        needed = self.asks("approvals", request.pipeline)
        usual = 0 if self.holds(request.by, {"operator"}, request.pipeline, now) else 1
        return usual if needed is None else needed

    def is_asked(self, request: Request, now: datetime) -> None:
        """It was requested; if it needs nobody, it is ready."""
        request.asked_at = now
        request.approve_by = now + self.asks("within", request.pipeline)
        self.is_ready(request, now)

    def is_ready(self, request: Request, now: datetime) -> None:
        """With what may have been the last approval."""
        window = timedelta(0) if request.in_emergency else self.asks("cancel-window", request.pipeline)
        request.ready_at, request.not_before = now, now + window

    def lacks(self, request: Request, now: datetime) -> list[str]:
        """What is needed at this moment before the pipeline is cleared, and this request has not."""
        carried_by = {who for who in request.said_yes if self.may_deny(who, request, now)}
        lacking = {
            "that it was asked for": request.asked_at is None,
            "somebody who may ask": not self.may_ask(request.by, request, now),
            "approvals": len(carried_by) < self.needs(request, now),
            "that nobody put an end to it": request.is_off,
            "that it is in time": request.ready_at is None or now >= request.ready_at + GOOD_FOR,
            "the end of the cancel window": request.not_before is None or now < request.not_before,
            "the pipeline that was shown": self.touched.get(request.pipeline, 0) > request.reviewed,
            "that it is not done yet": request.accepted > 0,
        }
        return [what for what, is_lacking in lacking.items() if is_lacking]


VERBS: dict[str, Callable[..., bool]] = {
    "clear": AccessModel.may_ask,
    "approve": AccessModel.may_approve,
    "deny": AccessModel.may_deny,
    "withdraw": AccessModel.may_withdraw,
    "review": AccessModel.may_sign_off,
    **dict.fromkeys(("grant", "revoke", "rule", "freeze", "unfreeze"), AccessModel.administers),
}
_ANOTHER_STEP = (
    "the same path with another step and other rights: domain/test_plans.py, stories/test_plans.py"
)
_SHOWS = "changes nothing; what it shows is in domain/test_home_content.py and in its own story"
VERBS_OUT_OF_SCOPE = {
    "stop": _ANOTHER_STEP,
    "start": _ANOTHER_STEP,
    **dict.fromkeys(
        ("status", "list", "pending", "can-i", "whoami", "history", "grants", "rules", "doctor"), _SHOWS
    ),
    "help": "is for everybody",
}
