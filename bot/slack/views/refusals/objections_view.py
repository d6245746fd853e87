"""Objections in words: what a rule or a freeze says against a request, and what to do about it. Pure."""

from typing import assert_never

from bot.domain.access.requests.request_objections import (
    BreakGlassForbidden,
    Frozen,
    NameNotTyped,
    ReasonMissing,
    RuleObjection,
    TooManyOpen,
    TooManyRecentRequests,
)
from bot.domain.access.rules import Freeze
from bot.domain.ids import PipelineName, UserId
from bot.slack.sentences.access.rule_text import ACTOR, match_of
from bot.slack.sentences.plan_text import action_name, command
from bot.slack.text.blocks import Message, said
from bot.slack.text.lists import some_of
from bot.slack.text.quantities import duration
from bot.slack.text.spans import NOTHING, Text, at, code, mention, shortened

PATTERNS_SHOWN = 500  # characters: as much as a field's error has
_DOES_NOT = {1: "Yours does not.", 2: "Yours matches neither."}


def objection(no: RuleObjection) -> Message:
    """What a rule or a freeze says against a request."""
    match no:
        case Frozen():
            return frozen(no.pipeline, no.freeze)
        case BreakGlassForbidden():
            return break_glass_forbidden(no)
        case TooManyOpen():
            return too_many(no)
        case TooManyRecentRequests():
            return too_many_recent_requests(no)
        case ReasonMissing():
            return reason_missing(no)
        case NameNotTyped():
            return name_not_typed(no.pipeline)
        case _:
            assert_never(no)


def frozen(name: PipelineName, freeze: Freeze) -> Message:
    return said(
        "🧊 `{name}` is frozen until {until}, by {by} (reason: {reason}). "
        "Until then nobody can clear, stop or start it through this bot, not even as break-glass. Nothing was sent to Feldera. "
        "An admin can remove the freeze with `{COMMAND} unfreeze {pattern}`{scope}.",
        name=name,
        until=at(freeze.until),
        reason=code(freeze.reason),
        by=_by(freeze.by),
        scope=NOTHING if freeze.pattern == name else Text("; that unfreezes every pipeline that matches it"),
        pattern=freeze.pattern,
    )


def break_glass_forbidden(reply: BreakGlassForbidden) -> Message:
    rules = some_of([Text("`{}`", pattern) for pattern in reply.requirements.rules])
    return said(
        "🚫 The {action} of `{name}` cannot run as break-glass: {because}. "
        "Nothing was sent to Feldera. {instead}: `{command} reason…`.",
        action=action_name(reply.plan),
        name=reply.pipeline,
        because=Text("the rules for {} do not allow it", rules) if rules else "no rule allows it",
        instead="Ask for approval instead"
        if reply.requirements.approvals
        else "Request it without break-glass instead",
        command=command(reply.plan, reply.pipeline),
    )


def name_not_typed(name: PipelineName) -> Message:
    return said(
        "Type the pipeline's name exactly as it is written here: `{}`. Nothing was sent to Feldera.", name
    )


def too_many(reply: TooManyOpen) -> Message:
    return said(
        "✋ You have {limit} requests that wait for approval, the most that one person may have. {yours} "
        "Withdraw one first: `{COMMAND} pending` lists them, `{COMMAND} withdraw ID` withdraws one.",
        limit=reply.limit,
        yours=_not_requested(reply),
    )


def too_many_recent_requests(reply: TooManyRecentRequests) -> Message:
    return said(
        "✋ You made {limit} requests within {within}, the most that one person may make. {yours} "
        "You can ask again {again_at}.",
        limit=reply.limit,
        within=duration(round(reply.within.total_seconds())),
        yours=_not_requested(reply),
        again_at=at(reply.again_at),
    )


def _not_requested(reply: TooManyOpen | TooManyRecentRequests) -> Text:
    return Text("Your {} of `{}` was not requested.", action_name(reply.plan), reply.pipeline)


def reason_missing(reply: ReasonMissing) -> Message:
    """What the reason lacks, and the command to type again."""
    patterns = [code(each, 100) for each in reply.patterns]
    lacks = Text("{} {}", match_of(len(patterns)), some_of(patterns, Text(" and "))) if patterns else NOTHING
    glass = f" --break-glass {reply.incident}" if reply.incident else ""
    again = code(f"{command(reply.plan, reply.pipeline)}{glass} reason…", 600)
    action = action_name(reply.plan)
    if reply.reason:
        does_not = _DOES_NOT.get(len(reply.patterns), "Yours matches none of them.")
        missing = Text(
            "The reason for the {} of `{}` must contain {}. {}",
            action,
            reply.pipeline,
            lacks,
            does_not,
        )
    else:
        that = Text(" that contains {}", lacks) if lacks else NOTHING
        missing = Text("A {} of `{}` needs a reason{}.", action, reply.pipeline, that)
    does = "with a reason that does" if reply.reason else "with one"
    return said("✍️ {} Nothing was sent to Feldera. Type the command again {}: {}.", missing, does, again)


def reason_missing_under_field(reply: ReasonMissing) -> Text:
    """The same under the field in which it is missing."""
    if not reply.patterns:
        return Text("A rule asks for a reason.")
    must = shortened(" and ".join(reply.patterns), PATTERNS_SHOWN)
    return Text("The reason must contain {} {}.", match_of(len(reply.patterns)), must)


def _by(who: str) -> Text:
    """A person in Slack (`T1/U2`), or a user of the shell (`shell:root`)."""
    actor = ACTOR.fullmatch(who)
    return code(who, 100) if actor is None else mention(UserId(actor["user"]))
