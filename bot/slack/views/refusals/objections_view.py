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
from bot.slack.sentences.access.rule_text import ACTOR
from bot.slack.sentences.plan_text import action_name, command
from bot.slack.text.blocks import Message, said
from bot.slack.text.lists import some_of
from bot.slack.text.quantities import duration
from bot.slack.text.spans import NOTHING, Text, at, code, mention, shortened

PATTERNS_SHOWN = 500  # characters: as much as a field's error has


def objection(no: RuleObjection) -> Message:
    """What a rule or a freeze says against a request."""
    match no:
        case Frozen():
            return frozen(no.pipeline, no.freeze)
        case BreakGlassForbidden():
            return break_glass_forbidden(no)
        case TooManyOpen():
            return too_many(no.pipeline, no.limit)
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
        "`{name}` is frozen until {until}: no clear, stop or start, not even break-glass. "
        "Frozen by {by}: {reason}. An admin can remove the freeze: `{COMMAND} unfreeze {pattern}`.",
        name=name,
        until=at(freeze.until),
        reason=code(freeze.reason),
        by=_by(freeze.by),
        pattern=freeze.pattern,
    )


def break_glass_forbidden(reply: BreakGlassForbidden) -> Message:
    rules = some_of([Text("`{}`", pattern) for pattern in reply.requirements.rules])
    return said(
        "🚫 The {action} of `{name}` cannot run as break-glass: {because}. Ask as usual: `{command} reason…`.",
        action=action_name(reply.plan),
        name=reply.pipeline,
        because=Text("the rules on {} do not allow it", rules) if rules else "no rule allows it",
        command=command(reply.plan, reply.pipeline),
    )


def name_not_typed(name: PipelineName) -> Message:
    return said("Type the pipeline's name, `{}`, letter by letter. Nothing was sent.", name)


def too_many(name: PipelineName, limit: int) -> Message:
    return said(
        "✋ You have {} open requests, and one person may have no more: `{}` has to wait. "
        "`{COMMAND} pending` lists them; `{COMMAND} withdraw ID` withdraws one.",
        limit,
        name,
    )


def too_many_recent_requests(reply: TooManyRecentRequests) -> Message:
    return said(
        "✋ You made {limit} requests within {within}, and one person may make no more: `{name}` has to wait. "
        "Ask again {again_at}.",
        limit=reply.limit,
        within=duration(round(reply.within.total_seconds())),
        name=reply.pipeline,
        again_at=at(reply.again_at),
    )


def reason_missing(reply: ReasonMissing) -> Message:
    """What the reason lacks, and the command to type again, with what was typed."""
    must = some_of([code(pattern, 100) for pattern in reply.requirements.reason_patterns], Text(" and "))
    glass = f" --break-glass {reply.incident}" if reply.incident else ""
    counts = Text(" or the incident") if reply.incident else NOTHING
    again = code(f"{command(reply.plan, reply.pipeline)}{glass} {reply.reason or 'reason'}…", 600)
    if must and reply.reason:
        return said("✍️ Your reason{} must contain something like {}. Type {} with it.", counts, must, again)
    return said(
        "✍️ A {action} of `{name}` needs a reason{like}. Type {again}.",
        action=action_name(reply.plan),
        name=reply.pipeline,
        like=Text(", and the reason{} must contain something like {}", counts, must) if must else NOTHING,
        again=again,
    )


def reason_missing_under_field(reply: ReasonMissing) -> Text:
    """The same under the field in which it is missing."""
    must = shortened(" and ".join(reply.requirements.reason_patterns), PATTERNS_SHOWN)
    return (
        Text("The reason must contain something like {}.", must)
        if must
        else Text("A rule asks for a reason.")
    )


def _by(who: str) -> Text:
    """A person in Slack (`T1/U2`), or a user of the shell (`shell:root`)."""
    actor = ACTOR.fullmatch(who)
    return code(who, 100) if actor is None else mention(UserId(actor["user"]))
