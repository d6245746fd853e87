"""The client against a Feldera over real HTTP: what is asked, what comes back, and what goes wrong on the way."""

import asyncio
import contextlib
import gzip
from contextlib import asynccontextmanager
from math import inf

import pytest
from structlog.testing import capture_logs

from bot.domain.ids import PipelineName
from bot.domain.operations.plans import StepName
from bot.domain.pipelines.pipeline import (
    Absent,
    Accepted,
    Checkpoints,
    NotSent,
    Problem,
    ProblemKind,
    Refusal,
    Refused,
    RunnerHealth,
    Storage,
    Unknown,
)
from tests.clock import START

pytestmark = pytest.mark.anyio

ORDERS = PipelineName("orders")
BROKEN = Problem(ProblemKind.UNREACHABLE, "The connection to Feldera broke before its answer was complete.")
BAD_GATEWAY = Problem(ProblemKind.UNREACHABLE, "Feldera cannot be reached through its proxy (502).")


@asynccontextmanager
async def served_by(serve):
    """Something else in Feldera's place."""
    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def submits(client, step=StepName.CLEAR, name=ORDERS):
    return await client.submit(step, name, not_after=inf)


def posts(feldera):
    return sum(request.method == "POST" for request in feldera.requests)


async def test_a_look_is_one_small_request(feldera, client):
    """Feldera's default selector sends whole programs: the bot asks for the status alone."""
    look = await client.look(ORDERS)
    assert look.pipeline.is_stopped
    assert (look.pipeline.name, look.pipeline.storage) == (ORDERS, Storage.IN_USE)
    assert look.pipeline.status_since == START
    assert look.pipeline.checkpoints == Checkpoints(count=2, size=1024)
    (asked,) = feldera.requests
    assert (asked.method, asked.path, asked.query) == ("GET", "/v0/pipelines/orders", {"selector": "status"})
    assert not asked.has_authorization
    assert await client.look(PipelineName("nope")) == Absent()


async def test_a_look_at_all_is_one_request(feldera, client):
    """Watching a hundred pipelines costs what watching one does."""
    feldera.adds("payments", running=True)
    pipelines = await client.look_at_all()
    states = {name: pipeline.status for name, pipeline in pipelines.items()}
    assert states == {"orders": "Stopped", "payments": "Running"}
    (asked,) = feldera.requests
    assert (asked.path, asked.query) == ("/v0/pipelines", {"selector": "status"})


async def test_a_clear_is_accepted_and_then_seen(feldera, client, clock):
    """202 says only that Feldera has taken it on; looking tells when it is done, the history how it went."""
    assert await submits(client) == Accepted()
    clock.passes(seconds=2)
    look, history = await client.look(ORDERS), await client.history(ORDERS)
    assert look.pipeline.storage is Storage.CLEARED
    assert look.pipeline.checkpoints == Checkpoints(count=0, size=0)
    assert [change.storage for change in history.changes[:2]] == [Storage.CLEARED, Storage.CLEARING]
    assert history.changes[0].at > history.changes[1].at == START
    assert (feldera.clears["orders"], posts(feldera)) == (1, 1)


async def test_a_running_pipeline_is_refused_in_felderas_words(feldera, client):
    feldera.adds("payments", running=True)
    assert await submits(client, name=PipelineName("payments")) == Refused(
        Refusal.BY_RULE,
        "Cannot transition storage status from 'in_use' to 'clearing' with resources status 'provisioned' and"
        " desired status 'provisioned'. Storage status cannot be changed unless the pipeline is fully stopped.",
        "StorageStatusImmutableUnlessStopped",
    )


