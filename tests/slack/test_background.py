"""Answers that follow: whatever becomes of one, it ends, and nobody is told the same thing over and over."""

import asyncio

import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncRespond
from structlog.testing import capture_logs

from bot.slack.listeners.background import BackgroundTasks, ResponseUrlReply
from bot.slack.text.blocks import said
from tests.streams import served_by

pytestmark = pytest.mark.anyio

SAID = said("Here it is.")


class Taking:
    """Takes answers, and says to each what it was told to."""

    def __init__(self):
        self.taken = []
        self.replaced = []
        self.says = {"status": 200, "text": "ok"}

    async def handle(self, request):
        body = await request.json()
        self.taken.append(body["text"])
        self.replaced.append(body["replace_original"])
        return web.Response(**self.says)


@pytest.fixture
async def response_url():
    taking = Taking()
    async with served_by({"/": taking.handle}) as address:
        taking.reply = ResponseUrlReply(AsyncRespond(response_url=f"http://{address}/"))
        yield taking


@pytest.fixture
def background_tasks():
    return BackgroundTasks()


async def seen():
    return SAID


async def broken():
    raise LookupError("a bug")


def events(logs):
    return [line["event"] for line in logs]


@pytest.mark.parametrize(
    ("look", "told", "logged"),
    [(seen, "Here it is.", []), (broken, "💥 I failed before I ", ["errand_failed"])],
)
async def test_what_was_seen_is_told_and_what_broke_apologised_for_once(
    response_url, background_tasks, look, told, logged
):
    with capture_logs() as logs:
        background_tasks.run(look(), response_url.reply)
        await background_tasks.finished()
    assert [text[:20] for text in response_url.taken] == [told]
    assert events(logs) == logged


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
async def test_an_answer_that_is_not_taken_is_given_once(response_url, says, look, background_tasks):
    """A page that cannot even be decoded, or an address that is worn out: logged, and that is all."""
    response_url.says = says
    with capture_logs() as logs:
        background_tasks.run(look(), response_url.reply)
        await background_tasks.finished()
    assert len(response_url.taken) == 1
    assert events(logs) == ["errand_failed"] * (look is broken) + ["answer_not_delivered"]


@pytest.mark.parametrize(
    ("status", "replaced", "logged"),
    [
        (400, [True, False], ["answer_not_delivered"]),
        (404, [True], ["answer_not_delivered"]),
        (500, [True], ["answer_not_delivered"]),
        (200, [True], []),
    ],
)
async def test_an_answer_that_slack_does_not_let_replace_anything_stands_beside_it(
    response_url, background_tasks, status, replaced, logged
):
    """Refused, it was certainly not shown. A URL that is used up takes nothing, and after a 500 it may have been shown."""
    response_url.says = {"status": status, "text": ""}
    response_url.reply.replaces = True
    with capture_logs() as logs:
        background_tasks.run(seen(), response_url.reply)
        await background_tasks.finished()
    assert response_url.replaced == replaced
    assert events(logs) == logged


@pytest.mark.parametrize("address", [None, "http://127.0.0.1:9/", "mailto:nobody"])
@pytest.mark.parametrize("look", [seen, broken])
async def test_an_answer_with_nowhere_to_go(address, look, background_tasks):
    """A click in a view has no response URL: there is nobody to tell, and nothing to try again."""
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


@pytest.mark.parametrize(("result", "told"), [(SAID, "Here it is."), (None, "💥 I failed before I ")])
async def test_what_came_of_a_late_deed_is_told(response_url, result, told):
    gate = asyncio.Event()
    background_tasks = BackgroundTasks(patience=0.0)
    with capture_logs() as logs:
        deed = await background_tasks.begun(let_go(gate, result))
        background_tasks.run(deed, response_url.reply)
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


async def test_an_apology_that_breaks_has_no_apology_of_its_own(background_tasks):
    respond = BrokenRespond()
    with capture_logs() as logs:
        background_tasks.run(seen(), ResponseUrlReply(respond))
        await background_tasks.finished()
    assert respond.asked == 2
    assert events(logs) == ["errand_failed"] * 2


async def test_abandoning_leaves_nothing_behind(background_tasks):
    """Not even the apology that is on its way: the process is about to end."""
    asked = asyncio.Event()

    class SilentRespond(BrokenRespond):
        async def __call__(self, **_message) -> None:
            asked.set()
            await asyncio.Event().wait()

    with capture_logs():
        background_tasks.run(broken(), ResponseUrlReply(SilentRespond()))
        await asked.wait()
        async with asyncio.timeout(1):
            await background_tasks.abandon()
            await background_tasks.finished()
