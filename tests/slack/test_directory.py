"""Who somebody is, asked of a Slack over HTTP: every kind of person and group, a minute's memory, and every failure."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.access.permissions import Group, Kind, Membership
from bot.domain.ids import Actor
from bot.engine.ports import Caller, Unresolved
from bot.simulator.slack import SlackSimulator
from bot.slack.api.directory import PeopleDirectory
from tests.clock import MovableClock

pytestmark = pytest.mark.anyio

HOME = "T0ACME"


@pytest.fixture
def clock():
    return MovableClock()


@pytest.fixture
async def slack(clock):
    async with SlackSimulator(clock) as slack:
        yield slack


@pytest.fixture
def people(slack, clock):
    return directory(slack, clock)


def directory(slack, clock, **more):
    """A directory whose client repeats nothing on its own."""
    client = AsyncWebClient(slack.bot_token, base_url=slack.url, retry_handlers=[])
    return PeopleDirectory(client, clock, HOME, **more)


def actor(person):
    return Actor(person.team_id, person.id)


async def look_at(people, person, groups, *, fresh=False):
    """One person's standing."""
    return (await people.memberships([person], groups, since=people.mark() if fresh else None))[person]


def some(*groups):
    return frozenset(Group(HOME, group.id) for group in groups)


def asked(slack):
    """What Slack was asked, in any order."""
    return sorted((call.method, *call.args.values()) for call in slack.calls)


def drops(slack, method):
    """Twice: aiohttp asks a second time by itself when the connection of a GET breaks."""
    for _ in range(2):
        slack.drops_the_next_request(method)


@pytest.mark.parametrize(
    ("traits", "kind"),
    [
        ({}, Kind.MEMBER),
        ({"guest": True}, Kind.GUEST),
        ({"single_channel_guest": True}, Kind.GUEST),
        ({"is_bot": True}, Kind.BOT),
        ({"deactivated": True}, Kind.DEACTIVATED),
        ({"deactivated": True, "is_bot": True}, Kind.DEACTIVATED),
    ],
)
async def test_what_somebody_is(slack, people, traits, kind):
    """Slack's traits of a person, each for what it is."""
    ana = actor(slack.adds_person("ana", **traits))
    assert await look_at(people, ana, frozenset()) == Membership(ana, kind)


@pytest.mark.parametrize(
    ("user", "kind"), [("USLACKBOT", Kind.BOT), ("U0PIPELINE", Kind.BOT), ("U0NOBODY", Kind.STRANGER)]
)
async def test_who_is_no_person(people, user, kind):
    """Slackbot and the bot itself are bots, and somebody whom the workspace does not know is a stranger."""
    assert (await look_at(people, Actor(HOME, user), frozenset())).kind is kind


async def test_somebody_of_another_organisation_is_not_even_asked_after(slack, people):
    """Their team is enough, also when they are in a channel with the bot and, by some mistake, in a group of ours."""
    eve = slack.adds_person("eve", team="T0OTHER")
    oncall = slack.adds_user_group("oncall", [eve])
    slack.adds_channel("shared", members=[eve])
    assert await look_at(people, actor(eve), some(oncall)) == Membership(actor(eve), Kind.STRANGER)
    assert slack.calls == []


async def test_a_team_that_is_claimed_is_checked(slack, people):
    """Whoever comes as one of ours and is another team's to Slack is a stranger."""
    eve = slack.adds_person("eve", team="T0OTHER")
    slack.adds_channel("shared", members=[eve])
    assert (await look_at(people, Actor(HOME, eve.id), frozenset())).kind is Kind.STRANGER


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


async def test_an_answer_is_good_for_a_minute(slack, people, clock):
    """Then it is asked for again: nobody keeps or lacks a right for longer."""
    ana, ben = slack.adds_person("ana"), slack.adds_person("ben")
    oncall = slack.adds_user_group("oncall", [ana])
    for person in (ana, ben):
        await look_at(people, actor(person), some(oncall))
    oncall.leaves(ana)
    oncall.joins(ben)
    ana.is_deactivated()
    clock.passes(seconds=60)
    assert (await look_at(people, actor(ana), some(oncall))).groups == {oncall.id}
    assert (await look_at(people, actor(ana), some(oncall))).kind is Kind.MEMBER
    assert len(slack.calls) == 3
    clock.passes(seconds=1)
    assert await look_at(people, actor(ana), some(oncall)) == Membership(actor(ana), Kind.DEACTIVATED)
    assert (await look_at(people, actor(ben), some(oncall))).groups == {oncall.id}
    assert len(slack.calls) == 6


