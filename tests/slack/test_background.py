"""Answers that follow: whatever becomes of one, it ends, and nobody is told the same thing over and over."""

import asyncio

import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncRespond
from structlog.testing import capture_logs

from bot.slack.listeners.background import BackgroundTasks, ResponseUrlReply
from bot.slack.text.blocks import message, section

SAID = message("Here it is.", section("Here it is."))


class ResponseUrl:
    """Takes answers, and says to each what it was told to."""

    def __init__(self) -> None:
        self.taken = []
        self.says = {"status": 200, "text": "ok"}

    async def handle(self, request: web.Request) -> web.Response:
        self.taken.append((await request.json())["text"])
        return web.Response(**self.says)


@pytest.fixture
async def response_url():
    taking = ResponseUrl()
    app = web.Application()
    app.router.add_post("/", taking.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    taking.respond = AsyncRespond(response_url=f"http://127.0.0.1:{runner.addresses[0][1]}/")
    yield taking
    await runner.cleanup()


async def seen():
    return SAID


async def broken():
    raise LookupError("a bug")


def events(logs):
    return [line["event"] for line in logs]


@pytest.mark.anyio
async def test_what_was_seen_is_told(response_url):
    background_tasks = BackgroundTasks()
    background_tasks.run(seen(), ResponseUrlReply(response_url.respond))
    await background_tasks.finished()
    assert response_url.taken == ["Here it is."]


@pytest.mark.anyio
async def test_a_look_that_breaks_is_apologised_for_once(response_url):
    """The person hears it, and the log has it."""
    background_tasks = BackgroundTasks()
    with capture_logs() as logs:
        background_tasks.run(broken(), ResponseUrlReply(response_url.respond))
        await background_tasks.finished()
    assert [text[:20] for text in response_url.taken] == ["💥 Something broke on"]
    assert events(logs) == ["errand_failed"]


@pytest.mark.anyio
@pytest.mark.parametrize("look", [seen, broken])
@pytest.mark.parametrize(
    "says",
    [
        {"status": 502, "body": b"caf\xe9", "content_type": "text/html", "charset": "utf-8"},
        {"status": 200, "body": b"\xff\xfe", "content_type": "text/plain", "charset": "utf-8"},
        {"status": 404, "text": "used_url"},
        {"status": 500, "text": ""},
    ],
)
async def test_an_answer_that_is_not_taken_is_given_once(response_url, says, look):
    """A page that cannot even be decoded, or an address that is worn out: logged, and that is all."""
    response_url.says = says
    background_tasks = BackgroundTasks()
    with capture_logs() as logs:
        background_tasks.run(look(), ResponseUrlReply(response_url.respond))
        await background_tasks.finished()
    assert len(response_url.taken) == 1
    assert events(logs) == ["errand_failed"] * (look is broken) + ["answer_not_delivered"]


@pytest.mark.anyio
@pytest.mark.parametrize("address", [None, "http://127.0.0.1:9/", "mailto:nobody"])
@pytest.mark.parametrize("look", [seen, broken])
async def test_an_answer_with_nowhere_to_go(address, look):
    """A click in a view has no response URL: there is nobody to tell, and nothing to try again."""
    background_tasks = BackgroundTasks()
    answer = ResponseUrlReply(AsyncRespond(response_url=address))
    with capture_logs() as logs:
        background_tasks.run(look(), answer)
        background_tasks.say(SAID, answer)
        await background_tasks.finished()
    assert events(logs).count("answer_not_delivered") == 2
    assert events(logs).count("errand_failed") == (look is broken)


async def let_go(gate, result=SAID):
    await gate.wait()
    if result is None:
        raise LookupError("a bug")
    return result


@pytest.mark.anyio
@pytest.mark.parametrize("patience", [0.0, 60.0])
async def test_a_deed_is_waited_for_no_longer_than_its_ack_can_wait(patience):
    """One that is done by then has its outcome; another goes on, and is waited for at the end."""
    gate = asyncio.Event()
    background_tasks = BackgroundTasks(patience=patience)
    if patience:
        gate.set()
    deed = await background_tasks.begun(let_go(gate))
    assert deed.done() is (patience > 0)
    gate.set()
    await background_tasks.finished()
    assert deed.result() is SAID


@pytest.mark.anyio
@pytest.mark.parametrize(("result", "told"), [(SAID, "Here it is."), (None, "💥 Something broke on")])
async def test_what_came_of_a_late_deed_is_told(response_url, result, told):
    """Or that it broke, which the log has once."""
    gate = asyncio.Event()
    background_tasks = BackgroundTasks(patience=0.0)
    with capture_logs() as logs:
        deed = await background_tasks.begun(let_go(gate, result))
        background_tasks.run(deed, ResponseUrlReply(response_url.respond))
        gate.set()
        await background_tasks.finished()
    assert [text[:20] for text in response_url.taken] == [told]
    assert events(logs) == ["errand_failed"] * (result is None)


class BrokenRespond:
    """A bug in the very way in which answers are given."""

    response_url = "http://127.0.0.1:9/"

    def __init__(self) -> None:
        self.asked = 0

    async def __call__(self, **_message) -> None:
        self.asked += 1
        raise LookupError


@pytest.mark.anyio
async def test_an_apology_that_breaks_has_no_apology_of_its_own():
    respond = BrokenRespond()
    background_tasks = BackgroundTasks()
    with capture_logs() as logs:
        background_tasks.run(seen(), ResponseUrlReply(respond))
        await background_tasks.finished()
    assert respond.asked == 2
    assert events(logs) == ["errand_failed"] * 2


@pytest.mark.anyio
async def test_abandoning_leaves_nothing_behind():
    """Not even the apology that is on its way: the process is about to end."""
    asked = asyncio.Event()

    class SilentRespond(BrokenRespond):
        async def __call__(self, **_message) -> None:
            asked.set()
            await asyncio.Event().wait()

    background_tasks = BackgroundTasks()
    with capture_logs():
        background_tasks.run(broken(), ResponseUrlReply(SilentRespond()))
        await asked.wait()
        async with asyncio.timeout(1):
            await background_tasks.abandon()
            await background_tasks.finished()
