"""The check of the bot's own time, and how far apart clocks are, in words."""

import math
from collections.abc import Iterator
from datetime import timedelta

from bot.diagnostics.context import CheckContext
from bot.domain.bot_time import compared, in_words, length
from bot.domain.clock_skew import ClockSkew
from bot.domain.diagnosis import CheckResult, failed, passed, unknown, warning
from bot.store.diagnosis_facts import DiagnosisFacts

BOT_TIME = "bot's time"
CLOCKS_AGREE = timedelta(seconds=30)  # approvals expire by the bot's time
JUMP_REPORTED_FOR = timedelta(days=7)


def skewed(skew: ClockSkew) -> str:
    """As in "2 min 3 s (± 1 s) behind"; "within 1 s of", if there is no certain difference."""
    within = max(math.ceil(skew.uncertainty.total_seconds()), 1)
    if abs(skew.ahead) <= timedelta(seconds=within):
        return f"within {within} s of"
    return f"{length(skew.ahead)} (± {within} s) {'ahead of' if skew.ahead > timedelta(0) else 'behind'}"


async def bot_time(context: CheckContext) -> list[CheckResult]:
    facts = await context.facts()
    if not isinstance(facts, DiagnosisFacts):
        return [unknown(BOT_TIME, facts.why)]
    return list(_bot_time(context, facts)) or [passed(BOT_TIME, "It agrees with this machine's clock.")]


def _bot_time(context: CheckContext, facts: DiagnosisFacts) -> Iterator[CheckResult]:
    ahead, jump = context.ahead(), None if facts.clock is None else facts.clock.jump
    if jump is not None and context.now() - jump.at <= JUMP_REPORTED_FOR:
        yield warning(
            BOT_TIME,
            f"The wall clock of the bot's machine was set {in_words(jump)} at {jump.at:%Y-%m-%d %H:%M} UTC of the bot's time. "
            "Nothing expired or was sent sooner because of it.",
        )
    if abs(ahead) > CLOCKS_AGREE:
        yield failed(
            BOT_TIME,
            f"It is {compared(ahead)} this machine's clock.",
            "Synchronize the clock by NTP. If it is right already, stop the bot: `pipeline-bot clock reset` shows how the "
            "bot's time would change.",
        )
