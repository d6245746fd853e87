"""Every log line about an operation names it, whatever goes wrong on the way: `operation=` finds them all."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot import logs
from bot.domain.ids import OperationId
from bot.engine.trace_ids import trace_id_text
from bot.engine.work_context import Work, about, current, working
from tests.workspace import Teammate, Workspace

Lines = list[dict[str, Any]]


@contextmanager
def logged(folder: Path, **how: bool) -> Iterator[Lines]:
    """The lines as the bot writes them, once this context has ended."""
    file, lines = folder / "log", []
    descriptor = os.open(file, os.O_CREAT | os.O_WRONLY)
    try:
        with logs.writing(to=descriptor, **how):
            yield lines
    finally:
        os.close(descriptor)
    lines += [json.loads(line) for line in file.read_text().splitlines()]


def operation_of(workspace: Workspace) -> str:
    """The id of the only operation that there is."""
    (only,) = {entry.operation for entry in workspace.entries() if entry.operation is not None}
    return only


@pytest.mark.parametrize("workspace", ["socket", "http"], indirect=True)
def test_every_line_of_a_troubled_clear_names_it(
    workspace: Workspace, ana: Teammate, ben: Teammate, tmp_path: Path
) -> None:
    """The listeners, the driver, the requests to Feldera and the posts in Slack: each names the operation."""
    workspace.rules("*", "approvals=1")
    slack, feldera = workspace.slack, workspace.feldera
    with logged(tmp_path) as lines:
        ana.asks("/pipeline clear orders schema change")
        slack.delivers_twice()
        slack.rate_limits("chat.postMessage", retry_after=2)
        ana.clicks("Ask for approval")
        workspace.passes(seconds=5)
        slack.answers_500("chat.update")
        slack.fails_next("views.open", "expired_trigger_id")
        ben.clicks("Deny…")
        ben.clicks("Approve")
        feldera.loses_the_next_reply()
        feldera.is_locked(2)
        workspace.passes(seconds=20)
        slack.answers_500("chat.postMessage")
        workspace.restarts()
        feldera.proxy_fails(3, method="GET")
        workspace.passes(minutes=3)
    for person in (ana, ben):
        person.reads()
    workspace.card()
    assert workspace.thread()[-1].startswith("✅ Cleared `orders`")
    operation = operation_of(workspace)
    events = {line["event"] for line in lines}
    assert {
        "accepted",
        "delivered_twice",
        "ended",
        "feldera.request",
        "modal_not_opened",
        "sent",
        "slack_asks_us_to_wait",
        "slack_did_not_answer",
    } <= events
    assert [line for line in lines if line.get("operation") != operation] == []


def test_the_outcome_of_a_failed_listener_names_it(
    workspace: Workspace, oli: Teammate, tmp_path: Path
) -> None:
    """The database is full at the click: what failed is logged by others than the listener, and names it, too."""
    oli.asks("/pipeline clear orders schema change")
    with logged(tmp_path) as lines:
        workspace.disk_takes_nothing()
        oli.clicks("Clear orders")
    workspace.disk_takes_all_again()
    oli.reads()
    failed = [line for line in lines if line["event"] in {"listener_failed", "errand_failed"}]
    assert [line["operation"] for line in failed] == [operation_of(workspace)]


def test_with_traces_it_names_the_trace_too(workspace: Workspace, oli: Teammate, tmp_path: Path) -> None:
    """The id that the trace has: what is about no operation has none."""
    with logged(tmp_path, traced=True) as lines:
        oli.types("/pipeline clear unheard-of")
        oli.clears("orders")
        workspace.passes(seconds=10)
    workspace.card()
    workspace.thread()
    assert {line.get("trace_id") for line in lines} == {trace_id_text(OperationId(operation_of(workspace)))}


def test_a_delivery_is_about_the_first_operation_that_it_names() -> None:
    """And of a value that is no id of ours, or outside any work, nothing is kept."""
    first, other = OperationId("a" * 24), OperationId("b" * 24)
    about(first)
    assert current() is None
    with working(Work()) as work:
        about(OperationId("orders; operation=x"))
        assert work.operation is None
        about(first)
        about(other)
        assert work.operation == first
    assert current() is None
