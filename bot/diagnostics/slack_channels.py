"""The check of channels: whether the bot can post in each that a rule or the settings name."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace

from slack_sdk.web.async_client import AsyncWebClient

from bot.diagnostics.context import CheckContext, NoAnswer
from bot.domain.access.rules import Rule
from bot.domain.diagnosis import CheckResult, failed, passed, unknown
from bot.domain.ids import ChannelId
from bot.slack.api.channel_access import CannotPost, CanPost, ChannelAccess, NotKnown, channel_access
from bot.slack.sentences.unusable_channel_text import RESTRICTED
from bot.store.diagnosis_facts import DiagnosisFacts

CHANNELS = "slack channels"
TRIED_MOST = 40  # Slack allows 100 tries a minute
AT_ONCE = 5
_PATTERNS_NAMED = 3
_PART_OF_THE_TIME = 0.8  # so that one slow channel hides no other
_FOUND: Mapping[str, tuple[str, str]] = {
    "not_in_channel": ("the bot is not in it", "Invite it there: `/invite @pipeline-bot`."),
    "channel_not_found": (
        "it does not exist, or is private and the bot is not in it",
        "Invite the bot there, or name another channel.",
    ),
    "is_archived": ("it is archived", "Unarchive it, or name another channel."),
    RESTRICTED: ("the bot may not post in it", "Let the app post there, or name another channel."),
}


_NOT_ASKED = "Slack was not asked."


async def channels(context: CheckContext) -> list[CheckResult]:
    facts, app = await context.facts(), await context.app()
    if not isinstance(facts, DiagnosisFacts):
        return [unknown(CHANNELS, facts.why)]
    audit = None if context.settings is None else context.settings.pipeline_bot_audit_channel
    named = _named(facts.rules, audit)
    if not named:
        return [passed(CHANNELS, "No rule and no setting names one.")]
    if isinstance(app, NoAnswer):
        return [unknown(CHANNELS, app.unless_asked(_NOT_ASKED))]
    if context.client is None:
        return [unknown(CHANNELS, _NOT_ASKED)]
    tried = dict(list(named.items())[:TRIED_MOST])
    answers = await _tried(context.client, tried, app.workspace.bot_user, context.within * _PART_OF_THE_TIME)
    found = [_result(channel, uses, answers[channel]) for channel, uses in tried.items()]
    unusable = [result for result in found if result is not None]
    if len(tried) < len(named):
        unusable.append(unknown(CHANNELS, f"{len(named) - len(tried)} more were not tried."))
    where = "the one that is named" if len(named) == 1 else f"each of the {len(named)} that are named"
    return unusable or [passed(CHANNELS, f"The bot can post in {where}.")]


def _named(rules: Iterable[Rule], audit: str | None) -> dict[ChannelId, list[str]]:
    """Each channel, with what is posted there."""
    patterns: dict[ChannelId, list[str]] = {}
    for rule in rules:
        if rule.ask_channel is not None:
            patterns.setdefault(rule.ask_channel, []).append(rule.pattern)
    uses = {channel: [_requests_on(found)] for channel, found in patterns.items()}
    if audit is not None:
        uses.setdefault(ChannelId(audit), []).append("the audit log's head")
    return uses


def _requests_on(patterns: list[str]) -> str:
    more = len(patterns) - _PATTERNS_NAMED
    return f"requests on {', '.join(patterns[:_PATTERNS_NAMED])}{f' and {more} more' if more > 0 else ''}"


async def _tried(
    client: AsyncWebClient, named: Iterable[ChannelId], bot_user: str, within: float
) -> Mapping[ChannelId, ChannelAccess]:
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(channel: ChannelId) -> ChannelAccess:
        try:
            async with asyncio.timeout(within), turns:
                return await channel_access(client, channel, bot_user)
        except TimeoutError:
            return NotKnown(f"No answer after {within:g} s.")

    asked = list(named)
    return dict(zip(asked, await asyncio.gather(*map(one, asked)), strict=True))


def _result(channel: ChannelId, uses: list[str], access: ChannelAccess) -> CheckResult | None:
    match access:
        case CanPost():
            return None
        case NotKnown(why):
            return replace(unknown(CHANNELS, why), channel=channel, is_sensitive=True)
        case CannotPost(error):
            code = RESTRICTED if error.startswith(RESTRICTED) else error
            found, advice = _FOUND.get(
                code, (f"Slack refuses to post in it ({error})", "Name another channel.")
            )
            said = f"It is for {' and '.join(uses)}, but {found}."
            return replace(failed(CHANNELS, said, advice), channel=channel, is_sensitive=True)
