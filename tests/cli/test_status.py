"""`status`: a pipeline of a Feldera over HTTP, with what a database on the disk has of it."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.cli.look.feldera import in_time, no_answer
from bot.config import FelderasSettings, load
from bot.domain.access.changes import SetFreeze
from bot.domain.ids import PipelineName
from bot.domain.operations.operation import State
from bot.domain.operations.outcome import Ending, Outcome
from bot.domain.pipelines.targets import THE_ONLY
from bot.felderas import connected
from bot.simulator.feldera import FelderaSimulator
from tests.cli.looking import shown, typed
from tests.cli.waiting import stands
from tests.store.samples import START, proposed

pytestmark = pytest.mark.anyio

LIVE = "7fk2qa5xheyxmjyqfxnzbdlz"
ENDED = "b2k7aaaaheyxmjyqfxnzbdlz"
WAITS = "c2k7aaaaheyxmjyqfxnzbdlz"
MEBIBYTE = 1024 * 1024


@pytest.fixture
def since(world):
    """Three days ago; there is a database, and an hour from then on nothing happened."""
    world.administers()
    return world.clock.now() - timedelta(days=3, minutes=5)


def at(moment):
    return f"{moment:%Y-%m-%d %H:%M} UTC"


async def fields(world, *asked, **settings):
    """The lines of a status, by label."""
    lines = (await shown(world, "status", *asked, **settings)).splitlines()
    return dict(line.split(":", 1) for line in lines if not line.startswith(" ")), lines


async def test_fields_without_a_value_are_left_out(world, since):
    world.feldera.adds("orders", checkpoints=(MEBIBYTE, 2 * MEBIBYTE), since=since)
    _, lines = await fields(world, "orders")
    assert lines == [
        "Pipeline: orders",
        f"State:    Stopped for 3 d (since {at(since)})",
        f"Storage:  holds data: 2 checkpoints, 3.0 MiB, the last 3 d ago ({at(since)})",
    ]
    assert all(request.method == "GET" for request in world.feldera.requests)


async def test_what_is_wrong_with_it(world, since):
    world.feldera.adds("broken", storage="Cleared", program_status="SqlError", since=since)
    said, _ = await fields(world, "broken")
    assert said["Program"].split() == f"SqlError for 3 d (since {at(since)})".split()
    assert said["Last error"].strip() == "the program does not compile (SqlError)"
    world.feldera.adds("orders", running=True, since=since)
    world.feldera.crashes("orders", "worker\n  panicked")
    said, _ = await fields(world, "orders")
    assert said["Last error"].strip() == "worker panicked"


async def test_what_the_bot_does_with_it(world, since):
    """A request that holds it, one that waits, and a freeze."""
    world.feldera.adds("orders", since=since)
    asked = stands(world, proposed(LIVE), State.WAITING, submitted_at=START)
    stands(
        world,
        replace(proposed(WAITS), previewed=replace(asked.previewed, id="another")),
        State.AWAITING_APPROVAL,
        needed=1,
    )
    ends = world.clock.now() + timedelta(hours=2, seconds=30)
    world.administers(SetFreeze("ord*", ends, "year end"))
    said, _ = await fields(world, "orders")
    assert said["Request"].strip().startswith("clear 7fk2qa by U0ANA, ")
    assert said["Request"].endswith(f" d ago ({at(START)}): Under way")
    assert said["Awaiting approval"].strip().startswith("clear c2k7aa by U0ANA, ")
    assert said["Awaiting approval"].endswith(": 0 of 1 approval")
    assert said["Frozen"].strip() == f"ends in 2 h ({at(ends)}): year end"


async def test_what_happened_lately_newest_first(world, since):
    world.feldera.adds("orders", running=True, since=since)
    world.feldera.crashes("orders", "worker panicked")
    outcome = Outcome(Ending.CLEARED)
    stands(world, proposed(ENDED), State.SUCCEEDED, ended_at=START, outcome=outcome)
    _, lines = await fields(world, "orders")
    events = lines[lines.index("Recent Feldera events:") + 1 : lines.index("Last requests:")]
    assert events[0].startswith("  "), events
    assert any("an error" in event for event in events)
    (last,) = lines[lines.index("Last requests:") + 1 :]
    assert last.startswith("  clear b2k7aa by U0ANA, ")
    assert last.endswith(": Cleared")


async def test_a_feldera_that_keeps_no_events_has_none_to_show(world, since):
    world.feldera.adds("orders", since=since)
    world.feldera.is_downgraded()
    _, lines = await fields(world, "orders")
    assert not any("events" in line for line in lines)


async def test_for_programs_everything_is_there(world, since):
    world.feldera.adds("orders", storage="Cleared", since=since)
    stands(world, proposed(LIVE), State.WAITING, submitted_at=START)
    document = json.loads(await shown(world, "status", "orders", "--json"))
    request = document.pop("request")
    assert (request["id"], request["state"], request["user"]) == (LIVE, "waiting", "U0ANA")
    assert document == {
        "name": "orders",
        "status": "Stopped",
        "status_since": since.isoformat(),
        "desired_status": "Stopped",
        "desired_status_since": since.isoformat(),
        "storage": "Cleared",
        "checkpoints": {"count": 0, "bytes": 0},
        "program_status": "Success",
        "error": None,
        "awaiting_approval": None,
        "frozen_until": None,
        "events": [],
        "last_requests": [],
    }


async def test_a_name_that_is_mistyped(world, since):
    world.feldera.adds("orders", since=since)
    said = await typed(world, "status", "Ordrs")
    assert (said.status, said.stdout) == (1, "")
    assert said.stderr == (
        "error: Feldera has no pipeline called Ordrs (names are case-sensitive). Similar names: orders."
    )
    said = await typed(world, "status", "or ders")
    assert said.status == 2
    assert said.stderr.startswith("error: 'or ders' cannot be the name of a pipeline: ")


@pytest.mark.usefixtures("since")
async def test_a_feldera_that_does_not_answer(world):
    await world.feldera.goes_down()
    said = await typed(world, "status", "orders")
    host = world.feldera.url.removeprefix("http://")
    assert (said.status, said.stdout) == (1, "")
    assert said.stderr == (
        f"error: Feldera does not answer (No connection to Feldera at {host}). Try again in a minute."
    )


async def test_a_feldera_that_takes_too_long(world, environment):
    """Within a bounded time, however patient the bot's own settings are."""
    environment.setenv("FELDERA_HOST", world.feldera.url)
    environment.setenv("FELDERA_REQUEST_TIMEOUT", "600")
    world.feldera.hangs()
    async with connected(load(FelderasSettings), world.clock) as felderas:
        late = await in_time(felderas.look(PipelineName("orders")), within=0.05)
    assert no_answer(late, THE_ONLY) == (
        "Feldera does not answer (No answer within 0.05 s). Try again in a minute."
    )


