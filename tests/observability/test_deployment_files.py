"""The metrics keep Prometheus' conventions, and the dashboard and the alerts name only metrics that there are.

Debian's package `prometheus` has promtool. Without it those tests are skipped, except in `.ci/run`, which installs it.
"""

import json
import os
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from bot.domain.operations.plans import StepName
from bot.domain.pipelines.pipeline import Accepted, Problem, ProblemKind
from bot.domain.pipelines.targets import THE_ONLY, Targets
from bot.engine.ports import StoredFigures
from bot.engine.ports.webhooks import WebhookPosition
from bot.observability import PrometheusMetrics

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "docs" / "deploy"
OPERATE = (ROOT / "docs" / "operate.md").read_text()
ALERTS = yaml.safe_load((DEPLOY / "alerts.yml").read_text())["groups"][0]["rules"]
DASHBOARD = json.loads((DEPLOY / "grafana-dashboard.json").read_text())
NAME = re.compile(r"\b(?:pipeline_bot|process)_\w+")


@pytest.fixture
def promtool() -> str:
    found = shutil.which("promtool")
    if found is None and os.environ.get("PROMTOOL_TESTS") == "required":
        pytest.fail("there is no promtool on the PATH, and PROMTOOL_TESTS=required", pytrace=False)
    if found is None:
        pytest.skip("there is no promtool on the PATH")
    return found


def exposition() -> bytes:
    """Each metric with at least one series."""
    metrics = PrometheusMetrics(Targets(), "1.2.3")
    now = datetime(2026, 11, 30, tzinfo=UTC)
    metrics.looked(THE_ONLY, [Problem(ProblemKind.UNREACHABLE, "no connection")])
    metrics.answered(THE_ONLY, StepName.CLEAR, Accepted())
    metrics.called_slack("chat.postMessage", "ok")
    metrics.acked("slash_command", 0.1)
    metrics.reconnected()
    metrics.webhooks.delivered("siem", "delivered")
    metrics.webhooks.stands_at("siem", WebhookPosition(7, now, is_failing=False))
    figures = StoredFigures(0, 1, 0, now, 7)
    metrics.observe_state((), figures, {"driver": timedelta(0)}, is_ready=True, now=now)
    metrics._operations.labels("succeeded", "clear", "default").inc()
    metrics._duration.labels("succeeded", "default").observe(1)
    metrics._decision.labels("approved").observe(1)
    return metrics.exposition()


def series() -> set[str]:
    families = text_string_to_metric_families(exposition().decode())
    return {sample.name for family in families for sample in family.samples}


def run(*command: str | Path, given: bytes = b"") -> str:
    done = subprocess.run(command, input=given, capture_output=True, check=False, cwd=DEPLOY)  # noqa: S603 - promtool
    said = (done.stdout + done.stderr).decode()
    assert done.returncode == 0, said
    return said


def test_the_metrics_keep_the_conventions(promtool):
    assert run(promtool, "check", "metrics", given=exposition()) == ""


def test_the_alerts_are_valid_rules(promtool):
    assert f"{len(ALERTS)} rules found" in run(promtool, "check", "rules", "alerts.yml")


def test_each_alert_fires_when_it_should_and_not_before(promtool):
    run(promtool, "test", "rules", "alerts.test.yml")


def test_each_alert_has_a_test_and_a_row_that_says_what_to_do():
    names = [rule["alert"] for rule in ALERTS]
    tests = yaml.safe_load((DEPLOY / "alerts.test.yml").read_text())["tests"]
    tested = [
        {check["alertname"] for check in test["alert_rule_test"] if check["exp_alerts"]} for test in tests
    ]
    assert sorted(set.union(*tested)) == sorted(names)
    assert re.findall(r"^\| `(PipelineBot\w+)` \|", OPERATE, re.MULTILINE) == names


def test_the_dashboard_and_the_alerts_name_only_metrics_that_there_are():
    queries = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
    shown = set(NAME.findall(" ".join(queries)))
    warned = set(NAME.findall(" ".join(rule["expr"] for rule in ALERTS)))
    assert shown | warned <= series()


def test_the_dashboard_shows_every_metric_of_the_bot():
    queries = json.dumps(DASHBOARD["panels"])
    own = {name for name in series() if name.startswith("pipeline_bot_")}
    assert {name for name in own if re.sub(r"_(sum|count|bucket)$", "", name) not in queries} == set()


def test_the_page_lists_every_metric():
    own = {name for name in series() if name.startswith("pipeline_bot_")}
    listed = set(re.findall(r"`(pipeline_bot_\w+)`", OPERATE))
    assert listed == {re.sub(r"_(sum|count|bucket)$", "", name) for name in own}
