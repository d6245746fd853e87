"""An audit log and the senders of its entries, with a clock that stands still between them."""

import sqlite3
from contextlib import AsyncExitStack, aclosing, closing
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from bot.clock import SystemClock
from bot.domain.audit_chain import Head
from bot.domain.events import EventKind
from bot.engine.loops.webhook_sender import WebhookSender
from bot.engine.ports.webhooks import UnmeasuredWebhooks, WebhookMetrics
from bot.store import webhook_cursors
from bot.store.connection.database import open_database
from bot.store.shell_store import Administration
from bot.store.store import SqliteStore
from bot.webhooks.receiver_settings import ReceiverSettings
from bot.webhooks.webhook_client import WebhookClient
from tests.clock import MovableClock
from tests.store.samples import event
from tests.webhooks.receiver import SECRET, Receiver


class Feed:
    def __init__(self, folder: Path) -> None:
        self.path = folder / "bot.db"
        self.clock = MovableClock()
        self.store = SqliteStore.open(self.path)
        self._clients = AsyncExitStack()
        self._senders: list[WebhookSender] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._clients.aclose()
        await self.store.aclose()

    async def writes(
        self, *reasons: str, kind: EventKind = EventKind.REFUSED, **data: str | int | None
    ) -> None:
        """New entries with these reasons."""
        for reason in reasons:
            await self.store.note(event(kind, reason=reason, **data))

    async def sender(
        self,
        receiver: Receiver,
        *,
        name: str = "siem",
        metrics: WebhookMetrics | None = None,
        proxy: str | None = None,
        within: float = 5.0,
        **settings: Any,
    ) -> WebhookSender:
        """A sender to this receiver, with these settings, which has found or made its cursor."""
        client = WebhookClient(
            name,
            ReceiverSettings.model_validate({"url": receiver.url, "secret": SECRET, **settings}),
            source="/pipeline-bot/T1",
            wall=SystemClock().now,
            proxy=proxy,
            answered_within=within,
        )
        await self._clients.enter_async_context(aclosing(client))
        made = WebhookSender(client, self.store.webhook_cursors, self.clock, metrics or UnmeasuredWebhooks())
        await made.tick()
        self._senders.append(made)
        return made

    async def sends(self, sender: WebhookSender) -> datetime:
        """It does all that is due now; returns when it will be due next."""
        while (due := await sender.tick()) <= self.clock.now():
            pass
        return due

    def shell(self) -> Administration:
        return Administration.open(self.path)

    def cursor(self, name: str = "siem") -> Head:
        with closing(open_database(self.path)) as db:
            return webhook_cursors.all_cursors(db)[name]

    async def is_changed_by_hand(self, change: str) -> None:
        """Somebody who may write the file does away with what stands in their way, while no bot runs."""
        await self.store.aclose()
        with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
            triggers = connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'events'"
            )
            for (trigger,) in triggers.fetchall():
                connection.execute(f"DROP TRIGGER {trigger}")
            connection.execute(change)
        self.store = SqliteStore.open(self.path)
        for sender in self._senders:
            sender.cursors = self.store.webhook_cursors
