"""What `doctor` looks at, one check after the other. Each is asked of the real thing, and none changes anything.

A check that cannot be made because of an earlier one is left out: that one says what to mend first.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.bootstrap import SLACK_TIMEOUT, slack_client
from bot.cli.anchors import where_to_look
from bot.cli.bot_time import clock_of
from bot.cli.routes import routes
from bot.cli.verified import verify
from bot.cli.waiting import waits_for_approval
from bot.clock import SteadyClock
from bot.config import (
    ENV_FILE,
    BadSettings,
    Mode,
    Settings,
    ShellSettings,
    SlackSettings,
    StoreSettings,
    load,
)
from bot.domain.access import Grant
from bot.domain.authority import id_of
from bot.domain.bot_time import Jump, compared, in_words
from bot.domain.errors import UserError
from bot.domain.findings import Finding, Roster, Severity
from bot.domain.linting import lint
from bot.domain.names import TeamId
from bot.domain.operations import Operation
from bot.domain.pipelines import Problem, Trouble
from bot.domain.policy import Rule
from bot.domain.recorded import KINDS, unrecorded
from bot.domain.targets import ONE
from bot.engine.ports import Clock
from bot.engine.survey import survey
from bot.feldera.client import FelderaClient
from bot.feldera.fleet import Fleet
from bot.feldera.session import Session
from bot.feldera.settings import FelderaSettings
from bot.felderas import IN_THE_CLEAR, connected, hosts, misplaced, same_feldera
from bot.private_files import is_open_to_others
from bot.slack.calls import session
from bot.slack.checkup import Checkup, checkup
from bot.slack.identity import SlackAway, SlackRefused, can_open_sockets
from bot.slack.people import PeopleDirectory
from bot.slack.socket_connection import NoHello, others_connected
from bot.slack.socket_transport import OPENS_WITHIN, why_not_opened
from bot.store.administration import Administration
from bot.store.database import unusable
from bot.store.lease import files_of, is_held

CLOCKS_AGREE = timedelta(
    seconds=30
)  # Slack's signatures are good for five minutes; approvals lapse by our clock
JUMP_TOLD_FOR = timedelta(days=7)
SIGNED_WITHIN = timedelta(days=1)  # a night's work is looked at the next day
MAY_CLEAR = frozenset({"write", "admin", "owner"})  # Feldera's roles

_S = TypeVar("_S", Settings, SlackSettings, ShellSettings, StoreSettings)


class Result(StrEnum):
    FINE = "ok"
    NOTE = "note"  # worth knowing
    WRONG = "FAIL"  # to be put right


@dataclass(frozen=True, slots=True)
class Check:
    result: Result
    sentence: str


async def checks(clock: Clock) -> AsyncIterator[Check]:
    """Every check that can be made, with what came of it."""
    settings, misfits = _loaded(Settings)
    if settings is not None:
        yield _fine(f"Settings: complete, for {'Socket Mode' if settings.mode is Mode.SOCKET else 'HTTP'}.")
        for sentence in routes(settings):
            yield _fine(sentence)
    for sentence in misfits:
        yield _wrong(f"Settings: {sentence}")
    for check in _secrets():
        yield check
    path = load(StoreSettings).pipeline_bot_database
    async with _slack() as client:
        app, refusal = await _asked(client, clock)
        if refusal is not None:
            yield refusal
        for check in (*_of_the_app(app), *await _socket_mode(client, settings, app)):
            yield check
        for check in (*await _feldera(settings, clock), *_database(path, app, settings)):
            yield check
        for check in await _access(path, clock, client=client, app=app):
            yield check


@asynccontextmanager
async def _slack() -> AsyncIterator[AsyncWebClient | None]:
    """Slack's Web API, if there are settings for it."""
    settings, _ = _loaded(SlackSettings)
    if settings is None:
        yield None
        return
    async with session(SLACK_TIMEOUT) as connections:
        yield slack_client(settings, connections)


