"""The bot: its loops side by side while it runs, and what a shutdown finishes first."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

import structlog

from bot.engine.delivery.delivery_loop import DeliveryLoop
from bot.engine.handlers.preview_and_confirm import PreviewAndConfirm
from bot.engine.loops.audit_anchor import AuditAnchor
from bot.engine.loops.clock_watch import ClockWatch
from bot.engine.loops.driver import Driver
from bot.engine.loops.home_refresher import HomeRefresher
from bot.engine.loops.loop import Loop, keep_ticking
from bot.engine.loops.stall_detector import StallDetector
from bot.engine.loops.startup_lint import StartupLint
from bot.engine.loops.store_check import StoreCheck
from bot.engine.loops.webhook_sender import WebhookSender
from bot.engine.ports import DatabaseLost, StoreUnavailable
from bot.engine.readiness import Readiness
from bot.engine.store_loss import StoreLoss
from bot.engine.watchdog import Watchdog
from bot.feldera.target_router import TargetRouter
from bot.observability import AdminServer
from bot.shutdown_times import BACKGROUND_TASKS, LOOPS
from bot.slack.api.identity import Workspace
from bot.slack.api.token_check import TokenCheck
from bot.slack.listeners.background import BackgroundTasks
from bot.slack.transport.http_transport import HttpTransport
from bot.slack.transport.socket_transport import SocketTransport
from bot.store.store import SqliteStore
from bot.systemd import READY, STOPPING, ServiceManager

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Bot:
    """The assembled parts. `open()` and `serve()` run them; a test drives them itself."""

    workspace: Workspace
    store: SqliteStore
    feldera: TargetRouter
    handlers: PreviewAndConfirm
    driver: Driver
    announcements: DeliveryLoop
    homes: HomeRefresher
    heads: AuditAnchor
    clock_watch: ClockWatch | None
    inspection: StartupLint
    stalls: StallDetector
    watch: StoreCheck
    loss: StoreLoss
    background_tasks: BackgroundTasks
    transport: SocketTransport | HttpTransport
    readiness: Readiness
    token_check: TokenCheck | None
    admin: AdminServer | None
    service_manager: ServiceManager
    watchdog: Watchdog
    webhooks: tuple[WebhookSender, ...] = ()

    async def open(self) -> None:
        """Connect to Slack, or listen for it, however long that takes.

        Raises:
            UserError: the bot cannot listen on its address, and why.
        """
        await self.transport.start()

    async def serve(self, stopping: asyncio.Event) -> None:
        """Process what Slack delivers until `stopping` is set; then finish the work in progress.

        A lost store ends everything: `stopping` is set, and people are notified while the bot leaves Slack.

        Raises:
            StoreLost: the store is damaged, or is not the one that was opened.
            ExceptionGroup: a loop failed. Ending the process loses nothing: the next one resumes.
        """
        losses: list[DatabaseLost] = []

        async def until_lost(work: Coroutine[Any, Any, None]) -> None:
            try:
                await work
            except DatabaseLost as lost:
                losses.append(lost)
                stopping.set()
                set_all(*(loop.wake for loop in (*self._loops.values(), *self.webhooks)))
            except StoreUnavailable:  # from a task beside the loops, which retry by themselves
                return  # the store has logged why

        async with asyncio.TaskGroup() as group:
            loops = [
                group.create_task(
                    until_lost(keep_ticking(loop, stopping, name=name, times=self.readiness.times_of(name)))
                )
                for name, loop in self._loops.items()
            ]
            asides = [group.create_task(until_lost(aside.run())) for aside in (self.inspection, self.stalls)]
            # Cut off at once when the bot leaves: whatever was under way is sent again by the next process.
            asides += [
                group.create_task(until_lost(keep_ticking(sender, stopping))) for sender in self.webhooks
            ]
            if isinstance(self.transport, SocketTransport):
                asides.append(group.create_task(self.transport.watch()))
            self.service_manager.tell(READY)
            try:
                await stopping.wait()
                self.service_manager.tell(STOPPING)
                self.store.hurry()
                if losses:
                    log.error("database_lost", why=losses[0].message)
                    group.create_task(self.loss.tell(losses[0]))
            finally:
                for aside in asides:
                    aside.cancel()
                await self.transport.stop()
                await self._finish(loops)
        if losses:
            raise losses[0]

    @property
    def _loops(self) -> dict[str, Loop]:
        loops: dict[str, Loop | None] = {
            "driver": self.driver,
            "delivery": self.announcements,
            "homes": self.homes,
            "audit_anchor": self.heads,
            "store_check": self.watch,
            "clock_watch": self.clock_watch,
            "token_check": self.token_check,
            "watchdog": self.watchdog,
        }
        return {name: loop for name, loop in loops.items() if loop is not None}

    async def _finish(self, loops: list[asyncio.Task[None]]) -> None:
        for loop in self._loops.values():
            loop.wake.set()
        requests = asyncio.create_task(self.driver.finished())
        messages = asyncio.create_task(self.announcements.lanes.finished())
        _, unfinished = await asyncio.wait([*loops, requests, messages], timeout=LOOPS)
        for task in unfinished:
            task.cancel()
        await self.driver.abandon()
        await self.announcements.lanes.abandon()
        # After the loops, since they start background tasks too.
        try:
            async with asyncio.timeout(BACKGROUND_TASKS):
                await self.background_tasks.finished()
        except TimeoutError:
            await self.background_tasks.abandon()


def set_all(*bells: asyncio.Event) -> None:
    for bell in bells:
        bell.set()
