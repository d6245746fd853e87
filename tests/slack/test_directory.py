"""Who somebody is, asked of a Slack over HTTP: every kind of person and group, and every failure."""

from datetime import timedelta

import pytest

from bot.domain.access.permissions import Group, Kind, Membership
from bot.domain.ids import Actor
from bot.engine.ports import Unresolved
from bot.simulator.slack import SlackSimulator
from bot.slack.api.directory import PeopleDirectory
from tests.clock import MovableClock
from tests.slack.odd_slack import odd_slack
from tests.slack.people import HOME, actor, asked, directory, look_at, some

pytestmark = pytest.mark.anyio


def drops(slack, method):
    """Twice: aiohttp asks a second time by itself when the connection of a GET breaks."""
    for _ in range(2):
        slack.drops_the_next_request(method)


@pytest.mark.parametrize(
    ("user", "kind"), [("USLACKBOT", Kind.BOT), ("U0PIPELINE", Kind.BOT), ("U0NOBODY", Kind.OUTSIDER)]
)
async def test_who_is_no_person(people, user, kind):
    """Slackbot and the bot itself are bots, and somebody whom the workspace does not know is a stranger."""
    assert (await look_at(people, Actor(HOME, user), frozenset())).kind is kind


async def test_somebody_of_another_organisation_is_not_even_asked_after(slack, people):
    """Their team is enough, also when they are in a channel with the bot and, by some mistake, in a group of ours."""
    eve = slack.adds_person("eve", team="T0OTHER")
    oncall = slack.adds_user_group("oncall", [eve])
    slack.adds_channel("shared", members=[eve])
    assert await look_at(people, actor(eve), some(oncall)) == Membership(actor(eve), Kind.OUTSIDER)
    assert slack.calls == []


async def test_a_team_that_is_claimed_is_checked(slack, people):
    """Whoever comes as one of ours and is another team's to Slack is a stranger."""
    eve = slack.adds_person("eve", team="T0OTHER")
    slack.adds_channel("shared", members=[eve])
    assert (await look_at(people, Actor(HOME, eve.id), frozenset())).kind is Kind.OUTSIDER


async def test_only_the_groups_that_matter_are_looked_up(slack, people):
    """Those asked for, of our own workspace; what comes back are those the person is in."""
    ana = slack.adds_person("ana")
    oncall, leads, other = (slack.adds_user_group(name, [ana]) for name in ("oncall", "leads", "other"))
    leads.leaves(ana)
    foreign = Group("T0OTHER", other.id)
    membership = await look_at(people, actor(ana), some(oncall, leads) | {foreign})
    assert membership == Membership(actor(ana), groups=frozenset({oncall.id}))
    assert asked(slack) == [
        ("usergroups.users.list", oncall.id),
        ("usergroups.users.list", leads.id),
        ("users.info", ana.id),
    ]


RATE_LIMITED = "Slack rate-limited me; retry in 17 s"
GROUPS, USERS = "usergroups.users.list", "users.info"
TROUBLES = [
    (
        lambda slack, method: slack.rate_limits(method, retry_after=17),
        RATE_LIMITED,
        True,
    ),
    (lambda slack, method: slack.answers_500(method), "Slack is in trouble", True),
    (
        lambda slack, method: slack.fails_next(method, "access_denied"),
        "Slack refuses to say (access_denied)",
        False,
    ),
    (drops, "Slack cannot be reached", True),
]
NO_GROUPS = (
    lambda slack, _: slack.downgrades_plan(),
    "this workspace's Slack plan has no user groups",
    False,
)
NO_TOKEN = (lambda slack, _: slack.refuses_tokens(), "Slack does not accept the bot's token", False)


def retry_after(why):
    """Only a rate limit says when to ask again."""
    return timedelta(seconds=17) if why == RATE_LIMITED else None


@pytest.mark.parametrize(("happens", "why", "transient"), [*TROUBLES, NO_GROUPS])
async def test_a_group_that_cannot_be_looked_up_is_unresolved(slack, people, happens, why, transient):
    """The person is known all the same; the reason is in words, with whether it may pass; nobody is in the group."""
    ana, oncall = actor(slack.adds_person("ana")), slack.adds_user_group("oncall")
    happens(slack, GROUPS)
    membership = await look_at(people, ana, some(oncall))
    assert membership == Membership(
        ana,
        unresolved_groups=frozenset({oncall.id}),
        why=why,
        transient=transient,
        retry_after=retry_after(why),
    )


@pytest.mark.parametrize(("happens", "why", "transient"), [*TROUBLES, NO_TOKEN])
async def test_somebody_who_cannot_be_looked_up_is_unknown(slack, people, happens, why, transient):
    """Unknown is no member: they may do nothing until Slack answers. What Slack refuses does not pass by itself."""
    ana = actor(slack.adds_person("ana"))
    happens(slack, USERS)
    found = await look_at(people, ana, frozenset())
    assert found == Membership(ana, Kind.UNKNOWN, why=why, transient=transient, retry_after=retry_after(why))


async def test_a_group_that_is_gone_is_unresolved(slack, people):
    """Deleted or disabled, whoever was in it is not any more; the other groups are answered for."""
    ana = slack.adds_person("ana")
    oncall, leads = slack.adds_user_group("oncall", [ana]), slack.adds_user_group("leads", [ana])
    oncall.is_disabled()
    gone = Group(HOME, "S0GONE")
    membership = await look_at(people, actor(ana), some(oncall, leads) | {gone})
    assert (membership.groups, membership.unresolved_groups) == ({leads.id}, {oncall.id, "S0GONE"})
    assert membership.why == "there is no such user group, or it is disabled"


