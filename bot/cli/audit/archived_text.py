"""Where archived entries are, in words: for every command that somebody may expect them from."""

import shlex
from collections.abc import Iterable, Iterator
from dataclasses import replace

from bot.cli.audit.verification_report import head_as_typed
from bot.cli.audit.verification_state import entries
from bot.cli.output import moment
from bot.domain.archived_entries import Archived
from bot.domain.audit_chain import GENESIS
from bot.store.shell_store import Administration


def where_archived(archived: Iterable[Archived], verb: str) -> Iterator[str]:
    """A sentence for each archive, with the command that reads it there, such as `audit export`."""
    for each in _by_file(archived):
        yield f"{_moved(each)} Read them with `{read_there(verb, each.file)}`."


def how_to_verify(archived: Iterable[Archived]) -> Iterator[str]:
    """The same, with the command that proves the archive up to its anchor in the database."""
    for each in _by_file(archived):
        command = read_there("audit verify", each.file, "--head", head_as_typed(each.last))
        yield f"{_moved(each)} Verify them with `{command}`."


def counted_entries(newest: int, archived: int, one: str = "entry", many: str = "entries") -> str:
    """As in "1,203 entries, 900 of them archived": the audit log has the numbers of both, and its file the others."""
    said = f"{newest:,} {one if newest == 1 else many}"
    if not archived:
        return said
    return f"{said}, {'all' if archived == newest else f'{archived:,}'} of them archived"


def read_there(verb: str, file: str, *options: str) -> str:
    """The command that reads this archive, quoted for a shell."""
    return shlex.join(["pipeline-bot", *verb.split(" "), "--database", file, *options])


def no_entry(administration: Administration, entry: int) -> str:
    """Why the database does not have this entry: it was archived, or never was."""
    begin, _ = administration.head_of(0) or (0, GENESIS)
    if entry < begin:
        files = [each.file for each in administration.archived() if each.first <= entry <= each.last[0]]
        if not files:
            return f"This archive begins after entry {begin}: --after {begin}."
        return (
            f"Entry {entry} was archived, in {files[0]}. "
            f"The database continues after entry {begin}: --after {begin}."
        )
    newest, _ = administration.head()
    return f"The audit log has no entry {entry}: the newest one is {newest}."


def _moved(each: Archived) -> str:
    first, last = each.first, each.last[0]
    verb = "was" if first == last else "were"
    return f"{entries(first, last).capitalize()} {verb} archived on {moment(each.archived_at)}."


def _by_file(archived: Iterable[Archived]) -> list[Archived]:
    """What went to one file piece by piece is one archive, as of the last time."""
    files: list[Archived] = []
    for each in archived:
        if files and files[-1].file == each.file:
            files[-1] = replace(each, first=files[-1].first)
        else:
            files.append(each)
    return files
