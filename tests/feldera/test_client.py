"""The client against a Feldera over real HTTP: what is asked, what comes back, and what goes wrong on the way."""

import asyncio
import contextlib
import gzip
from collections.abc import Mapping
from math import inf

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot.domain.ids import PipelineName
from bot.domain.operations.plans import StepName
from bot.domain.pipelines.pipeline import (
    Absent,
    Accepted,
    Checkpoints,
    Identity,
    NotSent,
    PipelineEvents,
    Problem,
    ProblemKind,
    Refusal,
    Refused,
    RunnerHealth,
    Seen,
    Storage,
    Unknown,
)
from bot.feldera import FelderaAddress, FelderaClient, NoCredentials
from bot.feldera.http.credentials import ApiKey
from bot.simulator.feldera import FelderaSimulator
from tests.clock import START, MovableClock

pytestmark = pytest.mark.anyio

ORDERS = PipelineName("orders")
DEFAULT_TENANT = "00000000-0000-0000-0000-000000000000"


def posts(feldera: FelderaSimulator) -> int:
    return sum(request.method == "POST" for request in feldera.requests)


async def test_a_look_is_one_small_request(feldera: FelderaSimulator, client: FelderaClient) -> None:
    """Feldera's default selector sends whole programs: the bot asks for the status alone."""
    look = await client.look(ORDERS)

    assert isinstance(look, Seen)
    assert look.pipeline.is_stopped
    assert (look.pipeline.name, look.pipeline.storage) == (ORDERS, Storage.IN_USE)
    assert look.pipeline.status_since == START
    assert look.pipeline.checkpoints == Checkpoints(count=2, size=1024)
    (asked,) = feldera.requests
    assert (asked.method, asked.path, asked.query) == ("GET", "/v0/pipelines/orders", {"selector": "status"})
    assert not asked.has_authorization


async def test_a_pipeline_that_is_not_there_is_absent(client: FelderaClient) -> None:
    """Feldera's own 404 is an answer, not a problem."""
    assert await client.look(PipelineName("nope")) == Absent()


async def test_a_look_at_all_is_one_request(feldera: FelderaSimulator, client: FelderaClient) -> None:
    """Watching a hundred pipelines costs what watching one does."""
    feldera.adds("payments", running=True)

    pipelines = await client.look_at_all()

    assert isinstance(pipelines, Mapping)
    assert {name: pipeline.status for name, pipeline in pipelines.items()} == {
        "orders": "Stopped",
        "payments": "Running",
    }
    (asked,) = feldera.requests
    assert (asked.path, asked.query) == ("/v0/pipelines", {"selector": "status"})


async def test_a_clear_is_accepted_and_then_seen(
    feldera: FelderaSimulator, client: FelderaClient, clock: MovableClock
) -> None:
    """202 says only that Feldera has taken it on; looking tells when it is done, the history how it went."""
    assert await client.submit(StepName.CLEAR, ORDERS, not_after=inf) == Accepted()

    clock.passes(seconds=2)
    look, history = await client.look(ORDERS), await client.history(ORDERS)

    assert isinstance(look, Seen)
    assert look.pipeline.storage is Storage.CLEARED
    assert look.pipeline.checkpoints == Checkpoints(count=0, size=0)
    assert isinstance(history, PipelineEvents)
    assert [change.storage for change in history.changes[:2]] == [Storage.CLEARED, Storage.CLEARING]
    assert history.changes[0].at > history.changes[1].at == START
    assert (feldera.clears["orders"], posts(feldera)) == (1, 1)


async def test_a_running_pipeline_is_refused_in_felderas_words(
    feldera: FelderaSimulator, client: FelderaClient
) -> None:
    """Feldera: 400 unless the pipeline is fully stopped."""
    feldera.adds("payments", running=True)

    assert await client.submit(StepName.CLEAR, PipelineName("payments"), not_after=inf) == Refused(
        Refusal.BY_RULE,
        "Cannot transition storage status from 'in_use' to 'clearing' with resources status 'provisioned' and"
        " desired status 'provisioned'. Storage status cannot be changed unless the pipeline is fully stopped.",
        "StorageStatusImmutableUnlessStopped",
    )