async def test_a_fresh_look_does_not_wait_for_the_minute(slack, people):
    """At approval and at execution the workspace is asked anew; what it says then is known to all."""
    ana = slack.adds_person("ana")
    oncall = slack.adds_user_group("oncall", [ana])
    await look_at(people, actor(ana), some(oncall))
    oncall.leaves(ana)
    ana.becomes_a_guest()
    for fresh in (True, False):
        membership = await look_at(people, actor(ana), some(oncall), fresh=fresh)
        assert membership == Membership(actor(ana), Kind.GUEST)
    assert len(slack.calls) == 4


async def test_many_who_ask_at_once_ask_slack_once(slack, people):
    """One request per person and group, whoever needs it; Slack counts them."""
    cast = [slack.adds_person(name) for name in ("ana", "ben", "cleo")]
    oncall = slack.adds_user_group("oncall", cast)
    slack.hangs("usergroups.users.list")

    async def released():
        await slack.until(lambda: slack.hanging == 1)
        slack.lets_go()

    looks = [look_at(people, actor(person), some(oncall)) for person in [*cast, *cast]]
    *memberships, _ = await asyncio.gather(*looks, released())
    assert {membership.groups for membership in memberships} == {frozenset({oncall.id})}
    assert asked(slack) == [
        ("usergroups.users.list", oncall.id),
        *(("users.info", person.id) for person in cast),
    ]


async def test_a_fresh_look_takes_no_answer_that_was_asked_for_before(slack, people):
    """It asks once the answer under way is there, and those who came meanwhile share what it learns."""
    ana, ben = slack.adds_person("ana"), slack.adds_person("ben")
    oncall = slack.adds_user_group("oncall", [ana, ben])
    slack.hangs("usergroups.users.list")
    first = asyncio.create_task(look_at(people, actor(ana), some(oncall)))
    await slack.until(lambda: slack.hanging == 1)

    async def released():
        slack.lets_go()

    looks = [look_at(people, actor(person), some(oncall), fresh=True) for person in (ana, ben)]
    await asyncio.gather(*looks, released(), first)
    assert [call.method for call in slack.calls].count("usergroups.users.list") == 2


GROUPS = "usergroups.users.list"


@pytest.mark.parametrize(
    ("happens", "why", "transient"),
    [
        pytest.param(
            lambda slack: slack.downgrades_plan(),
            "this workspace's Slack plan has no user groups",
            False,
            id="plan",
        ),
        pytest.param(
            lambda slack: slack.rate_limits(GROUPS, retry_after=17),
            "Slack is asked too often and wants 17 s of quiet",
            True,
            id="429",
        ),
        pytest.param(lambda slack: slack.answers_500(GROUPS), "Slack is in trouble", True, id="500"),
        pytest.param(
            lambda slack: slack.fails_next(GROUPS, "fatal_error"),
            "Slack is in trouble",
            True,
            id="fatal_error",
        ),
        pytest.param(
            lambda slack: slack.fails_next(GROUPS, "team_access_not_granted"),
            "Slack refuses to say (team_access_not_granted)",
            False,
            id="other",
        ),
        pytest.param(lambda slack: drops(slack, GROUPS), "Slack cannot be reached", True, id="dropped"),
    ],
)
async def test_a_group_that_cannot_be_looked_up_is_unresolved(slack, people, happens, why, transient):
    """The person is known all the same; the reason is in words, with whether it may pass; nobody is in the group."""
    ana = actor(slack.adds_person("ana"))
    oncall = some(slack.adds_user_group("oncall"))
    happens(slack)
    membership = await look_at(people, ana, oncall)
    unresolved_groups = frozenset(each.group for each in oncall)
    assert membership == Membership(ana, unresolved_groups=unresolved_groups, why=why, transient=transient)


