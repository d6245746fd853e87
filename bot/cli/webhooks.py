"""`webhooks list`, `seek` and `forget`: how far each receiver of the audit log is, and how to move it."""

from datetime import datetime

import click

from bot.cli.audit.archived_text import no_entry
from bot.cli.audit.verification_state import entries
from bot.cli.options import ShellGroup, json_flag
from bot.cli.output import as_json, counted, moment, table
from bot.cli.settings_and_database import changing, load_settings, path_of, reading
from bot.config import ReceiversSettings
from bot.domain.errors import UserError, WrongInput
from bot.store.webhook_cursors import WebhookPlace

_NOT_IN_SETTINGS = "not in the settings"


class NoSuchEntry(UserError):  # noqa: N818 - named for what happened, like every other outcome
    """The audit log has no entry with this number."""


@click.group(cls=ShellGroup)
def webhooks() -> None:
    """Show and move the receivers of PIPELINE_BOT_WEBHOOKS, to which the bot sends each audit log entry."""


@webhooks.command("list")
@json_flag
def list_receivers(*, wants_json: bool) -> None:
    """List each receiver with the last entry that it was sent, or that its filter leaves out."""
    settings = load_settings(ReceiversSettings)
    with reading(path_of(settings)) as administration:
        places = {place.receiver: place for place in administration.webhook_places()}
    hosts = {name: receiver.host for name, receiver in settings.receivers.items()}
    rows = [(name, hosts.get(name), places.get(name)) for name in sorted({*hosts, *places})]
    if wants_json:
        click.echo(as_json([_document(*row) for row in rows]))
    elif rows:
        click.echo(
            table(
                ("Receiver", "Host", "Last entry", "Behind", "Waiting since"), [_cells(*row) for row in rows]
            )
        )
        for place in places.values():
            if place.held is not None and place.receiver in hosts:
                click.echo(f"{place.receiver} is on hold: {place.held} {_how_to_go_on(place)}")
    else:
        click.echo("There are no webhooks: PIPELINE_BOT_WEBHOOKS__NAME__URL and so on set one.")


@webhooks.command()
@click.argument("receiver")
@click.option(
    "--after",
    type=click.IntRange(min=0),
    metavar="ENTRY",
    required=True,
    help="The number of the last entry not to send.",
)
def seek(*, receiver: str, after: int) -> None:
    """Let a receiver get every entry after a given one, again or for the first time; 0 is everything.

    A larger number than its last entry skips what is between. The bot may be running.
    """
    settings = load_settings(ReceiversSettings)
    with changing(path_of(settings)) as administration:
        known = sorted({*settings.receivers, *(place.receiver for place in administration.webhook_places())})
        if receiver not in known:
            named = f"There are {', '.join(known)}." if known else "There is none."
            raise WrongInput(f"{receiver!r} is not a receiver of PIPELINE_BOT_WEBHOOKS. {named}")
        newest, _ = administration.head()
        begin = administration.head_of(after)
        if begin is None or not administration.seek_webhook(receiver, after):
            raise NoSuchEntry(no_entry(administration, after))
    first = begin[0]
    said = f"{receiver} gets the entries after {first} next: {counted(newest - first, 'entry', 'entries')}."
    if after < first:
        verb = "was archived, and is" if first == after + 1 else "were archived, and are"
        said += f" {entries(after + 1, first).capitalize()} {verb} not sent."
    click.echo(said)


@webhooks.command()
@click.argument("receiver")
def forget(*, receiver: str) -> None:
    """Forget how far a receiver is, after it was removed from the settings."""
    settings = load_settings(ReceiversSettings)
    if receiver in settings.receivers:
        raise WrongInput(
            f"{receiver} is a receiver of PIPELINE_BOT_WEBHOOKS. Remove it from the settings, and restart the bot; then forget it."
        )
    with changing(path_of(settings)) as administration:
        if not administration.forget_webhook(receiver):
            raise WrongInput(f"Nothing is known of a receiver {receiver!r}.")
    click.echo(f"Forgot {receiver}. If it comes back, it gets the entries that are written from then on.")


def _document(name: str, host: str | None, place: WebhookPlace | None) -> dict[str, object]:
    since = None if place is None else place.waiting_since
    return {
        "receiver": name,
        "host": host,
        "last_entry": None if place is None else place.cursor,
        "entries_behind": None if place is None else place.entries_behind,
        "waiting_since": None if since is None else since.isoformat(),
        "held": None if place is None else place.held,
    }


def _cells(name: str, host: str | None, place: WebhookPlace | None) -> tuple[str, ...]:
    if place is None:  # the bot has not run with it
        return (name, host or _NOT_IN_SETTINGS, "–", "–", "–")
    return (
        name,
        host or _NOT_IN_SETTINGS,
        str(place.cursor),
        "?" if place.entries_behind is None else str(place.entries_behind),
        _since(place.waiting_since),
    )


def _how_to_go_on(place: WebhookPlace) -> str:
    waiting = "How many entries wait is not known. Nothing is sent"
    if place.entries_behind is not None:
        verb = "waits" if place.entries_behind == 1 else "wait"
        waiting = f"{counted(place.entries_behind, 'entry', 'entries')} {verb}"
    return f"{waiting} until `webhooks seek` moves it."


def _since(waiting_since: datetime | None) -> str:
    return "–" if waiting_since is None else moment(waiting_since)
