"""Prometheus metrics: every metric of the bot, with a registry of its own, since one process may run several bots.

Labels take few values, all known beforehand: targets of the settings, states, steps, methods that the code calls. No
pipeline, person, channel or text of anybody ever becomes one.
"""

import platform
from collections import Counter as Tally
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from bot.domain.events import Event, EventKind
from bot.domain.operations.inputs import Transition
from bot.domain.operations.operation import LIVE, Operation, State
from bot.domain.operations.plans import StepName
from bot.domain.pipelines.pipeline import Accepted, Answer, Look, NotSent, Problem, Refused, Unknown
from bot.domain.pipelines.targets import DEFAULT, TargetName, Targets
from bot.engine.ports import StoredFigures
from bot.observability.webhook_metrics import PrometheusWebhookMetrics

ACK_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5)  # Slack waits three seconds
DECISION_BUCKETS = (30, 60, 300, 900, 1800, 3600, 7200, 14_400, 28_800)  # people; a request waits four hours
DURATION_BUCKETS = (
    5,
    10,
    30,
    60,
    300,
    900,
    3600,
    14_400,
)  # a step is called overdue after some minutes or more
OPEN = (State.AWAITING_APPROVAL, *sorted(LIVE))
AWAITING_REVIEW = "awaiting_review"
_ANSWERS: Mapping[type[Answer], str] = {
    Accepted: "accepted",
    Refused: "refused",
    NotSent: "not_sent",
    Unknown: "unknown",
}
_UNDECIDED_ENDS = frozenset({State.DENIED, State.EXPIRED, State.WITHDRAWN})


