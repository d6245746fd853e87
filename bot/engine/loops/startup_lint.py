"""Startup lint: checks grants and rules when the bot starts, and logs findings. Decides nothing, changes nothing."""

import asyncio
from dataclasses import dataclass

import structlog

from bot.domain.access.lint.findings import Severity
from bot.domain.access.lint.linter import lint
from bot.domain.pipelines.targets import ONE, Targets
from bot.engine.ports import Caller, Clock, Directory, Store
from bot.engine.principal_lookup import survey

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class StartupLint:
    store: Store
    directory: Directory
    clock: Clock
    targets: Targets = ONE

    async def run(self) -> None:
        """One log line per finding: a warning, unless no action is needed; and one if not everybody was looked up."""
        grants, rules, now = await self.store.grants(), await self.store.rules(), self.clock.now()
        # People whose requests waited for the start come first: a thousand grants must not use up their look-ups.
        roster = await survey(self.directory, grants, rules, now, caller=Caller.DISPLAY)
        freezes = await self.store.freezes(now)
        # Hundreds of grants and rules take up to seconds, in which the bot has to answer people.
        found = await asyncio.to_thread(lint, grants, rules, roster, now, self.targets, freezes=freezes)
        if roster.not_asked:
            log.info("access_partly_looked_up", meaning=roster.left_out())
        for finding in found:
            report = log.info if finding.severity is Severity.NOTICE else log.warning
            report("access_finding", severity=finding.severity.value, finding=finding.sentence)
