"""`list`: the pipelines of Felderas over HTTP, with what a database on the disk has of them."""

import json
from datetime import timedelta

import pytest

from bot.domain.access.changes import SetFreeze
from bot.domain.operations.operation import State
from bot.simulator.feldera import FelderaSimulator
from tests.cli.looking import cells, shown, typed
from tests.cli.waiting import stands
from tests.store.samples import proposed

pytestmark = pytest.mark.anyio

LIVE = "7fk2qa5xheyxmjyqfxnzbdlz"
WAITS = "c2k7aaaaheyxmjyqfxnzbdlz"


@pytest.fixture
def pipelines(world):
    """`Archive`, `orders`, which a request holds, `payments`, which runs, and `users`, for which one waits."""
    world.since = world.clock.now() - timedelta(hours=2, minutes=5)
    world.feldera.adds("orders", checkpoints=(None,), since=world.since)
    world.feldera.adds("payments", running=True, checkpoints=(), since=world.since)
    world.feldera.adds("users", storage="Cleared", since=world.since)
    world.feldera.adds("Archive", storage="Cleared", program_status="RustError", since=world.since)
    world.administers()
    stands(world, proposed(LIVE), State.READY)
    stands(world, proposed(WAITS, pipeline="users"), State.AWAITING_APPROVAL, needed=1)


async def listed(world, *arguments, **settings):
    return [row[0] for row in cells(await shown(world, "list", *arguments, **settings))]


@pytest.mark.usefixtures("pipelines")
async def test_a_line_a_pipeline_by_name(world):
    ends = world.clock.now() + timedelta(hours=2, seconds=30)
    world.administers(SetFreeze("pay*", ends, "year end"))
    archive, orders, payments, users = cells(await shown(world, "list"))
    since = f"2 h (since {world.since:%Y-%m-%d %H:%M} UTC)"
    assert archive == ("Archive", "Stopped", since, "cleared", "the program does not compile (RustError)")
    assert orders[:4] == ("orders", "Stopped", since, "holds data: 1 checkpoint, size unknown")
    assert orders[4].startswith("clear 7fk2qa by U0ANA, ")
    assert payments == (
        *("payments", "Running", since, "holds data: no checkpoints"),
        f"frozen, ends in 2 h ({ends:%Y-%m-%d %H:%M} UTC)",
    )
    assert users[4].endswith(": Waiting for approval")
    assert len(world.feldera.requests) == 1


@pytest.mark.usefixtures("pipelines")
@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["--running"], ["payments"]),
        (["--stopped"], ["Archive", "orders", "users"]),
        (["--busy"], ["orders", "users"]),
        (["--running", "--busy"], ["orders", "payments", "users"]),
        (["*s"], ["orders", "payments", "users"]),
        (["*s", "--stopped"], ["orders", "users"]),
        (["users"], ["users"]),
    ],
)
async def test_by_name_and_by_state(world, arguments, names):
    assert await listed(world, *arguments) == names


@pytest.mark.usefixtures("pipelines")
async def test_where_none_matches_that_is_said(world):
    assert await shown(world, "list", "Users") == (
        "No pipelines that match Users (names are case-sensitive).\n"
    )
    assert await shown(world, "list", "Archive", "--running", "--busy") == (
        "No running or busy pipelines that match Archive (names are case-sensitive).\n"
    )
    assert json.loads(await shown(world, "list", "Users", "--json")) == []
    refused = await typed(world, "list", "or ders")
    assert (refused.status, refused.stdout) == (2, "")
    assert refused.stderr.startswith("error: 'or ders' is no")


@pytest.mark.usefixtures("pipelines")
async def test_for_programs_everything_is_there(world):
    _, orders, payments, users = json.loads(await shown(world, "list", "--json"))
    assert (orders["request"]["id"], orders["awaiting_approval"]) == (LIVE, None)
    assert (users["request"], users["awaiting_approval"]["id"]) == (None, WAITS)
    assert payments == {
        "name": "payments",
        "status": "Running",
        "status_since": world.since.isoformat(),
        "desired_status": "Running",
        "desired_status_since": world.since.isoformat(),
        "storage": "InUse",
        "checkpoints": {"count": 0, "bytes": 0},
        "program_status": "Success",
        "error": None,
        "request": None,
        "awaiting_approval": None,
        "frozen_until": None,
    }


@pytest.mark.usefixtures("pipelines")
async def test_a_feldera_that_is_away_hides_nothing_of_another(world):
    async with FelderaSimulator(world.clock, installation=1) as prod:
        prod.adds("orders", since=world.since)
        targets = {
            "FELDERA_HOST": None,
            "PIPELINE_BOT_TARGETS__PROD__HOST": prod.url,
            "PIPELINE_BOT_TARGETS__STAGING__HOST": world.feldera.url,
        }
        assert await listed(world, "*/orders", **targets) == ["prod/orders", "staging/orders"]
        await world.feldera.goes_down()
        said = await typed(world, "list", **targets)
        assert [row[0] for row in cells(said.stdout)] == ["prod/orders"]
        assert said.status == 1
        assert said.stderr.startswith("error: staging: Feldera does not answer (")
        said = await typed(world, "list", "--json", **targets)
        assert (said.status, len(json.loads(said.stdout))) == (1, 1)


@pytest.mark.usefixtures("pipelines")
async def test_rows_that_cannot_be_read(world):
    """Each by itself, whatever the filter; one without a name is counted."""
    world.feldera.answers_next(200, method="GET", body=[{"name": "orders"}, {"name": 1}, {}])
    said = await typed(world, "list", "--running")
    assert said.status == 0
    ((name, state, *_, note),) = cells(said.stdout)
    assert (name, state) == ("orders", "cannot be read")
    assert "clear 7fk2qa by U0ANA" in note
    assert (
        said.stderr == "warning: 2 pipelines are not listed: their names in Feldera's answer cannot be read."
    )
    world.feldera.answers_next(200, method="GET", body=[{"name": "orders"}, {}])
    said = await typed(world, "list", "--json")
    (row,) = json.loads(said.stdout)
    assert row["name"] == "orders"
    assert said.stderr == "warning: 1 pipeline is not listed: its name in Feldera's answer cannot be read."


@pytest.mark.usefixtures("pipelines")
async def test_without_any_feldera_there_is_only_the_error(world):
    await world.feldera.goes_down()
    said = await typed(world, "list")
    assert (said.status, said.stdout) == (1, "")
    assert said.stderr.startswith("error: Feldera does not answer (")


async def test_reading_creates_no_database(world):
    said = await typed(world, "list")
    assert said.status == 1
    assert said.stderr.startswith(f"error: There is no database at {world.database}.")
    assert list(world.folder.iterdir()) == []