async def test_a_feldera_that_is_down_was_sent_nothing(feldera, client):
    """A refused connection carries no request, even where one was open before; later all is well again."""
    await client.look(ORDERS)
    await feldera.goes_down()
    machine = feldera.url.removeprefix("http://")
    nobody = Problem(ProblemKind.UNREACHABLE, f"No connection to Feldera at {machine}.")
    assert await submits(client) == NotSent(nobody)
    assert await client.look(ORDERS) == await client.look_at_all() == nobody
    assert await client.history(ORDERS) == await client.greet() == nobody
    assert await client.runner_health() == RunnerHealth(None, nobody.message)
    await feldera.comes_back()
    assert await submits(client) == Accepted()


@pytest.mark.parametrize("is_made", [True, False])
async def test_what_was_lost_is_unknown_and_never_sent_again(feldera, client, is_made):
    """From here a request that was dropped unread looks the same as a reply that was lost."""
    if is_made:
        feldera.loses_the_next_reply()
    else:
        feldera.drops_the_next_request()
    assert await submits(client) == Unknown(BROKEN)
    assert (feldera.clears["orders"], posts(feldera)) == (is_made, 1)


@pytest.mark.parametrize("step", StepName)
async def test_a_lock_is_not_sent_and_says_when_to_come_back(feldera, client, step):
    """Feldera: 503 `LockTookTooLong` with `Retry-After: 5`; its transaction is undone, whatever was asked."""
    feldera.is_locked()
    answer = await submits(client, step)
    assert isinstance(answer, NotSent)
    assert answer.problem.trouble is ProblemKind.BUSY
    assert (answer.problem.code, answer.problem.retry_after) == ("LockTookTooLong", 5.0)
    assert (feldera.clears["orders"], posts(feldera)) == (0, 1)


async def test_a_proxys_error_page_leaves_a_clear_unknown(feldera, client):
    """A 502 may come after the proxy passed the request on."""
    feldera.proxy_fails(times=2)
    assert await submits(client) == Unknown(BAD_GATEWAY)
    assert await client.look(ORDERS) == BAD_GATEWAY
    assert posts(feldera) == 1


@pytest.mark.parametrize("once_processed", [False, True])
async def test_silence_is_unreachable_and_leaves_a_clear_unknown(feldera, client_of, once_processed):
    """After the time allowed the client gives up waiting; what Feldera does with the request is open."""
    feldera.hangs(once_processed=once_processed)
    silent = Problem(ProblemKind.UNREACHABLE, "Feldera did not answer within 0.5 s.")
    async with client_of(feldera.url, request_timeout=0.5) as client:
        assert await submits(client) == Unknown(silent)
        assert await client.look(ORDERS) == silent
    assert (feldera.clears["orders"], posts(feldera)) == (once_processed, 1)


async def test_a_cancelled_look_is_cancelled(feldera, client):
    """Shutting down must not wait for Feldera, nor be taken for one of its troubles."""
    feldera.hangs()
    look = asyncio.create_task(client.look(ORDERS))
    while not feldera.requests:  # noqa: ASYNC110 - the books of the simulator wake nobody
        await asyncio.sleep(0)
    look.cancel()
    with pytest.raises(asyncio.CancelledError):
        await look


async def test_a_redirect_is_not_followed(feldera, client):
    """A POST sent on to another address would be a second request, to somebody unknown."""
    elsewhere = {"Location": f"{feldera.url}/v0/pipelines/orders/clear"}
    feldera.answers_next(307, headers=elsewhere, method="POST")
    answer = await submits(client)
    assert isinstance(answer, Unknown)
    assert answer.problem.trouble is ProblemKind.NOT_FELDERA
    assert (feldera.clears["orders"], posts(feldera)) == (0, 1)


async def test_the_web_console_is_not_the_api(feldera, client_of):
    """Feldera serves its console with 200 on every path it does not know: the sign of a wrong address."""
    problem = Problem(ProblemKind.NOT_FELDERA, "Something other than the Feldera API answers at its address.")
    async with client_of(f"{feldera.url}/ui") as misled:
        assert await misled.look(ORDERS) == await misled.look_at_all() == await misled.greet() == problem
        assert (await misled.identity()).trouble is ProblemKind.NOT_FELDERA


