"""`status`: one pipeline as Feldera shows it, and what the bot has to do with it."""

from dataclasses import dataclass

import click

from bot.cli.current_time import clock_of
from bot.cli.look.feldera import ask, in_time, no_answer
from bot.cli.look.pipeline_names import pipeline_named
from bot.cli.look.status_text import as_document, lines
from bot.cli.options import ShellCommand, json_flag
from bot.cli.output import as_json
from bot.cli.settings_and_database import database_path, load_settings, reading
from bot.config import FelderasSettings
from bot.domain.access.rules import frozen
from bot.domain.errors import UserError
from bot.domain.ids import PipelineName
from bot.domain.pipelines.activity import Shape, latest
from bot.domain.pipelines.pipeline import Look, Pipeline, Problem, Seen
from bot.domain.pipelines.search import resembling
from bot.domain.pipelines.targets import target_in
from bot.engine.handlers.look.pipeline_status import ACTIVITY_SHOWN, ENDED_SHOWN
from bot.engine.ports import Pipelines
from bot.engine.replies import Described
from bot.store.shell_store import Administration

CLOSE_SHOWN = 3  # names like one that does not exist


@dataclass(frozen=True, slots=True)
class _Answer:
    look: Look
    shapes: tuple[Shape, ...] | Problem | None = None
    close: tuple[PipelineName, ...] = ()


@click.command(cls=ShellCommand)
@click.argument("name")
@json_flag
def status(name: str, *, wants_json: bool) -> None:
    """Show the pipeline NAME as Feldera shows it now, with the bot's requests on it and any freeze.

    With several Felderas, NAME is TARGET/NAME.
    """
    settings = load_settings(FelderasSettings)
    wanted = pipeline_named(name, settings.targets)
    with reading(database_path()) as administration:
        answer = ask(settings, lambda felderas: _asked(felderas, wanted))
        shown = _described(_pipeline(answer, wanted), answer, administration)
    if wants_json:
        click.echo(as_json(as_document(shown)))
        return
    for line in lines(shown, shown.now):
        click.echo(line)


async def _asked(felderas: Pipelines, name: PipelineName) -> _Answer:
    look = await in_time(felderas.look(name))
    if isinstance(look, Seen):
        return _Answer(look, shapes=await in_time(felderas.shapes(name)))
    if isinstance(look, Problem):
        return _Answer(look)
    listed = await in_time(felderas.look_at_all(felderas.targets.of(name)))
    names = () if isinstance(listed, Problem) else listed
    return _Answer(look, close=tuple(resembling(names, name, limit=CLOSE_SHOWN)))


def _pipeline(answer: _Answer, name: PipelineName) -> Pipeline:
    match answer.look:
        case Seen(pipeline):
            return pipeline
        case Problem() as problem:
            raise UserError(no_answer(problem, target_in(name)))
        case _:
            close = f" Similar names: {', '.join(answer.close)}." if answer.close else ""
            raise UserError(f"Feldera has no pipeline called {name} (names are case-sensitive).{close}")


def _described(pipeline: Pipeline, answer: _Answer, administration: Administration) -> Described:
    name, now = pipeline.name, clock_of(administration).now()
    underway = {each.state.is_live: each for each in administration.underway() if each.pipeline == name}
    shapes = answer.shapes
    # One of these may be live, and one may wait.
    newest = administration.requests(pipeline=name, limit=ENDED_SHOWN + 2)
    return Described(
        pipeline,
        live=underway.get(True),
        pending=underway.get(False),
        freeze=frozen(administration.freezes(now), name, now),
        now=now,
        activity=latest(shapes, ACTIVITY_SHOWN) if isinstance(shapes, tuple) else shapes,
        ended=tuple(each for each in newest if each.state.has_ended)[:ENDED_SHOWN],
    )
