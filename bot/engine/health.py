"""Health: whether the bot works, for monitoring."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.engine.loops.store_check import StoreCheck
from bot.engine.ports import StoreUnavailable

STORE_ANSWERS_WITHIN = 2.0  # seconds, for the health page
STORE_SILENT = "The database does not answer."


@dataclass(frozen=True, slots=True)
class Health:
    """`reasons` are sentences; if the bot is healthy all the same, they are warnings."""

    ok: bool = True
    reasons: tuple[str, ...] = ()

    @property
    def http_status(self) -> int:
        return 200 if self.ok else 503

    @property
    def report(self) -> dict[str, object]:
        """As JSON says it: the status, and the reasons if there are any."""
        said: dict[str, object] = {"status": "ok" if self.ok else "unavailable"}
        return {**said, "reasons": list(self.reasons)} if self.reasons else said


async def health(
    reads: Callable[[], Awaitable[object]], watch: StoreCheck, notes: Callable[[], tuple[str, ...]]
) -> Health:
    """Anybody may ask: `reads` uses the background connection, and the one that writes gets no extra query."""
    if watch.hangs:
        return Health(ok=False, reasons=(STORE_SILENT,))
    try:
        async with asyncio.timeout(STORE_ANSWERS_WITHIN):
            await reads()
    except TimeoutError:
        return Health(ok=False, reasons=(STORE_SILENT,))
    except StoreUnavailable as error:
        return Health(ok=False, reasons=(error.message,))
    return Health(reasons=notes())
