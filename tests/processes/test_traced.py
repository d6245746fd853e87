"""Traces of real processes: over a kill, to a collector that fails in every way, and what they cost when they are off."""

import asyncio
import signal
import time

import pytest

from bot.domain.ids import OperationId
from bot.engine.trace_ids import trace_id_text
from bot.store.shell_store import Administration
from tests.collector import Mood, collecting
from tests.ports import free_port
from tests.processes.world import running

pytestmark = pytest.mark.anyio

BASE = "OTEL_EXPORTER_OTLP_ENDPOINT"
QUICK = {"OTEL_BSP_SCHEDULE_DELAY": "50", "OTEL_EXPORTER_OTLP_TIMEOUT": "0.5"}  # milliseconds; seconds
WITHOUT_IT = """
import sys
sys.modules["opentelemetry"] = None
from bot.cli import main
sys.argv = ["pipeline-bot", COMMAND]
main()
"""
NOT_INSTALLED = "OTEL_EXPORTER_OTLP_ENDPOINT asks for traces, but OpenTelemetry is not installed."
INSTALL_IT = (
    "Install what the extra otel needs (`pip install --require-hashes -r docs/deploy/otel-requirements.txt`, or "
    "`pip install '.[otel]'`), or remove the variable."
)


def operations(world):
    with Administration.open(world.database) as administration:
        return {entry.operation for entry in administration.entries() if entry.operation is not None}


async def test_a_trace_goes_on_after_a_kill(world):
    """Kill -9 while the clear runs: the next process adds to the same trace, and each log line has its id."""
    world.feldera.adds("slow", clear_takes=3.0)
    ana = world.operator("ana")
    with collecting() as collector:
        settings = {BASE: collector.url.removesuffix("/v1/traces"), **QUICK}
        async with world.serving_bot(**settings) as bot:
            await world.confirms_a_clear(ana, "slow")
            accepted = await bot.until_it_logs("accepted")
            async with asyncio.timeout(30):
                while not any(each.name.endswith("/clear") for each in collector.spans):  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            await bot.is_killed()
        async with world.serving_bot(**settings) as bot:
            await world.until_told("Cleared `slow`")
            await bot.until_it_logs("ended")
            assert await bot.stops() == 0
    (operation,) = operations(world)
    assert accepted["trace_id"] == trace_id_text(OperationId(operation))
    assert {each.trace for each in collector.spans} == {accepted["trace_id"]}
    assert len({each.resource["service.instance.id"] for each in collector.spans}) == 2
    ids = [each.id for each in collector.spans]
    assert len(set(ids)) == len(ids)
    lost = {each.parent for each in collector.spans} - {*ids, ""}
    assert len(lost) <= 1, "at most the span that the kill cut off"
    root = collector.named("operation clear")
    assert (root.parent, root.attributes["pipeline_bot.state"]) == ("", "succeeded")
    assert root.resource["service.name"] == "pipeline-bot"


async def test_variables_of_opentelemetry_count_in_env_files_too(world):
    """Those of the environment win."""
    ana = world.operator("ana")
    with collecting() as collector:
        lines = [
            f"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT={collector.url}",
            "OTEL_SERVICE_NAME=clears",
            "OTEL_RESOURCE_ATTRIBUTES=deployment.environment.name=staging",
        ]
        (world.folder / ".env").write_text("\n".join(lines))
        attributes = "deployment.environment.name=prod"
        async with world.serving_bot(OTEL_RESOURCE_ATTRIBUTES=attributes) as bot:
            await world.confirms_a_clear(ana, "orders")
            await world.until_told("Cleared `orders`")
            assert await bot.stops() == 0
    resource = collector.named("operation clear").resource
    assert (resource["service.name"], resource["deployment.environment.name"]) == ("clears", "prod")


@pytest.mark.parametrize("mood", [Mood.BREAKS, Mood.HANGS, Mood.BABBLES])
async def test_a_collector_that_fails_delays_nothing(world, mood):
    """A clear runs and is told as ever; one line says that traces are lost; SIGTERM is obeyed at once."""
    ana = world.operator("ana")
    with collecting(mood) as collector:
        settings = {BASE: collector.url.removesuffix("/v1/traces"), **QUICK}
        async with world.serving_bot(**settings) as bot:
            await world.confirms_a_clear(ana, "orders")
            await world.until_told("Cleared `orders`")
            if mood is Mood.BABBLES:  # its status was fine
                await asyncio.to_thread(collector.until, 2)
                assert bot.logged("traces_not_exported") == []
            else:
                said = await bot.until_it_logs("traces_not_exported")
                await asyncio.to_thread(collector.until, 2)
                assert "spans" in said["why"] or "export" in said["why"]
                assert "operation" not in said
                assert len(bot.logged("traces_not_exported")) == 1
            began = time.monotonic()
            assert await bot.stops() == 0
            assert time.monotonic() - began < 5.0
    assert "opentelemetry" not in bot.stderr


