"""The access model of a few people on `orders`, and what the workspace and the store tell the bot of it."""

from dataclasses import dataclass, field
from datetime import timedelta

from hypothesis import strategies as st

from bot.domain.access.authorization import AccessData
from bot.domain.access.permissions import Group, Kind, Membership, Role
from bot.domain.access.rules import Freeze
from bot.domain.ids import Actor, GroupId, TeamId, UserId
from tests.access_model import MATCHES, AccessModel, rule_of
from tests.clock import START
from tests.domain.samples import grant

HOME = TeamId("T1")
PEOPLE = [Actor(HOME, UserId(f"U{letter}")) for letter in "ABCDEF"]
ELSEWHERE = Actor(TeamId("T2"), UserId("UB"))  # the same letters as somebody's, in another organization
EVERYBODY = [*PEOPLE, ELSEWHERE]
GROUPS = [Group(HOME, GroupId("S1")), Group(HOME, GroupId("S2"))]

LOOKUPS = st.sampled_from(["good", "good", "good", "no groups", "no answer"])
ANYBODY = st.sampled_from([*PEOPLE, *EVERYBODY])
PATTERNS = st.sampled_from(["orders", *MATCHES])
SPANS = st.sampled_from([timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6)])


@dataclass(slots=True)
class ModeledAccess(AccessModel):
    kinds: dict[Actor, Kind] = field(default_factory=lambda: {ELSEWHERE: Kind.OUTSIDER})

    def __post_init__(self) -> None:
        self.colleagues = {*PEOPLE}
        self.groups = {group: set() for group in GROUPS}

    def becomes(self, who: Actor, kind: Kind) -> None:
        self.kinds[who] = kind
        self.colleagues -= {who}
        self.colleagues |= {who} if kind is Kind.MEMBER else set()

    def access_data(self, people: list[Actor], lookups: str = "good") -> AccessData:
        """What is known of these people for one decision."""
        given = [
            grant(each.to, Role(each.role), each.pattern, id=number, expires_at=each.until)
            for number, each in enumerate(self.given)
        ]
        frozen = [
            Freeze(1, pattern, until, "year end", "T1/UF", START) for pattern, until in self.freezes.items()
        ]
        return AccessData(
            grants=tuple(given),
            rules=tuple(rule_of(pattern, rule) for pattern, rule in self.rules.items()),
            freezes=tuple(frozen),
            memberships={actor: self._membership(actor, lookups) for actor in people},
        )

    def _membership(self, actor: Actor, lookups: str) -> Membership:
        kind = self.kinds.get(actor, Kind.MEMBER)
        groups = frozenset(group.group for group, members in self.groups.items() if actor in members)
        match lookups:
            case "good":
                return Membership(actor, kind, groups)
            case "no groups":
                unresolved = frozenset(group.group for group in GROUPS)
                return Membership(actor, kind, frozenset(), unresolved, "plan without groups")
            case _:
                return Membership(actor, Kind.UNKNOWN, why="no answer")
