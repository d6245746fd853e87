"""Publishing Homes: what stands already costs nothing, Slack's limits are kept, and whatever it answers is a value."""

from datetime import timedelta

import pytest

from bot.domain.access.permissions import Membership, Role
from bot.domain.home_content import HomePage
from bot.domain.ids import Actor, TeamId, UserId
from bot.engine.ports import ChannelUnusable, RetryLater, Taken
from bot.slack.publishing.home_tabs import PUBLISHED_A_MINUTE, SlackHomeTabs
from bot.slack.publishing.threads import AFTER_TROUBLE
from tests.clock import START
from tests.domain.samples import grant
from tests.simulator.slack_apps import client_of, error_of
from tests.slack.odd_slack import NO_ANSWERS, RATE_LIMITS, odd_slack

pytestmark = pytest.mark.anyio


@pytest.fixture
def tabs(slack, clock):
    return SlackHomeTabs(client_of(slack), clock, "https://acme.slack.com/")


def page(user, *, granted=1):
    """Somebody's page; another number of grants makes it another page."""
    reader = Actor(TeamId("T0ACME"), UserId(user))
    return HomePage(
        Membership(reader), tuple(grant(reader, Role.VIEWER, "*", id=number) for number in range(granted))
    )


async def test_the_same_page_costs_nothing(slack, tabs):
    ana = slack.adds_person("ana")
    for _ in range(3):
        assert await tabs.publish(page(ana.id)) == Taken(ts="")
    assert [call.method for call in slack.calls] == ["views.publish"]


async def test_a_second_between_two_pages_of_one_person(slack, tabs, clock):
    ana, ben = slack.adds_person("ana"), slack.adds_person("ben")
    assert isinstance(await tabs.publish(page(ana.id)), Taken)
    assert await tabs.publish(page(ana.id, granted=2)) == RetryLater(START + timedelta(seconds=1))
    assert isinstance(await tabs.publish(page(ben.id)), Taken)
    clock.passes(seconds=1)
    assert isinstance(await tabs.publish(page(ana.id, granted=2)), Taken)


async def test_fewer_a_minute_than_slack_refuses(slack, tabs, clock):
    """The rest has to wait until the first of them is a minute ago; Slack never has to say so."""
    people = [slack.adds_person(f"p{number}") for number in range(PUBLISHED_A_MINUTE + 1)]
    for person in people[:-1]:
        assert isinstance(await tabs.publish(page(person.id)), Taken)
        clock.passes(seconds=0.1)
    assert await tabs.publish(page(people[-1].id)) == RetryLater(START + timedelta(minutes=1))
    clock.moves_to(START + timedelta(minutes=1))
    assert isinstance(await tabs.publish(page(people[-1].id)), Taken)
    assert {call.error for call in slack.calls} == {None}


async def test_a_late_page_never_replaces_a_newer_one(slack, tabs, clock):
    """Each names the page that it replaces: Slack refuses one that comes after that page is gone."""
    ana = slack.adds_person("ana")
    for granted in (1, 2, 3):
        await tabs.publish(page(ana.id, granted=granted))
        clock.passes(seconds=1)
    newest = ana.home.body
    _, late, _ = slack.calls
    assert await error_of(tabs.client.api_call("views.publish", json=dict(late.args))) == "hash_conflict"
    assert ana.home.body == newest


async def test_what_slack_itself_says_stands_there_counts(slack, tabs, clock):
    """After a restart it is named as what is replaced; and what was published last is, if it does not stand there."""
    ana = slack.adds_person("ana")
    old = await tabs.client.views_publish(
        user_id=ana.id, view={"type": "home", "blocks": [{"type": "divider"}]}
    )
    tabs.found(ana.id, old["view"]["hash"])
    await tabs.publish(page(ana.id))
    assert slack.calls[-1].args["hash"] == old["view"]["hash"]
    tabs.found(ana.id, ana.home.hash)
    await tabs.publish(page(ana.id))
    assert len(slack.calls) == 2
    tabs.found(ana.id, None)
    clock.passes(seconds=1)
    await tabs.publish(page(ana.id))
    assert len(slack.calls) == 3


async def test_a_conflict_is_settled_by_the_next_publication(slack, tabs, clock):
    ana = slack.adds_person("ana")
    await tabs.publish(page(ana.id))
    view = {"type": "home", "blocks": [{"type": "divider"}]}
    await tabs.client.views_publish(user_id=ana.id, view=view)
    clock.passes(seconds=1)
    assert await tabs.publish(page(ana.id, granted=2)) == RetryLater(clock.now() + timedelta(seconds=1))
    clock.passes(seconds=1)
    assert isinstance(await tabs.publish(page(ana.id, granted=2)), Taken)
    assert ana.home.body["blocks"] != view["blocks"]


@pytest.mark.parametrize("error", ["user_not_found", "not_enabled"])
async def test_nobody_there(slack, tabs, error):
    ana = slack.adds_person("ana")
    slack.fails_next("views.publish", error)
    assert await tabs.publish(page(ana.id)) == ChannelUnusable(error)


@pytest.fixture
async def odd():
    """Something in Slack's place, and the tabs that it is asked for."""
    async with odd_slack() as slack:
        yield slack


@pytest.fixture
def odd_tabs(odd, clock):
    return SlackHomeTabs(odd.client, clock, "https://acme.slack.com/")


@pytest.mark.parametrize("kind", NO_ANSWERS)
async def test_what_makes_no_sense_is_tried_again_and_holds_up_nobody_else(odd, odd_tabs, clock, kind):
    """Whatever stands between the bot and Slack answers: nothing is raised, and the page counts as not shown."""
    odd.answers(**NO_ANSWERS[kind])
    assert await odd_tabs.publish(page("UANA")) == RetryLater(START + AFTER_TROUBLE, in_doubt=True)
    odd.answers({"ok": True, "view": {"hash": "1.a"}})
    assert isinstance(await odd_tabs.publish(page("UBEN")), Taken)
    assert isinstance(await odd_tabs.publish(page("UANA")), RetryLater)
    assert len(odd.asked) == 2
    clock.passes(minutes=1)
    assert isinstance(await odd_tabs.publish(page("UANA")), Taken)
    assert len(odd.asked) == 3


async def test_no_connection_holds_up_everybody(slack, tabs, clock):
    ana, ben = slack.adds_person("ana"), slack.adds_person("ben")
    await slack.goes_down()
    later = RetryLater(START + AFTER_TROUBLE)
    assert await tabs.publish(page(ana.id)) == later
    assert await tabs.publish(page(ben.id)) == later
    await slack.comes_back()
    assert await tabs.publish(page(ben.id)) == later
    clock.moves_to(START + AFTER_TROUBLE)
    assert isinstance(await tabs.publish(page(ben.id)), Taken)


@pytest.mark.parametrize("kind", RATE_LIMITS)
async def test_slack_is_left_alone_as_long_as_it_asks(odd, odd_tabs, kind):
    odd.answers(**RATE_LIMITS[kind], status=429, Retry_After="40")
    later = RetryLater(START + timedelta(seconds=40))
    assert await odd_tabs.publish(page("UANA")) == await odd_tabs.publish(page("UBEN")) == later
    assert len(odd.asked) == 1


@pytest.mark.parametrize("said", [{}, {"view": None}, {"view": {"hash": 1}}, {"view": []}])
async def test_an_answer_without_a_hash(odd, odd_tabs, said):
    """The page stands; the next one is published without naming what it replaces."""
    odd.answers({"ok": True, **said})
    for _ in range(2):
        assert isinstance(await odd_tabs.publish(page("UANA")), Taken)
    assert len(odd.asked) == 1