async def test_a_scope_that_was_not_given_is_named(clock):
    """An app installed before it could read groups says what it lacks."""
    async with SlackSimulator(clock, scopes={"commands", "chat:write", "users:read"}) as slack:
        ana, oncall = actor(slack.adds_person("ana")), some(slack.adds_user_group("oncall"))
        found = await look_at(directory(slack, clock), ana, oncall)
    assert (found.kind, found.why) == (Kind.MEMBER, "the Slack app lacks the scope usergroups:read")


async def test_a_slack_that_is_down_is_said_once(slack, people):
    """Person and groups alike cannot be looked up, for one reason."""
    ana, oncall = actor(slack.adds_person("ana")), some(slack.adds_user_group("oncall"))
    await slack.goes_down()
    membership = await look_at(people, ana, oncall)
    assert (membership.kind, len(membership.unresolved_groups), membership.why) == (
        Kind.UNKNOWN,
        1,
        "Slack cannot be reached",
    )
    await slack.comes_back()
    assert await look_at(people, ana, oncall) == Membership(ana)


_NONE_OF_THESE = ("deleted", "is_bot", "is_restricted", "is_ultra_restricted")
GOOD = {"id": "U1", "team_id": HOME, **dict.fromkeys(_NONE_OF_THESE, False)}


async def what_is_made_of(answer):
    """The standing of somebody, and in a group, of whom Slack says this whatever it is asked."""
    async with odd_slack() as slack:
        slack.answers(answer)
        people = PeopleDirectory(slack.client, MovableClock(), HOME)
        return await look_at(people, Actor(HOME, "U1"), frozenset({Group(HOME, "S1")}))


@pytest.mark.parametrize(
    "answer",
    [
        b"\xff{",
        ["ok"],
        {"ok": True},
        {"ok": True, "user": None, "users": None},
        {"ok": True, "user": {**GOOD, "id": "U2"}, "users": "U1"},
        {"ok": True, "user": {**GOOD, "is_restricted": None}, "users": [1]},
        {"ok": True, "user": {**GOOD, "is_bot": "no"}, "users": [None]},
        {"ok": True, "user": {key: GOOD[key] for key in GOOD if key != "is_bot"}, "users": {}},
        {"ok": True, "user": {key: GOOD[key] for key in GOOD if key != "deleted"}, "users": 1},
    ],
)
async def test_an_answer_that_makes_no_sense_counts_against_them(answer):
    """Only whoever Slack clearly says to be nothing else is a member; a half answer is none."""
    found = await what_is_made_of(answer)
    assert (found.kind, found.groups, found.unresolved_groups) == (Kind.UNKNOWN, frozenset(), {"S1"})
    assert found.why in {"Slack's answer makes no sense", "Slack is in trouble"}


def on_a_grid(*teams, **said):
    return {"enterprise_user": {"teams": list(teams)}, **said}


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ({}, Kind.MEMBER),
        ({"is_ultra_restricted": True}, Kind.GUEST),
        ({"is_restricted": True}, Kind.GUEST),
        ({"is_stranger": True}, Kind.OUTSIDER),
        ({"is_bot": True}, Kind.BOT),
        ({"deleted": True}, Kind.DEACTIVATED),
        ({"deleted": True, "is_bot": True}, Kind.DEACTIVATED),
        ({"team_id": "T0OTHER"}, Kind.OUTSIDER),
        ({"team_id": None}, Kind.UNKNOWN),
        (on_a_grid(HOME), Kind.MEMBER),
        (on_a_grid("T0SALES", HOME, team_id="E0ACME"), Kind.MEMBER),
        (on_a_grid(HOME, team_id=None), Kind.MEMBER),
        (on_a_grid("T0SALES"), Kind.OUTSIDER),
        (on_a_grid(), Kind.OUTSIDER),
        (on_a_grid(HOME, is_stranger=True), Kind.OUTSIDER),
        (on_a_grid(HOME, is_restricted=True), Kind.GUEST),
        (on_a_grid(7, HOME), Kind.UNKNOWN),
        ({"enterprise_user": {}}, Kind.UNKNOWN),
        ({"enterprise_user": {"teams": None}}, Kind.UNKNOWN),
    ],
)
async def test_each_of_slacks_words_is_enough(said, kind):
    """None needs another beside it to keep somebody out. On a Grid, its list of workspaces decides, not `team_id`."""
    assert (await what_is_made_of({"ok": True, "user": {**GOOD, **said}})).kind is kind


async def test_the_members_of_a_group_are_listed(slack, people):
    """As Slack lists them, whatever kind they are; asked once a minute, like everything else."""
    ana, ben = slack.adds_person("ana"), slack.adds_person("ben", guest=True)
    oncall = slack.adds_user_group("oncall", [ana, ben])
    for _ in range(2):
        assert await people.members(Group(HOME, oncall.id)) == {actor(ana), actor(ben)}
    assert asked(slack) == [("usergroups.users.list", oncall.id)]


async def test_members_that_cannot_be_listed_are_said_not_to_be(slack, people):
    """In words; a group of another workspace is not even asked about."""
    slack.downgrades_plan()
    why = Unresolved("this workspace's Slack plan has no user groups", exists=False)
    assert await people.members(Group(HOME, "S0GONE")) == why
    assert await people.members(Group("T0OTHER", "S0GONE")) == Unresolved("it is of another workspace")
    assert len(slack.calls) == 1