async def test_a_group_that_is_gone_is_unresolved(slack, people):
    """Deleted or disabled, whoever was in it is not any more; the other groups are answered for."""
    ana = slack.adds_person("ana")
    oncall, leads = slack.adds_user_group("oncall", [ana]), slack.adds_user_group("leads", [ana])
    oncall.is_disabled()
    gone = Group(HOME, "S0GONE")
    membership = await look_at(people, actor(ana), some(oncall, leads) | {gone})
    assert (membership.groups, membership.unresolved_groups) == ({leads.id}, {oncall.id, "S0GONE"})
    assert membership.why == "that user group was deleted or is disabled"


async def test_a_scope_that_was_not_given_is_named(clock):
    """An app installed before it could read groups says what it lacks."""
    async with SlackSimulator(clock, scopes={"commands", "chat:write", "users:read"}) as slack:
        ana, oncall = actor(slack.adds_person("ana")), some(slack.adds_user_group("oncall"))
        membership = await look_at(directory(slack, clock), ana, oncall)
    assert (membership.kind, membership.why) == (
        Kind.MEMBER,
        "the Slack app lacks the scope usergroups:read",
    )


@pytest.mark.parametrize(
    ("happens", "why", "transient"),
    [
        (
            lambda slack: slack.rate_limits("users.info", retry_after=30),
            "Slack is asked too often and wants 30 s of quiet",
            True,
        ),
        (lambda slack: slack.answers_500("users.info"), "Slack is in trouble", True),
        (lambda slack: drops(slack, "users.info"), "Slack cannot be reached", True),
        (lambda slack: slack.refuses_tokens(), "Slack does not accept the bot's token", False),
    ],
)
async def test_somebody_who_cannot_be_looked_up_is_unknown(slack, people, happens, why, transient):
    """Unknown is no member: they may do nothing until Slack answers. What Slack refuses does not pass by itself."""
    ana = actor(slack.adds_person("ana"))
    happens(slack)
    assert await look_at(people, ana, frozenset()) == Membership(
        ana, Kind.UNKNOWN, why=why, transient=transient
    )


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


async def test_what_slack_is_asked_to_wait_for_is_not_asked(slack, people, clock):
    """A 429 holds every look-up of its kind for as long as Slack says, fresh ones too; others go on."""
    ana, ben = actor(slack.adds_person("ana")), actor(slack.adds_person("ben"))
    oncall = some(slack.adds_user_group("oncall"))
    slack.rate_limits("users.info", retry_after=20)
    await look_at(people, ana, frozenset())
    clock.passes(seconds=12)
    membership = await look_at(people, ben, oncall, fresh=True)
    assert (membership.kind, membership.why) == (
        Kind.UNKNOWN,
        "Slack is asked too often and wants 8 s of quiet",
    )
    assert membership.unresolved_groups == frozenset()
    assert [call.method for call in slack.calls] == ["users.info", "usergroups.users.list"]
    clock.passes(seconds=8)
    assert await look_at(people, ben, oncall, fresh=True) == Membership(ben)


async def test_slack_is_not_waited_for_longer_than_an_ack_may_take(slack, clock):
    """Whatever hangs is unknown in time; what was answered is kept, and the next look asks again."""
    ana = slack.adds_person("ana")
    oncall, leads = slack.adds_user_group("oncall", [ana]), slack.adds_user_group("leads", [ana])
    hasty = directory(slack, clock, within=0.2)
    await look_at(hasty, actor(ana), some(leads))
    slack.hangs("usergroups.users.list")
    membership = await look_at(hasty, actor(ana), some(oncall, leads))
    assert membership == Membership(
        actor(ana),
        groups=frozenset({leads.id}),
        unresolved_groups=frozenset({oncall.id}),
        why="Slack did not answer in time",
        transient=True,
    )
    slack.lets_go()
    assert (await look_at(hasty, actor(ana), some(oncall))).groups == {oncall.id}


