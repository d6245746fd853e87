"""Each operation is one trace, from the delivery of its command to its last message, received by a real collector."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.ids import OperationId
from bot.engine.ports import SpanKind
from bot.engine.trace_ids import root_span_id, trace_id_text
from bot.engine.work_context import Work, span, working
from tests.collector import Collector, Received, collecting
from tests.workspace import Workspace

OPERATE = (Path(__file__).parents[2] / "docs" / "operate.md").read_text()
SHOWN = ("pipeline_bot.action", "pipeline_bot.message", "pipeline_bot.events", "error.type")


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as collector:
        yield collector


@pytest.fixture(params=["socket", "http"])
def traced(request: pytest.FixtureRequest, tmp_path: Path, collector: Collector) -> Iterator[Workspace]:
    """One pipeline, a clear of which needs an approval and takes 20 s. Spans arrive once the bot stops."""
    workspace = Workspace(tmp_path, over_http=request.param == "http", traces_to=collector.url)
    workspace.feldera.adds("orders", clear_takes=20.0)
    yield workspace
    workspace.closes()


def tree(spans: list[Received]) -> list[str]:
    """Spans by their beginning, below their parents; people's profiles are left out, which the bot looks up or knows."""
    lines: list[str] = []

    def below(parent: str, depth: int) -> None:
        for each in sorted((each for each in spans if each.parent == parent), key=lambda each: each.began):
            said = [str(each.attributes[name]) for name in SHOWN if each.attributes.get(name)]
            lines.append("  " * depth + " ".join([each.name, *(f"[{text}]" for text in said)]))
            below(each.id, depth + 1)

    below("", 0)
    assert len(lines) == len(spans), "a span has no parent"
    return [line for line in lines if "users.info" not in line]


