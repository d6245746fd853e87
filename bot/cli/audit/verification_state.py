"""The verification state: how far the audit log was verified before, so that next time only later entries are read.

It is kept in the folder of the person who verified it, and not in the database: somebody who can change only the
database cannot change it, and an entry with another hash since is found. If it cannot be kept, all is read every time.
"""

import hashlib
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import click
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from bot.cli.current_time import clock_of
from bot.cli.output import moment
from bot.domain.audit_chain import Checked, Head
from bot.state_folder import state_folder
from bot.store.audit_log import Progress
from bot.store.shell_store import Administration

_HASH = r"^[0-9a-f]{64}$"


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True)

    entry: Annotated[int, Field(ge=1)]
    hash: Annotated[str, Field(pattern=_HASH)]
    at: AwareDatetime
    all_read_at: AwareDatetime
    is_broken: bool = False


@dataclass(frozen=True, slots=True)
class Earlier:
    """The entry up to which the log was consistent, when that was verified, and when all entries were last read.

    `is_broken`: one of those entries was found broken since, so that all are read again until none is.
    """

    head: Head
    at: datetime
    all_read_at: datetime
    is_broken: bool = False


@dataclass(frozen=True, slots=True)
class Verification:
    """`earlier` is the state of the previous run, kept in `file`, if it can be kept."""

    checked: Checked
    earlier: Earlier | None
    file: Path | None

    def not_read(self) -> str:
        """Which entries were not read again, and what is known of them; empty if all were read."""
        after = self.checked.after
        if self.earlier is None or not after:
            return ""
        first = self.checked.archived + 1
        one = after == first
        return (
            f"{entries(first, after).capitalize()} {'was' if one else 'were'} verified on {moment(self.earlier.at)} and not "
            f"read again; {'its' if one else 'the last'} hash is the same. All entries were last read on "
            f"{moment(self.earlier.all_read_at)}; `pipeline-bot audit verify --full` reads them again."
        )

    def contradicts(self) -> str:
        """What to do if the log is not the one that was verified before; empty if it is."""
        broken, earlier = self.checked.broken, self.earlier
        if broken is None or earlier is None or self.checked.newest[0] >= earlier.head[0]:
            return ""
        return (
            f"Entry {earlier.head[0]} was in it on {moment(earlier.at)}, when it was verified. If somebody has restored a "
            f"backup since, this is expected: remove {self.file}, and verify again."
        )


def entries(first: int, last: int) -> str:
    return f"entry {first}" if first == last else f"entries {first} to {last}"


def verify(
    path: Path, administration: Administration, heads: tuple[Head, ...] = (), *, full: bool = False
) -> Verification:
    """Verify the log of the database at `path` from where it was verified before, or all of it, and store how far."""
    file = _file_of(path)
    earlier = None if file is None else _read(file)
    head = None if earlier is None else earlier.head
    full = full or (earlier is not None and earlier.is_broken)
    to_read = administration.head()[0] - (0 if head is None or full else head[0])
    with reading_progress(to_read) as progress:
        checked = administration.verify(heads, earlier=head, full=full, progress=progress)
    if file is not None and checked.broken is None and checked.newest[0]:
        now = clock_of(administration).now()
        all_read_at = earlier.all_read_at if earlier is not None and checked.after else now
        _write(file, Earlier(checked.newest, now, all_read_at))
    if file is not None and earlier is not None and checked.broken is not None:
        _write(file, replace(earlier, is_broken=earlier.is_broken or checked.broken.id <= earlier.head[0]))
    return Verification(checked, earlier, file)


def forget(path: Path) -> None:
    """Read all of the log the next time: the database at `path` is another one now."""
    file = _file_of(path)
    if file is not None:
        file.unlink(missing_ok=True)


@contextmanager
def reading_progress(entries: int) -> Iterator[Progress]:
    """A progress bar on a terminal: a log of years takes minutes to read. Nothing elsewhere."""
    with click.progressbar(
        length=max(entries, 0), label="Reading the audit log", file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as bar:
        yield bar.update


def _file_of(path: Path) -> Path | None:
    folder = state_folder()
    name = hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:16]
    return None if folder is None else folder / f"verified-{name}.json"


def _read(file: Path) -> Earlier | None:
    try:
        kept = _Kept.model_validate_json(file.read_bytes())
    except (OSError, ValidationError):
        return None
    return Earlier((kept.entry, kept.hash), kept.at, kept.all_read_at, kept.is_broken)


def _write(file: Path, verified: Earlier) -> None:
    """Write the file atomically. If it cannot be written, all is read the next time."""
    entry, entry_hash = verified.head
    kept = _Kept(
        entry=entry,
        hash=entry_hash,
        at=verified.at,
        all_read_at=verified.all_read_at,
        is_broken=verified.is_broken,
    )
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=file.parent, delete=False) as new:  # for its owner alone
            new.write(kept.model_dump_json())
        Path(new.name).replace(file)
    except OSError:
        return