async def test_several_people_cost_no_more_of_groups_than_one(slack, people):
    """Each person and each group is asked after once, at the same moment: all of it hangs together."""
    cast = [slack.adds_person(name) for name in ("ana", "ben", "cem")]
    groups = some(slack.adds_user_group("oncall", cast[:1]), slack.adds_user_group("leads", cast[1:]))
    slack.hangs("users.info", times=3)
    slack.hangs(GROUPS, times=2)
    everybody = [actor(person) for person in [*cast, *cast]]
    looking = asyncio.create_task(people.memberships(everybody, groups, since=people.mark()))
    await slack.until(lambda: slack.hanging == 5)
    slack.lets_go()
    memberships = await looking
    assert [len(memberships[each].groups) for each in everybody] == [1] * 6
    assert len(slack.calls) == 5


async def test_a_hanging_fresh_look_holds_up_nobody_who_needs_none(slack, people):
    """A minute's memory answers at once, whatever somebody else waits for."""
    ana = actor(slack.adds_person("ana"))
    await look_at(people, ana, frozenset())
    slack.hangs("users.info")
    fresh = asyncio.create_task(look_at(people, ana, frozenset(), fresh=True))
    await slack.until(lambda: slack.hanging == 1)
    assert await look_at(people, ana, frozenset()) == Membership(ana)
    assert not fresh.done()
    slack.lets_go()
    assert await fresh == Membership(ana)


async def test_a_failure_is_not_remembered(slack, people):
    """The next look asks again, and one that failed takes nothing away from what was known."""
    ana = actor(slack.adds_person("ana"))
    slack.answers_500("users.info")
    assert (await look_at(people, ana, frozenset())).kind is Kind.UNKNOWN
    assert (await look_at(people, ana, frozenset())).kind is Kind.MEMBER
    slack.answers_500("users.info")
    assert (await look_at(people, ana, frozenset(), fresh=True)).kind is Kind.UNKNOWN
    assert (await look_at(people, ana, frozenset())).kind is Kind.MEMBER
    assert len(slack.calls) == 3


GOOD = {
    "id": "U1",
    "team_id": HOME,
    "deleted": False,
    "is_bot": False,
    "is_restricted": False,
    "is_ultra_restricted": False,
}


