"""The database as `doctor` in the shell reads it: once, before the other checks, so that nothing else has it open."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from bot.cli.audit.anchors import where_to_look
from bot.cli.audit.archived_text import counted_entries
from bot.cli.audit.verification_state import verify
from bot.cli.current_time import clock_of
from bot.clock import SteadyClock
from bot.diagnostics.audit_log import AUDIT_LOG, altered, unrecorded_grants
from bot.diagnostics.checks import DATABASE
from bot.diagnostics.context import NoAnswer
from bot.domain.diagnosis import CheckResult, failed, passed, unknown, warning
from bot.domain.errors import UserError
from bot.private_files import is_open_to_others
from bot.store.connection.database import unusable
from bot.store.connection.lease import check_before_opening, files_of
from bot.store.connection.read_only import schema_of
from bot.store.diagnosis_facts import DiagnosisFacts
from bot.store.disk_space import DiskSpace
from bot.store.shell_store import Administration

_UNREAD = "The database cannot be read."
_HOW_TO_PROVE = "Only a head that was saved elsewhere proves that it was not rewritten: `pipeline-bot audit verify --help` explains how."
_PROOF_OF_ARCHIVE = "The bot's database has it: `pipeline-bot audit verify` on that prints the command."


@dataclass(frozen=True, slots=True)
class DatabaseFile:
    """`results` are of the check of the file itself. `clock` is the bot's, if one ever ran on it.

    `unread_schema` is its schema, if that of another version keeps the rest from being read.
    """

    path: Path
    facts: DiagnosisFacts | NoAnswer
    results: tuple[CheckResult, ...]
    clock: SteadyClock
    space: DiskSpace | None
    unread_schema: int | None = None

    @classmethod
    def read(cls, path: Path) -> Self:
        """Whatever is there: an error is a result. Nothing is created or migrated."""
        clock = SteadyClock.of_this_machine()
        if not path.exists():
            facts, result = _missing(path)
            return cls(path, facts, (result,), clock, None)
        found = [
            warning(DATABASE, f"Other users of this machine can read {file}.", f"Run `chmod 600 {file}`.")
            for file in files_of(path)
            if is_open_to_others(file)
        ]
        try:
            with Administration.reading(path) as administration:
                clock = clock_of(administration)
                facts = administration.facts(clock.now())
        except UserError as error:
            results = (*found, failed(DATABASE, error.message))
            return cls(path, NoAnswer(_UNREAD), results, clock, _space(path), schema_of(path))
        # After the `with`: closing files releases this process's SQLite locks.
        state = _readable_archive(path) if facts.is_archive else _writable(path)
        return cls(path, facts, (*found, state), clock, _space(path))

    async def audit_log(self) -> list[CheckResult]:
        """Reads what was not verified before, in a thread: that may take minutes."""
        if isinstance(self.facts, NoAnswer):
            return [unknown(AUDIT_LOG, _UNREAD)]
        if not self.facts.schema:
            return [passed(AUDIT_LOG, "No entries.")]
        return await asyncio.to_thread(self._audit_log, self.facts)

    def _audit_log(self, facts: DiagnosisFacts) -> list[CheckResult]:
        try:
            with Administration.reading(self.path) as administration:
                return list(self._verified(administration, facts))
        except UserError as error:
            return [failed(AUDIT_LOG, error.message)]

    def _verified(self, administration: Administration, facts: DiagnosisFacts) -> Iterator[CheckResult]:
        verification = verify(self.path, administration)
        checked = verification.checked
        if checked.broken is not None:
            yield altered(checked.broken, verification.contradicts())
            return
        if checked.newest[0] == 0:
            yield passed(AUDIT_LOG, "No entries.")
        else:
            said = [
                f"Consistent ({counted_entries(checked.newest[0], checked.archived)}), not anchored.",
                *filter(None, [verification.not_read()]),
                _HOW_TO_PROVE,
                *([_PROOF_OF_ARCHIVE] if facts.is_archive else where_to_look(administration)),
            ]
            yield passed(AUDIT_LOG, " ".join(said))
        events = (entry.event for entry in administration.changes_of_grants())
        yield from unrecorded_grants(facts.grants, events, self.clock.now())


def _missing(path: Path) -> tuple[DiagnosisFacts | NoAnswer, CheckResult]:
    if not path.parent.is_dir():
        error = unusable(path, FileNotFoundError()).message
        return NoAnswer(_UNREAD), failed(DATABASE, error)
    try:
        check_before_opening(path)
    except UserError as error:
        return NoAnswer(_UNREAD), failed(DATABASE, error.message)
    return DiagnosisFacts(), warning(
        DATABASE, f"{path} does not exist yet.", "The first grant or the first run creates it."
    )


def _readable_archive(path: Path) -> CheckResult:
    return passed(
        DATABASE,
        f"{path} is an archive of the audit log, and is readable. No bot runs on an archive, so nothing else is checked.",
    )


def _writable(path: Path) -> CheckResult:
    try:
        with Administration.changing(path) as administration:
            administration.prove_writable()
    except UserError as error:
        return failed(DATABASE, error.message)
    return passed(DATABASE, f"{path} is readable and writable.")


def _space(path: Path) -> DiskSpace | None:
    try:
        return DiskSpace.of(path)
    except OSError:
        return None
