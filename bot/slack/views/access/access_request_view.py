"""*Ask for access*: the button on a refusal, what admins are written, and what its presser is told. Pure.

The button's value says what was refused. Anybody can send it back: the handler checks it again, for the person who did.
"""

import re
from collections.abc import Sequence

from slack_sdk.models.blocks import ButtonElement

from bot.domain.access.admins import Admins
from bot.domain.access.patterns import is_pattern
from bot.domain.access.permissions import Action, Decision
from bot.domain.ids import Actor, PipelineName
from bot.domain.operations.plans import PLANS
from bot.engine import replies
from bot.engine.attempted_actions import AttemptedAction, DeniedAction
from bot.slack.sentences.access.action_text import allowed_in_words, denied_in_words
from bot.slack.sentences.access.decision_text import PATTERN, roles
from bot.slack.sentences.plan_text import command
from bot.slack.text import blocks
from bot.slack.text.blocks import Message, message, said
from bot.slack.text.spans import NOTHING, Text, ago, at, code, mention

ASK_FOR_ACCESS = "ask_for_access"  # action id; see `card.CLOSE`
NONE = "-"  # in the button's value: no plan, or no action on an operation
_VALUE = re.compile(r"(\w+) ([\w+]+|-) (\w+|-) (\S{1,200})")
_PLANS = {"+".join(step.value for step in plan): plan for plan in PLANS}


def with_button(text: Text, denied: DeniedAction, admins: Admins | None) -> Message:
    """A refusal, with the button where there is somebody who can grant what it takes, if only on some pipelines."""
    if admins is None or not admins.people:
        return message(text, blocks.section(text))
    return message(text, blocks.section(text), blocks.buttons(_button(denied)))


def _button(denied: DeniedAction) -> ButtonElement:
    plan = NONE if denied.plan is None else "+".join(step.value for step in denied.plan)
    value = f"{denied.action.value} {plan} {denied.tried or NONE} {denied.name}"
    return blocks.plain_button("Ask for access", ASK_FOR_ACCESS, value)


def denied_in(value: str) -> DeniedAction | None:
    """What the button is about; None for a value that no button of this bot has."""
    match = _VALUE.fullmatch(value)
    if match is None:
        return None
    action, plan, tried, name = match.groups()
    if action not in set(Action) - {Action.ADMINISTER} or not is_pattern(name):
        return None
    if plan not in {NONE, *_PLANS} or tried not in {NONE, *AttemptedAction}:
        return None
    return DeniedAction(
        PipelineName(name),
        Action(action),
        _PLANS.get(plan),
        None if tried == NONE else AttemptedAction(tried),
    )


def to_admin(asker: Actor, denied: DeniedAction, decision: Decision, *, of_part: bool) -> Message:
    """What an admin is written: what was tried, what it needs, and the command that allows it.

    `of_part`: the admin can allow it on some of the pipelines only, and chooses on which.
    """
    return said(
        "🔑 {who} tried to {denied}, and needs the role {roles} on {where}. "
        "To allow it, type `{COMMAND} grant {user} {role} {pattern}`{which}.",
        who=mention(asker.user),
        denied=denied_in_words(denied),
        roles=roles(decision),
        where=Text("some pipelines") if of_part else Text("`{}`", denied.name),
        user=asker.user,
        role=decision.would_allow[0].value,
        pattern=PATTERN if of_part else denied.name,
        which=Text(", with pipelines that you are an admin of as `{}`", PATTERN) if of_part else NOTHING,
    )


def requested(reply: replies.AccessRequested) -> Message:
    wanted = allowed_in_words(reply.denied)
    if reply.asked:
        done = Text(
            "📨 Asked {} to let you {}. They can grant you the role *{}* on {}.",
            _all(reply.asked),
            wanted,
            reply.role.value,
            Text("the pipelines that they are admins of")
            if reply.of_part
            else Text("`{}`", reply.denied.name),
        )
    else:
        done = Text("❔ I tried to ask the admins to let you {}.", wanted)
    in_doubt = Text(
        "I do not know whether my message reached {}: write to them if you hear nothing.",
        _all(reply.in_doubt),
    )
    not_reached = Text("My message did not reach {}.", _all(reply.not_reached))
    return said(
        "{}",
        Text(" ").join(
            [
                done,
                in_doubt if reply.in_doubt else NOTHING,
                not_reached if reply.not_reached else NOTHING,
            ]
        ),
    )


def requested_before(reply: replies.AccessRequestedBefore) -> Message:
    return said(
        "⏳ You already asked for the role *{role}* on `{name}`, {when}: I wrote to {asked}. "
        "You can ask again {again_at}, or write to an admin now.",
        role=reply.role.value,
        name=reply.name,
        when=ago(reply.at),
        asked=Text(", ").join([mention(user) for user in reply.asked]) or "an admin",
        again_at=at(reply.again_at),
    )


def too_many(reply: replies.TooManyAccessRequests) -> Message:
    return said(
        "⏳ You asked for access {} times within an hour, the most that one person may ask. "
        "You can ask again {}, or write to an admin now.",
        reply.times,
        at(reply.again_at),
    )


def not_requested(reply: replies.AccessNotRequested) -> Message:
    return said(
        "❌ Nobody was asked: my message to {} could not be delivered ({}). "
        "Press the button again in a minute, or write to them yourself.",
        _all(reply.admins),
        code(reply.why),
    )


def allowed_now(reply: replies.AllowedNow) -> Message:
    denied = reply.denied
    already = Text("✅ You already have the role for this, so I asked nobody.")
    if denied.tried is not None or denied.plan is None:
        return said("{} Type the command again, or press the button that was refused before.", already)
    break_glass = " --break-glass INCIDENT" if denied.action is Action.BREAK_GLASS else ""
    return said("{} Type {}.", already, code(f"{command(denied.plan, denied.name)}{break_glass} reason…"))


def _all(people: Sequence[Actor]) -> Text:
    return Text(", ").join([mention(person.user) for person in people])
