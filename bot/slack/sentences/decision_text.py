"""Decision text: which grant decided, or what somebody lacks, in a sentence or two that begin in lower case. Pure."""

from collections.abc import Mapping
from typing import LiteralString, assert_never

from bot.domain.access.permissions import Decision, Kind, Why
from bot.slack.text.lists import either
from bot.slack.text.spans import NOTHING, Text, ago, code

_NO_MEMBER: Mapping[Kind, LiteralString] = {
    Kind.GUEST: "guests of this workspace may do nothing here, even if they have a grant.",
    Kind.BOT: "bots may do nothing here.",
    Kind.DEACTIVATED: "the account is deactivated.",
    Kind.OUTSIDER: "only members of this workspace may do anything here.",
}


def why(decision: Decision) -> Text:
    match decision.why:
        case Why.GRANTED:
            grant = decision.grant
            if grant is None:
                return NOTHING
            return Text("grant number {}, *{}* on `{}`.", grant.id, grant.role.value, grant.pattern)
        case Why.NOT_A_MEMBER:
            return _not_a_member(decision)
        case Why.UNRESOLVED:
            unread = NOTHING if decision.membership is None else Text(" ({})", code(decision.membership.why))
            return Text(
                "it depends on a user group that cannot be checked right now{}. Try again in a minute.",
                unread,
            )
        case Why.LAPSED | Why.NO_GRANT:
            return _no_grant(decision)
        case _:
            assert_never(decision.why)


def _no_grant(decision: Decision) -> Text:
    lapsed, actor = decision.lapsed, None if decision.membership is None else decision.membership.actor
    ended = NOTHING
    if lapsed is not None and lapsed.expires_at is not None:
        ended = Text(
            " Your *{}* on `{}` ended {}.", lapsed.role.value, lapsed.pattern, ago(lapsed.expires_at)
        )
    return Text(
        "you need the role {roles} on it.{ended} An admin of this bot can grant it.{who}",
        roles=either([Text("*{}*", role.value) for role in decision.would_allow]),
        ended=ended,
        who=NOTHING if actor is None else Text(" You are `{}`.", actor.user),
    )


def _not_a_member(decision: Decision) -> Text:
    membership = decision.membership
    if membership is not None and membership.kind is not Kind.UNKNOWN:
        return Text(_NO_MEMBER.get(membership.kind, "only members may do anything here."))
    unread = NOTHING if membership is None or not membership.why else Text(" ({})", code(membership.why))
    return Text("your account cannot be checked right now{}. Try again in a minute.", unread)
