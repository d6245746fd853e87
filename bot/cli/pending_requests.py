"""`pending` and `deny`: requests that await people, and their denial by the operator.

There is no `approve`: an approval is a person's, and the shell cannot tell who is typing.
"""

import click

from bot.cli.current_time import clock_of
from bot.cli.output import as_json, json_flag, moment, one_line, shell_user, table
from bot.config import StoreSettings, load
from bot.domain.errors import UserError
from bot.domain.operations.operation import Operation, State
from bot.domain.operations.outcome import Ending
from bot.store.shell_store import Administration


@click.command()
@json_flag
def pending(*, wants_json: bool) -> None:
    """List pending requests: those that await approval, and break-glass runs that await review.

    People decide about them in Slack: on the card, or with `/pipeline approve ID` and the like. `pipeline-bot deny`
    denies one from the shell.
    """
    with Administration.reading(load(StoreSettings).pipeline_bot_database) as administration:
        waiting = administration.pending()
    if wants_json:
        click.echo(as_json([_as_json(operation) for operation in waiting]))
    elif waiting:
        click.echo(table(_COLUMNS, [_row(operation) for operation in waiting]))
    else:
        click.echo("Nothing waits for anybody.")


@click.command()
@click.argument("request_id", metavar="ID")
@click.argument("reason", nargs=-1, required=True)
def deny(request_id: str, reason: tuple[str, ...]) -> None:
    """Deny a request that waits for approval, and say why: the person who asked reads the REASON.

    ID is its beginning, as `pending` shows it. A running bot shows it on the card within ten seconds. Requests are
    approved in Slack alone: an approval is somebody's, and the shell cannot tell who is typing.
    """
    why = one_line(" ".join(reason))
    if not why:
        raise click.UsageError("Say why, for the person who asked.")
    with Administration.changing(load(StoreSettings).pipeline_bot_database) as administration:
        meant = administration.operation(request_id)
        before = None if meant is None or meant.confirmed_at is None else meant
        if before is None:
            raise UserError(f"No request's id begins with {request_id!r}: `pipeline-bot pending` lists them.")
        if before.state is State.AWAITING_APPROVAL:
            now = clock_of(administration).now()
            before = administration.deny(before.id, why, by=shell_user(), now=now) or before
    if before.outcome is None or before.outcome.ending is not Ending.DENIED_IN_SHELL:
        raise UserError(
            f"{before.short_id} waits for no approval: it is {before.state.value.replace('_', ' ')}."
        )
    click.echo(f"Denied: {before.requester.user}'s clear of {before.pipeline} ({before.short_id}).")


def waits_for_approval(operation: Operation) -> bool:
    """Whether it does; any other pending one is a break-glass request that awaits review."""
    return operation.state is State.AWAITING_APPROVAL


_COLUMNS = ("ID", "WHO", "PIPELINE", "WAITS FOR", "UNTIL", "REASON")


def _row(operation: Operation) -> tuple[str, ...]:
    if waits_for_approval(operation):
        waits_for = f"approval, {len(operation.approval.given)} of {operation.approval.needed}"
    else:
        waits_for = f"review of the break-glass run for {operation.incident}"
    until = (
        ""
        if not waits_for_approval(operation) or operation.approval.deadline is None
        else moment(operation.approval.deadline)
    )
    return (
        operation.short_id,
        operation.requester.user,
        operation.pipeline,
        waits_for,
        until,
        operation.reason,
    )


def _as_json(operation: Operation) -> dict[str, object]:
    return {
        "id": operation.id,
        "waits_for": "approval" if waits_for_approval(operation) else "sign_off",
        "team": operation.requester.team,
        "user": operation.requester.user,
        "pipeline": operation.pipeline,
        "reason": operation.reason,
        "incident": operation.incident or None,
        "state": operation.state.value,
        "approvals_needed": operation.approval.needed,
        "approvals": [
            {"team": each.by.team, "user": each.by.user, "at": each.at.isoformat()}
            for each in operation.approval.given
        ],
        "requested_at": None if operation.confirmed_at is None else operation.confirmed_at.isoformat(),
        "approve_by": None
        if operation.approval.deadline is None
        else operation.approval.deadline.isoformat(),
    }
