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
from bot.cli.waiting import waits_for_approval
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
from bot.domain.errors import UserError
from bot.domain.findings import Finding, Roster, Severity
from bot.domain.linting import lint
from bot.domain.names import TeamId
from bot.domain.operations import Operation
from bot.domain.pipelines import Problem, Trouble
from bot.domain.policy import Rule
from bot.domain.recorded import unrecorded
from bot.domain.targets import ONE
from bot.engine.ports import Clock
from bot.engine.survey import survey
from bot.feldera.client import FelderaClient
from bot.feldera.fleet import Fleet
from bot.felderas import connected, hosts, misplaced
from bot.private_files import is_open_to_others
from bot.slack.checkup import Checkup, checkup
from bot.slack.identity import SlackAway, SlackRefused, can_open_sockets
from bot.slack.people import PeopleDirectory
from bot.store.administration import Administration
from bot.store.database import unusable
from bot.store.lease import files_of

CLOCKS_AGREE = timedelta(
    seconds=30
)  # Slack's signatures are good for five minutes; approvals lapse by our clock
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
        for check in (*await _feldera(settings, clock), *_database(path, clock, app, settings)):
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
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SLACK_TIMEOUT)) as session:
        yield slack_client(settings, session)


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
            "Set it by NTP: approvals and grants end by it."
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
        await can_open_sockets(client, settings.slack_app_token.get_secret_value())
    except (SlackAway, SlackRefused) as error:
        return [_wrong(f"Socket Mode: {error.message}")]
    return [_fine("Socket Mode: the app token opens connections.")]


async def _feldera(settings: Settings | None, clock: Clock) -> list[Check]:
    if settings is None:
        return []
    async with connected(settings, clock) as fleet:
        examined = [
            _one_feldera(client, f"Feldera {target}".rstrip(), hosts(settings)[target])
            for target, client in fleet.clients.items()
        ]
        found = [check for checked in await asyncio.gather(*examined) for check in checked]
        return [*found, *await _same_felderas(fleet)]


async def _one_feldera(feldera: FelderaClient, which: str, host: str) -> list[Check]:
    greeting = await feldera.greet()
    if isinstance(greeting, Problem):
        return [_wrong(f"{which} at {host}: {greeting.message}")]
    version = greeting.removeprefix("Feldera ")
    return [_fine(f"{which}: {version} answers at {host}."), _role(await feldera.role(), which)]


async def _same_felderas(fleet: Fleet) -> list[Check]:
    """Two targets that are one: the bot does nothing on the second."""
    identities = [await fleet.identity_of(target) for target in fleet.targets.names]
    return [
        _wrong(f"Feldera {identity.message}. Take one of them out of the settings.")
        for identity in identities
        if isinstance(identity, Problem) and identity.trouble is Trouble.ELSEWHERE
    ]


def _role(role: str | Problem | None, which: str) -> Check:
    if isinstance(role, Problem):
        return _wrong(f"{which} does not tell the bot's role: {role.message}")
    if role is None:
        return _note(f"{which} is of a version that knows no roles.")
    if role not in MAY_CLEAR:
        return _wrong(
            f"{which}: the bot has the role {role}, and clearing takes write. Give it another API key."
        )
    return _fine(f"{which}: the bot has the role {role}, which may clear.")


def _database(path: Path, clock: Clock, app: Checkup | None, settings: Settings | None) -> Iterator[Check]:
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
        with Administration.open(path) as administration:
            administration.prove_writable()
            yield _fine(f"Database: {path} can be written.")
            yield from _record(administration, clock.now())
            yield from _home(administration, app)
            yield from _waiting(administration, clock.now())
            lost = None if settings is None else misplaced(administration.underway(), settings.targets)
            if lost is not None:
                yield _wrong(f"Felderas: {lost}")
    except UserError as error:
        yield _wrong(f"Database: {error.message}")


async def _access(
    path: Path, clock: Clock, *, client: AsyncWebClient | None, app: Checkup | None
) -> list[Check]:
    granted = _granted(path)
    if granted is None:
        return []
    grants, rules = granted
    roster, said = Roster(), []
    shell, _ = _loaded(ShellSettings)
    if client is not None and app is not None:
        roster = await survey(PeopleDirectory(client, clock, app.workspace.team), grants, rules, clock.now())
    elif grants:
        said.append(_note("Access: nobody was looked up in Slack."))
    findings = lint(grants, rules, roster, clock.now(), ONE if shell is None else shell.targets)
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


def _granted(path: Path) -> tuple[tuple[Grant, ...], tuple[Rule, ...]] | None:
    """None, of a database that cannot be read: that was said before, and proves nothing about access."""
    if not path.exists():
        return ((), ()) if path.parent.is_dir() else None
    try:
        with Administration.open(path) as administration:
            return administration.grants(), administration.rules()
    except UserError:
        return None


def _record(administration: Administration, now: datetime) -> Iterator[Check]:
    broken = administration.verify()
    if broken is None:
        yield _fine(f"Record: as it was written, up to entry {administration.head()[0]}.")
        yield from _unrecorded(administration, now)
    else:
        yield _wrong(
            f"Record: entry {broken.id} {broken.why}. Somebody, or a disk, changed the database: compare it with a backup."
        )


def _unrecorded(administration: Administration, now: datetime) -> Iterator[Check]:
    # The grants first: one that is given meanwhile is then in the record at least.
    in_force = [grant for grant in administration.grants() if grant.is_current(now)]
    for grant in unrecorded(in_force, (entry.event for entry in administration.entries())):
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