class PrometheusMetrics:
    """`bot.engine.ports.Metrics`; `observe_state` sets the gauges before a scrape."""

    def __init__(self, targets: Targets, version: str) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # each would add a series to every counter
        registry = CollectorRegistry()
        self._registry = registry
        self._targets = targets
        ProcessCollector(registry=registry)
        Info("pipeline_bot_build", "Version of the bot and of Python.", registry=registry).info(
            {"version": version, "python_version": platform.python_version()}
        )
        self._operations = Counter(
            "pipeline_bot_operations",
            "Confirmed requests that ended, by final state and by the step at which they ended.",
            ["outcome", "step", "target"],
            registry=registry,
        )
        self._decision = Histogram(
            "pipeline_bot_operation_decision_seconds",
            "From the confirmation of a request that needs approval to the decision on it.",
            ["decision"],
            registry=registry,
            buckets=DECISION_BUCKETS,
        )
        self._duration = Histogram(
            "pipeline_bot_operation_duration_seconds",
            "From the moment that a request may be sent until it ended.",
            ["outcome", "target"],
            registry=registry,
            buckets=DURATION_BUCKETS,
        )
        self._ack = Histogram(
            "pipeline_bot_slack_ack_seconds",
            "From the arrival of a delivery of Slack to its acknowledgment.",
            ["kind"],
            registry=registry,
            buckets=ACK_BUCKETS,
        )
        self._slack_calls = Counter(
            "pipeline_bot_slack_calls",
            "Calls of Slack's Web API: ok, refused, rate_limited or unanswered.",
            ["method", "outcome"],
            registry=registry,
        )
        self._reconnects = Counter(
            "pipeline_bot_slack_socket_reconnects",
            "WebSockets to Slack that took the place of an earlier one; Slack renews each every few hours.",
            registry=registry,
        )
        self._looks = Counter(
            "pipeline_bot_feldera_looks",
            "Looks at pipelines, including those that failed.",
            ["target"],
            registry=registry,
        )
        self._look_errors = Counter(
            "pipeline_bot_feldera_look_errors",
            "Looks at pipelines that gave no usable answer.",
            ["target", "reason"],
            registry=registry,
        )
        self._requests = Counter(
            "pipeline_bot_feldera_requests",
            "Requests to clear, stop or start: accepted, refused, not_sent, or unknown if the answer was lost.",
            ["target", "step", "answer"],
            registry=registry,
        )
        self._build_gauges(registry)
        self.webhooks = PrometheusWebhookMetrics(registry)
        for target in targets.all:
            self._looks.labels(_label(target))

    def _build_gauges(self, registry: CollectorRegistry) -> None:
        self._ready = Gauge(
            "pipeline_bot_ready", "Whether the bot is ready, as /readyz says.", registry=registry
        )
        self._database = Gauge(
            "pipeline_bot_database_readable",
            "Whether the database answered this scrape. The metrics that it holds are stale if not.",
            registry=registry,
        )
        self._open = Gauge(
            "pipeline_bot_open_operations",
            "Requests by state: awaiting_approval, ready, submitting, waiting, needs_human, or awaiting_review.",
            ["state"],
            registry=registry,
        )
        self._owed = Gauge(
            "pipeline_bot_outbox_messages",
            "Thread lines to post, and cards to post or edit.",
            ["kind"],
            registry=registry,
        )
        self._owed_age = Gauge(
            "pipeline_bot_outbox_oldest_age_seconds",
            "Age of the oldest line or card that was never posted; 0 if there is none.",
            registry=registry,
        )
        self._audit_entry = Gauge(
            "pipeline_bot_audit_log_head_entry",
            "Id of the newest entry of the audit log, which never gets smaller.",
            registry=registry,
        )
        self._late = Gauge(
            "pipeline_bot_loop_late_seconds",
            "How late a loop is; 0 if it is on time.",
            ["loop"],
            registry=registry,
        )

    def changed(self, made: Transition) -> None:
        for event in made.events:
            if event.kind is EventKind.ENDED and made.operation.confirmed_at is not None:
                self._note_end(made.operation, event)
            elif event.kind is EventKind.APPROVED and made.operation.state is State.READY:
                self._note_decision(made.operation, event)

    def _note_end(self, operation: Operation, event: Event) -> None:
        outcome, target = operation.state.value, _label(self._targets.of(operation.pipeline))
        self._operations.labels(outcome, operation.step_name.value, target).inc()
        if operation.ready_at is not None:
            self._duration.labels(outcome, target).observe(_seconds(operation.ready_at, event.at))
        elif operation.state in _UNDECIDED_ENDS:
            self._note_decision(operation, event)

    def _note_decision(self, operation: Operation, event: Event) -> None:
        decision = "approved" if operation.state is State.READY else operation.state.value
        self._decision.labels(decision).observe(_seconds(operation.confirmed_at or event.at, event.at))

    def looked(self, target: TargetName, looks: Iterable[Look]) -> None:
        reasons = [look.trouble.value if isinstance(look, Problem) else None for look in looks]
        self._looks.labels(_label(target)).inc(len(reasons))
        for reason, count in Tally(filter(None, reasons)).items():
            self._look_errors.labels(_label(target), reason).inc(count)

    def answered(self, target: TargetName, step: StepName, answer: Answer) -> None:
        self._requests.labels(_label(target), step.value, _ANSWERS[type(answer)]).inc()

    def called_slack(self, method: str, outcome: str) -> None:
        self._slack_calls.labels(method, outcome).inc()

    def acked(self, kind: str, seconds: float) -> None:
        self._ack.labels(kind).observe(seconds)

    def reconnected(self) -> None:
        self._reconnects.inc()

    def observe_state(
        self,
        operations: Iterable[Operation],
        figures: StoredFigures | None,
        late: Mapping[str, timedelta],
        *,
        is_ready: bool,
        now: datetime,
    ) -> None:
        """Set the gauges. `figures` None means that the database does not answer: what it holds stays as it was."""
        by_state = Tally(operation.state for operation in operations)
        for state in OPEN:
            self._open.labels(state.value).set(by_state[state])
        for loop, by in late.items():
            self._late.labels(loop).set(by.total_seconds())
        self._ready.set(is_ready)
        self._database.set(figures is not None)
        if figures is None:
            return
        self._open.labels(AWAITING_REVIEW).set(figures.awaiting_review)
        self._owed.labels("line").set(figures.lines)
        self._owed.labels("card").set(figures.cards)
        self._owed_age.set(0 if figures.owed_since is None else _seconds(figures.owed_since, now))
        self._audit_entry.set(figures.audit_entry)
        self.webhooks.observe(figures.audit_entry, now)

    def exposition(self) -> bytes:
        """All of them in Prometheus' text format. It reads memory, and a few files of `/proc`."""
        return generate_latest(self._registry)


def _label(target: TargetName | None) -> str:
    """One Feldera has no visible name; a name whose target is no longer configured counts for none."""
    return "none" if target is None else target or DEFAULT


def _seconds(since: datetime, until: datetime) -> float:
    return max((until - since).total_seconds(), 0.0)
