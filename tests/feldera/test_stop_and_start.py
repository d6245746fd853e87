"""A stop and a start over real HTTP: how they are asked for, what Feldera says to them, and what a program lacks."""

from datetime import UTC, datetime, timedelta
from math import inf

import pytest
from inline_snapshot import snapshot

from bot.domain.ids import PipelineName
from bot.domain.operations.plans import StepName
from bot.domain.pipelines.pipeline import (
    Accepted,
    PipelineError,
    PipelineEvents,
    Problem,
    Refusal,
    Refused,
    Seen,
)
from bot.feldera import answers
from bot.feldera.one_line import LINE_MAX, LINES_MAX, first_lines
from tests.clock import START
from tests.feldera.replies import pipeline, reply

pytestmark = pytest.mark.anyio

ORDERS = PipelineName("orders")
SALES = PipelineName("sales")


async def test_a_stop_is_forced(feldera, client, clock):
    """An unforced one is the Enterprise edition's alone; a forced one is accepted in every state, stopped too."""
    feldera.adds("sales", running=True)
    assert await client.submit(StepName.STOP, SALES, not_after=inf) == Accepted()
    assert await client.submit(StepName.STOP, ORDERS, not_after=inf) == Accepted()
    first, _ = feldera.requests
    assert (first.method, first.path, first.query) == ("POST", "/v0/pipelines/sales/stop", {"force": "true"})
    clock.passes(seconds=5)
    look = await client.look(SALES)
    assert isinstance(look, Seen)
    assert look.pipeline.is_stopped
    assert look.pipeline.resources_desired_since == START


async def test_a_start_is_to_running(feldera, client, clock):
    """It dismisses the error of the run before, by Feldera's default."""
    feldera.adds("sales", running=True)
    feldera.crashes("sales", "out of memory")
    clock.passes(seconds=5)
    assert await client.submit(StepName.START, SALES, not_after=inf) == Accepted()
    (asked,) = feldera.requests
    assert (asked.path, asked.query) == ("/v0/pipelines/sales/start", {"initial": "running"})
    look = await client.look(SALES)
    assert isinstance(look, Seen)
    assert look.pipeline.error is None
    assert look.pipeline.resources_desired == "Provisioned"
    assert look.pipeline.resources_desired_since == START + timedelta(seconds=5)


async def test_refusals_of_a_start_are_certain(feldera, client, clock):
    """Feldera: 400 while it is stopping, while it is being cleared, and where the program does not compile."""
    feldera.adds("stopping", running=True, stop_takes=60)
    feldera.someone_stops("stopping")
    clock.passes(seconds=1)
    feldera.someone_clears("orders")
    feldera.adds("broken", program_status="SqlError")
    codes = []
    for name in ("stopping", "orders", "broken"):
        answer = await client.submit(StepName.START, PipelineName(name), not_after=inf)
        assert isinstance(answer, Refused)
        assert answer.refusal is Refusal.BY_RULE
        codes.append(answer.code)
    assert codes == [
        "IllegalPipelineAction",
        "CannotStartWhileClearingStorage",
        "CannotStartWithCompilationError",
    ]


async def test_why_a_program_does_not_compile(feldera, client):
    """It comes with the whole program, and only its first lines are kept."""
    feldera.adds("sales", program_status="SqlError", program_error="Table `x` not found")
    assert await client.program_error(SALES) == "line 1, column 1: Table `x` not found"
    assert await client.program_error(ORDERS) == ""
    assert isinstance(await client.program_error(PipelineName("nope")), Problem)
    assert feldera.requests[0].query == {"selector": "all"}


async def test_a_record_tells_whether_it_was_wanted_to_run(feldera, client, clock):
    """Newest first; wanted and not yet running counts as wanted."""
    feldera.adds("sales")
    clock.passes(seconds=1)
    feldera.someone_starts("sales")
    clock.passes(seconds=10)
    feldera.someone_stops("sales")
    clock.passes(seconds=10)
    history = await client.history(SALES)
    assert isinstance(history, PipelineEvents)
    wanted = [change.wanted for change in reversed(history.changes)]
    assert wanted == sorted(wanted[:-3]) + [False] * 3


def test_of_an_error_only_the_compilers_words_are_read():
    """The other details can hold a backtrace."""
    details = {"compiler_error": "error[E0425]\n  --> src/lib.rs:3\n", "backtrace": "at src/secret.rs"}
    error = {"message": "failed", "error_code": "StartFailedDueToFailedCompilation", "details": details}
    look = answers.look(reply(200, pipeline(deployment_error=error)), ORDERS)
    assert isinstance(look, Seen)
    assert look.pipeline.error == PipelineError(
        "failed", "StartFailedDueToFailedCompilation", "error[E0425]\n  --> src/lib.rs:3"
    )


@pytest.mark.parametrize(
    ("uuids", "latest"),
    [
        (["019ca000-0000-7abc-8abc-0123456789ab"], datetime(2026, 2, 27, 16, 48, 0, 512000, tzinfo=UTC)),
        (
            ["019ca000-0000-7abc-8abc-0123456789ab", "019ca001-0000-7abc-8abc-0123456789ab"],
            datetime(2026, 2, 27, 16, 49, 6, 48000, tzinfo=UTC),
        ),
        (["019ca000-0000-4abc-8abc-0123456789ab"], None),
        (["019ca000-0000-7abc-8abc-0123456789ab", "not a UUID"], None),
        (["ffffffff-ffff-7abc-8abc-0123456789ab"], None),
        ([], None),
    ],
)
def test_a_checkpoints_id_tells_its_moment(uuids, latest):
    """Feldera makes them of version 7; where one of them is of another kind, the latest is not known."""
    details = {"checkpoints": [{"uuid": uuid, "size": 1} for uuid in uuids]}
    look = answers.look(reply(200, pipeline(storage_status_details=details)), ORDERS)
    assert isinstance(look, Seen)
    assert look.pipeline.last_checkpoint_at == latest


def test_first_lines_are_few_short_and_harmless():
    """Of a compiler's log of megabytes: indentation stays, control characters and empty lines do not."""
    assert first_lines("a\n\n   b\x1b[31m\u202e\nc") == snapshot("""\
a
   b [31m
c\
""")
    log = "\n".join(f"{number} {'x' * 500}" for number in range(10_000))
    shown = first_lines(log).split("\n")
    assert len(shown) <= LINES_MAX + 1
    assert max(map(len, shown)) <= LINE_MAX
    assert first_lines("\n \n") == ""
