"""Checks of each Feldera: that it answers, for which tenant, and that the bot's role may clear."""

import asyncio

from bot.cli.doctor.check import Check, fine, note, wrong
from bot.config import Settings
from bot.domain.pipelines.pipeline import Problem, ProblemKind
from bot.engine.ports import Clock
from bot.feldera.client import FelderaClient
from bot.feldera.http.tenant_session import Session
from bot.feldera.target_router import TargetRouter
from bot.feldera.target_settings import FelderaSettings
from bot.felderas import IN_THE_CLEAR, connected, hosts, same_feldera

MAY_CLEAR = frozenset({"write", "admin", "owner"})  # Feldera's roles


async def feldera_checks(settings: Settings | None, clock: Clock) -> list[Check]:
    if settings is None:
        return []
    async with connected(settings, clock) as fleet:
        examined = [
            _one_feldera(client, f"Feldera {target}".rstrip(), host, feldera)
            for (target, client), host, feldera in zip(
                fleet.clients.items(), hosts(settings).values(), settings.felderas.values(), strict=True
            )
        ]
        found = [check for checked in await asyncio.gather(*examined) for check in checked]
        return [*found, *await _same_felderas(fleet)]


async def _one_feldera(
    client: FelderaClient, which: str, host: str, settings: FelderaSettings
) -> list[Check]:
    clear = [note(f"{which}: {IN_THE_CLEAR}")] if settings.sends_secrets_in_the_clear else []
    greeting = await client.greet()
    if isinstance(greeting, Problem):
        again = _QUERIED_TOO_SOON if greeting.trouble is ProblemKind.REJECTED else ""
        return [wrong(f"{which} at {host}: {greeting.message}{again}"), *clear]
    version = greeting.removeprefix("Feldera ")
    found = await client.session()
    another = client.of_another_tenant(found) if isinstance(found, Session) else None
    tenant = [] if another is None else [wrong(f"{which}: {another.message}. {_FIX_TENANT}")]
    return [fine(f"{which}: {version} answers at {host}."), _role(found, which, settings), *tenant, *clear]


async def _same_felderas(fleet: TargetRouter) -> list[Check]:
    """Duplicate targets: the bot does not start with them."""
    same = await fleet.same()
    return [wrong(same_feldera(target, first)) for target, first in same.items()]


_QUERIED_TOO_SOON = " Try again in 20 s; if it persists, check the credentials."
_FIX_TENANT = "Set FELDERA_TENANT to that tenant, or use credentials of the other one."


def _role(found: Session | Problem | None, which: str, settings: FelderaSettings) -> Check:
    if isinstance(found, Problem):
        return wrong(f"{which}: it did not report the bot's role: {found.message}")
    if found is None:
        return note(f"{which}: this version does not have roles.")
    tenant = found.tenant_name or found.tenant
    has = f"{which}: the bot has the role {found.role}{f' in the tenant {tenant}' if tenant else ''}"
    if found.role not in MAY_CLEAR:
        return wrong(f"{has}, but a clear needs the role write. {_other_credentials(settings)}")
    return fine(f"{has}, which can clear.")


def _other_credentials(settings: FelderaSettings) -> str:
    """How the bot gets another role, with its kind of credentials."""
    if settings.auth_token_command is not None:
        return "Have the token command print tokens of an account with that role."
    if settings.api_key is not None:
        return "Create an API key with that role."
    return "Set an API key with that role."
