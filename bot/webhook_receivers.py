"""The configured webhook receivers: connects them at startup, and makes a sender of each, so that none waits for another."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager

import structlog

from bot.clock import SystemClock
from bot.domain.ids import TeamId
from bot.engine.loops.webhook_sender import WebhookSender
from bot.engine.ports import Clock
from bot.engine.ports.webhooks import WebhookCursors, WebhookMetrics
from bot.proxies import Proxies
from bot.webhook_settings import WebhookSettings
from bot.webhooks.cloud_event import source_of
from bot.webhooks.webhook_client import WebhookClient

log = structlog.get_logger(__name__)


@asynccontextmanager
async def webhook_senders(  # noqa: PLR0913 - what each of them needs
    settings: WebhookSettings,
    team: TeamId,
    *,
    cursors: WebhookCursors,
    metrics: WebhookMetrics,
    clock: Clock,
    proxies: Proxies,
) -> AsyncIterator[tuple[WebhookSender, ...]]:
    """One for each receiver. Nothing is sent yet, and no connection made."""
    async with AsyncExitStack() as stack:
        senders = []
        for name, receiver in settings.receivers.items():
            client = WebhookClient(
                name,
                receiver,
                source=source_of(team),
                wall=SystemClock().now,  # receivers compare with their own clocks, and not with the bot's time
                proxy=proxies.of(receiver.url.get_secret_value()),
            )
            await stack.enter_async_context(aclosing(client))
            senders.append(WebhookSender(client, cursors, clock, metrics))
            log.info("webhook_receiver", receiver=name, host=receiver.host)
        yield tuple(senders)
