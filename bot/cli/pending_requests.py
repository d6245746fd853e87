"""`pending` and `deny`: requests that await people, and their denial by the operator.

There is no `approve`: an approval is a person's, and the shell cannot tell who is typing.
"""

import click

from bot.cli.current_time import clock_of
from bot.cli.options import ShellCommand, command_as_typed, json_flag
from bot.cli.output import as_json, moment, one_line, shell_user, table
from bot.cli.settings_and_database import changing, database_path, reading
from bot.domain.errors import UserError, WrongInput
from bot.domain.operations.operation import Operation, State
from bot.domain.operations.outcome import Ending
from bot.slack.sentences.plan_text import action_name


@click.command(cls=ShellCommand)
@json_flag
def pending(*, wants_json: bool) -> None:
    """List pending requests: those that await approval, and break-glass runs that await review.

    People approve, deny and review requests in Slack, on the card or by command. In the shell, `deny` denies one.
    """
    with reading(database_path()) as administration:
        waiting = administration.pending()
    if wants_json:
        click.echo(as_json([_as_json(operation) for operation in waiting]))
    elif waiting:
        click.echo(table(_COLUMNS, [_row(operation) for operation in waiting]))
    else:
        click.echo("No pending requests.")


@click.command(cls=ShellCommand)
@click.argument("request_id", metavar="ID")
@click.argument("reason", nargs=-1, required=True)
def deny(request_id: str, reason: tuple[str, ...]) -> None:
    """Deny a request that awaits approval. Its requester is told the REASON.

    ID is the request's id, or its beginning, as `pending` shows it. A running bot updates the card within ten seconds.
    Requests are approved only in Slack: an approval is a person's, and the shell cannot tell who is typing.
    """
    why = one_line(" ".join(reason))
    if not why:
        raise WrongInput("Give a reason: the requester is told why.")
    if not request_id:
        raise WrongInput(f"Give the id of a request: {_listed()}")
    with changing(database_path()) as administration:
        meant = administration.operation(request_id)
        before = None if meant is None or meant.confirmed_at is None else meant
        if before is None:
            raise UserError(f"No request has an id that begins with {request_id!r}: {_listed()}")
        if before.state is State.AWAITING_APPROVAL:
            now = clock_of(administration).now()
            before = administration.deny(before.id, why, by=shell_user(), now=now) or before
    if before.outcome is None or before.outcome.ending is not Ending.DENIED_IN_SHELL:
        raise UserError(
            f"{before.short_id} was not denied: it does not await approval, its state is "
            f"{before.state.value.replace('_', ' ')}. {_listed()}"
        )
    click.echo(
        f"Denied: {action_name(before.plan)} {before.pipeline} ({before.short_id}), requested by "
        f"{before.requester.user}. Nothing was sent to Feldera."
    )


def _listed() -> str:
    return f"`{command_as_typed('pending')}` lists those that can be denied."


def waits_for_approval(operation: Operation) -> bool:
    """Whether it does; any other pending one is a break-glass request that awaits review."""
    return operation.state is State.AWAITING_APPROVAL


_COLUMNS = ("ID", "REQUESTER", "ACTION", "PIPELINE", "AWAITS", "EXPIRES", "REASON")


def _row(operation: Operation) -> tuple[str, ...]:
    if waits_for_approval(operation):
        waits_for = f"approval, {len(operation.approval.given)} of {operation.approval.needed}"
    else:
        waits_for = f"review of break-glass for {operation.incident}"
    until = (
        ""
        if not waits_for_approval(operation) or operation.approval.deadline is None
        else moment(operation.approval.deadline)
    )
    return (
        operation.short_id,
        operation.requester.user,
        action_name(operation.plan),
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
        "steps": [step.value for step in operation.plan],
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
