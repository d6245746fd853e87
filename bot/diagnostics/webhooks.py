"""The check of webhooks: how far behind each receiver of the audit log is."""

from collections.abc import Iterator
from datetime import timedelta

from bot.diagnostics.context import CheckContext
from bot.domain.bot_time import length
from bot.domain.diagnosis import CheckResult, failed, passed, unknown, warning
from bot.store.diagnosis_facts import DiagnosisFacts
from bot.store.webhook_cursors import WebhookPlace

WEBHOOKS = "webhooks"
LATE_AFTER = timedelta(minutes=30)  # as the alert PipelineBotWebhookLate


async def webhooks(context: CheckContext) -> list[CheckResult]:
    facts = await context.facts()
    if not isinstance(facts, DiagnosisFacts):
        return [unknown(WEBHOOKS, facts.why)]
    if context.settings is None:
        return [unknown(WEBHOOKS, "The settings are not valid.")]
    places = {place.receiver: place for place in facts.webhooks}
    found = [_receiver(context, name, places.get(name)) for name in context.settings.receivers]
    found += _forgotten(set(places) - set(context.settings.receivers), context.running_receivers)
    return found or [passed(WEBHOOKS, "There are no receivers.")]


def _receiver(context: CheckContext, name: str, place: WebhookPlace | None) -> CheckResult:
    check = f"{WEBHOOKS} {name}"
    running = context.running_receivers
    if running is not None and name not in running:
        unknown_yet = "The running bot does not know it yet, and sends nothing to it."
        return warning(check, unknown_yet, "Restart the bot: it reads its settings when it starts.")
    if place is None:
        return passed(check, "Nothing was sent yet: it begins with the bot's next entry.")
    if place.held is not None:
        return failed(
            check,
            f"On hold after entry {place.cursor}: {place.held} {_waiting(place)}",
            "Nothing more is sent until somebody moves its place: `pipeline-bot webhooks seek --help`.",
        )
    if place.waiting_since is None:
        return passed(check, f"It has every entry, up to {place.cursor}.")
    late = context.now() - place.waiting_since
    behind = f"It lacks {_entries(place.entries_behind or 0)}, the oldest of {length(late)} ago."
    if late <= LATE_AFTER:
        return passed(check, behind)
    return failed(
        check,
        behind,
        "Look in the log for `webhook_fails` or `webhook_held`, which say why. Nothing is lost.",
    )


def _waiting(place: WebhookPlace) -> str:
    if place.entries_behind is None:
        return "How many entries wait is not known."
    return f"{_entries(place.entries_behind)} {'waits' if place.entries_behind == 1 else 'wait'}."


def _entries(count: int) -> str:
    return f"{count:,} {'entry' if count == 1 else 'entries'}"


def _forgotten(names: set[str], running: frozenset[str] | None) -> Iterator[CheckResult]:
    """The place of a receiver that was removed is kept, and with it every entry after it."""
    for name in sorted(names):
        if running is not None and name in running:
            yield warning(
                f"{WEBHOOKS} {name}",
                "It is no longer in the settings, and the running bot sends to it all the same.",
                "Restart the bot: it reads its settings when it starts.",
            )
            continue
        yield warning(
            f"{WEBHOOKS} {name}",
            "It is no longer in the settings, and its place in the audit log is kept.",
            f"If it does not come back: `pipeline-bot webhooks forget {name}`.",
        )
