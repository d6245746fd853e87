"""What help shows to whom: all that they can use, whatever cannot be checked, and nothing that certainly fails."""

from datetime import timedelta

import pytest

from bot.domain.access.permissions import Group, Kind, Role
from bot.domain.commands import VERBS
from bot.domain.commands.usable_verbs import usable_verbs
from tests.clock import START
from tests.domain.samples import ANA, BEN, grant, membership

EVERYBODYS = "can-i whoami grants help"
LOOKING = "status list pending can-i whoami history grants rules help"


def words(person, *grants, certain=True, **more):
    found = usable_verbs(person, grants, START, **more)
    return " ".join(each.verb.word for each in found if each.is_certain is certain)


@pytest.mark.parametrize(
    ("role", "shown"),
    [
        (Role.VIEWER, LOOKING),
        (Role.REQUESTER, f"clear stop start {LOOKING}".replace("pending", "pending withdraw")),
        (Role.OPERATOR, f"clear stop start {LOOKING}".replace("pending", "pending withdraw")),
        (Role.RESPONDER, f"clear stop start {LOOKING}".replace("pending", "pending withdraw")),
        (Role.APPROVER, LOOKING.replace("pending", "pending approve deny review")),
        (Role.ADMIN, "can-i whoami history grant revoke grants rule rules freeze unfreeze doctor help"),
    ],
)
def test_each_role_is_shown_what_it_can_use(role, shown):
    assert words(membership(), grant(ANA, role=role, pattern="prod-1")) == shown
    assert words(membership(), grant(ANA, role=role, pattern="prod-1"), certain=False) == ""


def test_without_a_role():
    """Nobody's grant, an expired one, and the grants of a guest: what everybody can use."""
    expired = grant(ANA, role=Role.ADMIN, expires_at=START - timedelta(hours=1))
    assert words(membership()) == EVERYBODYS
    assert words(membership(), expired, grant(BEN)) == EVERYBODYS
    assert words(membership(kind=Kind.GUEST), grant(ANA), has_request=True) == EVERYBODYS


def test_what_waits_can_be_withdrawn_whatever_the_role_is_by_now():
    assert words(membership(), has_request=True) == f"withdraw {EVERYBODYS}"


def test_what_cannot_be_checked_is_kept_and_marked():
    """A group that cannot be read adds what it may give; of somebody unknown, all that takes a role is unsure."""
    oncall = grant(Group(ANA.team, "SONCALL"), role=Role.APPROVER)
    person = membership(unresolved_groups=frozenset({"SONCALL"}))
    assert words(person, grant(ANA, role=Role.VIEWER), oncall) == LOOKING
    assert words(person, grant(ANA, role=Role.VIEWER), oncall, certain=False) == "approve deny review"
    unknown = membership(kind=Kind.UNKNOWN)
    assert words(unknown) == EVERYBODYS
    assert len(usable_verbs(unknown, [], START)) == len(VERBS)
