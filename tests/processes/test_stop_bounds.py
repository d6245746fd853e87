"""The bot ends within ten seconds of SIGTERM although something that it waits for never comes."""

import asyncio
import inspect
import json
import signal
import sqlite3
from contextlib import AsyncExitStack, asynccontextmanager, closing

import pytest

from bot.simulator.slack import SlackSimulator
from tests.collector import Mood, collecting
from tests.processes.signed import SignedSlack
from tests.processes.world import HTTP, PATIENCE, ROOT, running
from tests.streams import served_by
from tests.webhooks.receiver import SECRET, receiving

pytestmark = pytest.mark.anyio

# What Python imports by itself when it starts: a system whose resolver never comes back for one host.
HANGING_RESOLVER = """
import socket, sys, threading

ask = socket.getaddrinfo

def hang(host, *arguments, **options):
    if "unresolved" in str(host):
        print('{"event": "looks_up"}', file=sys.stderr, flush=True)
        threading.Event().wait()
    return ask(host, *arguments, **options)

socket.getaddrinfo = hang
"""


@pytest.fixture
def hanging_resolver(tmp_path):
    """The variables of a process for which `unresolved_groups.example` cannot be looked up."""
    (tmp_path / "sitecustomize.py").write_text(HANGING_RESOLVER)
    return {"PYTHONPATH": f"{tmp_path}:{ROOT}"}


@asynccontextmanager
async def slack_of_its_own(world):
    """A simulated Slack as a process, which can be frozen; and the settings of a bot for it."""
    tokens = {name: made.default for name, made in inspect.signature(SlackSimulator).parameters.items()}
    async with running("-m", "bot.simulator", folder=world.folder, settings={}) as slack:
        where = json.loads(await slack.first_line())
        yield (
            slack,
            {
                "SLACK_BOT_TOKEN": tokens["bot_token"],
                "SLACK_APP_TOKEN": tokens["app_token"],
                "SLACK_API_URL": where["slack"],
            },
        )


@asynccontextmanager
async def frozen(process):
    """Neither answers nor hangs up: what a network does that swallows packets."""
    process.is_told(signal.SIGSTOP)
    try:
        yield
    finally:
        process.is_told(signal.SIGCONT)


async def test_slack_is_frozen_and_feldera_hangs(world):
    """All that it may wait for at once: the farewell, an answer to a look, and whatever it has to tell Slack."""
    ana = world.operator("ana")
    world.feldera.sticks_clearing("orders")
    async with world.serving_bot() as bot:
        await world.confirms_a_clear(ana, "orders")
        await bot.until_it_logs("accepted")
        await bot.is_killed()
    async with slack_of_its_own(world) as (slack, settings), world.bot(**settings) as bot:
        await bot.until_it_logs("serving")
        async with frozen(slack):
            world.feldera.hangs("GET")
            async with asyncio.timeout(20):
                await world.feldera.until_it_hangs()
            assert await bot.stops() == 0


async def an_answer_and_a_look_hang(world, slack, one, another, asked):
    """One person's answer is on its way to an address that is silent once it was `asked`, another person's look under way."""
    async with asyncio.timeout(PATIENCE):
        world.feldera.hangs("GET")
        await slack.types(one, "status orders", channel=world.channel)
        world.feldera.lets_go()
        await asked.wait()
        world.feldera.hangs("GET")
        await slack.types(another, "status orders", channel=world.channel)
        await world.feldera.until_it_hangs()


async def test_an_answer_is_not_taken_and_feldera_hangs(world):
    """Over HTTP: one person's answer is on its way to an address that is silent, another person's look is under way."""
    ana, ben = world.operator("ana"), world.operator("ben")
    asked = asyncio.Event()

    async def never(_request):
        asked.set()
        await asyncio.Event().wait()

    async with served_by({"/": never}) as address, world.serving_bot(**HTTP) as bot:
        slack = SignedSlack(bot, "hush", takes_answers=f"http://{address}/")
        await an_answer_and_a_look_hang(world, slack, ana, ben, asked)
        assert await bot.stops() == 0


async def begins_a_request(stack, address):
    """A client of the HTTP door whose signature looks like one, and that never sends the rest of its body."""
    _, writer = await asyncio.open_connection(*address.split(":"))
    stack.callback(writer.close)
    signed = f"X-Slack-Signature: v0={'0' * 64}\r\nX-Slack-Request-Timestamp: 1\r\n"
    head = f"POST /slack/events HTTP/1.1\r\nHost: bot\r\n{signed}Content-Length: 100\r\n\r\n"
    writer.write(f"{head}half of it".encode())
    await writer.drain()


@pytest.mark.parametrize("is_locked", [False, True], ids=["", "and the database is locked"])
async def test_everything_that_it_waits_for_is_silent_at_once(world, is_locked):
    """Slack, Feldera, a person's answer, a webhook receiver, a collector of traces, and clients of the HTTP door."""
    ana, ben = world.operator("ana"), world.operator("ben")
    asked = asyncio.Event()

    async def never(_request):
        asked.set()
        await asyncio.Event().wait()

    async with AsyncExitStack() as stack:
        receiver = await stack.enter_async_context(receiving())
        collector = stack.enter_context(collecting())
        address = await stack.enter_async_context(served_by({"/": never}))
        settings = {
            "PIPELINE_BOT_ADMIN_LISTEN": "127.0.0.1:0",
            "PIPELINE_BOT_WEBHOOKS__SIEM__URL": receiver.url,
            "PIPELINE_BOT_WEBHOOKS__SIEM__SECRET": SECRET,
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url.removesuffix("/v1/traces"),
            "OTEL_BSP_SCHEDULE_DELAY": "50",  # milliseconds
        }
        http = HTTP | {"SLACK_SIGNING_SECRET": world.slack.signing_secret}
        bot = await stack.enter_async_context(world.serving_bot(**settings, **http))
        serving = bot.logged("serving")[0]["over"].removeprefix("HTTP on ")
        world.slack.serves_over_http(f"http://{serving}/slack/events")
        receiver.hangs()
        collector.mood = Mood.HANGS
        world.slack.hangs("chat.postMessage")
        await world.confirms_a_clear(ana, "orders")
        await world.slack.until(lambda: world.slack.hanging > 0, within=PATIENCE)
        await receiver.until_asked()
        slack = SignedSlack(bot, world.slack.signing_secret, takes_answers=f"http://{address}/")
        await an_answer_and_a_look_hang(world, slack, ana, ben, asked)
        if is_locked:
            other = stack.enter_context(closing(sqlite3.connect(world.database, isolation_level=None)))
            other.execute("BEGIN IMMEDIATE")
        for _ in range(3):
            await begins_a_request(stack, serving)
        assert await bot.stops() == 0


async def test_felderas_name_is_being_looked_up(world, hanging_resolver):
    """The thread in which the system does that cannot be told to end: nobody waits for it."""
    host = "http://unresolved.example:8080"
    async with world.serving_bot(FELDERA_HOST=host, **hanging_resolver) as bot:
        await bot.until_it_logs("looks_up")
        assert await bot.stops() == 0


async def test_slacks_name_is_being_looked_up(world, hanging_resolver):
    async with world.bot(SLACK_API_URL="http://unresolved.example/api/", **hanging_resolver) as bot:
        await bot.until_it_logs("looks_up")
        assert await bot.stops() == 0
