"""`can-i` in the shell: the verdict that Slack gives, and what could not be checked."""

import json
from datetime import timedelta

import pytest

from bot.domain.access.changes import GrantRole, SetFreeze
from bot.domain.access.permissions import Group, Role
from bot.domain.access.requests.request_limits import OPEN_REQUESTS_MAX, REQUESTS_MAX, REQUESTS_WITHIN
from bot.domain.durations import span_in_words
from bot.domain.ids import Actor, GroupId, TeamId, UserId
from bot.domain.operations.operation import State
from bot.store.shell_store import Administration
from tests.cli.looking import shown, typed
from tests.cli.waiting import stands
from tests.store.samples import proposed

HOME = TeamId("T0ACME")
NO_TOKEN = "SLACK_BOT_TOKEN is missing"
NO_RULE = "No rule matches, so a requester or responder needs 1 approval, and an operator none."

pytestmark = pytest.mark.anyio


class Cast:
    """People of the workspace of a bot that has run, and what is granted to them."""

    def __init__(self, world):
        self.world = world
        self.ana = self.named("ana")
        self.ben = self.named("ben")
        self.leads = world.slack.adds_user_group("leads", [self.person])
        world.administers()
        with Administration.open(world.database) as administration:
            administration.remember_team(HOME)

    def named(self, name, **traits):
        self.person = self.world.slack.adds_person(name, **traits)
        return Actor(HOME, UserId(self.person.id))

    def granted(self, principal, role, pattern="*", lasts=None):
        expires = None if lasts is None else self.world.clock.now() + lasts
        self.world.administers(GrantRole(principal, role, pattern, expires))

    @property
    def group(self):
        return Group(HOME, GroupId(self.leads.id))

    async def hears(self, actor, *asked, **settings):
        return (await shown(self.world, "can-i", actor.user, *asked, **settings)).splitlines()


@pytest.fixture
def cast(world):
    return Cast(world)


async def test_without_a_grant_the_answer_is_no_and_how_to_allow_it(cast):
    allow = f"To allow it: pipeline-bot grant T0ACME/{cast.ana.user} requester orders"
    needs = "They need the role requester, operator or responder on it."
    assert await cast.hears(cast.ana, "clear", "orders") == [
        f"No: {cast.ana.user} cannot clear orders. {needs}",
        allow,
    ]
    cast.granted(cast.ana, Role.REQUESTER, lasts=timedelta(seconds=-3 * 3600))
    no, *rest = await cast.hears(cast.ana, "stop", "orders")
    assert no.startswith(
        f"No: {cast.ana.user} cannot stop orders. {needs} Grant #1 (requester on *) ended 3 h ago ("
    )
    assert rest == [allow]


async def test_what_allows_it_is_accepted_as_it_is_printed(cast):
    *_, allow = await cast.hears(cast.ana, "clear", "orders")
    command = allow.removeprefix("To allow it: pipeline-bot ").split()
    assert (await typed(cast.world, *command)).status == 0
    yes, *_ = await cast.hears(cast.ana, "clear", "orders")
    assert yes == f"Yes: {cast.ana.user} can clear orders with 1 approval."


async def test_an_operator_needs_no_approval(cast):
    cast.granted(cast.ana, Role.OPERATOR, "ord*")
    assert await cast.hears(cast.ana, "start", "orders") == [
        f"Yes: {cast.ana.user} can start orders without approval.",
        f"Decided by grant #1: {cast.ana.user} is operator on ord* (no expiry).",
        NO_RULE,
    ]


async def test_what_the_rules_ask_for(cast):
    cast.granted(cast.ana, Role.RESPONDER, lasts=timedelta(seconds=150 * 60))
    cast.granted(cast.group, Role.APPROVER)
    cast.world.rules("ord*", "approvals=2 within=30m break-glass=allowed matching=INC-")
    *said, decided, rules = await cast.hears(cast.ana, "clear", "orders")
    assert said == [
        f"Yes: {cast.ana.user} can clear orders with 2 approvals from {cast.leads.id}.",
        "The request expires if it is not approved within 30m.",
        "The reason must contain a match for the regular expression INC-.",
        "In an emergency, in Slack: /pipeline clear orders --break-glass INCIDENT reason…",
    ]
    assert decided.startswith(f"Decided by grant #1: {cast.ana.user} is responder on * (ends in 2 h (")
    assert rules == "Rules that match: ord*."


