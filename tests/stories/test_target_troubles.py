"""Several Felderas, of which one is down, slow or busy: that delays and hides nothing of another."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from bot.simulator.feldera import FelderaSimulator
from tests.teammate import Teammate
from tests.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """Two Felderas, `prod` and `staging`, each with a stopped pipeline `orders`."""
    workspace = Workspace(tmp_path, targets=("prod", "staging"))
    for feldera in workspace.felderas.values():
        feldera.adds("orders")
    yield workspace
    workspace.closes()


@pytest.fixture
def staging(workspace: Workspace) -> FelderaSimulator:
    return workspace.felderas["staging"]


@pytest.fixture
def ana(workspace: Workspace) -> Teammate:
    return workspace.operator("ana")


def waits_on_staging(workspace: Workspace, ana: Teammate) -> None:
    """Her clear on `staging` is under way, and takes its time."""
    workspace.felderas["staging"].sticks_clearing("orders")
    ana.clears("staging/orders")
    workspace.passes(seconds=10)


def clears_on_prod_in_no_time(workspace: Workspace, ana: Teammate) -> None:
    ana.clears("prod/orders")
    workspace.passes(seconds=10)
    assert workspace.thread()[-1] == "✅ Cleared `prod/orders` after 2 seconds. @ana"
    assert workspace.timed_thread()[-1].startswith("0:00:02.5")


def test_one_that_is_down_delays_no_other(
    workspace: Workspace, ana: Teammate, staging: FelderaSimulator
) -> None:
    """Its own operation says so and waits; the other's is done in its usual seconds."""
    waits_on_staging(workspace, ana)
    workspace.run(staging.goes_down())
    workspace.passes(minutes=10)
    clears_on_prod_in_no_time(workspace, ana)
    workspace.run(staging.comes_back())
    staging.unsticks("orders")
    workspace.passes(minutes=2)
    assert workspace.threads()[0][-3:] == snapshot(
        [
            "🔌 I cannot reach Feldera (`No connection to Feldera at staging.example.`). The clear goes on without me. I keep trying.",
            "🔌 Feldera answers again, after 10 minutes and 11 seconds.",
            "✅ Cleared `staging/orders` after 10 minutes and 22 seconds. @ana",
        ]
    )


def test_one_that_does_not_answer_delays_no_other(
    workspace: Workspace, ana: Teammate, staging: FelderaSimulator
) -> None:
    """The look at it goes on beside the other's rounds, for as long as it takes."""
    waits_on_staging(workspace, ana)
    ana.asks("/pipeline clear prod/orders")
    staging.hangs("GET")

    async def ten_seconds_with_staging_hanging() -> None:
        driver = workspace.bot.driver
        workspace.clock.passes(seconds=10)
        await driver.tick()
        await staging.until_it_hangs()
        hanging = driver._rounds["staging", False]
        await ana.clicking("Clear prod/orders")
        for _ in range(10):
            await workspace.bot.announcements.tick()
            await driver.tick()
            while running := {*driver._rounds.values(), *driver._at_work.values()} - {hanging}:
                await asyncio.wait(running)
            workspace.clock.passes(seconds=1)
        await workspace.bot.announcements.tick()
        assert not hanging.done()

    workspace.run(ten_seconds_with_staging_hanging())
    ana.reads()
    assert workspace.timed_thread()[-1] == "0:00:02  ✅ Cleared `prod/orders` after 1 second. @ana"
    staging.lets_go()
    staging.unsticks("orders")
    workspace.passes(minutes=1)
    assert workspace.threads()[0][-1] == "✅ Cleared `staging/orders` after 40 seconds. @ana"


def test_one_that_asks_to_be_left_alone_is_left_alone_by_itself(
    workspace: Workspace, ana: Teammate, staging: FelderaSimulator
) -> None:
    """For as long as it says, and for five minutes at most; the other is looked at as ever."""
    waits_on_staging(workspace, ana)
    staging.answers_next(429, headers={"Retry-After": "3600"}, method="GET")
    workspace.passes(seconds=30)
    asked = len(staging.requests)
    clears_on_prod_in_no_time(workspace, ana)
    workspace.passes(minutes=4)
    assert len(staging.requests) == asked
    staging.unsticks("orders")
    workspace.passes(minutes=2)
    assert workspace.threads()[0][-1] == "✅ Cleared `staging/orders` after 5 minutes and 10 seconds. @ana"


def test_an_outage_is_told_of_the_one_that_has_it(
    workspace: Workspace, ana: Teammate, staging: FelderaSimulator
) -> None:
    """With the setting of its own that would have to be put right."""
    workspace.run(staging.goes_down())
    assert "(`No connection to Feldera at staging.example.`)" in ana.asks("/pipeline status staging/orders")
    assert "Stopped some time ago" in ana.asks("/pipeline status prod/orders")
    workspace.run(staging.comes_back())
    staging.answers_next(200, body=b"<html>hello</html>", content_type="text/html", method="GET", times=2)
    assert ana.asks("/pipeline status staging/orders") == snapshot(
        "❌ I cannot look at `staging/orders` now: what answers at Feldera's address is not Feldera (`Something other than the Feldera API answers at its address.`). The person who runs the bot should check `PIPELINE_BOT_TARGETS__STAGING__HOST`. Nothing was sent to Feldera."
    )


def test_what_is_on_the_others_is_listed_and_suggested(
    workspace: Workspace, ana: Teammate, staging: FelderaSimulator
) -> None:
    ben = workspace.operator("ben", "prod/*")
    workspace.run(staging.goes_down())
    assert ana.asks("/pipeline list") == snapshot("""\
*1 pipeline you can see*
⏹️ `prod/orders`: Stopped some time ago (Mar 2, 2026 at 3:00 AM) · 💾 holds data: 3 checkpoints, 7.0 MiB
[Clear…] [Start…] [Details]
The Feldera `staging` does not answer (`No connection to Feldera at staging.example.`), so its pipelines are not listed. Try again in a minute.\
""")
    close = "Type which one you mean: `prod/orders`."
    silent = f"{close} The Feldera `staging` does not answer now, so I cannot tell whether it has a pipeline `orders`; try again in a minute."
    assert ana.asks("/pipeline clear orders").endswith(silent)
    assert ana.asks("/pipeline status prod/oders").endswith("Did you mean `prod/orders`?")
    assert ben.asks("/pipeline clear orders").endswith(close)
    ana.opens_form()
    assert ana.looks_for("ord") == ["prod/orders"]
    ana.closes_modal()
    workspace.run(workspace.felderas["prod"].goes_down())
    assert ana.asks("/pipeline clear orders").endswith(
        "in front of the name: `TARGET/orders`. The Felderas `prod` and `staging` do not answer now, so I cannot tell whether they have a pipeline `orders`; try again in a minute."
    )