async def test_an_endless_answer_is_not_read_to_its_end(feldera, client):
    """A rogue server cannot fill the bot's memory; only a list, and no error, may be longer than a status."""
    long = Problem(ProblemKind.UNEXPECTED, "Feldera's answer is longer than 4 MiB.")
    feldera.answers_next(200, body=b"[" + b" " * (5 * 2**20) + b"]", times=3)
    assert await client.look(ORDERS) == long
    assert await client.look_at_all() == {}
    assert await submits(client) == Unknown(long)
    feldera.answers_next(500, body=b" " * (5 * 2**20))
    assert await client.look_at_all() == long


async def test_an_answer_that_dribbles_is_given_up(client_of):
    """A server that is never silent for long, and never done, cannot hold the bot."""

    async def dribbles(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 4000000\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            while not writer.is_closing():
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0)
        writer.close()

    async with served_by(dribbles) as url, client_of(url, request_timeout=0.2) as client:
        answer = await submits(client)
    said = "Feldera's answer was not complete within 0.8 s."
    assert answer == Unknown(Problem(ProblemKind.UNREACHABLE, said))


async def test_nothing_is_unpacked(feldera, client, client_of):
    """A few kilobytes may unpack to gigabytes: the bot asks for answers as they are, and reads no other."""
    heads = []
    packed = gzip.compress(gzip.compress(bytes(2**23)))

    async def packs(reader, writer):
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip, gzip\r\n"
            b"Content-Length: %d\r\n\r\n%s" % (len(packed), packed)
        )
        writer.close()

    said = "Something in front of Feldera compresses its answers, which the bot did not ask for."
    problem = Problem(ProblemKind.NOT_FELDERA, said)
    async with served_by(packs) as url, client_of(url) as misled:
        assert await misled.look(ORDERS) == problem
        assert await submits(misled) == Unknown(problem)
    assert all(b"\r\naccept-encoding: identity\r\n" in head.lower() for head in heads)
    feldera.answers_next(200, headers={"Content-Encoding": "Identity"}, body=[])
    assert await client.look_at_all() == {}


async def test_the_runners_health_is_felderas_word(feldera, client):
    """Well with 200, unwell with 503: both are answers. What it says besides names its machines, and goes to the log."""
    assert (await client.runner_health()).healthy is True
    feldera.runner_is(False, "no answer from http://runner.internal:8089/healthz")
    with capture_logs() as lines:
        assert await client.runner_health() == RunnerHealth(healthy=False)
    said = [line["says"] for line in lines if line["event"] == "feldera.runner_unhealthy"]
    assert said == ["no answer from http://runner.internal:8089/healthz"]


@pytest.mark.parametrize("name", ["", "../config", "a?b", "a%2Fb", "ä", "a" * 101])
async def test_what_is_no_name_never_becomes_a_url(feldera, client, name):
    """Names are checked where people type them; one that got past is a fault of the bot and stops here."""
    for work in (submits(client, name=PipelineName(name)), client.look(PipelineName(name))):
        with pytest.raises(ValueError, match="not a pipeline's name"):
            await work
    assert list(feldera.requests) == []


async def test_each_exchange_is_logged_with_its_outcome(feldera, client):
    """Looks are for debugging, requests that change something for the record."""
    with capture_logs() as lines:
        await client.look(ORDERS)
        feldera.loses_the_next_reply()
        await submits(client)
    look = {"log_level": "debug", "method": "GET", "path": "/v0/pipelines/orders", "status": 200}
    clear = {"log_level": "info", "method": "POST", "path": "/v0/pipelines/orders/clear", "status": None}
    both = {"event": "feldera.request", "seconds": 0.0}
    assert lines == [both | look | {"trouble": None}, both | clear | {"trouble": BROKEN.message}]