async def _asked(client: AsyncWebClient | None, clock: Clock) -> tuple[Checkup | None, Check | None]:
    """What Slack says of the app, or why it says nothing."""
    if client is None:
        return None, None
    try:
        return await checkup(client, clock), None
    except (SlackAway, SlackRefused) as error:
        return None, _wrong(f"Slack: {error.message}")


def _loaded(kind: type[_S]) -> tuple[_S | None, list[str]]:
    try:
        return load(kind), []
    except BadSettings as error:
        return None, error.message.splitlines()


def _secrets() -> Iterator[Check]:
    path = Path(ENV_FILE)
    if is_open_to_others(path):
        yield _note(
            f"Settings: others on this machine may read {path}, which holds secrets. `chmod 600 {path}`."
        )


def _of_the_app(app: Checkup | None) -> Iterator[Check]:
    if app is None:
        return
    yield _fine(f"Slack: the bot token is of the workspace {app.workspace.name} ({app.workspace.team}).")
    if app.lacking is None:
        yield _note("Slack did not tell the bot token's scopes.")
    elif app.lacking:
        yield _wrong(
            f"Slack: the bot token lacks the scopes {', '.join(sorted(app.lacking))}. "
            "Add them to the app as in app_manifest.yml, and install it again."
        )
    else:
        yield _fine("Slack: the bot token has every scope it needs.")
    if app.ahead is None:
        yield _note("Slack did not tell the time, so the clock could not be checked.")
    elif abs(app.ahead) > CLOCKS_AGREE:
        seconds = round(app.ahead.total_seconds())
        yield _wrong(
            f"Clock: this machine is {abs(seconds)} s {'ahead of' if seconds > 0 else 'behind'} Slack. "
            "Set it by NTP: over HTTP, requests of Slack that are off by five minutes are refused, and a bot that starts "
            "for the first time after a boot takes the time from it."
        )
    else:
        yield _fine("Clock: this machine agrees with Slack.")


async def _socket_mode(
    client: AsyncWebClient | None, settings: Settings | None, app: Checkup | None
) -> list[Check]:
    if client is None or settings is None or app is None:
        return []
    if settings.mode is not Mode.SOCKET or settings.slack_app_token is None:
        return []
    try:
        url = await can_open_sockets(client, settings.slack_app_token.get_secret_value())
        async with asyncio.timeout(OPENS_WITHIN):
            others = await others_connected(url, settings.proxies.of(url))
    except (SlackAway, SlackRefused) as error:
        return [_wrong(f"Socket Mode: {error.message}")]
    except NoHello as refused:
        return [_wrong(f"Socket Mode: {refused}.")]
    except (aiohttp.ClientError, OSError) as error:
        return [_wrong(f"Socket Mode: {why_not_opened(error)}")]
    fine = _fine("Socket Mode: the app token opens connections.")
    return [fine, *_other_bots(others, runs_here=is_held(settings.pipeline_bot_database))]


def _other_bots(others: int, *, runs_here: bool) -> Iterator[Check]:
    """The bot has one connection of its own, and for a moment two while Slack has it renewed."""
    if others > 1:
        yield _wrong(
            f"Socket Mode: the app has {others} connections besides the one of this check: more than one bot runs on this "
            "app token, and each gets only a part of the commands and clicks. Stop all but one, or give each an app of its own."
        )
    elif others == 1 and not runs_here:
        yield _note(
            "Socket Mode: a bot runs on this app token, but not on this database. Another one would get only a part of the "
            "commands and clicks."
        )


async def _feldera(settings: Settings | None, clock: Clock) -> list[Check]:
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
    clear = [_note(f"{which}: {IN_THE_CLEAR}")] if settings.sends_secrets_in_the_clear else []
    greeting = await client.greet()
    if isinstance(greeting, Problem):
        again = _ASKED_TOO_SOON if greeting.trouble is Trouble.REJECTED else ""
        return [_wrong(f"{which} at {host}: {greeting.message}{again}"), *clear]
    version = greeting.removeprefix("Feldera ")
    found = await client.session()
    wrong = client.of_another_tenant(found) if isinstance(found, Session) else None
    tenant = [] if wrong is None else [_wrong(f"{which}: {wrong.message}. {_MEND_TENANT}")]
    return [_fine(f"{which}: {version} answers at {host}."), _role(found, which, settings), *tenant, *clear]


