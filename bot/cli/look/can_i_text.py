"""The answer of `can-i`, in sentences and as JSON: the verdict first, then what to do, then what decided."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from bot.cli.look.ages import ago, ahead
from bot.cli.options import command_as_typed
from bot.cli.output import moment
from bot.domain.access.authorization import Authorization, id_of
from bot.domain.access.permissions import Decision, Kind, Why
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
from bot.domain.ids import Actor
from bot.engine.replies import Explained
from bot.slack.sentences.access.rule_text import match_of
from bot.slack.sentences.plan_text import action_name, command

APPROVERS_NAMED = 5


class Verdict(StrEnum):
    """The answer in a word, for programs; the values are a contract with them."""

    YES = "yes"
    WITH_APPROVAL = "with_approval"
    NOT_NOW = "not_now"
    NO = "no"
    UNKNOWN = "unknown"


def verdict(shown: Explained) -> Verdict:
    match shown.objection:
        case NotPermitted(requester=requester):
            return Verdict.UNKNOWN if requester.why is Why.UNRESOLVED else Verdict.NO
        case None | NameNotTyped() | BreakGlassForbidden() | ReasonMissing():
            return Verdict.WITH_APPROVAL if shown.authority.approvals_needed else Verdict.YES
        case Frozen() | TooManyOpen() | TooManyRecentRequests():
            return Verdict.NOT_NOW
        case _:
            assert_never(shown.objection)


def sentences(shown: Explained, actor: Actor, now: datetime) -> Iterator[str]:
    yield _answer(shown, actor, now)
    yield from _what_to_do(shown, actor)
    yield from _what_decided(shown.authority, now)


def _answer(shown: Explained, actor: Actor, now: datetime) -> str:
    who, action, name = actor.user, action_name(shown.plan), shown.pipeline
    match shown.objection:
        case NotPermitted(requester=requester):
            if requester.why is Why.UNRESOLVED:
                return f"Unknown: whether {who} may {action} {name} depends on a user group that cannot be checked."
            return f"No: {who} cannot {action} {name}. {_why_not(requester, actor, now)}"
        case Frozen(freeze=freeze):
            return (
                f"Not now: {name} is frozen until {moment(freeze.until)} ({freeze.reason}). Until then no clear, stop or "
                "start, not even break-glass."
            )
        case TooManyOpen(limit=limit):
            return (
                f"Not now: {who} has {limit} requests that wait for approval, and {name} would be one more."
            )
        case TooManyRecentRequests(limit=limit, within=within, again_at=again_at):
            return (
                f"Not now: {who} made {limit} requests within {span_in_words(within)}. The next is possible "
                f"{ahead(again_at, now)}."
            )
        case _:
            how = _approvals(shown.authority) if shown.authority.approvals_needed else "without approval"
            return f"Yes: {who} can {action} {name} {how}."


_KINDS = {
    Kind.GUEST: "Guests of the workspace cannot do anything, even with a grant.",
    Kind.BOT: "Bots cannot do anything, even with a grant.",
    Kind.DEACTIVATED: "The account is deactivated.",
}


def _why_not(requester: Decision, actor: Actor, now: datetime) -> str:
    membership, lapsed = requester.membership, requester.lapsed
    if requester.why is Why.NOT_A_MEMBER and membership is not None:
        return _KINDS.get(
            membership.kind, f"Only full members of the bot's workspace can use it; {actor.user} is not one."
        )
    missing = f"They need the role {_either([role.value for role in requester.would_allow])} on it."
    if lapsed is None or lapsed.expires_at is None:
        return missing
    return f"{missing} Grant #{lapsed.id} ({lapsed.role.value} on {lapsed.pattern}) ended {ago(lapsed.expires_at, now)}."


def _approvals(authority: Authorization) -> str:
    """`with 1 approval from U0BEN or S0LEADS`: those who can give it."""
    needed = authority.approvals_needed
    count = "1 approval" if needed == 1 else f"{needed} approvals"
    could = [id_of(principal) for principal in authority.eligible]
    if len(could) > APPROVERS_NAMED:
        could[APPROVERS_NAMED:] = [f"{len(could) - APPROVERS_NAMED} others"]
    return f"with {count} from {_either(could)}" if could else f"with {count}"


def _what_to_do(shown: Explained, actor: Actor) -> Iterator[str]:
    authority, typed = shown.authority, command(shown.plan, shown.pipeline)
    match shown.objection:
        case NotPermitted(requester=requester):
            if requester.why in {Why.NO_GRANT, Why.LAPSED}:
                role = requester.would_allow[0].value
                grant = command_as_typed("grant", f"{actor.team}/{actor.user}", role, shown.pipeline)
                yield f"To allow it: {grant}"
            return
        case Frozen(freeze=freeze):
            yield f"To end the freeze sooner: {command_as_typed('unfreeze', freeze.pattern)}"
    requirements = authority.requirements
    if authority.approvals_needed:
        within = span_in_words(requirements.approve_within)
        yield f"The request expires if it is not approved within {within}."
    if authority.approvals_needed and not authority.eligible:
        yield "Nobody else can approve it: grant the role approver."
    if requirements.reason_patterns:
        patterns = requirements.reason_patterns
        yield f"The reason must contain {match_of(len(patterns))} {' and '.join(patterns)}."
    elif requirements.reason_required:
        yield "A reason is required."
    if not isinstance(shown.objection, Frozen) and shown.break_glass.allowed and requirements.break_glass:
        yield f"In an emergency, in Slack: {typed} --break-glass INCIDENT reason…"


def _what_decided(authority: Authorization, now: datetime) -> Iterator[str]:
    grant = authority.requester.grant
    if grant is None:
        return
    lasts = "no expiry" if grant.expires_at is None else f"ends {ahead(grant.expires_at, now)}"
    yield f"Decided by grant #{grant.id}: {id_of(grant.principal)} is {grant.role.value} on {grant.pattern} ({lasts})."
    rules = authority.requirements.rules
    yield (
        f"Rules that match: {', '.join(rules)}."
        if rules
        else "No rule matches, so a requester or responder needs 1 approval, and an operator none."
    )


def _either(choices: Sequence[str]) -> str:
    *first, last = choices
    return f"{', '.join(first)} or {last}" if first else last


def as_document(shown: Explained, actor: Actor, not_checked: str) -> dict[str, object]:
    authority, requirements = shown.authority, shown.authority.requirements
    grant, freeze = authority.requester.grant, authority.freeze
    return {
        "team": actor.team,
        "user": actor.user,
        "action": [step.value for step in shown.plan],
        "pipeline": shown.pipeline,
        "verdict": verdict(shown).value,
        "why": authority.requester.why.value,
        "grant": None if grant is None else grant.id,
        "rules": list(requirements.rules),
        "approvals_needed": authority.approvals_needed,
        "approvers": [id_of(principal) for principal in authority.eligible],
        "reason_required": requirements.reason_required or bool(requirements.reason_patterns),
        "reason_patterns": list(requirements.reason_patterns),
        "break_glass": shown.break_glass.allowed and requirements.break_glass,
        "frozen_until": None if freeze is None else freeze.until.isoformat(),
        "not_checked": not_checked or None,
    }
