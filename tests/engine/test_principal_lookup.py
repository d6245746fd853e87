"""Everybody whom something is granted to is looked up in a real directory, over HTTP, gently."""

from datetime import timedelta

import pytest

from bot.domain.access.lint.findings import Roster
from bot.domain.access.permissions import Grant, Group, Kind, Role
from bot.domain.access.rules import Rule
from bot.domain.ids import Actor
from bot.engine.principal_lookup import LOOKED_AT, survey
from bot.slack.api.directory import PeopleDirectory
from tests.clock import START, MovableClock
from tests.simulator.slack_apps import client_of

pytestmark = pytest.mark.anyio

HOME = "T0ACME"


async def surveyed(slack, *grants, rules=()):
    return await survey(PeopleDirectory(client_of(slack), MovableClock(), HOME), grants, rules, START)


def grant(principal, role=Role.OPERATOR, expires_at=None):
    return Grant(1, principal, role, "*", "root", START, expires_at, "")


def actor(person):
    return Actor(person.team_id, person.id)


def group(known):
    return Group(HOME, known.id)


async def test_people_with_grants_are_looked_up_once_each(slack):
    """Those whose grants have lapsed are of no interest, and nobody of another workspace passes."""
    ana, ben = slack.adds_person("ana"), slack.adds_person("ben", deactivated=True)
    cleo, eve = slack.adds_person("cleo"), slack.adds_person("eve", team="T0OTHER")
    grants = [grant(actor(person)) for person in (ana, ana, ben, eve)]
    roster = await surveyed(slack, *grants, grant(actor(cleo), expires_at=START - timedelta(hours=1)))
    assert roster == Roster(kinds={actor(ana): Kind.MEMBER, actor(ben): Kind.DEACTIVATED}, home=HOME)
    assert len(slack.calls) == 2


async def test_the_people_of_a_group_that_may_approve_are_looked_up_too(slack):
    """Whether they count matters there; of other groups only who is in them is known."""
    ana, ben, cleo = (slack.adds_person(name) for name in ("ana", "ben", "cleo"))
    leads, oncall = slack.adds_user_group("leads", [ana, ben]), slack.adds_user_group("oncall", [cleo])
    ben.becomes_a_guest()
    roster = await surveyed(slack, grant(group(leads), Role.APPROVER), grant(group(oncall), Role.RESPONDER))
    assert roster == Roster(
        kinds={actor(ana): Kind.MEMBER, actor(ben): Kind.GUEST},
        members={group(leads): {actor(ana), actor(ben)}, group(oncall): {actor(cleo)}},
        home=HOME,
    )


async def test_a_group_that_cannot_be_read_comes_with_the_reason(slack):
    oncall = slack.adds_user_group("oncall")
    slack.downgrades_plan()
    roster = await surveyed(slack, grant(group(oncall)))
    assert roster == Roster(
        unread={group(oncall): "this workspace's Slack plan has no user groups"}, home=HOME
    )


async def test_of_a_big_group_no_more_people_are_asked_about_than_a_rule_could_need(slack):
    everybody = slack.adds_user_group("all", [slack.adds_person(f"p{n}") for n in range(LOOKED_AT + 5)])
    roster = await surveyed(slack, grant(group(everybody), Role.APPROVER))
    assert len(roster.members[group(everybody)]) == LOOKED_AT + 5
    assert len(roster.kinds) == LOOKED_AT


async def test_a_slack_in_trouble_leaves_people_unknown(slack):
    ana = slack.adds_person("ana")
    slack.refuses_tokens()
    assert await surveyed(slack, grant(actor(ana))) == Roster(kinds={actor(ana): Kind.UNKNOWN}, home=HOME)


async def test_the_group_that_a_rule_asks_is_read(slack):
    """Also one to which nothing is granted: whoever is asked should be there."""
    empty = slack.adds_user_group("leads", [])
    roster = await surveyed(slack, rules=[Rule("*", ask_group=empty.id), Rule("prod-*", ask_group="S99NOPE")])
    assert roster.members == {group(empty): frozenset()}
    assert set(roster.unread) == {Group(HOME, "S99NOPE")}
