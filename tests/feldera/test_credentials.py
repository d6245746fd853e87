"""Who the bot is to Feldera: keys, commands that print tokens, and what happens when they are not accepted."""

import asyncio
import logging
import os
import select
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from math import inf
from pathlib import Path

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot.domain.ids import PipelineName
from bot.domain.operations.plans import StepName
from bot.domain.pipelines.pipeline import Accepted, NotSent, Problem, ProblemKind, Refusal, Refused, Seen
from bot.feldera import ApiKey, Credentials, FelderaAddress, FelderaClient, TokenCommand
from bot.feldera.http.problems import DATABASE_DOWN
from bot.feldera.http.unauthorized import UNPROVED
from bot.simulator.feldera import FelderaSimulator
from tests.clock import MovableClock

pytestmark = pytest.mark.anyio

ORDERS = PipelineName("orders")
REJECTED = UNPROVED  # the first time: it may be an outage


@asynccontextmanager
async def guarded(clock: MovableClock, **roles: str) -> AsyncIterator[FelderaSimulator]:
    """A Feldera that asks for API keys: `apikey:NAME` for each name here, with its role."""
    keys = {f"apikey:{name}": role for name, role in roles.items()}
    async with FelderaSimulator(clock, api_keys=keys) as feldera:
        feldera.adds("orders")
        yield feldera


def speaks(feldera: FelderaSimulator, credentials: Credentials, clock: MovableClock) -> FelderaClient:
    return FelderaClient(FelderaAddress(feldera.url), credentials, clock=clock)


def key(name: str) -> ApiKey:
    return ApiKey(SecretStr(f"apikey:{name}"))


@pytest.fixture
def prints_tokens(tmp_path):
    """A command whose first token is `apikey:t1`, its second `apikey:t2`, and so on."""
    script = tmp_path / "print token.sh"
    count = tmp_path / "count"
    script.write_text(f"echo . >> '{count}'\nprintf 'apikey:t%s\\n' $(wc -l < '{count}')\n", encoding="utf-8")
    return TokenCommand(f"sh '{script}'")


@pytest.fixture
def runs(tmp_path):
    """How often that command was run."""
    return lambda: len((tmp_path / "count").read_text(encoding="utf-8").splitlines())


async def clears(client):
    return await client.submit(StepName.CLEAR, ORDERS, not_after=inf)


@pytest.mark.parametrize("role", ["read", "write"])
async def test_a_key_opens_the_door(clock, role):
    """`Authorization: Bearer apikey:…`; Feldera: clearing takes `write`, or 403: nothing was done, and nothing will be."""
    async with guarded(clock, k1=role) as feldera, speaks(feldera, key("k1"), clock) as client:
        assert isinstance(await client.look(ORDERS), Seen)
        refused = Refused(
            Refusal.NO_ACCESS,
            "Insufficient permissions: this action requires the 'write' role, but the caller has 'read'",
            "InsufficientPermissions",
        )
        assert await clears(client) == (refused if role == "read" else Accepted())


async def test_a_wrong_key_is_tried_once(clock):
    """A key does not change: after a 401 the bot only asks whether Feldera is well, without the key."""
    async with guarded(clock, k1="write") as feldera, speaks(feldera, key("wrong"), clock) as client:
        assert await client.look(ORDERS) == REJECTED
        assert await clears(client) == NotSent(REJECTED)
        assert [(request.path, request.has_authorization) for request in feldera.requests] == [
            ("/v0/pipelines/orders", True),
            ("/healthz", False),
            ("/v0/pipelines/orders/clear", True),
            ("/healthz", False),
        ]


async def test_a_401_while_the_database_is_lost_is_an_outage(clock):
    """Feldera cannot check any key then: the bot's may be good, and the clear was not made."""
    async with guarded(clock, k1="write") as feldera, speaks(feldera, key("k1"), clock) as client:
        feldera.loses_its_database()
        for known in (UNPROVED, DATABASE_DOWN):
            assert await client.look(ORDERS) == known
            assert await clears(client) == NotSent(known)
            clock.passes(seconds=5)
        feldera.finds_its_database()
        assert isinstance(await client.look(ORDERS), Seen)
        assert feldera.clears["orders"] == 0


