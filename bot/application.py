"""The assembled bot while it runs: its loops beside each other, and what is finished before it leaves."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

import structlog

from bot.engine.delivery.delivery_loop import DeliveryLoop
from bot.engine.handlers.own_requests import OwnRequests
from bot.engine.loops.audit_anchor import AuditAnchor
from bot.engine.loops.clock_watch import ClockWatch
from bot.engine.loops.driver import Driver
from bot.engine.loops.home_refresher import HomeRefresher
from bot.engine.loops.loop import Loop, keep_ticking
from bot.engine.loops.stall_detector import StallDetector
from bot.engine.loops.startup_lint import StartupLint
from bot.engine.loops.store_check import StoreCheck
from bot.engine.ports import StoreLost, StoreUnavailable
from bot.engine.store_loss import StoreLoss
from bot.feldera.target_router import TargetRouter
from bot.slack.api.identity import Workspace
from bot.slack.listeners.background import BackgroundTasks
from bot.slack.transport.http_transport import HttpTransport
from bot.slack.transport.socket_transport import SocketTransport
from bot.store.store import SqliteStore

log = structlog.get_logger(__name__)

# A stop takes the transport's own seconds (three at most), then these, and has to end within ten.
LOOPS_FINISH_WITHIN = 3.0  # seconds: the transaction at hand; a request cut off is looked for at the start
ERRANDS_FINISH_WITHIN = 2.5  # seconds after that: previews that people still wait for


@dataclass(frozen=True, slots=True)
class Bot:
    """The assembled parts. `open()` and `serve()` run them; a test moves them itself."""

    workspace: Workspace
    store: SqliteStore
    feldera: TargetRouter
    handlers: OwnRequests
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

    async def open(self) -> None:
        """Let Slack reach the bot, however long that takes.

        Raises:
            UserError: the address to listen on cannot be had, and why.
        """
        await self.transport.start()

    async def serve(self, stopping: asyncio.Event) -> None:
        """Do the work that Slack brings, until `stopping` is set; then finish what is at hand.

        A store that is lost stops everything: `stopping` is set, and people are told before Slack is left.

        Raises:
            StoreLost: the store is damaged, or is not the one that was opened.
            ExceptionGroup: a loop broke. Nothing is lost by ending the process: the next one carries on.
        """
        losses: list[StoreLost] = []

        async def until_lost(work: Coroutine[Any, Any, None]) -> None:
            try:
                await work
            except StoreLost as lost:
                losses.append(lost)
                stopping.set()
                set_all(*(loop.wake for loop in self._loops))
            except StoreUnavailable:  # of what runs beside the loops, which try again by themselves
                return  # the store has logged why

        async with asyncio.TaskGroup() as group:
            loops = [group.create_task(until_lost(keep_ticking(loop, stopping))) for loop in self._loops]
            asides = [group.create_task(until_lost(aside.run())) for aside in (self.inspection, self.stalls)]
            if isinstance(self.transport, SocketTransport):
                asides.append(group.create_task(self.transport.watch()))
            try:
                await stopping.wait()
                if losses:
                    log.error("database_lost", why=losses[0].message)
                    await self.loss.tell(losses[0])
            finally:
                for aside in asides:
                    aside.cancel()
                await self.transport.stop()
                await self._finish(loops)
        if losses:
            raise losses[0]

    @property
    def _loops(self) -> tuple[Loop, ...]:
        loops: tuple[Loop, ...] = (self.driver, self.announcements, self.homes, self.heads, self.watch)
        return loops if self.clock_watch is None else (*loops, self.clock_watch)

    async def _finish(self, loops: list[asyncio.Task[None]]) -> None:
        for loop in self._loops:
            loop.wake.set()
        requests = asyncio.create_task(self.driver.finished())
        messages = asyncio.create_task(self.announcements.lanes.finished())
        _, unfinished = await asyncio.wait([*loops, requests, messages], timeout=LOOPS_FINISH_WITHIN)
        for task in unfinished:
            task.cancel()
        await self.driver.abandon()
        await self.announcements.lanes.abandon()
        # After the loops, which begin errands of their own.
        try:
            async with asyncio.timeout(ERRANDS_FINISH_WITHIN):
                await self.background_tasks.finished()
        except TimeoutError:
            await self.background_tasks.abandon()


def set_all(*bells: asyncio.Event) -> None:
    for bell in bells:
        bell.set()