async def test_a_role_of_a_group_is_looked_up_in_slack(cast):
    """With the bot's token: the shell knows as much as Slack's own can-i."""
    cast.granted(cast.group, Role.OPERATOR)
    yes, decided, _ = await cast.hears(cast.ben, "clear", "orders")
    assert yes == f"Yes: {cast.ben.user} can clear orders without approval."
    assert decided == f"Decided by grant #1: {cast.leads.id} is operator on * (no expiry)."
    assert (await cast.hears(cast.ana, "clear", "orders"))[0].startswith("No: ")


@pytest.mark.parametrize(
    ("traits", "why"),
    [
        ({"guest": True}, "Guests of the workspace cannot do anything, even with a grant."),
        ({"deactivated": True}, "The account is deactivated."),
    ],
)
async def test_who_is_no_member_may_do_nothing(cast, traits, why):
    gus = cast.named("gus", **traits)
    cast.granted(gus, Role.OPERATOR)
    assert await cast.hears(gus, "clear", "orders") == [f"No: {gus.user} cannot clear orders. {why}"]


async def test_somebody_of_another_workspace_is_not_looked_up(cast):
    said = await shown(cast.world, "can-i", "T9/U9", "clear", "orders")
    assert said == (
        "No: U9 cannot clear orders. Only full members of the bot's workspace can use it; U9 is not one.\n"
    )
    assert cast.world.slack.calls == []


async def test_without_a_token_direct_grants_decide_and_the_rest_is_open(cast):
    cast.granted(cast.ana, Role.OPERATOR)
    yes, *_, unchecked = await cast.hears(cast.ana, "clear", "orders", SLACK_BOT_TOKEN=None)
    assert yes == f"Yes: {cast.ana.user} can clear orders without approval."
    assert unchecked == f"Not checked in Slack: whether {cast.ana.user} is an active member ({NO_TOKEN})."
    cast.granted(cast.group, Role.OPERATOR)
    ben, leads = cast.ben.user, cast.leads.id
    assert await cast.hears(cast.ben, "clear", "orders", SLACK_BOT_TOKEN=None) == [
        f"Unknown: whether {ben} may clear orders depends on a user group that cannot be checked.",
        f"Not checked in Slack: whether {ben} is an active member, and whether {ben} is in {leads} ({NO_TOKEN}).",
    ]


async def test_a_slack_that_does_not_answer_or_refuses_is_named(cast):
    cast.granted(cast.ana, Role.OPERATOR)
    cast.world.slack.refuses_tokens()
    unchecked = (await cast.hears(cast.ana, "clear", "orders"))[-1]
    assert unchecked.endswith("is an active member (SLACK_BOT_TOKEN: Slack rejects it (invalid_auth)).")
    cast.world.slack.accepts_tokens()
    cast.world.slack.fails_next("users.info", "fatal_error")
    yes, *_, unchecked = await cast.hears(cast.ana, "clear", "orders")
    assert yes.startswith("Yes: ")
    assert "is an active member (" in unchecked
    await cast.world.slack.goes_down()
    assert "Slack cannot be reached" in (await cast.hears(cast.ana, "clear", "orders"))[-1]


async def test_a_group_alone_that_slack_does_not_show(cast):
    cast.granted(cast.group, Role.OPERATOR)
    cast.world.slack.fails_next("usergroups.users.list", "missing_scope")
    unknown, unchecked = await cast.hears(cast.ben, "clear", "orders")
    assert unknown.startswith("Unknown: ")
    assert unchecked.startswith(f"Not checked in Slack: whether {cast.ben.user} is in {cast.leads.id} (")


async def test_a_token_of_another_workspace_proves_nothing(cast):
    cast.granted(cast.ana, Role.OPERATOR)
    with Administration.open(cast.world.database) as administration:
        administration.remember_team(TeamId("T0OLD"))
    said = await shown(cast.world, "can-i", "U1", "clear", "orders")
    assert said.splitlines()[-1].endswith(
        "(SLACK_BOT_TOKEN is of the workspace T0ACME, and the database of T0OLD)."
    )


async def test_a_freeze_comes_first_and_is_ended_by_what_is_printed(cast):
    cast.granted(cast.ana, Role.REQUESTER)
    ends = cast.world.clock.now() + timedelta(hours=2)
    cast.world.administers(SetFreeze("ord*", ends, "year end"))
    not_now, unfreeze, *_ = await cast.hears(cast.ana, "clear", "orders")
    assert not_now == (
        f"Not now: orders is frozen until {ends:%Y-%m-%d %H:%M} UTC (year end). "
        "Until then no clear, stop or start, not even break-glass."
    )
    assert unfreeze == "To end the freeze sooner: pipeline-bot unfreeze 'ord*'"
    assert (await typed(cast.world, "unfreeze", "ord*")).status == 0
    assert (await cast.hears(cast.ana, "clear", "orders"))[0].startswith("Yes: ")


