"""`pending`: the requests that wait for approval, and the broken glasses that nobody signed off."""

import click

from bot.cli.shown import as_json, json_flag, moment, table
from bot.config import StoreSettings, load
from bot.domain.operations import Operation, State
from bot.store.administration import Administration


@click.command(short_help="List what waits for people.")
@json_flag
def pending(*, wants_json: bool) -> None:
    """List the requests that wait for approval, and broken glasses that wait to be signed off.

    People decide about them in Slack: on the card, or with `/pipeline approve ID` and its like.
    """
    with Administration.open(load(StoreSettings).pipeline_bot_database) as administration:
        waiting = administration.pending()
    if wants_json:
        click.echo(as_json([_as_json(operation) for operation in waiting]))
    elif waiting:
        click.echo(table(_COLUMNS, [_row(operation) for operation in waiting]))
    else:
        click.echo("Nothing waits for anybody.")


def waits_for_approval(operation: Operation) -> bool:
    """Whether it does; what is pending otherwise is a broken glass without a signature."""
    return operation.state is State.AWAITING_APPROVAL


_COLUMNS = ("ID", "WHO", "PIPELINE", "WAITS FOR", "UNTIL", "REASON")


def _row(operation: Operation) -> tuple[str, ...]:
    if waits_for_approval(operation):
        waits_for = f"approval, {len(operation.approvals)} of {operation.approvals_needed}"
    else:
        waits_for = f"sign-off of the glass broken for {operation.incident}"
    until = (
        ""
        if not waits_for_approval(operation) or operation.approve_by is None
        else moment(operation.approve_by)
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
        "approvals_needed": operation.approvals_needed,
        "approvals": [
            {"team": each.by.team, "user": each.by.user, "at": each.at.isoformat()}
            for each in operation.approvals
        ],
        "requested_at": None if operation.confirmed_at is None else operation.confirmed_at.isoformat(),
        "approve_by": None if operation.approve_by is None else operation.approve_by.isoformat(),
    }
