"""Refusals, visible to one person: what was refused, and which grant or rule decided it. Pure."""

from typing import assert_never

from bot.domain.access.changes import (
    AccessChange,
    ChangeObjection,
    DropRule,
    GrantRole,
    RemoveFreeze,
    RevokeRole,
    SetFreeze,
    SetRule,
    pattern_of,
)
from bot.domain.access.objections import BreakGlassForbidden, TooManyLately
from bot.domain.access.permissions import Action, Decision, Kind, Why
from bot.domain.access.rules import Freeze
from bot.domain.commands import COMMAND
from bot.domain.ids import PipelineName
from bot.domain.operations.operation import Operation
from bot.domain.pipelines.pipeline import Problem, ProblemKind
from bot.domain.pipelines.targets import THE_ONLY, TargetName, target_in
from bot.engine.attempted_actions import AttemptedAction
from bot.engine.replies import NotAllowed, NotFound, PermissionDenied
from bot.slack.text.blocks import Message, said
from bot.slack.text.mrkdwn import at, code, duration, either, escaped, mention, some_of
from bot.slack.text.outcome_text import sentence, took
from bot.slack.text.pipeline_text import host_setting, link_to, tenant_setting
from bot.slack.text.plan_text import action_name, command
from bot.slack.views.previews_view import frozen_in_words

_TRIED = {
    AttemptedAction.CONFIRM: "confirm",
    AttemptedAction.DROP: "dismiss",
    AttemptedAction.APPROVE: "approve",
    AttemptedAction.DENY: "deny",
    AttemptedAction.WITHDRAW: "take back",
    AttemptedAction.STOP: "stop",
    AttemptedAction.SIGN_OFF: "sign off",
    AttemptedAction.CLOSE: "close",
}


def denied(reply: PermissionDenied) -> Message:
    nothing = " Nothing was sent." if reply.confirming else ""
    return said(f"🚫 You may not {_wanted(reply)} `{reply.pipeline}`: {why(reply.decision)}{nothing}")


def _wanted(reply: PermissionDenied) -> str:
    if reply.plan is None:
        return "see"
    if reply.tried is not None:
        return f"{_TRIED[reply.tried]} a {action_name(reply.plan)} of"
    return "break the glass for" if reply.decision.action is Action.BREAK_GLASS else action_name(reply.plan)


def not_allowed(shown: NotAllowed) -> Message:
    if shown.judgement.objection is ChangeObjection.OWN_FAVOUR:
        membership = shown.judgement.decision.membership
        if membership is not None and membership.unresolved_groups:
            return said(
                f"🚫 That may be in your own favour: Slack did not tell who is in a user group ({code(membership.why)}), "
                "and nobody can raise their own rights in Slack. Try again in a minute, or ask another admin."
            )
        return said(
            "🚫 That would be in your own favour, and nobody can raise their own rights in Slack. "
            "Another admin can, or whoever runs the bot."
        )
    return said(
        f"🚫 You may not {_change(shown.change)} `{pattern_of(shown.change)}`: {why(shown.judgement.decision)}"
    )


def _change(change: AccessChange) -> str:
    match change:
        case GrantRole(role=role):
            return f"grant *{role.value}* on"
        case RevokeRole(role=role):
            return f"revoke *{role.value}* on"
        case SetRule():
            return "set a rule on"
        case DropRule():
            return "drop the rule on"
        case SetFreeze():
            return "freeze"
        case RemoveFreeze():
            return "unfreeze"
        case _:
            assert_never(change)


def why(decision: Decision) -> str:
    """What decided, in a sentence or two that begin in lower case."""
    who = "" if decision.membership is None else f" You are `{decision.membership.actor.user}`."
    match decision.why:
        case Why.GRANTED:
            grant = decision.grant
            return (
                ""
                if grant is None
                else f"grant number {grant.id}, *{grant.role.value}* on `{grant.pattern}`."
            )
        case Why.NOT_A_MEMBER:
            return _not_a_member(decision)
        case Why.UNRESOLVED:
            unread = "" if decision.membership is None else f" ({code(decision.membership.why)})"
            return f"it depends on a user group, and Slack did not tell who is in it{unread}. Try again in a minute."
        case Why.LAPSED | Why.NO_GRANT:
            roles = either([f"*{role.value}*" for role in decision.would_allow])
            text = f"that takes the role {roles} on it."
            lapsed = decision.lapsed
            if lapsed is not None and lapsed.expires_at is not None:
                text += f" Your *{lapsed.role.value}* on `{lapsed.pattern}` ended {at(lapsed.expires_at)}."
            return f"{text} An admin of this bot can grant it.{who}"
        case _:
            assert_never(decision.why)


_NO_MEMBER = {
    Kind.GUEST: "guests of this workspace may do nothing here, whatever is granted to them.",
    Kind.BOT: "bots may do nothing here.",
    Kind.DEACTIVATED: "the account is deactivated.",
    Kind.STRANGER: "only members of this workspace may do anything here.",
}


def _not_a_member(decision: Decision) -> str:
    membership = decision.membership
    if membership is None or membership.kind is Kind.UNKNOWN:
        unread = "" if membership is None or not membership.why else f" ({code(membership.why)})"
        return f"Slack did not tell who you are{unread}, and without knowing I say no. Try again in a minute."
    return _NO_MEMBER.get(membership.kind, "only members may do anything here.")


