"""A workspace of people, grants, rules and freezes, and by itself, what all that asks for: the bot's judge is judged by it.

Nothing here calls what decides in the bot. The rules of the house are written out once more, in the plainest way.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import strategies as st

from bot.domain.access.authorization import AccessData
from bot.domain.access.permissions import Grant, Group, Kind, Membership, Role
from bot.domain.access.rules import Freeze, Rule
from bot.domain.ids import Actor, GroupId, TeamId, UserId

HOME = TeamId("T1")
PEOPLE = [Actor(HOME, UserId(f"U{letter}")) for letter in "ABCDEF"]
ELSEWHERE = Actor(TeamId("T2"), UserId("UB"))  # the same letters as somebody's, in another organisation
EVERYBODY = [*PEOPLE, ELSEWHERE]
GROUPS = [Group(HOME, GroupId("S1")), Group(HOME, GroupId("S2"))]
MATCHES = {"orders": True, "ord*": True, "*": True, "order?": True, "[!o]*": False, "billing": False}

LOOKUPS = st.sampled_from(["good", "good", "good", "no groups", "no answer"])
ANYBODY = st.sampled_from([*PEOPLE, *EVERYBODY])
PATTERNS = st.sampled_from(["orders", *MATCHES])
SPANS = st.sampled_from([timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6)])
RULES = st.builds(
    Rule,
    PATTERNS,
    approvals=st.sampled_from([None, None, 0, 1, 2, 2, 3]),
    approve_within=st.none() | SPANS,
    remind_after=st.none() | SPANS,
    stop_window=st.none() | st.sampled_from([timedelta(0), timedelta(seconds=30), timedelta(seconds=60)]),
    break_glass=st.sampled_from([None, True, True, False]),
)

ASKERS = {Role.REQUESTER, Role.OPERATOR, Role.RESPONDER}
CLEARERS = {Role.OPERATOR}
APPROVERS = {Role.APPROVER}
BREAKERS = {Role.RESPONDER}


@dataclass(slots=True)
class Cast:
    kinds: dict[Actor, Kind] = field(
        default_factory=lambda: {**dict.fromkeys(PEOPLE, Kind.MEMBER), ELSEWHERE: Kind.OUTSIDER}
    )
    joined: dict[Actor, set[GroupId]] = field(default_factory=lambda: {actor: set() for actor in EVERYBODY})
    grants: list[Grant] = field(default_factory=list)
    rules: dict[str, Rule] = field(default_factory=dict)
    freezes: dict[str, Freeze] = field(default_factory=dict)

    # What the workspace and the store say, when they are asked for one decision.

    def access_data(self, people: list[Actor], lookups: str) -> AccessData:
        return AccessData(
            grants=tuple(self.grants),
            rules=tuple(self.rules.values()),
            freezes=tuple(self.freezes.values()),
            memberships={actor: self._standing(actor, lookups) for actor in people},
        )

    def _standing(self, actor: Actor, lookups: str) -> Membership:
        groups = frozenset(self.joined[actor])
        match lookups:
            case "good":
                return Membership(actor, self.kinds[actor], groups)
            case "no groups":
                unresolved_groups = frozenset(group.group for group in GROUPS)
                return Membership(
                    actor, self.kinds[actor], frozenset(), unresolved_groups, "plan without groups"
                )
            case _:
                return Membership(actor, Kind.UNKNOWN, why="no answer")

    # What is true.

    def holds(self, actor: Actor, roles: set[Role], now: datetime) -> bool:
        """Whether a member of this organisation holds one of these roles on `orders` at this moment."""
        if actor.team != HOME or self.kinds[actor] is not Kind.MEMBER:
            return False
        for grant in self.grants:
            if grant.expires_at is not None and grant.expires_at <= now:
                continue
            if grant.role not in roles or not MATCHES[grant.pattern]:
                continue
            if isinstance(grant.principal, Group):
                if grant.principal.group in self.joined[actor]:
                    return True
            elif grant.principal == actor:
                return True
        return False

    def _said(self, field_name: str) -> list:
        values = [getattr(rule, field_name) for pattern, rule in self.rules.items() if MATCHES[pattern]]
        return [value for value in values if value is not None]

    def needs(self, requester: Actor, now: datetime) -> int:
        said = self._said("approvals")
        if said:
            return max(said)
        return 0 if self.holds(requester, CLEARERS, now) else 1

    def allows_breaking_glass(self) -> bool:
        said = self._said("break_glass")
        return bool(said) and False not in said

    def stop_window(self) -> timedelta:
        return max(self._said("stop_window"), default=timedelta(0))

    def approve_within(self) -> timedelta:
        return min(self._said("approve_within"), default=timedelta(hours=1))

    def is_frozen(self, now: datetime) -> bool:
        return any(MATCHES[pattern] and freeze.until > now for pattern, freeze in self.freezes.items())