def clears_with_approval(workspace: Workspace, *, restarts: bool = False) -> list[str]:
    """Two people clear `orders`, perhaps over a restart of the bot; returns what no span may hold."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    workspace.rules("*", "approvals=1")
    ana.asks("/pipeline clear orders schema change")
    ana.clicks("Ask for approval")
    ana.reads()
    workspace.passes(minutes=2)
    ben.clicks("Approve")
    ben.reads()
    workspace.passes(seconds=5)
    if restarts:
        workspace.restarts()
    workspace.passes(minutes=2)
    workspace.card()
    assert workspace.thread()[-1].startswith("✅ Cleared `orders`")
    return ["schema change", ana.person.id, ben.person.id, workspace.channel.id, "ana", "ben"]


def test_a_clear_with_approval_is_one_trace(traced: Workspace, collector: Collector) -> None:
    """Command, confirmation and approval, each with its decision; look and request; the wait; and every message."""
    private = clears_with_approval(traced)
    (operation,) = {entry.operation for entry in traced.entries() if entry.operation is not None}
    traced.dies()
    assert tree(collector.spans) == [
        "operation clear",
        "  receive slash_command",
        "    GET /v0/config/session",
        "    GET /v0/pipelines/{name}",
        "    transaction [proposed]",
        "  receive block_actions [confirm_clear]",
        "    transaction [requested]",
        "  POST /api/chat.postMessage [card]",
        "  receive block_actions [approve_request]",
        "    transaction [approved]",
        "  look and clear",
        "    GET /v0/config/session",
        "    GET /v0/config/session",
        "    GET /v0/pipelines/{name}",
        "    transaction [sent]",
        "    POST /v0/pipelines/{name}/clear",
        "  transaction [accepted]",
        "  POST /api/chat.update [card]",
        "  POST /api/chat.postMessage [thread] [approved sent accepted]",
        "  step clear",
        "  POST /api/chat.update [card]",
        "  POST /api/chat.postMessage [thread] [ended]",
    ]
    assert {each.trace for each in collector.spans} == {trace_id_text(OperationId(operation))}
    assert {each.attributes["pipeline_bot.operation"] for each in collector.spans} == {operation}
    root, waited = collector.named("operation clear"), collector.named("step clear")
    assert root.id == f"{root_span_id(OperationId(operation)):016x}"
    assert root.began == min(each.began for each in collector.spans)
    assert root.ended == max(each.ended for each in collector.spans)
    assert root.attributes["pipeline_bot.pipeline"] == "orders"
    assert root.attributes["pipeline_bot.state"] == "succeeded"
    assert timedelta(seconds=20) <= waited.ended - waited.began <= timedelta(seconds=30)
    assert waited.events == ("Stopped Clearing", "Stopped Cleared")
    assert waited.attributes["pipeline_bot.looks"] > len(waited.events)
    values = [str(value) for each in collector.spans for value in [*each.attributes.values(), *each.events]]
    assert [value for value in values for text in private if text in value.split()] == []


def test_requests_have_opentelemetrys_attributes(traced: Workspace, collector: Collector) -> None:
    clears_with_approval(traced)
    traced.dies()
    posted = collector.named("POST /v0/pipelines/{name}/clear")
    assert posted.kind == 3  # CLIENT
    host, port = traced.feldera.url.removeprefix("http://").split(":")
    assert posted.attributes.items() >= {
        ("http.request.method", "POST"),
        ("http.response.status_code", 202),
        ("url.scheme", "http"),
        ("url.path", "/v0/pipelines/orders/clear"),
        ("url.template", "/v0/pipelines/{name}/clear"),
        ("server.address", host),
        ("server.port", int(port)),
    }
    command = collector.named("receive slash_command")
    assert command.kind == 5  # CONSUMER
    assert command.attributes["messaging.system"] == "slack"
    assert command.resource["service.name"] == "pipeline-bot"
    assert not any(each.failed for each in collector.spans)


def test_a_restart_does_not_interrupt_a_trace(traced: Workspace, collector: Collector) -> None:
    """The next process knows the ids, and when the step began; what was seen before is in no span."""
    clears_with_approval(traced, restarts=True)
    traced.dies()
    assert len({each.trace for each in collector.spans}) == 1
    shown = tree(collector.spans)
    assert (shown[0], shown.count("    POST /v0/pipelines/{name}/clear")) == ("operation clear", 1)
    root, waited = collector.named("operation clear"), collector.named("step clear")
    assert waited.ended - waited.began >= timedelta(seconds=20)
    assert root.ended == max(each.ended for each in collector.spans)


def test_a_plan_has_a_span_for_each_step(traced: Workspace, collector: Collector) -> None:
    """One after the other, each from its request to its goal."""
    traced.feldera.adds("sales", running=True)
    oli = traced.operator("oli")
    oli.asks("/pipeline clear sales --stop --start")
    oli.clicks("Stop, clear and start sales")
    traced.passes(minutes=5)
    oli.reads()
    traced.card()
    traced.thread()
    traced.dies()
    steps = [collector.named(f"step {step}") for step in ("stop", "clear", "start")]
    root = collector.named("operation plan")
    assert {each.parent for each in steps} == {root.id}
    assert [each.attributes["pipeline_bot.ending"] for each in steps] == [
        "pipeline_stopped",
        "cleared",
        "running",
    ]
    assert (
        steps[0].ended <= steps[1].began <= steps[1].ended <= steps[2].began <= steps[2].ended <= root.ended
    )
    assert root.attributes["pipeline_bot.plan"] == "stop clear start"


def test_a_denied_request_ends_its_trace(traced: Workspace, collector: Collector) -> None:
    """With the decision, and without any request or step; the reason is not in it."""
    ana, ben = traced.requester("ana"), traced.approver("ben")
    traced.rules("*", "approvals=1")
    ana.asks("/pipeline clear orders schema change")
    ana.clicks("Ask for approval")
    ana.reads()
    ben.opens("Deny…")
    ben.submits("not before Monday")
    ben.reads()
    traced.passes(seconds=5)  # a channel takes a message a second
    traced.card()
    traced.thread()
    traced.dies()
    assert tree(collector.spans)[-4:] == [
        "  receive view_submission [deny_request]",
        "    transaction [ended]",
        "  POST /api/chat.update [card]",
        "  POST /api/chat.postMessage [thread] [ended]",
    ]
    assert collector.named("operation clear").attributes["pipeline_bot.state"] == "denied"
    assert "Monday" not in str(collector.spans)


def test_the_pages_list_every_kind_of_span(traced: Workspace, collector: Collector) -> None:
    """By its name, or the beginning of it."""
    clears_with_approval(traced)
    traced.dies()
    section = OPERATE.partition("\n## Traces\n")[2].partition("\n## ")[0]
    listed = re.findall(r"`([^`]+)`", "".join(re.findall(r"^\| (`.+?) \|", section, re.MULTILINE)))
    kinds = {name.split("/")[0] if "/api/" in name or "GET" in name else name for name in listed}
    assert {each.name for each in collector.spans if not any(map(each.name.startswith, kinds))} == set()


def test_what_failed_says_so(traced: Workspace, collector: Collector) -> None:
    """A lost answer, a Slack that asks to wait and one that refuses: each in a word, none of its text."""
    oli = traced.operator("oli")
    oli.asks("/pipeline clear orders")
    traced.feldera.loses_the_next_reply()
    traced.slack.rate_limits("chat.postMessage", retry_after=2)
    oli.clicks("Clear orders")
    traced.passes(minutes=2)
    oli.reads()
    traced.card()
    traced.thread()
    traced.dies()
    failed = [(each.name, each.attributes["error.type"]) for each in collector.spans if each.failed]
    assert failed == [
        ("POST /api/chat.postMessage", "429"),
        ("POST /v0/pipelines/{name}/clear", "unreachable"),
    ]
    assert len({each.trace for each in collector.spans}) == 1


def test_what_is_about_no_operation_is_not_traced(traced: Workspace, collector: Collector) -> None:
    """Help, a list, a refused command: no request, no trace."""
    ana, zoe = traced.requester("ana"), traced.adds_person("zoe")
    ana.types("/pipeline help")
    ana.types("/pipeline list")
    zoe.types("/pipeline clear orders")
    traced.dies()
    assert collector.spans == []


def test_two_requests_are_two_traces(traced: Workspace, collector: Collector) -> None:
    """One after the other, by the same person: no span strays into the other's trace."""
    traced.feldera.adds("events")
    oli = traced.operator("oli")
    for pipeline in ("orders", "events"):
        oli.clears(pipeline)
    traced.passes(minutes=2)
    oli.reads()
    traced.cards()
    traced.threads()
    traced.dies()
    by_trace = {each.trace: each.attributes["pipeline_bot.operation"] for each in collector.spans}
    assert len(by_trace) == 2
    for each in collector.spans:
        assert by_trace[each.trace] == each.attributes["pipeline_bot.operation"]
    for trace in by_trace:
        paths = [each.attributes.get("url.path", "") for each in collector.spans if each.trace == trace]
        assert len({path for path in paths if path.endswith("/clear")}) == 1


def test_an_operation_that_waits_for_days_has_few_spans(tmp_path: Path, collector: Collector) -> None:
    """Thousands of looks are events of one span, and only those that saw something else."""
    workspace = Workspace(tmp_path, traces_to=collector.url)
    workspace.feldera.adds("orders", clear_takes=2 * 24 * 3600.0)
    oli = workspace.operator("oli")
    oli.clears("orders")
    workspace.passes(minutes=15)
    for _ in range(10):
        workspace.leaps(hours=5)
    workspace.passes(minutes=5)
    oli.reads()
    workspace.card()
    workspace.thread()
    workspace.closes()
    waited = collector.named("step clear")
    assert waited.ended - waited.began >= timedelta(days=2)
    assert waited.attributes["pipeline_bot.looks"] > 30
    assert waited.events == ("Stopped Clearing", "Stopped Cleared")
    assert len(collector.spans) < 80


def test_without_a_tracer_a_span_is_not_even_made() -> None:
    """Nor is anything kept of one: it is the same object, for every delivery and operation."""
    with working(Work(None, OperationId("a" * 24))):
        assert span("one") is span("two", SpanKind.CLIENT)
    assert span("three") is span("four")
