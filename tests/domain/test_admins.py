"""Who can grant roles, how often somebody may ask them, and how much a person may see."""

from datetime import timedelta

import pytest

from bot.domain.access.access_requests import (
    REQUESTS_MAX,
    WITHIN,
    asked_before,
    asked_in,
    data_of,
    may_ask_again_at,
)
from bot.domain.access.admins import admin_grants
from bot.domain.access.authorization import AccessData
from bot.domain.access.permissions import Group, Role
from bot.domain.access.visibility import visibility_of
from bot.domain.events import Event, EventKind
from bot.domain.ids import GroupId, TeamId
from tests.clock import START
from tests.domain.samples import ANA, BEN, CLEO, grant, membership

ONCALL = Group(TeamId("T1"), GroupId("SONCALL"))
LATER = START + timedelta(hours=2)
GRANTS = (
    grant(ANA, Role.ADMIN, "*", id=1),
    grant(BEN, Role.ADMIN, "ord*", id=2),
    grant(CLEO, Role.OPERATOR, "orders", id=3),
    grant(CLEO, Role.ADMIN, "orders", id=4, expires_at=START + timedelta(hours=1)),
    grant(ONCALL, Role.ADMIN, "ord*", id=5),
)


@pytest.mark.parametrize(
    ("pattern", "now", "found"),
    [
        ("orders", START, [4, 2, 5, 1]),
        ("orders", LATER, [2, 5, 1]),
        ("payments", START, [1]),
        ("ord*", START, [2, 5, 1]),
        ("*", START, [1]),
    ],
)
def test_admins_of_a_pattern_administer_all_of_it(pattern, now, found):
    """The nearest first; an expired grant makes nobody an admin, and no other role does."""
    assert [each.id for each in admin_grants(GRANTS, pattern, now)] == found


def test_admins_of_a_part():
    assert [each.id for each in admin_grants(GRANTS[1:], "*", LATER, of_part=True)] == [2, 5]
    assert admin_grants(GRANTS[1:], "payments", LATER, of_part=True) == ()


def asked(role, minutes, *admins):
    at = START + timedelta(minutes=minutes)
    return Event(EventKind.ACCESS_REQUESTED, at, data_of("orders", role, admins or (BEN,)), ANA)


def test_one_request_for_a_role_within_an_hour():
    """To the moment: at its end the next one is allowed."""
    events = [asked(Role.OPERATOR, 0, BEN, CLEO)]
    just_before = START + WITHIN - timedelta(seconds=1)
    assert asked_before(events, Role.OPERATOR, just_before) == events[0]
    assert asked_in(events[0]) == (BEN.user, CLEO.user)
    assert asked_before(events, Role.OPERATOR, START + WITHIN) is None
    assert asked_before(events, Role.VIEWER, just_before) is None


def test_a_few_requests_within_an_hour():
    """When the oldest of the last few is an hour old, there is room for one."""
    events = [asked(role, number) for number, role in enumerate(Role)][:REQUESTS_MAX]
    now = START + timedelta(minutes=30)
    assert may_ask_again_at(events[1:], now) is None
    assert may_ask_again_at(events, now) == START + WITHIN
    assert may_ask_again_at(events, START + WITHIN) is None


def test_visibility_names_what_could_not_be_read():
    """Only where it could show more: a group that is granted no more than the person has hides nothing."""
    unsure = membership(ANA, unresolved_groups=frozenset({ONCALL.group}), why="Slack is away")
    viewer = grant(ANA, Role.VIEWER, "ord*", id=1)
    for held, unread in (("ord*", ""), ("*", "Slack is away")):
        grants = (viewer, grant(ONCALL, Role.APPROVER, held, id=2))
        access_data = AccessData(grants, memberships={ANA: unsure}, freezes=())
        sees = visibility_of(ANA, access_data, START)
        assert (sees.patterns, sees.unread, sees.is_everything) == (("ord*",), unread, False)