async def test_a_collector_that_hangs_does_not_delay_the_end(world):
    """OpenTelemetry itself would wait for the answer, ten seconds by default, and then for the rest of its queue."""
    ana = world.operator("ana")
    with collecting(Mood.HANGS) as collector:
        settings = {BASE: collector.url.removesuffix("/v1/traces"), "OTEL_BSP_SCHEDULE_DELAY": "50"}
        async with world.serving_bot(**settings) as bot:
            await world.confirms_a_clear(ana, "orders")
            await world.until_told("Cleared `orders`")
            await asyncio.to_thread(collector.until, 1)
            began = time.monotonic()
            assert await bot.stops() == 0
            assert time.monotonic() - began < 5.0


async def test_a_collector_that_comes_back_is_logged_once(world):
    ana = world.operator("ana")
    with collecting(Mood.BREAKS) as collector:
        settings = {BASE: collector.url.removesuffix("/v1/traces"), **QUICK}
        async with world.serving_bot(**settings) as bot:
            await world.confirms_a_clear(ana, "orders")
            await bot.until_it_logs("traces_not_exported")
            await world.until_told("Cleared `orders`")
            collector.mood = Mood.TAKES
            world.feldera.adds("more")
            await world.confirms_a_clear(ana, "more")
            await bot.until_it_logs("traces_exported_again")
            await world.until_told("Cleared `more`")
            assert await bot.stops() == 0
    assert len(bot.logged("traces_not_exported")) == 1
    assert len(bot.logged("traces_exported_again")) == 1


async def test_a_collector_that_is_not_there(world):
    """Its port is closed."""
    ana = world.operator("ana")
    where = f"http://127.0.0.1:{free_port()}"
    async with world.serving_bot(**{BASE: where, **QUICK}) as bot:
        await world.confirms_a_clear(ana, "orders")
        await world.until_told("Cleared `orders`")
        await bot.until_it_logs("traces_not_exported")
        assert await bot.stops(signal.SIGINT) == 0
    assert len(bot.logged("traces_not_exported")) == 1


async def test_without_traces_opentelemetry_is_never_imported(world):
    """A whole clear, in an interpreter that reports each import."""
    ana = world.operator("ana")
    command = ("-X", "importtime", "-m", "bot", "run")
    async with running(*command, folder=world.folder, settings=world.settings()) as bot:
        await bot.until_it_logs("serving")
        await world.confirms_a_clear(ana, "orders")
        await world.until_told("Cleared `orders`")
        assert await bot.stops() == 0
    imported = {line.rpartition("|")[2].strip() for line in bot.stderr.splitlines() if "|" in line}
    assert "bot.observability.tracing" in imported
    heavy = {"opentelemetry", "google", "requests", "urllib3"}
    assert [name for name in imported if name.partition(".")[0] in heavy] == []


async def test_traces_without_the_extra_are_refused(world):
    settings = world.settings(**{BASE: "http://127.0.0.1:4318"})
    command = ("-c", WITHOUT_IT.replace("COMMAND", "'run'"))
    async with running(*command, folder=world.folder, settings=settings) as bot:
        assert await bot.ends() == 1
    assert bot.stderr == f"error: {NOT_INSTALLED} {INSTALL_IT}"


async def test_doctor_says_that_the_extra_is_missing(world):
    """Otherwise it would pass, and the bot not start."""
    settings = world.settings(**{BASE: "http://127.0.0.1:4318"})
    command = ("-c", WITHOUT_IT.replace("COMMAND", "'doctor'"))
    async with running(*command, folder=world.folder, settings=settings) as doctor:
        rows = (await doctor.rest_of_output()).splitlines()
        assert await doctor.ends() == 1
    assert [row.strip() for row in rows[:2]] == [
        f"✗  settings           {NOT_INSTALLED}",
        f"→ {INSTALL_IT}",
    ]
    assert "Complete" not in rows[2]


@pytest.mark.parametrize(
    ("variables", "refusal"),
    [
        ({BASE: "collector:4318"}, f"{BASE}: must be a URL such as http://collector:4318."),
        (
            {BASE: "http://c:4318", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"},
            "OTEL_EXPORTER_OTLP_PROTOCOL: the bot exports traces over http/protobuf alone.",
        ),
    ],
)
async def test_settings_that_cannot_be_used_are_refused(world, variables, refusal):
    assert await world.refusal(status=2, **variables) == refusal


async def test_settings_that_its_sdk_cannot_use_are_refused(world):
    assert await world.refusal(**{BASE: "http://c:4318", "OTEL_BSP_MAX_QUEUE_SIZE": "1"}) == (
        "OpenTelemetry cannot use its settings (OTEL_…): "
        "max_export_batch_size must be less than or equal to max_queue_size."
    )


@pytest.mark.parametrize(
    "variables",
    [
        {BASE: "http://127.0.0.1:1", "OTEL_SDK_DISABLED": "true"},
        {BASE: "http://127.0.0.1:1", "OTEL_TRACES_EXPORTER": "none"},
        {"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", "OTEL_SERVICE_NAME": "another"},
    ],
)
async def test_they_are_off_where_opentelemetry_says_so(world, variables):
    """Or where no endpoint is set: other programs may share the environment."""
    ana = world.operator("ana")
    async with world.serving_bot(**variables) as bot:
        await world.confirms_a_clear(ana, "orders")
        accepted = await bot.until_it_logs("accepted")
        assert "trace_id" not in accepted
        await world.until_told("Cleared `orders`")
        assert await bot.stops() == 0