async def test_open_requests_are_counted(cast):
    cast.granted(cast.ana, Role.REQUESTER)
    now = cast.world.clock.now()
    for number in range(OPEN_REQUESTS_MAX):
        asked = proposed(f"op-{number}", pipeline=f"p{number}", requester=cast.ana, needed=1)
        stands(cast.world, asked, State.AWAITING_APPROVAL, deadline=now + timedelta(hours=1))
    not_now, *_ = await cast.hears(cast.ana, "clear", "orders")
    assert not_now == (
        f"Not now: {cast.ana.user} has {OPEN_REQUESTS_MAX} requests that wait for approval, and orders would be one more."
    )


async def test_requests_of_the_last_hour_are_counted(cast):
    cast.granted(cast.ana, Role.REQUESTER)
    now = cast.world.clock.now()
    for number in range(REQUESTS_MAX):
        asked = proposed(f"op-{number}", pipeline=f"p{number}", requester=cast.ana, needed=1)
        stands(cast.world, asked, State.DENIED, confirmed_at=now)
    not_now, *_ = await cast.hears(cast.ana, "clear", "orders")
    made = f"{cast.ana.user} made {REQUESTS_MAX} requests within {span_in_words(REQUESTS_WITHIN)}"
    assert not_now.startswith(f"Not now: {made}. The next is possible in ")


async def test_of_many_approvers_a_few_are_named(cast):
    cast.granted(cast.ana, Role.REQUESTER)
    for number in range(7):
        cast.granted(Actor(HOME, UserId(f"U{number}")), Role.APPROVER)
    yes, *_ = await cast.hears(cast.ana, "clear", "orders")
    assert yes.endswith(" with 1 approval from U0, U1, U2, U3, U4 or 2 others.")


async def test_for_programs(cast):
    cast.granted(cast.ana, Role.REQUESTER)
    cast.granted(cast.ben, Role.APPROVER)
    cast.world.rules("*", "reason=required")
    document = json.loads(await shown(cast.world, "can-i", cast.ana.user, "clear", "orders", "--json"))
    assert document == {
        "team": "T0ACME",
        "user": cast.ana.user,
        "action": ["clear"],
        "pipeline": "orders",
        "verdict": "with_approval",
        "why": "granted",
        "grant": 1,
        "rules": ["*"],
        "approvals_needed": 1,
        "approvers": [cast.ben.user],
        "reason_required": True,
        "reason_patterns": [],
        "break_glass": False,
        "frozen_until": None,
        "not_checked": None,
    }


@pytest.mark.parametrize(
    ("typed_words", "complaint"),
    [
        (["S0LEADS1", "clear", "orders"], "S0LEADS1 is a user group: ask about one person"),
        (["@ana", "clear", "orders"], "'@ana' is "),
        (["U0ANA1", "delete", "orders"], "'delete' is not one of 'clear', 'stop', 'start'"),
        (["U0ANA1", "clear", "or ders"], "'or ders' cannot be the name of a pipeline: names have 1 to 100"),
        (["U0ANA1", "clear", "prod/orders"], "'prod/orders' cannot be the name of a pipeline"),
    ],
)
def test_what_cannot_be_asked(shell, typed_words, complaint):
    with shell.administration() as administration:
        administration.remember_team(HOME)
    said = shell.types("can-i", *typed_words)
    assert said.status in {1, 2}
    assert said.stderr.startswith("error: "), said.stderr
    assert complaint in said.stderr


def test_the_workspace_has_to_be_known(shell):
    """The bot stores it when it runs; reading stores nothing."""
    shell.begins()
    for who in ("U0ANA1", "UANA"):
        assert f"write T0123ABCD/{who}." in shell.is_refused("can-i", who, "clear", "orders")
    assert shell.does("can-i", "U0ANA1", "clear", "orders", "--team", "T1").startswith("No: U0ANA1 cannot")
    with shell.administration() as administration:
        assert administration.team() is None


def test_several_felderas_make_names_begin_with_a_target(shell):
    shell.begins()
    targets = {"PIPELINE_BOT_TARGETS__PROD__HOST": "prod", "PIPELINE_BOT_TARGETS__STAGING__HOST": "staging"}
    assert "in prod/orders." in shell.is_refused("can-i", "T1/U0ANA1", "clear", "orders", **targets)
    assert shell.does("can-i", "T1/U0ANA1", "clear", "prod/orders", **targets).startswith("No: ")
