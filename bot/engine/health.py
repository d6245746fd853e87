"""Whether the bot works, for those who monitor it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.engine.loops.store_check import StoreCheck
from bot.engine.ports import StoreUnavailable

STORE_ANSWERS_WITHIN = 2.0  # seconds, for the health page
STORE_SILENT = "The database does not answer."


@dataclass(frozen=True, slots=True)
class Health:
    """`reasons` are sentences; where the bot works all the same they are worth knowing."""

    ok: bool = True
    reasons: tuple[str, ...] = ()


async def health(
    reads: Callable[[], Awaitable[object]], watch: StoreCheck, notes: Callable[[], tuple[str, ...]]
) -> Health:
    """Anybody may ask: `reads` is by a connection for what can wait, and nothing more is asked of the one that writes."""
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
