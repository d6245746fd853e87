"""`audit verify` and `audit head`: verify and anchor the audit log."""

import sys
from typing import TextIO

import click

from bot.cli.audit import verification_state
from bot.cli.audit.anchors import head_of, heads_in, where_to_look
from bot.cli.audit.archived_text import how_to_verify
from bot.cli.audit.audit_export import export
from bot.cli.audit.verification_report import as_document, head_as_typed, in_words
from bot.cli.errors import DIFFERS, FAILED
from bot.cli.options import ShellGroup, json_flag
from bot.cli.output import as_json
from bot.cli.settings_and_database import database_path, reading
from bot.domain.audit_chain import Head
from bot.domain.errors import WrongInput


class _Head(click.ParamType[Head]):
    """`1234:9f86d0…`, as `audit head` prints it."""

    name = "id:hash"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Head:
        head = head_of(str(value))
        if head is None:
            self.fail(
                f"{value!r} is not a valid head. Write it as `pipeline-bot audit head` prints it.", param, ctx
            )
        return head


@click.group(cls=ShellGroup)
def audit() -> None:
    """Verify, export and anchor the audit log: all that was done, granted and denied."""


@audit.command()
@click.option(
    "--head",
    "heads",
    type=_Head(),
    multiple=True,
    help="A head that was saved elsewhere: the audit log must still hold it. Can be given several times.",
)
@click.option(
    "--heads-from",
    "kept",
    type=click.File(encoding="utf-8", errors="replace"),
    help="A file with such heads, as ID:HASH or in the bot's log; - is standard input.",
)
@click.option("--full", is_flag=True, help="Read all entries, also those that were verified before.")
@json_flag
def verify(*, heads: tuple[Head, ...], kept: TextIO | None, full: bool, wants_json: bool) -> None:
    """Check whether any entry of the audit log was changed, removed or moved since it was written.

    Entries up to the last one that this user verified before are not read again, unless --full is given: that entry must
    have the same hash, and no entry before it may be missing. How far it was verified is kept in
    $XDG_STATE_HOME/pipeline-bot.

    The hashes show that the entries are consistent. Only a head that was saved elsewhere (by `audit head`, in the bot's
    log, or in PIPELINE_BOT_AUDIT_CHANNEL) shows that nobody rewrote all of them, or removed the newest ones.

    Entries that were archived are verified in their archive, with --database FILE: its last entry must be the one that the
    database continues.

    Exit status 0 if the audit log holds every head that was given; 3 if it is consistent and no head was given; 1 if it is
    broken, with the first broken entry, or cannot be read.
    """
    given = (*heads, *_heads_of(kept))
    path = database_path()
    with reading(path) as administration:
        verification = verification_state.verify(path, administration, given, full=full)
        where, archived = where_to_look(administration), administration.archived()
    document = as_document(verification)
    click.echo(as_json(document) if wants_json else in_words(verification, where, how_to_verify(archived)))
    if verification.checked.broken is not None:
        sys.exit(FAILED)
    if verification.checked.anchor is None:
        sys.exit(DIFFERS)


def _heads_of(kept: TextIO | None) -> tuple[Head, ...]:
    if kept is None:
        return ()
    heads = tuple(dict.fromkeys(heads_in(kept)))
    if not heads:
        raise WrongInput(
            f"{kept.name} has no head. Give a file with lines `audit_head` of the bot's log, or with heads as "
            "`pipeline-bot audit head` prints them."
        )
    return heads


@audit.command()
@json_flag
def head(*, wants_json: bool) -> None:
    """Print the newest entry's number and hash. Save it where nobody who can write the database can change it."""
    with reading(database_path()) as administration:
        newest = administration.head()
    number, newest_hash = newest
    click.echo(as_json({"entry": number, "hash": newest_hash}) if wants_json else head_as_typed(newest))


audit.add_command(export)