@asynccontextmanager
async def answering(response):
    """A server in Slack's place that always answers the same."""

    async def handle(_request):
        return web.Response(**response) if "body" in response else web.json_response(response["json"])

    app = web.Application()
    app.router.add_route("*", "/api/{method}", handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield AsyncWebClient("xoxb-1", base_url=f"http://127.0.0.1:{runner.addresses[0][1]}/api/")
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(
    "response",
    [
        {"body": b"hello", "content_type": "text/plain"},
        {"body": b"\xff{", "content_type": "application/json"},
        {"json": ["ok"]},
        {"json": {"ok": True}},
        {"json": {"ok": True, "user": None, "users": None}},
        {"json": {"ok": True, "user": {**GOOD, "id": "U2"}, "users": "U1"}},
        {"json": {"ok": True, "user": {**GOOD, "is_restricted": None}, "users": [1]}},
        {"json": {"ok": True, "user": {**GOOD, "is_bot": "no"}, "users": [None]}},
        {"json": {"ok": True, "user": {key: GOOD[key] for key in GOOD if key != "is_bot"}, "users": {}}},
        {"json": {"ok": True, "user": {key: GOOD[key] for key in GOOD if key != "deleted"}, "users": 1}},
    ],
)
async def test_an_answer_that_makes_no_sense_counts_against_them(clock, response):
    """Only whoever Slack clearly says to be nothing else is a member; a half answer is none."""
    async with answering(response) as client:
        people = PeopleDirectory(client, clock, HOME)
        membership = await look_at(people, Actor(HOME, "U1"), frozenset({Group(HOME, "S1")}))
    assert (membership.kind, membership.groups, membership.unresolved_groups) == (
        Kind.UNKNOWN,
        frozenset(),
        frozenset({"S1"}),
    )
    assert membership.why in {"Slack's answer makes no sense", "Slack is in trouble"}


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ({}, Kind.MEMBER),
        ({"is_ultra_restricted": True}, Kind.GUEST),
        ({"is_restricted": True}, Kind.GUEST),
        ({"is_stranger": True}, Kind.STRANGER),
        ({"is_bot": True}, Kind.BOT),
        ({"deleted": True}, Kind.DEACTIVATED),
    ],
)
async def test_each_of_slacks_words_is_enough(clock, said, kind):
    """None of them needs another one beside it to keep somebody out."""
    async with answering({"json": {"ok": True, "user": {**GOOD, **said}}}) as client:
        membership = await look_at(PeopleDirectory(client, clock, HOME), Actor(HOME, "U1"), frozenset())
    assert membership == Membership(Actor(HOME, "U1"), kind)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ({"enterprise_user": {"teams": [HOME]}}, Kind.MEMBER),
        ({"team_id": "E0ACME", "enterprise_user": {"teams": ["T0SALES", HOME]}}, Kind.MEMBER),
        ({"team_id": None, "enterprise_user": {"teams": [HOME]}}, Kind.MEMBER),
        ({"enterprise_user": {"teams": ["T0SALES"]}}, Kind.STRANGER),
        ({"enterprise_user": {"teams": []}}, Kind.STRANGER),
        ({"enterprise_user": {"teams": [HOME]}, "is_stranger": True}, Kind.STRANGER),
        ({"enterprise_user": {"teams": [HOME]}, "is_restricted": True}, Kind.GUEST),
        ({"enterprise_user": {"teams": [HOME]}, "deleted": True}, Kind.DEACTIVATED),
        ({"enterprise_user": {}}, Kind.UNKNOWN),
        ({"enterprise_user": {"teams": None}}, Kind.UNKNOWN),
        ({"enterprise_user": {"teams": [7, HOME]}}, Kind.UNKNOWN),
        ({"team_id": None}, Kind.UNKNOWN),
    ],
)
async def test_on_a_grid_its_list_of_workspaces_decides(clock, said, kind):
    """There `team_id` proves nothing; and without the list, nobody is a member."""
    async with answering({"json": {"ok": True, "user": {**GOOD, **said}}}) as client:
        membership = await look_at(PeopleDirectory(client, clock, HOME), Actor(HOME, "U1"), frozenset())
    assert membership.kind is kind


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
    why = Unresolved("this workspace's Slack plan has no user groups")
    assert await people.members(Group(HOME, "S0GONE")) == why
    assert await people.members(Group("T0OTHER", "S0GONE")) == Unresolved("it is of another workspace")
    assert len(slack.calls) == 1


async def test_what_is_shown_may_be_older_while_slack_may_not_be_asked(slack, people, clock):
    """Ten minutes at most, and a decision rests on none of it; each group is asked about in its turn."""
    member = slack.adds_person("ana")
    ana, groups = actor(member), some(*(slack.adds_user_group(f"team{at}", [member]) for at in range(18)))

    async def groups_for(caller):
        return len((await people.memberships([ana], groups, caller=caller))[ana].groups)

    assert await groups_for(Caller.DISPLAY) == 10
    assert await groups_for(Caller.PEOPLE) == 15
    clock.passes(seconds=61)
    assert await groups_for(Caller.DISPLAY) == 18
    assert await groups_for(Caller.PEOPLE) == 15
    clock.passes(minutes=11)
    assert await groups_for(Caller.DISPLAY) == 10


async def test_no_memory_has_to_do_for_changes_of_access(slack, people):
    """Nobody is looked up once more after them: while Slack may not be asked, the person's groups are not known."""
    member = slack.adds_person("ana")
    ana, groups = actor(member), [slack.adds_user_group(f"team{at}", [member]) for at in range(15)]
    await people.memberships([ana], some(*groups))

    async def asked_by(caller):
        return (await people.memberships([ana], some(groups[0]), since=people.mark(), caller=caller))[ana]

    assert (await asked_by(Caller.PEOPLE)).groups == {groups[0].id}
    assert await asked_by(Caller.ACCESS) == Membership(
        ana,
        unresolved_groups=frozenset({groups[0].id}),
        why="Slack is asked too often and wants 60 s of quiet",
        transient=True,
    )
