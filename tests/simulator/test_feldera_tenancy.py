"""Whose pipelines a caller sees, and lists that lose rows: as the real Feldera has been seen to answer."""

import aiohttp
import pytest

from bot.simulator.feldera import FelderaSimulator
from tests.clock import MovableClock

pytestmark = pytest.mark.anyio

TENANT = "0198d2a4-5e0b-7c11-9c2e-2d9d1f0a7b10"
OURS, THEIRS = "apikey:ours", "apikey:theirs"


async def asks(feldera: FelderaSimulator, path: str, key: str = "", method: str = "GET"):
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    async with (
        aiohttp.ClientSession(headers=headers) as client,
        client.request(method, f"{feldera.url}{path}") as reply,
    ):
        return reply.status, await reply.json(content_type=None)


async def names(feldera, key=""):
    _, listed = await asks(feldera, "/v0/pipelines?selector=status", key)
    return [each["name"] for each in listed]


@pytest.fixture
async def feldera():
    async with FelderaSimulator(MovableClock()) as simulator:
        for name in ("orders", "users"):
            simulator.adds(name)
        yield simulator


async def test_a_key_belongs_to_one_tenant(feldera):
    """Each sees its own pipelines; the same name is another pipeline there."""
    theirs = FelderaSimulator(feldera.clock, tenant_id=TENANT, installation=1)
    theirs.adds("orders")
    feldera.gives_key(OURS, feldera)
    feldera.gives_key(THEIRS, theirs)
    assert (await names(feldera, OURS), await names(feldera, THEIRS)) == (["orders", "users"], ["orders"])
    _, session = await asks(feldera, "/v0/config/session", THEIRS)
    assert (session["tenant_id"], session["role"]) == (TENANT, "write")
    assert (await asks(feldera, "/v0/pipelines/users?selector=status", THEIRS))[0] == 404
    await asks(feldera, "/v0/pipelines/orders/clear", THEIRS, "POST")
    assert (feldera.clears["orders"], theirs.clears["orders"]) == (0, 1)
    assert feldera.pipeline("orders").id != theirs.pipeline("orders").id


async def test_an_address_answers_for_another_feldera(feldera):
    """And for its own again."""
    another = FelderaSimulator(feldera.clock, tenant_id=TENANT, installation=1)
    feldera.answers_as(another)
    assert await names(feldera) == []
    feldera.answers_as(feldera)
    assert await names(feldera) == ["orders", "users"]


async def test_a_login_of_several_tenants_is_shown_nothing(feldera):
    """A session of nulls, and 400 with a code of its own for all else; paths without a login stay open."""
    feldera.login_is_ambiguous()
    _, session = await asks(feldera, "/v0/config/session")
    assert session == {"tenant_id": None, "tenant_name": None, "role": None, "memberships": []}
    for method, path in (
        ("GET", "/v0/pipelines"),
        ("POST", "/v0/pipelines/orders/clear"),
        ("GET", "/v0/config"),
    ):
        status, body = await asks(feldera, path, method=method)
        assert (status, body["error_code"]) == (400, "AmbiguousTenantMembership")
    assert (await asks(feldera, "/healthz"))[0] == 200
    assert feldera.clears == {}


async def test_a_list_loses_rows_and_a_look_does_not(feldera):
    """Once, for each time it was told to."""
    feldera.lists_nothing()
    feldera.leaves_out("orders")
    assert (await asks(feldera, "/v0/pipelines/orders?selector=status"))[0] == 200
    assert [await names(feldera) for _ in range(3)] == [[], ["users"], ["orders", "users"]]


async def test_files_stay_where_deleting_fails(feldera):
    """The storage becomes `Cleared` all the same."""
    feldera.leaves_files("orders")
    for name in ("orders", "users"):
        feldera.someone_clears(name)
    feldera.clock.passes(seconds=5)
    cleared = {each.name: (each.storage.value, each.has_files_left) for each in feldera.pipelines}
    assert cleared == {"orders": ("Cleared", True), "users": ("Cleared", False)}
