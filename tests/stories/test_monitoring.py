"""Health, readiness and metrics of a real bot, asked over real HTTP while it works."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.workspace import Workspace

Series = dict[tuple[str, frozenset[tuple[str, str]]], float]
OK = (200, {"status": "ok"})


@pytest.fixture(params=["socket", "http"])
def monitored(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workspace]:
    workspace = Workspace(tmp_path, over_http=request.param == "http", monitored=True)
    workspace.feldera.adds("orders", clear_takes=20.0)
    assert workspace.bot.admin is not None
    workspace.bot.admin.made_every = 0.0  # a story's scrapes follow each other at once
    yield workspace
    workspace.closes()


def test_a_clear_is_counted_and_timed(monitored: Workspace) -> None:
    """Step by step: nothing yet, one under way, one done; by outcome, step and target, and nobody is named."""
    ana, ben = monitored.requester("ana"), monitored.approver("ben")
    monitored.rules("*", "approvals=1")
    assert figure(monitored, "pipeline_bot_operations_total", outcome="succeeded") == 0
    ana.asks("/pipeline clear orders schema change")
    ana.clicks("Ask for approval")
    ana.reads()
    assert figure(monitored, "pipeline_bot_open_operations", state="awaiting_approval") == 1
    monitored.passes(minutes=2)
    ben.clicks("Approve")
    ben.reads()
    monitored.passes(seconds=5)
    assert figure(monitored, "pipeline_bot_open_operations", state="waiting") == 1
    monitored.passes(seconds=60)
    monitored.thread()
    monitored.card()
    seen = scraped(monitored)
    by_target = {"target": "default"}
    done = {"outcome": "succeeded", **by_target}
    assert value(seen, "pipeline_bot_operations_total", step="clear", **done) == 1
    assert value(seen, "pipeline_bot_operation_duration_seconds_count", **done) == 1
    assert value(seen, "pipeline_bot_operation_duration_seconds_sum", **done) >= 20
    assert value(seen, "pipeline_bot_operation_decision_seconds_count", decision="approved") == 1
    assert 120 <= value(seen, "pipeline_bot_operation_decision_seconds_sum", decision="approved") < 130
    assert (
        value(seen, "pipeline_bot_feldera_requests_total", step="clear", answer="accepted", **by_target) == 1
    )
    assert value(seen, "pipeline_bot_feldera_looks_total", **by_target) >= 3
    assert value(seen, "pipeline_bot_feldera_look_errors_total") == 0
    assert value(seen, "pipeline_bot_slack_ack_seconds_count", kind="slash_command") == 1
    assert value(seen, "pipeline_bot_slack_ack_seconds_count", kind="block_actions") == 2
    assert value(seen, "pipeline_bot_slack_calls_total", method="chat.postMessage", outcome="ok") >= 2
    assert value(seen, "pipeline_bot_open_operations") == 0
    assert value(seen, "pipeline_bot_outbox_messages") == 0
    assert value(seen, "pipeline_bot_outbox_oldest_age_seconds") == 0
    assert value(seen, "pipeline_bot_audit_log_head_entry") == monitored.entries()[-1].id
    assert value(seen, "pipeline_bot_build_info") == 1
    assert (value(seen, "pipeline_bot_ready"), value(seen, "pipeline_bot_database_readable")) == (1, 1)
    labels = {text for _, pairs in seen for _, text in pairs}
    assert not {"orders", ana.person.id, ben.person.id, monitored.channel.id} & labels


def test_trouble_is_counted(monitored: Workspace) -> None:
    """Looks that failed, by target and reason; calls that Slack refused or asked to wait with; what it has not taken yet."""
    oli = monitored.operator("oli")
    oli.asks("/pipeline clear orders schema change")
    monitored.slack.fails_next("chat.postMessage", "ratelimited")
    oli.clicks("Clear orders")
    oli.reads()
    seen = scraped(monitored)
    assert (
        value(seen, "pipeline_bot_slack_calls_total", method="chat.postMessage", outcome="rate_limited") == 1
    )
    assert value(seen, "pipeline_bot_outbox_messages", kind="card") == 1
    monitored.clock.passes(seconds=7)
    assert figure(monitored, "pipeline_bot_outbox_oldest_age_seconds") == pytest.approx(7, abs=0.1)
    monitored.feldera_goes_down()
    monitored.passes(minutes=2)
    assert figure(monitored, "pipeline_bot_feldera_look_errors_total", reason="unreachable") >= 1
    monitored.feldera_comes_back()
    monitored.passes(minutes=5)
    monitored.thread()
    monitored.card()
    oli.reads()


def test_a_break_glass_run_awaits_review(monitored: Workspace) -> None:
    monitored.rules("*", "approvals=1 break-glass=allowed")
    rio, ben = monitored.responder("rio"), monitored.approver("ben")
    rio.asks("/pipeline clear orders --break-glass INC-9 lag alarm")
    rio.opens("Run as break-glass…")
    rio.submits("orders")
    rio.reads()
    monitored.passes(seconds=60)
    assert figure(monitored, "pipeline_bot_open_operations", state="awaiting_review") == 1
    ben.clicks("Mark as reviewed")
    ben.reads()
    monitored.thread()
    monitored.card()
    assert figure(monitored, "pipeline_bot_open_operations", state="awaiting_review") == 0


def test_ready_until_it_leaves(monitored: Workspace) -> None:
    assert (asks(monitored, "/healthz"), asks(monitored, "/readyz")) == (OK, OK)
    monitored.bot.readiness.stopping.set()
    assert asks(monitored, "/readyz") == unavailable("The bot is stopping.")
    assert asks(monitored, "/healthz") == OK
    assert figure(monitored, "pipeline_bot_ready") == 0


def test_not_ready_without_slack(monitored: Workspace) -> None:
    """Neither connected nor listening; the process is healthy, and a restart would not help."""
    monitored.run(monitored.bot.transport.stop())
    assert asks(monitored, "/readyz") == unavailable("The bot is not connected to Slack.")
    assert asks(monitored, "/healthz") == OK


def test_not_ready_while_slack_refuses_the_token(monitored: Workspace) -> None:
    """The check every five minutes notices it on a bot that nobody uses, and that it is accepted again."""
    check = monitored.bot.token_check
    assert check is not None
    monitored.run(check.tick())
    assert asks(monitored, "/readyz") == OK
    monitored.slack.fails_next("auth.test", "token_revoked")
    monitored.clock.passes(minutes=6)
    monitored.run(check.tick())
    reason = "SLACK_BOT_TOKEN: Slack answers token_revoked to it."
    assert asks(monitored, "/readyz") == unavailable(reason)
    monitored.clock.passes(minutes=6)
    monitored.run(check.tick())
    assert asks(monitored, "/readyz") == OK
    seen = scraped(monitored)
    assert value(seen, "pipeline_bot_slack_calls_total", method="auth.test", outcome="refused") == 1


def test_neither_ready_nor_healthy_on_another_file(monitored: Workspace) -> None:
    """And metrics are still served: the process's own, and that the database does not answer."""
    own = monitored.database.rename(monitored.database.with_name("own.db"))
    monitored.database.write_bytes(own.read_bytes())
    reason = "Another file was put in the place of the bot's database."
    assert asks(monitored, "/healthz") == unavailable(reason)
    assert asks(monitored, "/readyz") == unavailable(reason)
    seen = scraped(monitored)
    assert (value(seen, "pipeline_bot_ready"), value(seen, "pipeline_bot_database_readable")) == (0, 0)
    own.rename(monitored.database)


