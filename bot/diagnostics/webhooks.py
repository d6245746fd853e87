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
    found += _forgotten(set(places) - set(context.settings.receivers))
    return found or [passed(WEBHOOKS, "There are no receivers.")]


def _receiver(context: CheckContext, name: str, place: WebhookPlace | None) -> CheckResult:
    check = f"{WEBHOOKS} {name}"
    if place is None:
        return passed(check, "Nothing was sent yet: it begins with the bot's next entry.")
    if not place.is_in_log:
        return failed(
            check,
            f"The audit log does not have entry {place.cursor} as it was sent.",
            "Look in the log for `webhook_held`. Nothing more is sent until somebody moves its place (`webhooks seek`).",
        )
    if place.waiting_since is None:
        return passed(check, f"It has every entry, up to {place.cursor}.")
    late = context.now() - place.waiting_since
    entries = "entry" if place.entries_behind == 1 else "entries"
    behind = f"It lacks {place.entries_behind:,} {entries}, the oldest of {length(late)} ago."
    if late <= LATE_AFTER:
        return passed(check, behind)
    return failed(
        check,
        behind,
        "Look in the log for `webhook_fails` or `webhook_held`, which say why. Nothing is lost.",
    )


def _forgotten(names: set[str]) -> Iterator[CheckResult]:
    """The place of a receiver that was removed is kept, and with it every entry after it."""
    for name in sorted(names):
        yield warning(
            f"{WEBHOOKS} {name}",
            "It is no longer in the settings, and its place in the audit log is kept.",
            f"If it does not come back: `pipeline-bot webhooks forget {name}`.",
        )