async def test_of_several_felderas_the_one_that_its_name_says_is_asked(world, since):
    """With that one's credentials; Slack's are not needed."""
    async with FelderaSimulator(world.clock, api_keys={"apikey:hush": "write"}, installation=1) as prod:
        prod.adds("orders", since=since)
        settings = {
            "FELDERA_HOST": None,
            "SLACK_BOT_TOKEN": None,
            "SLACK_APP_TOKEN": None,
            "PIPELINE_BOT_TARGETS__PROD__HOST": prod.url,
            "PIPELINE_BOT_TARGETS__PROD__API_KEY": "apikey:hush",
            "PIPELINE_BOT_TARGETS__STAGING__HOST": world.feldera.url,
        }
        said, _ = await fields(world, "prod/orders", **settings)
        assert said["Pipeline"].strip() == "prod/orders"
        assert list(world.feldera.requests) == []
        refused = await typed(world, "status", "orders", **settings)
        assert refused.status == 2
        assert "as in prod/orders. The targets are prod, staging." in refused.stderr
        settings["PIPELINE_BOT_TARGETS__PROD__API_KEY"] = "apikey:wrong"
        refused = await typed(world, "status", "prod/orders", **settings)
        assert refused.status == 1
        assert refused.stderr.startswith("error: prod: "), refused.stderr


async def test_reading_creates_no_database(world):
    world.feldera.adds("orders")
    said = await typed(world, "status", "orders")
    assert said.status == 1
    assert said.stderr.startswith(f"error: There is no database at {world.database}.")
    assert list(world.folder.iterdir()) == []
    assert list(world.feldera.requests) == [], "Feldera is not asked for nothing"
