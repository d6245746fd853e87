"""Diagnosis: the results of `doctor`, the verdict first, then what to do, then what passed. Pure."""

from collections.abc import Mapping
from typing import LiteralString

from bot.domain.diagnosis import CheckResult, CheckStatus, verdict, with_status
from bot.engine.replies import Diagnosed, NoDiagnosis
from bot.slack.sentences.access.decision_text import why
from bot.slack.text import blocks
from bot.slack.text.blocks import Message, message, said
from bot.slack.text.lists import cut
from bot.slack.text.spans import NOTHING, Text, channel

_MARKS: Mapping[CheckStatus, LiteralString] = {
    CheckStatus.FAILED: "❌",
    CheckStatus.WARNING: "⚠️",
    CheckStatus.UNKNOWN: "❔",
    CheckStatus.OK: "✅",
}


def diagnosed(reply: Diagnosed) -> Message:
    parts = [Text("{} *{}.*", _MARKS[_worst(reply)], verdict(reply.results))]
    for status in _MARKS:
        lines = [_line(result) for result in with_status(reply.results, status)]
        if lines:
            parts.append(cut(lines))
    return message(parts[0], *map(blocks.section, parts))


def not_for_you(reply: NoDiagnosis) -> Message:
    return said("🚫 You may not check the bot: {}", why(reply.decision, admins=reply.admins))


def _worst(reply: Diagnosed) -> CheckStatus:
    """A check that could not be made spoils no verdict: some never can."""
    found = {result.status for result in reply.results}
    return next(
        (status for status in (CheckStatus.FAILED, CheckStatus.WARNING) if status in found), CheckStatus.OK
    )


def _line(result: CheckResult) -> Text:
    return Text(
        "{mark} *{name}*{where}: {found}{advice}",
        mark=_MARKS[result.status],
        name=result.name,
        where=NOTHING if result.channel is None else Text(" {}", channel(result.channel)),
        found=result.found,
        advice=Text(" *→* {}", result.advice) if result.advice else NOTHING,
    )
