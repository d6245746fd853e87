"""The list of checks, for the shell and for a running bot: each by what it checks, in the order in which people read them."""

from collections.abc import Awaitable, Callable, Iterable
from functools import partial

from bot.diagnostics import (
    access,
    clocks,
    database,
    feldera,
    slack_app,
    slack_channels,
    slack_manifest,
    versions,
    webhooks,
)
from bot.diagnostics.audit_log import AUDIT_LOG
from bot.diagnostics.context import CheckContext
from bot.diagnostics.slack_connections import CONNECTIONS
from bot.domain.diagnosis import CheckResult, unknown
from bot.engine.examination import Check

SETTINGS, PROCESS, DATABASE = "settings", "bot", "database"

_Make = Callable[[CheckContext], Awaitable[Iterable[CheckResult]]]

_BEFORE: tuple[tuple[str, _Make], ...] = (
    (SETTINGS, lambda context: context.setup()),
    (PROCESS, lambda context: context.process()),
    (slack_app.TOKEN, slack_app.token),
    (slack_app.SCOPES, slack_app.scopes),
    (slack_manifest.MANIFEST, slack_manifest.manifest),
    (CONNECTIONS, lambda context: context.connections()),
    (slack_channels.CHANNELS, slack_channels.channels),
    (slack_app.CLOCK, slack_app.clock),
)
_AFTER: tuple[tuple[str, _Make], ...] = (
    (feldera.TARGETS, feldera.targets),
    (DATABASE, lambda context: context.database()),
    (database.DISK, database.disk),
    (database.BACKUP, database.backup),
    (AUDIT_LOG, lambda context: context.audit_log()),
    (webhooks.WEBHOOKS, webhooks.webhooks),
    (clocks.BOT_TIME, clocks.bot_time),
    (database.REQUESTS, database.requests),
    (access.ACCESS, access.access),
    (versions.VERSIONS, versions.versions),
)
_OF_ARCHIVE = frozenset({DATABASE, AUDIT_LOG, versions.VERSIONS})
CHECKS = (*(name for name, _ in _BEFORE), feldera.FELDERA, *(name for name, _ in _AFTER))
"""Their names. A check can give several results, whose names begin with its own."""


def checks(context: CheckContext) -> list[Check]:
    """All of them; each Feldera is one. No bot runs on an archive, so most are about none."""

    def check(name: str, make: _Make) -> Check:
        within = {AUDIT_LOG: context.audit_log_within, access.ACCESS: context.access_within}
        return Check(name, partial(make, context), within.get(name, context.within))

    if context.is_archive:
        return [check(name, make) for name, make in _AFTER if name in _OF_ARCHIVE]
    return [
        *(check(*each) for each in _BEFORE),
        *_felderas(context),
        *(check(*each) for each in _AFTER),
    ]


def _felderas(context: CheckContext) -> list[Check]:
    router, settings = context.router, context.settings
    if router is None or settings is None:
        return [Check(feldera.FELDERA, _no_settings, context.within)]
    return [
        Check(
            f"{feldera.FELDERA} {target}".rstrip(),
            partial(feldera.feldera, context, target, client, of_target),
            context.within,
        )
        for (target, client), of_target in zip(
            router.clients.items(), settings.felderas.values(), strict=True
        )
    ]


async def _no_settings() -> list[CheckResult]:
    return [unknown(feldera.FELDERA, "The settings are not valid.")]
