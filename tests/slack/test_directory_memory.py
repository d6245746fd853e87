"""How long an answer about people is good for, and what it costs Slack: a minute's memory, shared by all who ask."""

import asyncio
from datetime import timedelta

import pytest

from bot.domain.access.permissions import Kind, Membership
from bot.engine.ports import Caller
from tests.slack.people import actor, directory, look_at, some

pytestmark = pytest.mark.anyio

GROUPS = "usergroups.users.list"


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
        "Slack rate-limited me; retry in 8 s",
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
        why="Slack rate-limited me; retry in 60 s",
        transient=True,
        retry_after=timedelta(seconds=60),
    )
