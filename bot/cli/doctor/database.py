"""Checks of the database: that it can be read and written, and its audit log; lists pending requests."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from bot.cli.audit.anchors import where_to_look
from bot.cli.audit.verification_state import verify
from bot.cli.current_time import clock_of
from bot.cli.doctor.check import Check, fine, note, wrong
from bot.cli.doctor.slack import CLOCKS_AGREE
from bot.cli.output import counted
from bot.cli.pending_requests import waits_for_approval
from bot.clock import SteadyClock
from bot.config import Settings
from bot.domain.access.authorization import id_of
from bot.domain.access.lint.unrecorded_grants import KINDS, unrecorded
from bot.domain.bot_time import Jump, compared, in_words
from bot.domain.errors import UserError
from bot.domain.ids import TeamId
from bot.domain.operations.operation import Operation
from bot.felderas import misplaced
from bot.private_files import is_open_to_others
from bot.slack.api.app_check import AppCheck
from bot.slack.sentences.plan_text import action_name
from bot.store.connection.database import unusable
from bot.store.connection.lease import check_before_opening, files_of
from bot.store.disk_space import DiskSpace
from bot.store.shell_store import Administration

JUMP_REPORTED_FOR = timedelta(days=7)
SIGNED_WITHIN = timedelta(days=1)  # what was done at night is reviewed the next day


def database_checks(path: Path, app: AppCheck | None, settings: Settings | None) -> Iterator[Check]:
    if not path.exists():
        if not path.parent.is_dir():
            yield wrong(f"Database: {unusable(path, FileNotFoundError()).message}")
            return
        try:
            check_before_opening(path)
        except UserError as error:
            yield wrong(f"Database: {error.message}")
            return
        yield note(f"Database: {path} does not exist yet. The first grant or the first run creates it.")
        return
    for file in files_of(path):
        if is_open_to_others(file):
            yield note(f"Database: other users of this machine can read {file}. Run `chmod 600 {file}`.")
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
                yield wrong(f"Feldera: {lost}")
        yield from _disk(path)
        yield _writable(path)  # outside the `with`: closing files releases this process's SQLite locks
    except UserError as error:
        yield wrong(f"Database: {error.message}")


def _writable(path: Path) -> Check:
    try:
        with Administration.changing(path) as administration:
            administration.prove_writable()
    except UserError as error:
        return wrong(f"Database: {error.message}")
    return fine(f"Database: {path} is readable and writable.")


def _disk(path: Path) -> Iterator[Check]:
    try:
        space = DiskSpace.of(path)
    except OSError as error:
        yield note(f"Database: its disk does not tell how much room it has ({error.strerror}).")
        return
    if space.is_for_requests_under_way:
        yield wrong(
            f"Database: its disk is full, with {space.free_in_words} free: the bot refuses new requests. Make room on it."
        )
    elif space.is_almost_full:
        yield note(
            f"Database: its disk is almost full, with {space.free_in_words} free: make room for {space.wanted_in_words}. "
            "Below 10 MB the bot refuses new requests."
        )


def _bots_time(bots: SteadyClock, jump: Jump | None) -> Iterator[Check]:
    ahead = bots.ahead()
    if jump is not None and bots.now() - jump.at <= JUMP_REPORTED_FOR:
        yield note(
            f"Clock: the wall clock of the bot's machine was set {in_words(jump)} at {jump.at:%Y-%m-%d %H:%M} UTC of the "
            "bot's time. Nothing expired or was sent sooner because of it."
        )
    if abs(ahead) > CLOCKS_AGREE:
        yield wrong(
            f"Clock: the bot's own time is {compared(ahead)} this machine's clock. Synchronize the clock by NTP. If it is "
            "right already, stop the bot: `pipeline-bot clock reset` shows how the bot's time would change."
        )


def _record(path: Path, administration: Administration, now: datetime) -> Iterator[Check]:
    verification = verify(path, administration)
    checked = verification.checked
    broken = checked.broken
    if broken is None and checked.newest[0] == 0:
        yield fine("Audit log: no entries.")
        yield from _unrecorded(administration, now)
    elif broken is None:
        yield fine(
            " ".join(
                [
                    f"Audit log: consistent ({counted(checked.newest[0], 'entry', 'entries')}), not anchored.",
                    *filter(None, [verification.not_read()]),
                    _HOW_TO_PROVE,
                    *where_to_look(administration),
                ]
            )
        )
        yield from _unrecorded(administration, now)
    else:
        yield wrong(
            f"Audit log: broken at entry {broken.id}, which {broken.why}. Someone changed the database, or its disk is "
            f"faulty: compare it with a backup. {verification.contradicts()}".rstrip()
        )


_HOW_TO_PROVE = "Only a head that was saved elsewhere proves that it was not rewritten: `pipeline-bot audit verify --help` explains how."


def _unrecorded(administration: Administration, now: datetime) -> Iterator[Check]:
    # The grants first: one that is given meanwhile is then at least in the audit log.
    in_force = [grant for grant in administration.grants() if grant.is_current(now)]
    for grant in unrecorded(in_force, (entry.event for entry in administration.entries(kinds=KINDS))):
        yield note(
            f"Audit log: no entry for grant #{grant.id} ({id_of(grant.principal)} is {grant.role} on {grant.pattern}): "
            "it is older than the audit log, or someone wrote it into the database. If no one can explain it, revoke it."
        )


def _home(administration: Administration, app: AppCheck | None) -> Iterator[Check]:
    last: TeamId | None = administration.team()
    if app is not None and last not in {None, app.workspace.team}:
        yield wrong(
            f"Database: it was last used in the workspace {last}, and its grants have no effect in {app.workspace.team}. "
            "Check that the file and the token are the right ones."
        )


def _waiting(administration: Administration, now: datetime) -> Iterator[Check]:
    pending = administration.pending()
    asked = [operation for operation in pending if waits_for_approval(operation)]
    if asked:
        listed = ", ".join(
            f"{action_name(operation.plan)} {operation.pipeline} ({operation.short_id})"
            for operation in asked
        )
        yield note(f"Requests: awaiting approval: {listed}.")
    for operation in pending:
        if operation.awaits_review:
            since = operation.confirmed_at or operation.created_at
            say = wrong if now - since > SIGNED_WITHIN else note
            yield say(_unsigned(operation))


def _unsigned(operation: Operation) -> str:
    return (
        f"Requests: the break-glass run of {operation.requester.user} for {operation.incident} "
        f"({action_name(operation.plan)} {operation.pipeline}) awaits review. An approver reviews it with `/pipeline review {operation.short_id}`."
    )
