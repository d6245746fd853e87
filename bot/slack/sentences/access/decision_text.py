"""Decision text: which grant decided, or what somebody lacks and who can help, beginning in lower case. Pure."""

import shlex
from collections.abc import Mapping
from typing import LiteralString, assert_never

from bot.domain.access.admins import Admins
from bot.domain.access.permissions import Decision, Kind, Why
from bot.domain.access.visibility import Visibility
from bot.slack.text.lists import either, some_of
from bot.slack.text.spans import NOTHING, Text, ago, code, mention

_NO_MEMBER: Mapping[Kind, LiteralString] = {
    Kind.GUEST: "guests of this workspace may do nothing here, even if they have a grant.",
    Kind.BOT: "bots may do nothing here.",
    Kind.DEACTIVATED: "the account is deactivated.",
    Kind.OUTSIDER: "only members of this workspace may do anything here.",
}


def why(decision: Decision, on: str = "", admins: Admins | None = None) -> Text:
    """`on` is the pipeline or the pattern that it is about, if it is about one; `admins` can grant what is lacking."""
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
            return Text("{} {}", _no_grant(decision, on), _who_can_grant_it(decision, on, admins))
        case _:
            assert_never(decision.why)


def _no_grant(decision: Decision, on: str) -> Text:
    lapsed = decision.lapsed
    ended = NOTHING
    if lapsed is not None and lapsed.expires_at is not None:
        ended = Text(
            " Your *{}* on `{}` ended {}.", lapsed.role.value, lapsed.pattern, ago(lapsed.expires_at)
        )
    return Text(
        "you need the role {roles}{on}.{ended}",
        roles=roles(decision),
        on=Text(" on `{}`", on) if on else NOTHING,
        ended=ended,
    )


def roles(decision: Decision) -> Text:
    """Those that would be enough: `*requester*, *operator* or *responder*`."""
    return either([Text("*{}*", role.value) for role in decision.would_allow])


def _who_can_grant_it(decision: Decision, on: str, admins: Admins | None) -> Text:
    if admins is None or decision.membership is None:
        return Text("An admin of this bot can grant it.")
    if admins.people:
        where = Text(" for some pipelines") if admins.of_part else NOTHING
        return Text("An admin can grant it{}: {}.", where, named(admins))
    # The least of the roles that are enough.
    typed = [
        "pipeline-bot",
        "grant",
        decision.membership.actor.user,
        decision.would_allow[0].value,
        on or "*",
    ]
    ask = Text("ask the person who runs the bot to type {}", code(shlex.join(typed)))
    if admins.unread:
        return Text(
            "Which admins can grant it cannot be checked right now ({}). Try again in a minute, or {}.",
            code(admins.unread),
            ask,
        )
    return Text("No admin in Slack can grant it: {}.", ask)


def nothing_waits(sees: Visibility | None) -> Text:
    """For an empty list of requests: it says that nothing waits only to somebody who would see it."""
    if sees is None or sees.is_everything:
        return Text("Nothing waits for anybody.")
    if sees.decision.allowed:
        more = Text(
            " You may see more once your user groups can be checked ({}). Try again in a minute.",
            code(sees.unread),
        )
        return Text(
            "Nothing that you can see waits: you have a role on {} only.{}",
            some_of([Text("`{}`", pattern) for pattern in sees.patterns], Text(" and ")),
            more if sees.unread else NOTHING,
        )
    match sees.decision.why:
        case Why.UNRESOLVED:
            because = Text(
                "your user groups cannot be checked right now ({}). Try again in a minute.",
                code(sees.decision.unread),
            )
        case Why.NO_GRANT:
            because = Text("you have no role here. An admin of this bot can grant one.")
        case _:
            because = why(sees.decision)
    return Text("Nothing that you can see waits: {}", because)


def named(admins: Admins) -> Text:
    return Text(", ").join([mention(admin.user) for admin in admins.people])


def _not_a_member(decision: Decision) -> Text:
    membership = decision.membership
    if membership is not None and membership.kind is not Kind.UNKNOWN:
        return Text(_NO_MEMBER.get(membership.kind, "only members may do anything here."))
    unread = NOTHING if membership is None or not membership.why else Text(" ({})", code(membership.why))
    return Text("your account cannot be checked right now{}. Try again in a minute.", unread)