async def _same_felderas(fleet: Fleet) -> list[Check]:
    """Two targets that are one: the bot does not start with them."""
    same = await fleet.same()
    return [_wrong(same_feldera(target, first)) for target, first in same.items()]


_ASKED_TOO_SOON = " Run this again in 20 s: if it says the same then, check the credentials."
_MEND_TENANT = "Set that tenant, or give the bot credentials of the other one."


def _role(found: Session | Problem | None, which: str, settings: FelderaSettings) -> Check:
    if isinstance(found, Problem):
        return _wrong(f"{which} does not tell the bot's role: {found.message}")
    if found is None:
        return _note(f"{which} is of a version that knows no roles.")
    tenant = found.tenant_name or found.tenant
    has = f"{which}: the bot has the role {found.role}{f' in the tenant {tenant}' if tenant else ''}"
    if found.role not in MAY_CLEAR:
        return _wrong(f"{has}, and clearing takes write. {_other_credentials(settings)}")
    return _fine(f"{has}, which may clear.")


def _other_credentials(settings: FelderaSettings) -> str:
    """How the bot gets another role, with the credentials that it has."""
    if settings.auth_token_command is not None:
        return "Have the token command print tokens of somebody who has it."
    if settings.api_key is not None:
        return "Give it another API key."
    return "Give it an API key."


def _database(path: Path, app: Checkup | None, settings: Settings | None) -> Iterator[Check]:
    if not path.exists():
        if not path.parent.is_dir():
            yield _wrong(f"Database: {unusable(path, FileNotFoundError()).message}")
            return
        yield _note(f"Database: there is no {path} yet; the first grant or the first run creates it.")
        return
    for file in files_of(path):
        if is_open_to_others(file):
            yield _note(f"Database: others on this machine may read {file}. `chmod 600 {file}`.")
    try:
        with Administration.reading(path) as administration:
            bots, record = clock_of(administration), administration.clock_record()
            yield from _bots_time(bots, None if record is None else record.jump)
            yield from _record(path, administration, bots.now())
            yield from _home(administration, app)
            yield from _waiting(administration, bots.now())
            lost = (
                None
                if settings is None
                else misplaced((each.pipeline for each in administration.underway()), settings.targets)
            )
            if lost is not None:
                yield _wrong(f"Felderas: {lost}")
        yield _writable(
            path
        )  # apart from the reading: it closes files, and SQLite's locks of this process with them
    except UserError as error:
        yield _wrong(f"Database: {error.message}")


def _writable(path: Path) -> Check:
    try:
        with Administration.changing(path) as administration:
            administration.prove_writable()
    except UserError as error:
        return _wrong(f"Database: {error.message}")
    return _fine(f"Database: {path} can be written.")


async def _access(
    path: Path, clock: Clock, *, client: AsyncWebClient | None, app: Checkup | None
) -> list[Check]:
    granted = _granted(path)
    if granted is None:
        return []
    grants, rules, now = granted
    roster, said = Roster(), []
    shell, _ = _loaded(ShellSettings)
    if client is not None and app is not None:
        roster = await survey(PeopleDirectory(client, clock, app.workspace.team), grants, rules, now)
    elif grants:
        said.append(_note("Access: nobody was looked up in Slack."))
    findings = lint(grants, rules, roster, now, ONE if shell is None else shell.targets)
    said += [_found(finding) for finding in findings]
    if not grants:
        said.append(
            _note(
                "Access: nothing is granted to anybody: nobody may do anything. `pipeline-bot grant` gives the first."
            )
        )
    elif not findings:
        said.append(_fine(f"Access: nothing is wrong with grants ({len(grants)}) and rules ({len(rules)})."))
    return said


