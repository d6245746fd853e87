"""Health, readiness and metrics for monitoring, over HTTP; and traces. It reads what the bot knows, and never changes or decides anything."""

from bot.observability.admin_server import AdminServer
from bot.observability.prometheus_metrics import PrometheusMetrics

__all__ = ["AdminServer", "PrometheusMetrics"]
