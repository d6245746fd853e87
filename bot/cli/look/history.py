"""`history`: past and present requests, a line each, newest first. The audit log has every entry: `audit export`."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import click

from bot.cli.access.principals import names_somebody, principal_of
from bot.cli.audit.archived_text import where_archived
from bot.cli.current_time import clock_of
from bot.cli.look.ages import ago
from bot.cli.look.requests_shown import as_document, requested_at
from bot.cli.options import ShellCommand, command_as_typed, json_flag
from bot.cli.output import as_json, table
from bot.cli.settings_and_database import database_path, reading
from bot.domain.errors import UserError, WrongInput
from bot.domain.ids import Actor, OperationId, PipelineName, TeamId
from bot.domain.operations.operation import Operation
from bot.domain.operations.run_times import run_time, whole_seconds
from bot.slack.sentences.labels import outcome_words
from bot.slack.sentences.plan_text import action_name
from bot.slack.text.quantities import left
from bot.store.shell_store import Administration

SHOWN = 20  # requests, unless --limit says otherwise
SHOWN_MAX = 10_000


@click.command(cls=ShellCommand)
@click.argument("wanted", required=False, metavar="[NAME|WHO]")
@click.option(
    "--limit",
    metavar="N",
    type=click.IntRange(1, SHOWN_MAX),
    default=SHOWN,
    show_default=True,
    help="Show so many requests at most.",
)
@click.option("--before", metavar="ID", help="Show only requests that are older than this one.")
@json_flag
def history(wanted: str | None, *, limit: int, before: str | None, wants_json: bool) -> None:
    """List requests, newest first: all, those on the pipeline NAME, or those by the person WHO (a Slack user id).

    A line a request: what came of it, who requested it and when, and how long it took from the first request to
    Feldera on. Previews that nobody confirmed are left out.
    """
    with reading(database_path()) as administration:
        now = clock_of(administration).now()
        found = administration.requests(
            pipeline=_pipeline(wanted),
            requester=_requester(wanted, administration),
            before=None if before is None else _request(before, administration),
            limit=limit + 1,
        )
        archived = administration.archived()
    shown = found[:limit]
    if wants_json:
        click.echo(as_json([as_document(operation) for operation in shown]))
    elif shown:
        click.echo(_table(shown, now))
    else:
        click.echo(_nothing(wanted, before))
    if len(found) > limit:
        words = [] if wanted is None else [wanted]
        of_this_length = [] if limit == SHOWN else ["--limit", str(limit)]
        older = command_as_typed("history", *words, options=[*of_this_length, "--before", shown[-1].id])
        click.echo(f"Older requests: {older}", err=True)
    else:
        for sentence in where_archived(archived, "history"):
            click.echo(sentence, err=True)


def _pipeline(wanted: str | None) -> PipelineName | None:
    return None if wanted is None or names_somebody(wanted) else PipelineName(wanted)


def _requester(wanted: str | None, administration: Administration) -> Actor | None:
    if wanted is None or not names_somebody(wanted):
        return None
    # Before the first run there is no workspace, and no request either.
    principal = principal_of(wanted, administration.team() or TeamId(""))
    if not isinstance(principal, Actor):
        raise WrongInput(
            f"{wanted} is a user group. Requests are made by people: give a user id, such as U0123ABCD."
        )
    return principal


def _request(beginning: str, administration: Administration) -> OperationId:
    found = administration.operation(beginning)
    if found is None or found.confirmed_at is None:
        elsewhere = where_archived(administration.archived(), "history")
        raise UserError(" ".join([f"No request's id begins with {beginning!r}.", *elsewhere]))
    return found.id


def _nothing(wanted: str | None, before: str | None) -> str:
    which = "" if wanted is None else f" by {wanted}" if names_somebody(wanted) else f" on {wanted}"
    return f"No requests{which}{'' if before is None else f' before {before}'}."


_COLUMNS = ("ID", "ACTION", "PIPELINE", "OUTCOME", "WHO", "WHEN", "TOOK")


def _table(shown: Sequence[Operation], now: datetime) -> str:
    return table(_COLUMNS, [_row(operation, now) for operation in shown])


def _row(operation: Operation, now: datetime) -> tuple[str, ...]:
    took = run_time(operation)
    return (
        operation.short_id,
        action_name(operation.plan),
        operation.pipeline,
        outcome_words(operation),
        operation.requester.user,
        ago(requested_at(operation), now),
        "" if took is None else left(timedelta(seconds=whole_seconds(took))),
    )