def _bots_time(bots: SteadyClock, jump: Jump | None) -> Iterator[Check]:
    ahead = bots.ahead()
    if jump is not None and bots.now() - jump.at <= JUMP_TOLD_FOR:
        yield _note(
            f"Clock: the wall clock of the bot's machine was set {in_words(jump)} at {jump.at:%Y-%m-%d %H:%M} UTC of the "
            "bot's time. Nothing lapsed or was sent sooner by that."
        )
    if abs(ahead) > CLOCKS_AGREE:
        yield _wrong(
            f"Clock: the bot's own time is {compared(ahead)} this machine's clock. Set that by NTP. If it is right already, stop the bot and let `pipeline-bot clock reset` "
            "show what would become of the bot's time."
        )


def _granted(path: Path) -> tuple[tuple[Grant, ...], tuple[Rule, ...], datetime] | None:
    """None, of a database that cannot be read: that was said before, and proves nothing about access."""
    if not path.exists():
        return ((), (), SteadyClock.of_this_machine().now()) if path.parent.is_dir() else None
    try:
        with Administration.reading(path) as administration:
            return administration.grants(), administration.rules(), clock_of(administration).now()
    except UserError:
        return None


def _record(path: Path, administration: Administration, now: datetime) -> Iterator[Check]:
    verification = verify(path, administration)
    checked = verification.checked
    broken = checked.broken
    if broken is None and checked.newest[0] == 0:
        yield _fine("Audit log: it has no entries.")
        yield from _unrecorded(administration, now)
    elif broken is None:
        yield _fine(
            " ".join(
                [
                    f"Audit log: consistent up to entry {checked.newest[0]}, not anchored.",
                    *filter(None, [verification.not_read()]),
                    "To prove that it was not written anew, give a head to `pipeline-bot audit verify --head`.",
                    *where_to_look(administration),
                ]
            )
        )
        yield from _unrecorded(administration, now)
    else:
        yield _wrong(
            f"Record: entry {broken.id} {broken.why}. Somebody, or a disk, changed the database: compare it with a backup. "
            f"{verification.contradicts()}".rstrip()
        )


def _unrecorded(administration: Administration, now: datetime) -> Iterator[Check]:
    # The grants first: one that is given meanwhile is then in the record at least.
    in_force = [grant for grant in administration.grants() if grant.is_current(now)]
    for grant in unrecorded(in_force, (entry.event for entry in administration.entries(kinds=KINDS))):
        yield _note(
            f"Record: it has no entry that gave grant {grant.id} ({id_of(grant.principal)} is {grant.role} on "
            f"{grant.pattern}): it is from before there was a record, or somebody wrote it into the database. "
            "If nobody knows why it is there, revoke it."
        )


def _home(administration: Administration, app: Checkup | None) -> Iterator[Check]:
    last: TeamId | None = administration.team()
    if app is not None and last not in {None, app.workspace.team}:
        yield _wrong(
            f"Database: it was last used in the workspace {last}, and what is granted there counts for nobody in "
            f"{app.workspace.team}. Is it the right file, and the right token?"
        )


def _waiting(administration: Administration, now: datetime) -> Iterator[Check]:
    pending = administration.pending()
    asked = [operation for operation in pending if waits_for_approval(operation)]
    if asked:
        listed = ", ".join(f"{operation.short_id} on {operation.pipeline}" for operation in asked)
        yield _note(f"Requests: waiting for approval: {listed}.")
    for operation in pending:
        if operation.waits_for_signature:
            since = operation.confirmed_at or operation.created_at
            say = _wrong if now - since > SIGNED_WITHIN else _note
            yield say(_unsigned(operation))


def _unsigned(operation: Operation) -> str:
    return (
        f"Requests: nobody has signed off that {operation.requester.user} broke the glass of {operation.pipeline} for "
        f"{operation.incident}. An approver does it with `/pipeline sign-off {operation.short_id}`."
    )


def _found(finding: Finding) -> Check:
    sentence = f"Access: {finding.sentence}"
    return _note(sentence) if finding.severity is Severity.NOTICE else _wrong(sentence)


def _fine(sentence: str) -> Check:
    return Check(Result.FINE, sentence)


def _note(sentence: str) -> Check:
    return Check(Result.NOTE, sentence)


def _wrong(sentence: str) -> Check:
    return Check(Result.WRONG, sentence)
