"""`list`: the pipelines of all Felderas, a line each. A Feldera that is away hides nothing of another."""

import asyncio
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from fnmatch import fnmatchcase

import click

from bot.cli.current_time import clock_of
from bot.cli.errors import FAILED, print_error
from bot.cli.look import pipeline_state, requests_shown
from bot.cli.look.ages import ahead, lasting
from bot.cli.look.feldera import ask, in_time, no_answer
from bot.cli.options import ShellCommand, json_flag
from bot.cli.output import as_json, table
from bot.cli.settings_and_database import database_path, load_settings, reading
from bot.config import FelderasSettings
from bot.domain.access.patterns import checked_pattern
from bot.domain.access.rules import frozen
from bot.domain.pipelines.pipeline import Problem
from bot.domain.pipelines.state_filters import StateFilter, in_any
from bot.domain.pipelines.targets import TargetName
from bot.engine.ports import AllPipelines, Pipelines
from bot.engine.replies import Listed
from bot.store.shell_store import Administration

ERROR_SHOWN = 100  # characters of an error in a row


@click.command("list", cls=ShellCommand)
@click.argument("pattern", default="*")
@click.option("--running", is_flag=True, help="Show pipelines that are not fully stopped.")
@click.option("--stopped", is_flag=True, help="Show pipelines that are fully stopped.")
@click.option(
    "--busy", is_flag=True, help="Show pipelines that a request holds, or that Feldera is changing."
)
@json_flag
def list_pipelines(pattern: str, *, running: bool, stopped: bool, busy: bool, wants_json: bool) -> None:
    """List all pipelines, or those that match PATTERN, a name or a glob such as 'orders-*'; quote it.

    With several of --running, --stopped and --busy, the list has what any of them shows. A Feldera that does not answer
    is an error, with exit status 1, after the pipelines of the others.
    """
    settings = load_settings(FelderasSettings)
    wanted = checked_pattern(pattern, settings.targets)
    chosen = {StateFilter.RUNNING: running, StateFilter.STOPPED: stopped, StateFilter.BUSY: busy}
    states = [state for state, is_chosen in chosen.items() if is_chosen]
    with reading(database_path()) as administration:
        answers = ask(settings, _everything)
        now = clock_of(administration).now()
        rows = tuple(_rows(answers, wanted, states, administration, now))
    if wants_json:
        click.echo(as_json([_as_document(row) for row in rows]))
    elif rows:
        click.echo(table(_COLUMNS, [_row(row, now) for row in rows]))
    elif not answers.unanswered:
        click.echo(_nothing(pattern, states))
    for target, count in answers.unreadable.items():
        click.echo(f"warning: {_left_out(count, target)}", err=True)
    for target, problem in answers.unanswered.items():
        print_error(no_answer(problem, target))
    if answers.unanswered:
        sys.exit(FAILED)


async def _everything(felderas: Pipelines) -> AllPipelines:
    """Every pipeline of each Feldera that answers in time."""
    targets = felderas.targets.all
    answers = await asyncio.gather(*(in_time(felderas.look_at_all(target)) for target in targets))
    return AllPipelines.of(dict(zip(targets, answers, strict=True)))


def _rows(
    everything: AllPipelines,
    pattern: str,
    states: Sequence[StateFilter],
    administration: Administration,
    now: datetime,
) -> Iterator[Listed]:
    underway = {(each.pipeline, each.state.is_live): each for each in administration.underway()}
    freezes = administration.freezes(now)
    for name in sorted(everything, key=lambda name: (name.lower(), name)):
        live, pending = underway.get((name, True)), underway.get((name, False))
        held = live is not None or pending is not None
        if fnmatchcase(name, pattern) and in_any(states, everything[name], is_held=held):
            yield Listed(name, everything[name], live, pending, frozen(freezes, name, now))


def _nothing(pattern: str, states: Sequence[StateFilter]) -> str:
    which = "" if pattern == "*" else f" that match {pattern} (names are case-sensitive)"
    kind = f"{' or '.join(states)} " if states else ""
    return f"No {kind}pipelines{which}."


def _left_out(count: int, target: TargetName) -> str:
    of_target = f" of {target}" if target else ""
    if count == 1:
        return f"1 pipeline{of_target} is not listed: its name in Feldera's answer cannot be read."
    return f"{count} pipelines{of_target} are not listed: their names in Feldera's answer cannot be read."


_COLUMNS = ("PIPELINE", "STATE", "FOR", "STORAGE", "NOTES")


def _row(row: Listed, now: datetime) -> tuple[str, ...]:
    notes = "; ".join(_notes(row, now))
    pipeline = row.pipeline
    if isinstance(pipeline, Problem):
        return (row.name, "cannot be read", "", "", notes)
    since = lasting(pipeline.status_since, now)
    return (row.name, pipeline_state.state(pipeline), since, pipeline_state.storage(pipeline), notes)


def _notes(row: Listed, now: datetime) -> Iterator[str]:
    if row.live is not None:
        yield requests_shown.in_words(row.live, now)
    if row.pending is not None:
        yield requests_shown.in_words(row.pending, now)
    if row.freeze is not None:
        yield f"frozen, ends {ahead(row.freeze.until, now)}"
    wrong = row.pipeline.message if isinstance(row.pipeline, Problem) else pipeline_state.error(row.pipeline)
    if wrong:
        yield wrong[:ERROR_SHOWN]


def _as_document(row: Listed) -> dict[str, object]:
    if isinstance(row.pipeline, Problem):
        return {"name": row.name, "error": row.pipeline.message}
    return pipeline_state.as_document(row.pipeline, live=row.live, pending=row.pending, freeze=row.freeze)
