"""Checks of each Feldera: that it answers, its version, its clock, and the bot's tenant and role."""

from collections.abc import Iterator
from datetime import timedelta

from bot.diagnostics.clocks import skewed
from bot.diagnostics.context import CheckContext
from bot.domain.clock_skew import ClockSkew, clock_skew
from bot.domain.diagnosis import CheckResult, failed, passed, unknown, warning
from bot.domain.pipelines.pipeline import Problem, ProblemKind
from bot.domain.pipelines.targets import TargetName
from bot.feldera.client import FelderaClient
from bot.feldera.http.tenant_session import Session
from bot.feldera.installation import CLEARS_SINCE, SUPPORTED_SINCE, TESTED_WITH, Installation, numbered
from bot.feldera.target_settings import FelderaSettings
from bot.felderas import IN_THE_CLEAR, misplaced, same_feldera
from bot.store.diagnosis_facts import DiagnosisFacts

FELDERA, TARGETS = "feldera", "feldera targets"
MAY_CLEAR = frozenset({"write", "admin", "owner"})  # Feldera's roles
CLOCKS_AGREE = timedelta(seconds=30)
_UNREADABLE_VERSION = 10**6
_QUERIED_TOO_SOON = "Try again in 20 s; if it persists, check the credentials."
_FIX_TENANT = "Set FELDERA_TENANT to that tenant, or use credentials of the other one."


async def feldera(
    context: CheckContext, target: TargetName, client: FelderaClient, settings: FelderaSettings
) -> list[CheckResult]:
    """One Feldera. With several, each result names its target."""
    name = f"{FELDERA} {target}".rstrip()
    clear = [warning(f"{name} address", IN_THE_CLEAR)] if settings.sends_secrets_in_the_clear else []
    sent = context.wall.now()
    found = await client.installation()
    received = context.wall.now()
    if isinstance(found, Problem):
        advice = _QUERIED_TOO_SOON if found.trouble is ProblemKind.REJECTED else ""
        return [failed(name, f"At {settings.host}: {found.message}", advice), *clear]
    session = await client.session()
    return [
        passed(name, f"{found.greeting.removeprefix('Feldera ')} answers at {settings.host}."),
        version_result(f"{name} version", found),
        _clock(f"{name} clock", clock_skew(found.date, sent, received)),
        *_role(f"{name} role", session, settings),
        *_tenant(f"{name} tenant", client, session),
        *clear,
    ]


def version_result(name: str, found: Installation) -> CheckResult:
    version = numbered(found.version)
    if found.version[0] >= _UNREADABLE_VERSION:
        return unknown(name, f"The bot cannot compare it: {found.greeting}.")
    if found.version < CLEARS_SINCE:
        return failed(name, f"{version} cannot clear pipelines.", _upgrade())
    if found.version < SUPPORTED_SINCE:
        return warning(name, f"{version} is older than {numbered(SUPPORTED_SINCE)}.", _upgrade())
    if found.version > TESTED_WITH:
        newer = (
            f"{version} is supported, and newer than {numbered(TESTED_WITH)}, with which the bot was tested."
        )
        return passed(name, newer)
    return passed(name, f"{version} is supported.")


def _upgrade() -> str:
    return f"Upgrade Feldera to {numbered(SUPPORTED_SINCE)} or later."


def _clock(name: str, skew: ClockSkew | None) -> CheckResult:
    if skew is None:
        return unknown(name, "It did not report the time.")
    if skew.certainly_exceeds(CLOCKS_AGREE):
        found = f"This machine is {skewed(skew)} Feldera."
        return warning(name, found, "Synchronize both by NTP: cards show Feldera's times beside the bot's.")
    return passed(name, f"This machine is {skewed(skew)} Feldera.")


def _role(name: str, found: Session | Problem | None, settings: FelderaSettings) -> Iterator[CheckResult]:
    if isinstance(found, Problem):
        yield failed(name, f"Feldera did not report the bot's role: {found.message}")
        return
    if found is None:
        yield unknown(name, "This version does not have roles.")
        return
    tenant = found.tenant_name or found.tenant
    has = f"The bot has the role {found.role}{f' in the tenant {tenant}' if tenant else ''}"
    if found.role not in MAY_CLEAR:
        yield failed(name, f"{has}, but a clear needs the role write.", _other_credentials(settings))
    else:
        yield passed(name, f"{has}, which can clear.")


def _tenant(name: str, client: FelderaClient, found: Session | Problem | None) -> Iterator[CheckResult]:
    another = client.of_another_tenant(found) if isinstance(found, Session) else None
    if another is not None:
        yield failed(name, f"{another.message}.", _FIX_TENANT)


def _other_credentials(settings: FelderaSettings) -> str:
    """How the bot gets another role, with its kind of credentials."""
    if settings.auth_token_command is not None:
        return "Have the token command print tokens of an account with that role."
    if settings.api_key is not None:
        return "Create an API key with that role."
    return "Set an API key with that role."


async def targets(context: CheckContext) -> list[CheckResult]:
    """Duplicate targets, with which the bot does not start, and requests on a Feldera that is not in the settings."""
    if context.router is None or context.settings is None:
        return [unknown(TARGETS, "The settings are not valid.")]
    facts = await context.facts()
    underway = facts.underway if isinstance(facts, DiagnosisFacts) else ()
    lost = misplaced(underway, context.settings.targets)
    same = await context.router.same()
    found = [failed(TARGETS, same_feldera(target, first)) for target, first in same.items()]
    if lost is not None:
        found.append(failed(TARGETS, lost))
    count = len(context.router.clients)
    return found or [passed(TARGETS, "One Feldera." if count == 1 else f"{count} different ones.")]