async def test_a_feldera_that_is_down_was_sent_nothing(
    feldera: FelderaSimulator, client: FelderaClient
) -> None:
    """A refused connection carries no request, even where one was open before; later all is well again."""
    await client.look(ORDERS)
    await feldera.goes_down()
    machine = feldera.url.removeprefix("http://")
    nobody = Problem(ProblemKind.UNREACHABLE, f"No connection to Feldera at {machine}.")

    assert await client.submit(StepName.CLEAR, ORDERS, not_after=inf) == NotSent(nobody)
    assert await client.look(ORDERS) == nobody
    assert await client.look_at_all() == nobody
    assert await client.history(ORDERS) == nobody
    assert await client.runner_health() == RunnerHealth(None, nobody.message)
    assert await client.greet() == nobody

    await feldera.comes_back()
    assert await client.submit(StepName.CLEAR, ORDERS, not_after=inf) == Accepted()


BROKEN = Problem(ProblemKind.UNREACHABLE, "The connection to Feldera broke before its answer was complete.")


async def test_a_lost_reply_is_unknown_and_never_sent_again(
    feldera: FelderaSimulator, client: FelderaClient
) -> None:
    """The clear was made, and the client cannot know: it says so, and leaves looking to the engine."""
    feldera.loses_the_next_reply()

    assert await client.submit(StepName.CLEAR, ORDERS, not_after=inf) == Unknown(BROKEN)
    assert (feldera.clears["orders"], posts(feldera)) == (1, 1)


async def test_a_lost_request_is_unknown_too(feldera: FelderaSimulator, client: FelderaClient) -> None:
    """From here a request that was dropped unread looks the same as a reply that was lost."""
    feldera.drops_the_next_request()

    assert await client.submit(StepName.CLEAR, ORDERS, not_after=inf) == Unknown(BROKEN)
    assert (feldera.clears["orders"], posts(feldera)) == (0, 1)


async def test_a_lock_is_not_sent_and_says_when_to_come_back(
    feldera: FelderaSimulator, client: FelderaClient
) -> None:
    """Feldera: 503 `LockTookTooLong` with `Retry-After: 5`; its transaction is undone."""
    feldera.is_locked()

    answer = await client.submit(StepName.CLEAR, ORDERS, not_after=inf)

    assert isinstance(answer, NotSent)
    assert answer.problem.trouble is ProblemKind.BUSY
    assert (answer.problem.code, answer.problem.retry_after) == ("LockTookTooLong", 5.0)
    assert (feldera.clears["orders"], posts(feldera)) == (0, 1)


async def test_a_proxys_error_page_leaves_a_clear_unknown(
    feldera: FelderaSimulator, client: FelderaClient
) -> None:
    """A 502 may come after the proxy passed the request on."""
    feldera.proxy_fails(times=2)
    failed = Problem(ProblemKind.UNREACHABLE, "Feldera cannot be reached through its proxy (502).")

    assert await client.submit(StepName.CLEAR, ORDERS, not_after=inf) == Unknown(failed)
    assert await client.look(ORDERS) == failed
    assert posts(feldera) == 1


@pytest.mark.parametrize("once_processed", [False, True])
async def test_silence_is_unreachable_and_leaves_a_clear_unknown(
    feldera: FelderaSimulator, clock: MovableClock, *, once_processed: bool
) -> None:
    """After the time allowed the client gives up waiting; what Feldera does with the request is open."""
    feldera.hangs(once_processed=once_processed)
    silent = Problem(ProblemKind.UNREACHABLE, "Feldera did not answer within 0.5 s.")
    address = FelderaAddress(feldera.url, request_timeout=0.5)
    async with FelderaClient(address, NoCredentials(), clock=clock) as client:
        assert await client.submit(StepName.CLEAR, ORDERS, not_after=inf) == Unknown(silent)
        assert await client.look(ORDERS) == silent

    assert posts(feldera) == 1
    assert feldera.clears["orders"] == once_processed


