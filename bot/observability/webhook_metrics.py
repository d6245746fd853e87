"""Prometheus metrics of webhooks. Their label is the receiver's name in the settings, never its address."""

from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge

from bot.engine.ports.webhooks import WebhookPosition


class PrometheusWebhookMetrics:
    """`bot.engine.ports.webhooks.WebhookMetrics`; `observe` sets what depends on the moment of a scrape."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._positions: dict[str, WebhookPosition] = {}
        self._deliveries = Counter(
            "pipeline_bot_webhook_deliveries",
            "Attempts to deliver an audit log entry: delivered, unreachable, refused, failed or gone.",
            ["receiver", "outcome"],
            registry=registry,
        )
        self._failing = Gauge(
            "pipeline_bot_webhook_failing",
            "Whether the last attempt failed, or nothing is sent until somebody moves the receiver's cursor.",
            ["receiver"],
            registry=registry,
        )
        self._lag_entries = Gauge(
            "pipeline_bot_webhook_lag_entries",
            "Audit log entries after the last one that was dealt with for this receiver.",
            ["receiver"],
            registry=registry,
        )
        self._lag_seconds = Gauge(
            "pipeline_bot_webhook_lag_seconds",
            "Age of the oldest entry that waits for this receiver; 0 if none does.",
            ["receiver"],
            registry=registry,
        )

    def delivered(self, receiver: str, outcome: str) -> None:
        self._deliveries.labels(receiver, outcome).inc()

    def stands_at(self, receiver: str, position: WebhookPosition) -> None:
        self._positions[receiver] = position
        self._failing.labels(receiver).set(position.is_failing)

    def observe(self, audit_entry: int, now: datetime) -> None:
        """`audit_entry` is the id of the audit log's newest entry."""
        for receiver, position in self._positions.items():
            since = position.waiting_since
            self._lag_entries.labels(receiver).set(max(audit_entry - position.entry, 0))
            self._lag_seconds.labels(receiver).set(
                0 if since is None else max((now - since).total_seconds(), 0)
            )
