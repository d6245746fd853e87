"""`can-i`: whether a person may clear, stop or start a pipeline, by the judge that answers `/pipeline can-i`."""

import click

from bot.cli.access.principals import named, principal_of
from bot.cli.current_time import clock_of
from bot.cli.look.can_i_text import Verdict, as_document, sentences, verdict
from bot.cli.look.memberships import membership_of
from bot.cli.look.pipeline_names import pipeline_named
from bot.cli.options import ShellCommand, json_flag
from bot.cli.output import as_json, one_line
from bot.cli.settings_and_database import load_settings, path_of, reading
from bot.config import ShellSettings
from bot.domain.archived_entries import NO_ACCESS_DATA
from bot.domain.errors import UserError, WrongInput
from bot.domain.ids import Actor, TeamId
from bot.domain.operations.plans import CLEAR, START, STOP
from bot.engine.handlers.access.explanations import explained
from bot.store.shell_store import Administration

_PLANS = {"clear": CLEAR, "stop": STOP, "start": START}
_COLORS = {
    Verdict.YES: "green",
    Verdict.WITH_APPROVAL: "green",
    Verdict.NOT_NOW: "yellow",
    Verdict.NO: "red",
    Verdict.UNKNOWN: "yellow",
}


@click.command("can-i", cls=ShellCommand)
@click.argument("who")
@click.argument("action", metavar="clear|stop|start", type=click.Choice(list(_PLANS)))
@click.argument("name")
@click.option("--team", help="Slack workspace id (T…); by default the bot's own.")
@json_flag
def can_i(who: str, action: str, name: str, *, team: str | None, wants_json: bool) -> None:
    """Explain whether the person WHO may clear, stop or start the pipeline NAME now, and what decides.

    WHO is a Slack user id, as for `grant`. Slack is asked with the bot's token whether they are a member, and in which
    user groups; without an answer, the last line says what could not be checked. Exit status 0 whatever the answer is.
    """
    settings = load_settings(ShellSettings)
    pipeline = pipeline_named(name, settings.targets)
    with reading(path_of(settings)) as administration:
        if administration.is_archive():
            raise UserError(NO_ACCESS_DATA)
        home = administration.team()
        actor = _person(who, team, administration)
        looked = membership_of(actor, administration.granted_groups(pipeline), home=home)
        access_data = administration.access_data({actor: looked.membership})
        now = clock_of(administration).now()
    shown = explained(actor, pipeline, _PLANS[action], access_data, now)
    if wants_json:
        click.echo(as_json(as_document(shown, actor, looked.not_checked)))
        return
    answer, *others = [*sentences(shown, actor, now), looked.not_checked]
    word, colon, rest = one_line(answer).partition(":")
    click.echo(f"{click.style(word, fg=_COLORS[verdict(shown)], bold=True)}{colon}{rest}")
    for sentence in filter(None, others):
        click.echo(one_line(sentence))


def _person(who: str, team: str | None, administration: Administration) -> Actor:
    """The person that `grant` would mean; but the workspace is not looked up, since reading stores nothing.

    Raises:
        UserError: it is no person's id, or the workspace is not known.
    """
    known = team if team is not None or "/" in who else administration.team()
    if known is None and principal_of(who, TeamId("")) is not None and "/" not in who:
        raise WrongInput(
            f"The bot has not run on this database, so its workspace is not known: write T0123ABCD/{who}."
        )
    principal = named(who, known, administration)
    if not isinstance(principal, Actor):
        raise WrongInput(f"{who} is a user group: ask about one person, by a user id such as U0123ABCD.")
    return principal
