"""The loop of the Homes: who is published for, when it comes back, and that one broken page breaks no other."""

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.domain.access.changes import GrantRole
from bot.domain.access.permissions import Membership, Role
from bot.domain.ids import Actor, TeamId, UserId
from bot.engine.authorizer import Authorizer
from bot.engine.loops.home_refresher import (
    AFTER_A_BUG,
    LOOKED_AFTER_EVERY,
    LOOKS_FOR,
    READERS_MOST,
    ROUNDS_APART,
    HomeRefresher,
)
from bot.engine.ports import ChannelUnusable, RetryLater, StoreUnavailable, Taken
from bot.engine.rate_budget import RateBudget
from bot.store.shell_store import Administration
from tests.clock import START

pytestmark = pytest.mark.anyio


class Members:
    """A workspace in which everybody is a member."""

    async def memberships(self, actors, _groups, **_how):
        return {actor: Membership(actor) for actor in actors}


class Tabs:
    """Keeps whose pages were published, in order; answers or breaks as told, by user."""

    def __init__(self):
        self.published = []
        self.answers = {}

    async def publish(self, page):
        user = page.membership.actor.user
        self.published.append(user)
        answer = self.answers.get(user, Taken(ts=""))
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def tabs():
    return Tabs()


@pytest.fixture
def homes(store, tabs, clock):
    return HomeRefresher(store, Authorizer(store, Members(), clock, RateBudget(clock)), tabs, clock)


def person(name):
    return Actor(TeamId("T1"), UserId(f"U{name}"))


async def test_without_a_reader_there_is_nothing_to_come_back_for(homes, tabs):
    assert await homes.tick() is None
    assert tabs.published == []


async def test_a_reader_is_looked_after_each_minute_for_an_hour(homes, tabs, clock):
    """Whether anything is to be published is the tabs' business: here every page counts."""
    homes.looked_at_by(person("ANA"))
    assert homes.wake.is_set()
    while (back := await homes.tick()) is not None:
        assert back == clock.now() + LOOKED_AFTER_EVERY
        clock.moves_to(back)
    assert clock.now() == START + LOOKS_FOR
    assert len(tabs.published) == LOOKS_FOR / LOOKED_AFTER_EVERY


async def test_whoever_came_last_goes_first(homes, tabs):
    """They look at an empty page, or at an old one."""
    for name in ("ANA", "BEN", "CEM", "ANA"):
        homes.looked_at_by(person(name))
    await homes.tick()
    assert tabs.published == ["UANA", "UCEM", "UBEN"]


async def test_what_changes_within_a_second_is_one_round(homes, tabs, clock):
    """Only who has just come, or pressed a button, is not kept waiting for the next."""
    homes.looked_at_by(person("ANA"))
    homes.looked_at_by(person("BEN"))
    await homes.tick()
    clock.passes(seconds=0.4)
    next_round = START + timedelta(seconds=1)
    assert await homes.tick() == next_round
    assert tabs.published == ["UBEN", "UANA"]
    homes.looked_at_by(person("CEM"))
    assert await homes.tick() == next_round
    assert tabs.published == ["UBEN", "UANA", "UCEM"]
    assert await homes.tick() == next_round
    clock.moves_to(next_round)
    await homes.tick()
    assert tabs.published[3:] == ["UCEM", "UBEN", "UANA"]


async def test_of_many_readers_those_who_came_last_count(homes, tabs):
    """A look-up of each of them a minute is what Slack allows."""
    for number in range(READERS_MOST + 5):
        homes.looked_at_by(person(number))
    await homes.tick()
    assert len(tabs.published) == READERS_MOST
    assert "U4" not in tabs.published
    assert "U5" in tabs.published


async def test_it_comes_back_when_slack_takes_more(homes, tabs):
    """The earliest of all; but never later than the next minute."""
    tabs.answers = {
        "UANA": RetryLater(START + timedelta(seconds=30)),
        "UBEN": RetryLater(START + timedelta(seconds=10)),
        "UCEM": RetryLater(START + timedelta(hours=1)),
    }
    for user in tabs.answers:
        homes.looked_at_by(Actor(TeamId("T1"), UserId(user)))
    assert await homes.tick() == START + timedelta(seconds=10)


async def test_it_comes_back_when_a_page_changes_by_itself(homes, clock, tmp_path):
    ends = START + timedelta(seconds=20)
    with Administration.open(tmp_path / "bot.db") as administration:
        administration.administer(
            GrantRole(person("ANA"), Role.VIEWER, "*", ends), by="shell:owner", now=clock.now()
        )
    homes.looked_at_by(person("ANA"))
    assert await homes.tick() == ends


async def test_whoever_has_no_such_page_is_forgotten(homes, tabs):
    homes.looked_at_by(person("ANA"))
    tabs.answers["UANA"] = ChannelUnusable("not_enabled")
    await homes.tick()
    assert await homes.tick() is None
    assert tabs.published == ["UANA"]


async def test_a_page_that_cannot_be_made_breaks_no_other(homes, tabs, clock):
    """It is logged, left alone for a while, and tried again."""
    homes.looked_at_by(person("BEN"))
    homes.looked_at_by(person("ANA"))
    tabs.answers["UANA"] = ValueError("a bug")
    with capture_logs() as lines:
        await homes.tick()
        clock.passes(seconds=ROUNDS_APART.total_seconds())
        await homes.tick()
    assert [(line["event"], line["user"]) for line in lines] == [("home_failed", "UANA")]
    assert tabs.published == ["UANA", "UBEN", "UBEN"]
    del tabs.answers["UANA"]
    clock.passes(seconds=AFTER_A_BUG.total_seconds())
    await homes.tick()
    assert tabs.published[-2:] == ["UANA", "UBEN"]


async def test_a_store_that_is_away_is_for_the_loop_to_wait_for(homes, tabs):
    homes.looked_at_by(person("ANA"))
    tabs.answers["UANA"] = StoreUnavailable("The disk is full.")
    with pytest.raises(StoreUnavailable):
        await homes.tick()