async def test_a_cancelled_look_is_cancelled(feldera: FelderaSimulator, clock: MovableClock) -> None:
    """Shutting down must not wait for Feldera, nor be taken for one of its troubles."""
    feldera.hangs()
    async with FelderaClient(FelderaAddress(feldera.url), NoCredentials(), clock=clock) as client:
        look = asyncio.create_task(client.look(ORDERS))
        while not feldera.requests:  # noqa: ASYNC110 - the books of the simulator wake nobody
            await asyncio.sleep(0)
        look.cancel()

        with pytest.raises(asyncio.CancelledError):
            await look


async def test_a_redirect_is_not_followed(feldera: FelderaSimulator, client: FelderaClient) -> None:
    """A POST sent on to another address would be a second request, to somebody unknown."""
    elsewhere = {"Location": f"{feldera.url}/v0/pipelines/orders/clear"}
    feldera.answers_next(307, headers=elsewhere, method="POST")

    answer = await client.submit(StepName.CLEAR, ORDERS, not_after=inf)

    assert isinstance(answer, Unknown)
    assert answer.problem.trouble is ProblemKind.NOT_FELDERA
    assert (feldera.clears["orders"], posts(feldera)) == (0, 1)


async def test_the_web_console_is_not_the_api(feldera: FelderaSimulator, clock: MovableClock) -> None:
    """Feldera serves its console with 200 on every path it does not know: the sign of a wrong address."""
    async with FelderaClient(FelderaAddress(f"{feldera.url}/ui"), NoCredentials(), clock=clock) as misled:
        problem = Problem(
            ProblemKind.NOT_FELDERA, "Something other than the Feldera API answers at its address."
        )

        assert await misled.look(ORDERS) == problem
        assert await misled.look_at_all() == problem
        assert await misled.greet() == problem


async def test_an_endless_answer_is_not_read_to_its_end(
    feldera: FelderaSimulator, client: FelderaClient
) -> None:
    """A rogue server cannot fill the bot's memory; a list may be longer than a status."""
    long = b"[" + b" " * (5 * 2**20) + b"]"
    feldera.answers_next(200, body=long, times=3)

    assert await client.look(ORDERS) == Problem(
        ProblemKind.UNEXPECTED, "Feldera's answer is longer than 4 MiB."
    )
    assert await client.look_at_all() == {}
    assert await client.submit(StepName.CLEAR, ORDERS, not_after=inf) == Unknown(
        Problem(ProblemKind.UNEXPECTED, "Feldera's answer is longer than 4 MiB.")
    )


