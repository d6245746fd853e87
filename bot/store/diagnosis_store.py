"""Diagnosis store: what `doctor` reads in a running bot, and what the bot notes for `doctor` in the shell.

All of it can wait: what people wait for overtakes it.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.audit_chain import Checked
from bot.store import audit_verification, bot_state
from bot.store.bot_state import CountedConnections, ServedReceivers
from bot.store.connections import Connections
from bot.store.diagnosis_facts import DiagnosisFacts, diagnosis_facts
from bot.store.disk_space import DiskSpace


@dataclass(frozen=True, slots=True)
class DiagnosisStore:
    """Each method may raise `StoreUnavailable`."""

    _connections: Connections

    async def facts(self, now: datetime) -> DiagnosisFacts:
        return await self._connections.read(lambda db: diagnosis_facts(db, now), can_wait=True)

    async def verify_newest(self, count: int) -> Checked:
        """Verify the audit log's newest entries, so many at most."""
        return await self._connections.read(
            lambda db: audit_verification.verify_newest(db, count), can_wait=True
        )

    async def remember_connections(self, counted: CountedConnections) -> None:
        await self._connections.write(lambda db: bot_state.remember_connections(db, counted), can_wait=True)

    async def remember_receivers(self, served: ServedReceivers) -> None:
        await self._connections.write(lambda db: bot_state.remember_receivers(db, served), can_wait=True)

    async def disk_space(self) -> DiskSpace | None:
        """None if the disk does not tell. In a thread: a disk that hangs must not hold up the bot."""
        return await self._connections.read(lambda _db: self._connections.disk.measure(), can_wait=True)

    @property
    def write_trouble(self) -> str | None:
        return self._connections.write_trouble