async def test_a_token_is_fetched_once_and_kept(clock, prints_tokens, runs):
    """The command may be slow or ask a server: it runs when the first token is needed, and then not again."""
    async with guarded(clock, t1="write") as feldera, speaks(feldera, prints_tokens, clock) as client:
        assert isinstance(await client.look(ORDERS), Seen)
        assert await clears(client) == Accepted()
    assert runs() == 1


@pytest.fixture
async def second_alone(clock, prints_tokens):
    """A Feldera that accepts the second token alone, and a client that has the first."""
    async with guarded(clock, t2="write") as feldera, speaks(feldera, prints_tokens, clock) as client:
        yield feldera, client


async def test_a_rejected_look_is_repeated_with_a_new_token(second_alone, runs):
    """A token runs out: whoever looks does not notice."""
    feldera, client = second_alone
    assert isinstance(await client.look(ORDERS), Seen)
    assert [request.status for request in feldera.requests] == [401, 200]
    assert isinstance(await client.look(ORDERS), Seen)
    assert runs() == 2


async def test_a_rejected_clear_is_not_made_again_in_here(second_alone, runs):
    """What was true before a new token was fetched is checked again by the engine; the next request has the token."""
    feldera, client = second_alone
    assert await clears(client) == NotSent(REJECTED)
    assert [request.method for request in feldera.requests] == ["POST", "GET"]
    assert (feldera.clears["orders"], runs()) == (0, 2)
    assert await clears(client) == Accepted()
    assert (feldera.clears["orders"], runs()) == (1, 2)


async def test_requests_rejected_together_run_the_command_once(second_alone, runs):
    """A token runs out for every request at once; the first to notice fetches the next for all."""
    _, client = second_alone
    looks = await asyncio.gather(*(client.look(ORDERS) for _ in range(5)))
    assert all(isinstance(look, Seen) for look in looks)
    assert runs() == 2


async def test_a_second_rejection_is_final(clock, prints_tokens):
    """Tokens that Feldera does not want are not poured over it; the same one is not even tried again."""
    for command, asked in ((prints_tokens, [401, 401, 200]), (TokenCommand("echo apikey:old"), [401, 200])):
        async with guarded(clock, k1="write") as feldera, speaks(feldera, command, clock) as client:
            assert await client.look(ORDERS) == REJECTED
            assert [request.status for request in feldera.requests] == asked


@pytest.mark.parametrize(
    ("command", "how"),
    [
        ("sh -c 'echo s3cret; echo s3cret >&2; exit 3'", "ended with exit status 3"),
        ("sh -c 'kill -9 $$'", "ended with exit status -9"),
        ("true", "printed no token"),
        ("echo two words", "printed no token"),
        ("printf 's3cret\\nX-Evil: 1'", "printed no token"),
        ("printf '\\303\\244'", "printed no token"),
        ("/nonexistent/command s3cret", "could not be started"),
    ],
)
async def test_a_command_that_fails_is_told_without_its_secrets(clock, command, how):
    """An outage: people read that it failed and how; neither what it printed nor how it was called. Nothing was sent."""
    problem = Problem(ProblemKind.UNREACHABLE, f"The command that fetches the bot's token for Feldera {how}.")
    credentials = TokenCommand(command)
    async with guarded(clock, k1="write") as feldera, speaks(feldera, credentials, clock) as client:
        assert await clears(client) == NotSent(problem)
        assert await client.look(ORDERS) == problem
        assert list(feldera.requests) == []


async def test_a_command_that_hangs_is_ended():
    """A look waits for the command, and a person for the look: not for ever."""
    slow = TokenCommand("sh -c 'sleep 60; echo late'", timeout=0.1)
    assert await slow.token() == Problem(
        ProblemKind.UNREACHABLE,
        "The command that fetches the bot's token for Feldera did not finish within 0.1 s.",
    )


