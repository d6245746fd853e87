"""The answer to *can-i*: one verdict, then what to do, then which grant and which rules decided. Pure."""

from collections.abc import Iterator
from typing import assert_never

from bot.domain.access.authorization import Authorization, id_of
from bot.domain.access.permissions import Why
from bot.domain.access.requests.request_objections import (
    BreakGlassForbidden,
    Frozen,
    NameNotTyped,
    NotPermitted,
    ReasonMissing,
    TooManyOpen,
    TooManyRecentRequests,
)
from bot.domain.durations import span_in_words
from bot.domain.operations.operation import State
from bot.engine.attempted_actions import DeniedAction
from bot.engine.replies import Explained
from bot.slack.sentences.access.decision_text import why
from bot.slack.sentences.access.rule_text import match_of
from bot.slack.sentences.labels import GLASS, GRANT, NO, NOT_NOW, RULE, YES, sign
from bot.slack.sentences.plan_text import action_name, command
from bot.slack.text.blocks import Message
from bot.slack.text.lists import either, some_of
from bot.slack.text.quantities import duration
from bot.slack.text.spans import NOTHING, Text, at, code, mention_any
from bot.slack.views.access import access_request_view
from bot.slack.views.previews_view import approvals_in_words

APPROVERS_NAMED = 5


def explained(shown: Explained) -> Message:
    lines = [_verdict(shown), *_what_to_do(shown), *_emergency(shown), *_what_decided(shown)]
    wanted = DeniedAction(shown.pipeline, shown.authority.requester.action, shown.plan)
    return access_request_view.with_button(Text("\n").join(lines), wanted, shown.admins)


def _verdict(shown: Explained) -> Text:
    action, name = action_name(shown.plan), shown.pipeline
    match shown.objection:
        case NotPermitted(requester=requester):
            return Text("{} No, you cannot {} `{}`: {}", NO, action, name, why(requester, name, shown.admins))
        case None | NameNotTyped() | BreakGlassForbidden() | ReasonMissing():
            if not shown.authority.approvals_needed:
                return Text("{} Yes, you can {} `{}` without approval.", YES, action, name)
            sign_of = sign(State.AWAITING_APPROVAL)
            return Text(
                "{} Yes, you can {} `{}` {}.", sign_of, action, name, _with_approvals(shown.authority)
            )
        case _:
            return Text("{} Not now: {}", NOT_NOW, _why_not_now(shown, shown.objection))


def _why_not_now(shown: Explained, objection: Frozen | TooManyOpen | TooManyRecentRequests) -> Text:
    match objection:
        case Frozen(freeze=freeze):
            return Text(
                "`{}` is frozen until {} ({}). Until then no clear, stop or start, not even break-glass.",
                shown.pipeline,
                at(freeze.until),
                code(freeze.reason),
            )
        case TooManyOpen(limit=limit):
            return Text(
                "you have {} requests that wait for approval, and `{}` would be one more.",
                limit,
                shown.pipeline,
            )
        case TooManyRecentRequests(limit=limit, within=within):
            spent = duration(round(within.total_seconds()))
            return Text(
                "you made {} requests within {}, and `{}` would be one more.", limit, spent, shown.pipeline
            )
        case _:
            assert_never(objection)


def _with_approvals(authority: Authorization) -> Text:
    """`with 1 approval from @ben or @leads`: those who can give it."""
    approvals = approvals_in_words(authority.approvals_needed)
    could = [mention_any(id_of(principal)) for principal in authority.eligible]
    if not could:
        return Text("with {}", approvals)
    others = [Text("{} others", len(could) - APPROVERS_NAMED)] if len(could) > APPROVERS_NAMED else []
    return Text("with {} from {}", approvals, either([*could[:APPROVERS_NAMED], *others]))


def _what_to_do(shown: Explained) -> Iterator[Text]:
    authority, typed = shown.authority, command(shown.plan, shown.pipeline)
    match shown.objection:
        case NotPermitted(requester=requester):
            actor = None if requester.membership is None else requester.membership.actor
            can_grant = shown.admins is None or bool(shown.admins.people)
            if actor is not None and can_grant and requester.why in {Why.NO_GRANT, Why.LAPSED}:
                role = requester.would_allow[0].value
                yield Text(
                    "An admin grants it with: `{COMMAND} grant {} {} {}`.", actor.user, role, shown.pipeline
                )
            return
        case Frozen(freeze=freeze):
            needs = Text(" ({})", _with_approvals(authority)) if authority.approvals_needed else NOTHING
            yield Text("When the freeze ends, type `{} reason…`{}.", typed, needs)
            yield Text("An admin can remove the freeze: `{COMMAND} unfreeze {}`.", freeze.pattern)
        case TooManyOpen():
            yield Text("`{COMMAND} pending` lists them; `{COMMAND} withdraw ID` withdraws one.")
        case TooManyRecentRequests(again_at=again_at):
            yield Text("Type `{} reason…` again {}.", typed, at(again_at))
        case _:
            yield Text("Type `{} reason…`.{}", typed, _expiry(authority))
    if authority.approvals_needed and not authority.eligible:
        yield Text("⚠️ Nobody else can approve it at present: an admin can grant the role *approver*.")


def _expiry(authority: Authorization) -> Text:
    if not authority.approvals_needed:
        return NOTHING
    within = span_in_words(authority.requirements.approve_within)
    return Text(" The request expires if it is not approved within {}.", within)


def _emergency(shown: Explained) -> Iterator[Text]:
    if isinstance(shown.objection, NotPermitted | Frozen):
        return
    if shown.break_glass.allowed and shown.authority.requirements.break_glass:
        typed = command(shown.plan, shown.pipeline)
        yield Text("{} In an emergency: `{} --break-glass INCIDENT reason…`.", GLASS, typed)


def _what_decided(shown: Explained) -> Iterator[Text]:
    authority = shown.authority
    if isinstance(shown.objection, NotPermitted):
        return
    yield Text("{} Decided by {}", GRANT, why(authority.requester))
    rules = authority.requirements.rules
    if not rules:
        yield Text(
            "{} No rule matches, so a requester or responder needs 1 approval, and an operator none.", RULE
        )
        return
    yield Text(
        "{} {} {}: {}.",
        RULE,
        Text("Rule") if len(rules) == 1 else Text("Rules"),
        some_of([Text("`{}`", pattern) for pattern in rules]),
        Text(", ").join([*_required(authority)]),
    )


def _required(authority: Authorization) -> Iterator[Text]:
    """What the rules and the person's role require together, of this plan."""
    requirements = authority.requirements
    yield Text("{}", approvals_in_words(requirements.approvals) if requirements.approvals else "no approval")
    if requirements.reason_patterns:
        must = some_of([code(pattern, 100) for pattern in requirements.reason_patterns], Text(" and "))
        yield Text("the reason must contain {} {}", match_of(len(requirements.reason_patterns)), must)
    elif requirements.reason_required:
        yield Text("a reason is required")
