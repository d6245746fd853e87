"""Which request the beginning of an id means: one, none that the person may see, or several."""

from datetime import timedelta

import pytest

from bot.domain.access.changes import GrantRole
from bot.domain.access.permissions import Role
from bot.domain.access.visibility import Visibility
from bot.domain.events import EventKind
from bot.domain.operations.operation import State
from bot.engine import replies
from bot.engine.attempted_actions import AttemptedAction
from bot.engine.authorizer import Authorizer
from bot.engine.handlers.look.request_lookup import RequestLookup
from bot.engine.rate_budget import RateBudget
from bot.store.shell_store import Administration
from tests.clock import START
from tests.engine.test_home_refresher import Members
from tests.store.samples import ANA, BEN, CLEO, PROPOSED, becomes, proposed

pytestmark = pytest.mark.anyio


@pytest.fixture
def lookup(store, clock):
    return RequestLookup(store, Authorizer(store, Members(), clock, RateBudget(clock)), clock)


@pytest.fixture
def grants(tmp_path, store):  # noqa: ARG001 - it creates the file
    """Ben approves on `ord*`, Cleo may see nothing."""
    with Administration.open(tmp_path / "bot.db") as administration:
        administration.administer(GrantRole(BEN, Role.APPROVER, "ord*"), by="shell:root", now=START)


async def waits(store, name, pipeline, state=State.AWAITING_APPROVAL):
    await store.propose(proposed(name, pipeline=pipeline), PROPOSED)
    await store.change(name, becomes(state=state, confirmed_at=START), memberships={})


@pytest.fixture
async def requests(store, grants):  # noqa: ARG001 - in this order
    """Two of one beginning that Ben may see, one that he may not, one that is over; and a proposal of somebody."""
    await waits(store, "abcd22", "orders")
    await waits(store, "abcd33", "orders-eu")
    await waits(store, "abcd44", "payments")
    await waits(store, "efgh22", "orders-us", State.WITHDRAWN)
    await waits(store, "efgh33", "orders-asia", State.WITHDRAWN)
    await store.propose(proposed("zzzz22", pipeline="orders"), PROPOSED)


async def find(lookup, actor, beginning):
    return await lookup.find(actor, AttemptedAction.APPROVE, beginning)


async def recorded(store):
    lines = await store.history(limit=20)
    return [line.entry.event.data["why"] for line in lines if line.entry.event.kind is EventKind.REFUSED]


@pytest.mark.usefixtures("requests")
async def test_several_are_listed_as_far_as_the_person_may_see_them(lookup, store):
    """Those that wait before those that are over."""
    several = await find(lookup, BEN, "abcd")
    assert isinstance(several, replies.SeveralRequests)
    assert [each.id for each in several.operations] == ["abcd22", "abcd33"]
    over = await find(lookup, BEN, "efgh")
    assert [each.id for each in over.operations] == ["efgh22", "efgh33"]
    assert await recorded(store) == ["ambiguous_request"] * 2


@pytest.mark.usefixtures("requests")
@pytest.mark.parametrize("beginning", ["abcd2", "abcd22", "efgh3"])
async def test_more_of_the_id_means_one(lookup, store, beginning):
    found = await find(lookup, BEN, beginning)
    assert isinstance(found, str)
    assert found.startswith(beginning)
    assert await recorded(store) == []


@pytest.mark.usefixtures("requests")
@pytest.mark.parametrize("beginning", ["abcd44", "zzzz22", "nope"])
async def test_one_that_may_not_be_seen_is_none(lookup, beginning):
    """Nor is another person's proposal one, even for those who may see its pipeline."""
    assert await find(lookup, BEN, beginning) == replies.NoSuchRequest(beginning)
    for hidden in ("abcd", "abcd22", "efgh", beginning):
        assert await find(lookup, CLEO, hidden) == replies.NoSuchRequest(hidden)


@pytest.mark.usefixtures("requests")
async def test_an_own_request_is_found_without_any_grant(lookup):
    assert await find(lookup, ANA, "abcd44") == "abcd44"


@pytest.mark.usefixtures("grants")
async def test_nothing_pending_says_how_much_the_person_may_see(lookup, clock):
    """Whoever has no grant is told nothing of others; a grant that expired shows nothing."""
    ben, cleo = [(await lookup.pending(actor)).sees for actor in (BEN, CLEO)]
    assert isinstance(ben, Visibility)
    assert (ben.decision.allowed, ben.patterns, ben.unread) == (True, ("ord*",), "")
    assert (cleo.decision.allowed, cleo.patterns, cleo.is_everything) == (False, (), False)
    clock.moves_to(START + timedelta(days=1))
    assert (await lookup.pending(BEN)).operations == ()