async def test_a_command_that_fails_to_replace_a_token_leaves_a_clear_not_sent(clock, tmp_path):
    once = tmp_path / "once"
    command = TokenCommand(f"sh -c 'test ! -e {once} && touch {once} && echo apikey:old'")
    async with guarded(clock, k1="write") as feldera, speaks(feldera, command, clock) as client:
        answer = await clears(client)
        assert isinstance(answer, NotSent)
        assert answer.problem.trouble is ProblemKind.UNREACHABLE
        assert answer.problem.message.endswith("ended with exit status 1.")
        assert [request.status for request in feldera.requests] == [401]


@pytest.fixture
def children_pipe(tmp_path):
    """A named pipe, by which a test knows whether a child of a command still lives: it keeps the pipe open."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    return pipe


def held_once_read(pipe: Path) -> int:
    """Wait for a child to open the pipe, without a turn of the loop, and open its other end."""
    give_up = time.monotonic() + 10
    while True:
        try:
            return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            assert time.monotonic() < give_up, "the command was not started"


def is_let_go(held: int) -> bool:
    """Whether nobody reads the pipe any more, at the latest in ten seconds."""
    nobody_reads = select.poll()
    nobody_reads.register(held, select.POLLERR)
    return nobody_reads.poll(10_000) == [(held, select.POLLERR)]


@pytest.mark.parametrize("has_started", [True, False])
async def test_a_cancelled_fetch_ends_the_command_and_its_children(children_pipe, has_started):
    """A shutdown leaves no process behind, nor children that it has before its start is known here: asyncio forgets them."""
    fetch = asyncio.create_task(TokenCommand(f"sh -c 'cat {children_pipe}; true'").token())
    if has_started:
        held = await asyncio.to_thread(os.open, children_pipe, os.O_WRONLY)  # returns once `cat` has it open
    else:
        await asyncio.sleep(0)  # into the start: the command is to be made in the loop's next turn
        await asyncio.sleep(0)  # it is made, and the turn that would tell so has not come
        held = held_once_read(children_pipe)  # the loop stands still meanwhile
    try:
        fetch.cancel()
        with pytest.raises(asyncio.CancelledError):
            await fetch
        assert is_let_go(held)
    finally:
        os.close(held)


NO_TOKEN = Problem(
    ProblemKind.UNREACHABLE, "The command that fetches the bot's token for Feldera printed no token."
)


@pytest.mark.parametrize(
    ("printing", "token"), [("echo apikey:t1", SecretStr("apikey:t1")), ("true", NO_TOKEN)]
)
async def test_a_command_may_leave_an_agent_running(children_pipe, printing, token):
    """What it printed counts when it ends, also while an agent of its own keeps its output open."""
    fetch = asyncio.create_task(TokenCommand(f'sh -c "cat {children_pipe} & {printing}"').token())
    held = await asyncio.to_thread(os.open, children_pipe, os.O_WRONLY)
    try:
        assert await fetch == token
    finally:
        os.close(held)  # which ends the agent


@pytest.mark.parametrize("text", ["", "two words", "line\n", "apikey:ä"])
def test_what_cannot_be_a_key_or_a_command_is_a_mistake_in_the_settings(text):
    """Said at start, not at the first clear. A stray line break would end the header; the key is not repeated."""
    with pytest.raises(
        ValueError, match=r"^Feldera's API key must be one word of printable ASCII characters\.$"
    ):
        ApiKey(SecretStr(text))
    for command in ("", "  ", "gcloud 'auth"):
        with pytest.raises(ValueError, match="The token command"):
            TokenCommand(command)


async def test_no_secret_reaches_a_log(clock, caplog):
    """Neither our lines nor those of the libraries below, at their most talkative, show the key."""
    caplog.set_level(logging.DEBUG)
    async with guarded(clock, s3cret="write") as feldera, speaks(feldera, key("s3cret"), clock) as client:
        with capture_logs() as lines:
            await client.look(ORDERS)
            feldera.loses_its_database()
            await clears(client)
    assert len(lines) == 3
    assert caplog.records
    assert "s3cret" not in repr(lines) + caplog.text + repr(key("s3cret"))
