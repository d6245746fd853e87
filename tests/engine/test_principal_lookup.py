"""Everybody whom something is granted to is looked up in a real directory, over HTTP, gently."""

import asyncio
from datetime import timedelta

import pytest

from bot.domain.access.lint.findings import Roster
from bot.domain.access.permissions import Grant, Group, Kind, Role
from bot.domain.access.rules import Rule
from bot.domain.ids import Actor
from bot.engine.ports import Caller
from bot.engine.principal_lookup import LOOKED_AT, Patience, survey
from bot.slack.api.directory import PeopleDirectory
from tests.clock import START, MovableClock
from tests.simulator.slack_apps import client_of

pytestmark = pytest.mark.anyio

HOME = "T0ACME"


async def surveyed(slack, *grants, rules=(), clock=None, **how):
    directory = PeopleDirectory(client_of(slack), clock or MovableClock(), HOME)
    return await survey(directory, grants, rules, START, **how)


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


def granted_to_many(slack):
    """More people and groups than the bot looks up in a minute for display: 50 and 10."""
    people = [slack.adds_person(f"p{n}") for n in range(60)]
    groups = [slack.adds_user_group(f"g{n}", people[:1]) for n in range(12)]
    return [*(grant(actor(person)) for person in people), *(grant(group(each)) for each in groups)]


async def test_whom_the_limit_leaves_out_is_counted_and_not_taken_for_a_failure(slack):
    roster = await surveyed(slack, *granted_to_many(slack), caller=Caller.DISPLAY)
    assert (len(roster.kinds), len(roster.members)) == (50, 10)
    assert (set(roster.kinds.values()), roster.unread) == ({Kind.MEMBER}, {})
    assert len(roster.not_asked) == 12
    assert roster.left_out() == (
        "Slack was asked about 50 of 60 people and 10 of 12 user groups; the rest were not looked up, because of the limit on "
        "look-ups."
    )


@pytest.mark.parametrize(("minutes", "left_out"), [(3, 0), (0.5, 12)])
async def test_with_patience_everybody_is_looked_up_within_a_bound(slack, minutes, left_out):
    """No more a minute than without it."""
    clock, began = MovableClock(), []

    async def sleep(seconds):
        """All who wait at the same time wait together."""
        until = clock.now() + timedelta(seconds=seconds)
        await asyncio.sleep(0)
        clock.moves_to(max(until, clock.now()))

    patience = Patience(clock, timedelta(minutes=minutes), begins=lambda: began.append(1), sleep=sleep)
    grants = granted_to_many(slack)
    roster = await surveyed(slack, *grants, caller=Caller.DISPLAY, clock=clock, patience=patience)
    assert len(roster.not_asked) == left_out
    assert clock.now() - START <= patience.within
    assert len(began) == (0 if left_out else 1)
    assert len(slack.calls) == 72 - left_out


async def test_what_slack_itself_limits_is_left_out_too(slack):
    """It answered 429: nothing is known of the person, and nothing is wrong with the app."""
    ana = slack.adds_person("ana")
    slack.rate_limits("users.info", retry_after=30)
    roster = await surveyed(slack, grant(actor(ana)))
    assert roster == Roster(not_asked=frozenset({actor(ana)}), home=HOME)