async def test_an_answer_that_dribbles_is_given_up(clock: MovableClock) -> None:
    """A server that is never silent for long, and never done, cannot hold the bot."""

    async def dribbles(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 4000000\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            while not writer.is_closing():
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0)
        writer.close()

    async with await asyncio.start_server(dribbles, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        address = FelderaAddress(f"http://127.0.0.1:{port}", request_timeout=0.2)
        async with FelderaClient(address, NoCredentials(), clock=clock) as client:
            answer = await client.submit(StepName.CLEAR, ORDERS, not_after=inf)

    assert answer == Unknown(
        Problem(ProblemKind.UNREACHABLE, "Feldera's answer was not complete within 0.8 s.")
    )


async def test_nothing_is_unpacked(clock: MovableClock) -> None:
    """A few kilobytes may unpack to gigabytes: the bot asks for answers as they are, and reads no other."""
    heads: list[bytes] = []
    packed = gzip.compress(gzip.compress(bytes(2**23)))

    async def packs(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip, gzip\r\n"
            b"Content-Length: %d\r\n\r\n%s" % (len(packed), packed)
        )
        writer.close()

    problem = Problem(
        ProblemKind.NOT_FELDERA,
        "Something in front of Feldera compresses its answers, which the bot did not ask for.",
    )
    async with await asyncio.start_server(packs, "127.0.0.1", 0) as server:
        address = FelderaAddress(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        async with FelderaClient(address, NoCredentials(), clock=clock) as client:
            assert await client.look(ORDERS) == problem
            assert await client.submit(StepName.CLEAR, ORDERS, not_after=inf) == Unknown(problem)

    assert all(b"\r\naccept-encoding: identity\r\n" in head.lower() for head in heads)


async def test_identity_is_no_encoding(feldera: FelderaSimulator, client: FelderaClient) -> None:
    feldera.answers_next(200, headers={"Content-Encoding": "Identity"}, body=[])

    assert await client.look_at_all() == {}


async def test_an_error_is_read_no_further_than_a_status(
    feldera: FelderaSimulator, client: FelderaClient
) -> None:
    """Only a list may be long: parsing an error takes one go."""
    feldera.answers_next(500, body=b" " * (5 * 2**20))

    assert await client.look_at_all() == Problem(
        ProblemKind.UNEXPECTED, "Feldera's answer is longer than 4 MiB."
    )


async def test_the_runners_health_is_felderas_word(feldera: FelderaSimulator, client: FelderaClient) -> None:
    """Well with 200, unwell with 503: both are answers. What it says besides names its machines, and goes to the log."""
    assert (await client.runner_health()).healthy is True

    feldera.runner_is(False, "no answer from http://runner.internal:8089/healthz")

    with capture_logs() as lines:
        assert await client.runner_health() == RunnerHealth(healthy=False)
    assert [line["says"] for line in lines if line["event"] == "feldera.runner_unhealthy"] == [
        "no answer from http://runner.internal:8089/healthz"
    ]


async def test_greeting_says_which_feldera_it_is(client: FelderaClient) -> None:
    """At start-up this proves the address and the credentials."""
    assert await client.greet() == "Feldera 0.337.0 (Open source)"


@pytest.mark.parametrize("role", ["read", "write"])
async def test_the_role_is_that_of_the_credentials(clock: MovableClock, role: str) -> None:
    """Whether a key may clear anything is known before somebody needs it to."""
    async with FelderaSimulator(clock, api_keys={"apikey:k": role}) as feldera:
        address, key = FelderaAddress(feldera.url), ApiKey(SecretStr("apikey:k"))
        async with FelderaClient(address, key, clock=clock) as client:
            assert (await client.session()).role == role


async def test_without_authentication_everybody_is_admin(client: FelderaClient) -> None:
    assert (await client.session()).role == "admin"


async def test_its_identity_is_its_address_and_tenant(feldera: FelderaSimulator, clock: MovableClock) -> None:
    """Asked each time: an address may begin to answer for another Feldera, and a login for another tenant."""
    feldera.answers_next(200, body={"tenant_id": "team-a-id", "tenant_name": "team-a"})
    address = FelderaAddress(f" {feldera.url.replace('http', 'HTTP')}/v0/ ")
    async with FelderaClient(address, NoCredentials(), clock=clock) as client:
        assert await client.identity() == Identity(feldera.url, "team-a-id")
        assert await client.identity() == Identity(feldera.url, DEFAULT_TENANT)

    assert [request.path for request in feldera.requests] == ["/v0/config/session", "/v0/config/session"]


async def test_an_outage_is_no_identity_and_not_remembered(
    feldera: FelderaSimulator, client: FelderaClient
) -> None:
    """Who does not answer may be anybody."""
    feldera.proxy_fails()

    assert await client.identity() == Problem(
        ProblemKind.UNREACHABLE, "Feldera cannot be reached through its proxy (502)."
    )
    assert await client.identity() == Identity(feldera.url, DEFAULT_TENANT)


async def test_another_tenant_than_the_one_that_is_set_is_not_the_reviewed_one(
    feldera: FelderaSimulator, clock: MovableClock
) -> None:
    """Feldera ignores the tenant beside an API key: nothing is done on the key's own."""
    address = FelderaAddress(feldera.url, tenant="team-b")
    async with FelderaClient(address, NoCredentials(), clock=clock) as client:
        identity = await client.identity()
    assert isinstance(identity, Problem)
    assert identity.trouble is ProblemKind.ELSEWHERE


async def test_an_old_feldera_tells_no_tenant(feldera: FelderaSimulator, client: FelderaClient) -> None:
    """Feldera: `/v0/config/session` since 0.327, before that 404 without a body, as for every unknown path."""
    feldera.is_downgraded()

    assert await client.identity() == Identity(feldera.url, "")
    assert [request.path for request in feldera.requests] == ["/v0/config/session", "/v0/config"]


async def test_a_hidden_session_is_no_old_feldera(feldera: FelderaSimulator, client: FelderaClient) -> None:
    """Only one of before 0.327 has none: any other that lacks it is not known, and proves nothing."""
    feldera.answers_next(404, content_type=None)

    assert await client.identity() == Problem(
        ProblemKind.NOT_FELDERA, "Something in front of Feldera hides its `/v0/config/session` (404)."
    )


@pytest.mark.parametrize("session", [{}, {"tenant_id": ""}, {"tenant_id": 7}, []])
async def test_a_session_of_another_form_is_nobodys(
    feldera: FelderaSimulator, client: FelderaClient, session: object
) -> None:
    """A tenant that is not told never matches one that was."""
    feldera.answers_next(200, body=session)

    assert await client.identity() == Problem(
        ProblemKind.UNEXPECTED, "Feldera's answer does not have the form this bot knows."
    )


async def test_an_ambiguous_login_is_a_problem_of_its_own(
    feldera: FelderaSimulator, client: FelderaClient
) -> None:
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


async def test_a_proxys_404_is_not_an_old_feldera(feldera: FelderaSimulator, client: FelderaClient) -> None:
    """A proxy without its Feldera says so of every path: taken for an old one, it would be remembered."""
    feldera.answers_next(404, body=b"default backend - 404", content_type="text/plain", times=2)

    identity = await client.identity()

    assert isinstance(identity, Problem)
    assert identity.trouble is ProblemKind.NOT_FELDERA
    assert await client.identity() == Identity(feldera.url, DEFAULT_TENANT)


async def test_the_web_console_has_no_identity(feldera: FelderaSimulator, clock: MovableClock) -> None:
    """At a wrong address every path is a page."""
    async with FelderaClient(FelderaAddress(f"{feldera.url}/ui"), NoCredentials(), clock=clock) as misled:
        identity = await misled.identity()

    assert isinstance(identity, Problem)
    assert identity.trouble is ProblemKind.NOT_FELDERA


async def test_the_tenant_is_named_in_every_request(feldera: FelderaSimulator, clock: MovableClock) -> None:
    """`Feldera-Tenant` chooses among the tenants of a person's token."""
    address = FelderaAddress(f"{feldera.url}/v0/", tenant="team-a")
    async with FelderaClient(address, NoCredentials(), clock=clock) as client:
        await client.look(ORDERS)
        await client.submit(StepName.CLEAR, ORDERS, not_after=inf)

    assert [request.tenant for request in feldera.requests] == ["team-a", "team-a"]
    assert feldera.clears["orders"] == 1


@pytest.mark.parametrize("name", ["", "../config", "a/b", "a?b", "a%2Fb", "ä", "a" * 101])
async def test_what_is_no_name_never_becomes_a_url(
    feldera: FelderaSimulator, client: FelderaClient, name: str
) -> None:
    """Names are checked where people type them; one that got past is a fault of the bot and stops here."""
    with pytest.raises(ValueError, match="not a pipeline's name"):
        await client.submit(StepName.CLEAR, PipelineName(name), not_after=inf)
    with pytest.raises(ValueError, match="not a pipeline's name"):
        await client.look(PipelineName(name))

    assert list(feldera.requests) == []


async def test_each_exchange_is_logged_with_its_outcome(
    feldera: FelderaSimulator, client: FelderaClient
) -> None:
    """Looks are for debugging, requests that change something for the record."""
    with capture_logs() as lines:
        await client.look(ORDERS)
        feldera.loses_the_next_reply()
        await client.submit(StepName.CLEAR, ORDERS, not_after=inf)

    assert lines == [
        {
            "event": "feldera.request",
            "log_level": "debug",
            "method": "GET",
            "path": "/v0/pipelines/orders",
            "status": 200,
            "trouble": None,
            "seconds": 0.0,
        },
        {
            "event": "feldera.request",
            "log_level": "info",
            "method": "POST",
            "path": "/v0/pipelines/orders/clear",
            "status": None,
            "trouble": BROKEN.message,
            "seconds": 0.0,
        },
    ]
