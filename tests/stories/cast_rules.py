"""What the rules of the house ask for, worked out once more from what people are told of them, in the plainest way.

Nothing here comes from the bot: people, roles and patterns are the words that are typed, and each answer is found by
going through everything there is. The bot's own judgement is judged by it.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

PIPELINES = ("orders", "billing")
MATCHES = {"*": {"orders", "billing"}, "ord*": {"orders"}, "orders": {"orders"}, "billing": {"billing"}}
COVERS = {"*": {*MATCHES}, "ord*": {"ord*", "orders"}, "orders": {"orders"}, "billing": {"billing"}}

ASKERS = {"requester", "operator", "responder"}
APPROVERS = {"approver"}
BREAKERS = {"responder"}
OPERATORS = {"operator"}
HAVE_A_SAY = ASKERS | APPROVERS
ROLES = ("viewer", "requester", "operator", "approver", "responder", "admin")


@dataclass(frozen=True, slots=True)
class Given:
    """A role given to somebody, or to everybody in a user group."""

    to: str
    role: str
    pattern: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Asks:
    """What one rule asks for; None is what it does not speak of."""

    approvals: int | None = None
    within: int | None = None  # minutes
    stop: int | None = None  # seconds
    glass: bool | None = None

    @property
    def typed(self) -> str:
        said = {
            "approvals": self.approvals,
            "within": None if self.within is None else f"{self.within}m",
            "stop": None if self.stop is None else f"{self.stop}s",
            "break-glass": None if self.glass is None else ("allowed" if self.glass else "forbidden"),
        }
        return " ".join(f"{key}={value}" for key, value in said.items() if value is not None)


@dataclass(slots=True)
class Request:
    """A clear that somebody was shown a preview of, and what people have said of it since.

    `reviewed` counts as `House.touched` does. `said_yes` are those who had the right to, when they did.
    """

    by: str
    pipeline: str
    in_emergency: bool
    reviewed: int
    asked_at: datetime | None = None
    approve_by: datetime | None = None
    not_before: datetime | None = None
    said_yes: set[str] = field(default_factory=set)
    is_off: bool = False
    is_signed: bool = False
    accepted: int = 0

    @property
    def is_over(self) -> bool:
        return self.is_off or self.accepted > 0


@dataclass(slots=True)
class House:
    """Who is who and what holds, as it truly is. `touched`: when each pipeline was last started or made anew."""

    colleagues: set[str] = field(default_factory=set)  # full, active members of the organisation
    groups: dict[str, set[str]] = field(default_factory=dict)
    given: set[Given] = field(default_factory=set)
    rules: dict[str, Asks] = field(default_factory=dict)
    freezes: dict[str, datetime] = field(default_factory=dict)
    touched: dict[str, int] = field(default_factory=dict)

    def reaches(self, to: str, who: str) -> bool:
        return to == who or who in self.groups.get(to, ())

    def holds(self, who: str, roles: set[str], pipeline: str, now: datetime) -> bool:
        """Whether a colleague has one of these roles on the pipeline at this moment."""
        return who in self.colleagues and any(
            each.role in roles and pipeline in MATCHES[each.pattern] and self.reaches(each.to, who)
            for each in self._current(now)
        )

    def takes_away(self, taken: Given) -> None:
        same = (taken.to, taken.role, taken.pattern)
        self.given -= {each for each in self.given if (each.to, each.role, each.pattern) == same}

    def administers(self, who: str, pattern: str, now: datetime) -> bool:
        return who in self.colleagues and any(
            each.role == "admin" and pattern in COVERS[each.pattern] and self.reaches(each.to, who)
            for each in self._current(now)
        )

    def _current(self, now: datetime) -> list[Given]:
        return [each for each in self.given if each.until is None or now < each.until]

    def may_ask(self, request: Request, now: datetime) -> bool:
        roles = BREAKERS if request.in_emergency else ASKERS
        return (
            self.holds(request.by, roles, request.pipeline, now)
            and not self.is_frozen(request.pipeline, now)
            and (not request.in_emergency or self.allows_breaking_glass(request.pipeline))
        )

    def may_decide(self, who: str, request: Request, now: datetime) -> bool:
        return who != request.by and self.holds(who, APPROVERS, request.pipeline, now)

    def may_approve(self, who: str, request: Request, now: datetime) -> bool:
        waits = request.approve_by is not None and now < request.approve_by and not request.is_off
        return waits and self.may_decide(who, request, now)

    def needs(self, request: Request, now: datetime) -> int:
        if request.in_emergency:
            return 0
        said = self._said("approvals", request.pipeline)
        usual = 0 if self.holds(request.by, OPERATORS, request.pipeline, now) else 1
        return max(said) if said else usual

    def approve_within(self, pipeline: str) -> timedelta:
        return timedelta(minutes=min(self._said("within", pipeline), default=60))

    def stop_window(self, pipeline: str) -> timedelta:
        return timedelta(seconds=max(self._said("stop", pipeline), default=0))

    def allows_breaking_glass(self, pipeline: str) -> bool:
        said = self._said("glass", pipeline)
        return bool(said) and all(said)

    def is_frozen(self, pipeline: str, now: datetime) -> bool:
        return any(now < until and pipeline in MATCHES[pattern] for pattern, until in self.freezes.items())

    def _said(self, what: str, pipeline: str) -> list:
        said = [getattr(asks, what) for pattern, asks in self.rules.items() if pipeline in MATCHES[pattern]]
        return [value for value in said if value is not None]

    def lacks(self, request: Request, now: datetime) -> list[str]:
        """What the rules ask for at this moment before the pipeline is cleared, and this request has not."""
        carried_by = {who for who in request.said_yes if self.may_decide(who, request, now)}
        lacking = {
            "that it was asked for": request.asked_at is None,
            "somebody who may ask": not self.may_ask(request, now),
            "approvals": len(carried_by) < self.needs(request, now),
            "that nobody put an end to it": request.is_off,
            "the stop window's end": request.not_before is not None and now < request.not_before,
            "the pipeline that was shown": self.touched.get(request.pipeline, 0) > request.reviewed,
            "that it is not done yet": request.accepted > 0,
        }
        return [what for what, is_lacking in lacking.items() if is_lacking]
