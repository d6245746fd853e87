"""Whom Feldera takes the bot for: its tenant and role, and whether that is the tenant that is set."""

from math import inf

import pytest
from pydantic import SecretStr

from bot.domain.ids import PipelineName
from bot.domain.operations.plans import StepName
from bot.domain.pipelines.pipeline import Identity, NotSent, Problem, ProblemKind
from bot.feldera import FelderaAddress, FelderaClient
from bot.feldera.http.credentials import ApiKey
from bot.feldera.http.tenant_session import Session, of_another_tenant, session
from bot.simulator.feldera import FelderaSimulator
from tests.feldera.replies import CONSOLE, HTML, envelope, reply

ORDERS = PipelineName("orders")
DEFAULT_TENANT = "00000000-0000-0000-0000-000000000000"
OF_A = Session("id-of-a", "team-a", "write")


def test_a_session_is_a_tenant_and_a_role():
    """`GET /v0/config/session` came with roles: before, it is a 404, or the web console."""
    body = {"tenant_id": "t", "tenant_name": "default", "role": "write", "memberships": []}
    assert session(reply(200, body)) == Session("t", "default", "write")
    assert isinstance(session(reply(200, {"role": 3})), Problem)
    assert isinstance(session(reply(403, envelope("InsufficientPermissions"))), Problem)
    assert session(reply(404, envelope("NotFound"))) is None
    assert session(reply(200, CONSOLE, content_type=HTML)) is None


def test_another_tenant_than_the_one_that_is_set_is_no_place_to_act():
    """Feldera ignores the header beside an API key, and shows the pipelines of the key's own tenant."""
    found = of_another_tenant(OF_A, "team-b")
    assert found.trouble is ProblemKind.ELSEWHERE
    assert "team-a" in found.message
    assert "team-b" in found.message
    for wanted in (None, "team-a", "id-of-a"):
        assert of_another_tenant(OF_A, wanted) is None
    assert of_another_tenant(Session("", "", "write"), "team-b") is None


@pytest.mark.anyio
async def test_who_answers_and_what_the_bot_may_there(clock, client):
    """Whether a key may clear anything is known before somebody needs it to; without authentication, everybody may."""
    assert await client.greet() == "Feldera 0.337.0 (Open source)"
    assert (await client.session()).role == "admin"
    for role in ("read", "write"):
        async with FelderaSimulator(clock, api_keys={"apikey:k": role}) as feldera:
            key = ApiKey(SecretStr("apikey:k"))
            async with FelderaClient(FelderaAddress(feldera.url), key, clock=clock) as with_key:
                assert (await with_key.session()).role == role


@pytest.mark.anyio
async def test_its_identity_is_its_address_and_tenant(feldera, client_of):
    """Asked each time: an address may begin to answer for another Feldera, and a login for another tenant."""
    feldera.answers_next(200, body={"tenant_id": "team-a-id", "tenant_name": "team-a"})
    async with client_of(f" {feldera.url.replace('http', 'HTTP')}/v0/ ") as client:
        assert await client.identity() == Identity(feldera.url, "team-a-id")
        assert await client.identity() == Identity(feldera.url, DEFAULT_TENANT)
    assert [request.path for request in feldera.requests] == ["/v0/config/session", "/v0/config/session"]
    async with client_of(feldera.url, tenant="team-b") as client:  # which Feldera ignores beside an API key
        assert (await client.identity()).trouble is ProblemKind.ELSEWHERE


@pytest.mark.anyio
async def test_an_old_feldera_tells_no_tenant(feldera, client):
    """Feldera: `/v0/config/session` since 0.327, before that 404 without a body, as for every unknown path."""
    feldera.is_downgraded()
    assert await client.identity() == Identity(feldera.url, "")
    assert [request.path for request in feldera.requests] == ["/v0/config/session", "/v0/config"]


_404 = {"content_type": None}
_DEFAULT_BACKEND = {"body": b"default backend - 404", "content_type": "text/plain", "times": 2}
_ODD = "Feldera's answer does not have the form this bot knows."


@pytest.mark.parametrize(
    ("status", "answer", "message"),
    [
        (502, {"body": b"", "content_type": None}, "Feldera cannot be reached through its proxy (502)."),
        (404, _404, "Something in front of Feldera hides its `/v0/config/session` (404)."),
        (404, _DEFAULT_BACKEND, "There is no Feldera API at its address (404)."),
        *((200, {"body": odd}, _ODD) for odd in ({}, {"tenant_id": ""}, {"tenant_id": 7}, [])),
    ],
)
@pytest.mark.anyio
async def test_whoever_does_not_tell_is_nobody_and_not_remembered(feldera, client, status, answer, message):
    """A tenant that is not told never matches one that was; only a Feldera of before 0.327 has none."""
    feldera.answers_next(status, **answer)
    assert (await client.identity()).message == message
    assert await client.identity() == Identity(feldera.url, DEFAULT_TENANT)


@pytest.mark.anyio
async def test_an_ambiguous_login_is_a_problem_of_its_own(feldera, client):
    """Feldera: a session of nulls, and 400 for everything else, before it does anything."""
    feldera.login_is_ambiguous()
    ambiguous = Problem(
        ProblemKind.NO_TENANT,
        "The bot's login belongs to several tenants of Feldera, and names none of them.",
        code="AmbiguousTenantMembership",
    )
    assert await client.identity() == await client.session() == ambiguous
    assert await client.observe({ORDERS: None}) == await client.look(ORDERS) == ambiguous
    assert await client.look_at_all() == await client.greet() == ambiguous
    assert await client.submit(StepName.CLEAR, ORDERS, not_after=inf) == NotSent(ambiguous)


@pytest.mark.anyio
async def test_the_tenant_is_named_in_every_request(feldera, client_of):
    """`Feldera-Tenant` chooses among the tenants of a person's token."""
    async with client_of(f"{feldera.url}/v0/", tenant="team-a") as client:
        await client.look(ORDERS)
        await client.submit(StepName.CLEAR, ORDERS, not_after=inf)
    assert [request.tenant for request in feldera.requests] == ["team-a", "team-a"]
    assert feldera.clears["orders"] == 1