def not_found(reply: NotFound) -> Message:
    text = f"❌ {_needs_target(reply.pipeline) if reply.needs_target else _unknown(reply.pipeline)}"
    if reply.close:
        text += f" Did you mean {either([f'`{other}`' for other in reply.close])}?"
    if reply.unanswered:
        silent = [f"`{target}`" for target in reply.unanswered]
        text += f" {' and '.join(silent)} cannot be asked now, and may have it."
    return said(text)


def _unknown(name: PipelineName) -> str:
    return f"Feldera has no pipeline `{name}` (upper and lower case count)."


def _needs_target(name: PipelineName) -> str:
    target = target_in(name)
    if target:
        return f"There is no Feldera called `{target}` here, and so no `{name}`."
    return f"There are several Felderas here, and `{name}` does not say which: type `TARGET/{name}`."


def no_answer(name: PipelineName, problem: Problem) -> Message:
    return said(
        f"❌ I cannot look at `{name}` now: {in_words(problem, target_in(name))} Nothing has been changed."
    )


def in_words(problem: Problem, target: TargetName = THE_ONLY) -> str:
    """Why Feldera gave no answer, and what to do about it."""
    told = code(problem.message)
    match problem.trouble:
        case ProblemKind.UNAUTHORIZED | ProblemKind.FORBIDDEN:
            return f"Feldera does not let this bot in ({told}). Whoever runs the bot should check its credentials."
        case ProblemKind.NO_TENANT:
            return (
                f"Feldera cannot tell which tenant's pipelines to show ({told}). "
                f"Whoever runs the bot should set {tenant_setting(target)}, or give the bot an API key."
            )
        case ProblemKind.ELSEWHERE | ProblemKind.NOT_TOLD_APART:
            return f"the bot's settings do not fit ({told}). Whoever runs the bot should check {host_setting(target)}."
        case ProblemKind.NOT_FELDERA:
            return (
                f"what answers at Feldera's address is not Feldera ({told}). "
                f"Whoever runs the bot should check {host_setting(target)}."
            )
        case ProblemKind.UNREACHABLE:
            return f"Feldera does not answer ({told}). Try again in a minute."
        case ProblemKind.BUSY:
            return f"Feldera is busy ({told}). Try again in a minute."
        case ProblemKind.DATABASE_DOWN | ProblemKind.REJECTED:
            return f"{escaped(problem.message)} Try again in a minute."
        case ProblemKind.UNEXPECTED:
            return f"Feldera's answer makes no sense to me ({told})."
        case _:
            assert_never(problem.trouble)


def frozen(name: PipelineName, freeze: Freeze) -> Message:
    return said(
        f"Nothing new starts on `{name}`, not by breaking the glass either: {frozen_in_words(freeze)} "
        f"(by {_by(freeze.by)}). An admin can lift it: `{COMMAND} unfreeze {freeze.pattern}`."
    )


def glass_forbidden(reply: BreakGlassForbidden) -> Message:
    name = reply.pipeline
    rules = some_of([f"`{pattern}`" for pattern in reply.requirements.rules])
    because = f"the rules on {rules} do not allow it" if rules else "no rule allows it"
    return said(
        f"🚫 The glass of `{name}` cannot be broken: {because}. Ask as usual: `{command(reply.plan, name)} reason…`."
    )


def too_many(name: PipelineName, limit: int) -> Message:
    return said(
        f"✋ You have {limit} open requests, and one person may have no more: `{name}` has to wait. "
        f"`{COMMAND} pending` lists them; `{COMMAND} withdraw ID` takes one back."
    )


def too_many_lately(reply: TooManyLately) -> Message:
    return said(
        f"✋ You made {reply.limit} requests within {duration(round(reply.within.total_seconds()))}, and one person may "
        f"make no more: `{reply.pipeline}` has to wait. Ask again {at(reply.again_at)}."
    )


def name_wanted(name: PipelineName) -> Message:
    return said(f"Type the pipeline's name, `{name}`, letter by letter. Nothing was sent.")


def already_decided(operation: Operation, workspace_url: str, *, signing: bool = False) -> Message:
    """The reply to a click or command that came too late: who was first, and when."""
    name, where = operation.pipeline, link_to(operation, workspace_url)
    outcome = operation.outcome
    signed = operation.review
    if signing and signed is not None:
        return said(f"It was signed off already, by {mention(signed.by.user)} {at(signed.at)}: see {where}.")
    if operation.confirmed_at is None:
        return said(f"This was dropped already: nothing was sent, and `{name}` is as it was.")
    approved = ""
    if operation.approval.given and operation.ready_at is not None:
        last = operation.approval.given[-1]
        approved = f"This was already approved by {mention(last.by.user)} {at(last.at)}"
    if outcome is not None and operation.ended_at is not None:
        over = f"{approved}, and is over" if approved else f"This is over since {at(operation.ended_at)}"
        how = sentence(operation, outcome, operation.state, seconds=took(operation))
        return said(f"{over}. {how} See {where}.")
    if approved:
        return said(f"{approved}: follow it in {where}.")
    return said(
        f"This was confirmed already, {at(operation.confirmed_at)} by {mention(operation.requester.user)}: "
        f"follow it in {where}."
    )


def _by(who: str) -> str:
    """A person in Slack (`T1/U2`), or a user of the shell (`shell:root`)."""
    _, slash, user = who.partition("/")
    return f"<@{user}>" if slash and user.isalnum() else code(who, 100)