def test_not_ready_while_the_database_takes_no_writes(monitored: Workspace) -> None:
    """Reads go on, so the process is healthy; but no request can be stored."""
    monitored.disk_fills_up()
    status, said = asks(monitored, "/readyz")
    assert (status, said["status"]) == (503, "unavailable")
    assert re.search(r"is full", str(said["reasons"]))
    assert asks(monitored, "/healthz") == OK
    monitored.disk_has_room_again()
    monitored.clock.passes(minutes=2)
    monitored.settles()
    assert asks(monitored, "/readyz") == OK


def test_other_paths_and_methods(monitored: Workspace) -> None:
    assert request(monitored, "GET", "/")[0] == 404
    assert request(monitored, "POST", "/metrics")[0] == 405


def asks(workspace: Workspace, path: str) -> tuple[int, dict[str, object]]:
    status, body = request(workspace, "GET", path)
    return status, json.loads(body)


def unavailable(reason: str) -> tuple[int, dict[str, object]]:
    return 503, {"status": "unavailable", "reasons": [reason]}


def request(workspace: Workspace, method: str, path: str) -> tuple[int, str]:
    async def sends() -> tuple[int, str]:
        assert workspace.bot.admin is not None
        url = f"http://{workspace.bot.admin.address}{path}"
        async with aiohttp.ClientSession() as session, session.request(method, url) as response:
            return response.status, await response.text()

    return workspace.run(sends())


def scraped(workspace: Workspace) -> Series:
    status, body = request(workspace, "GET", "/metrics")
    assert status == 200
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(body)
        for sample in family.samples
    }


def value(seen: Series, name: str, **labels: str) -> float:
    """The sum of the series of this name with these labels; 0 if there are none."""
    wanted = set(labels.items())
    return sum(number for (found, pairs), number in seen.items() if found == name and wanted <= pairs)


def figure(workspace: Workspace, name: str, **labels: str) -> float:
    return value(scraped(workspace), name, **labels)
