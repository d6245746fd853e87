"""Decision text: which grant decided, or what somebody lacks and who can help, beginning in lower case. Pure."""

import shlex
from collections.abc import Mapping
from typing import LiteralString, assert_never

from bot.domain.access.admins import Admins
from bot.domain.access.permissions import Action, Decision, Kind, Why
from bot.domain.access.visibility import Visibility
from bot.slack.text.lists import either, some_of
from bot.slack.text.spans import NOTHING, Text, ago, code, mention

PATTERN = "PATTERN"  # in a command that somebody else completes
_NO_MEMBER: Mapping[Kind, LiteralString] = {
    Kind.GUEST: "guests of this workspace cannot do anything here, even with a grant.",
    Kind.BOT: "bots cannot do anything here, even with a grant.",
    Kind.DEACTIVATED: "your account is deactivated.",
}
_NOT_A_FULL_MEMBER = Text(
    "you are not a full member of this Slack workspace, and only full members can use this bot."
)
FEW_ROLES = 3  # named without saying that one is enough


def why(decision: Decision, on: str = "", admins: Admins | None = None) -> Text:
    """`on` is the pipeline or the pattern that it is about, if it is about one; `admins` can grant what is lacking."""
    match decision.why:
        case Why.GRANTED:
            grant = decision.grant
            if grant is None:
                return NOTHING
            return Text("grant #{}, *{}* on `{}`.", grant.id, grant.role.value, grant.pattern)
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
            " Your role *{}* on `{}` ended {}.", lapsed.role.value, lapsed.pattern, ago(lapsed.expires_at)
        )
    enough = roles(decision)
    where = Text(" on `{}`", on) if on else Text(" on at least one pipeline")
    if len(decision.would_allow) > FEW_ROLES:
        return Text("you need one of the roles {}{}.{}", enough, where, ended)
    return Text("you need the role {}{}.{}", enough, where, ended)


def roles(decision: Decision) -> Text:
    """Those that would be enough: `*requester*, *operator* or *responder*`."""
    return either([Text("*{}*", role.value) for role in decision.would_allow])


def _who_can_grant_it(decision: Decision, on: str, admins: Admins | None) -> Text:
    if admins is None or decision.membership is None:
        return Text("An admin of this bot can grant it.")
    if admins.people and admins.of_part:
        perhaps_not = Text(", but perhaps not on `{}`", on) if on else NOTHING
        return Text("{} can grant it on some pipelines{}.", all_of(admins), perhaps_not)
    if admins.people and decision.action is Action.ADMINISTER:
        return Text("{} can give you that role.", all_of(admins))
    if admins.people:
        who = Text("This admin") if len(admins.people) == 1 else Text("These admins")
        return Text("{} can grant it: {}.", who, named(admins))
    # The least of the roles that are enough.
    role, pattern = decision.would_allow[0].value, on or PATTERN
    typed = shlex.join(["pipeline-bot", "grant", decision.membership.actor.user, role, pattern])
    which = NOTHING if on else Text(", with the pipelines that you need as `{}`", PATTERN)
    ask = Text("ask the person who runs the bot to run this on the bot's server: {}{}", code(typed), which)
    if admins.unread:
        return Text(
            "I cannot check right now which admins can grant it ({}). Try again in a minute, or {}.",
            code(admins.unread),
            ask,
        )
    return Text("No admin in Slack can grant it: {}.", ask)


def nothing_waits(sees: Visibility | None, admins: Admins | None = None) -> Text:
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
        case Why.NO_GRANT if admins is not None and admins.people:
            because = Text("you have no role here. These admins can grant one: {}.", named(admins))
        case Why.NO_GRANT:
            because = Text("you have no role here. An admin of this bot can grant one.")
        case _:
            because = why(sees.decision, admins=admins)
    return Text("🚫 You cannot see any request, because {}", because)


def named(admins: Admins) -> Text:
    return Text(", ").join([mention(admin.user) for admin in admins.people])


def all_of(admins: Admins) -> Text:
    """`@ben and @cleo`."""
    *first, last = [mention(admin.user) for admin in admins.people]
    return Text("{} and {}", Text(", ").join(first), last) if first else last


def _not_a_member(decision: Decision) -> Text:
    membership = decision.membership
    if membership is not None and membership.kind is not Kind.UNKNOWN:
        return Text(_NO_MEMBER[membership.kind]) if membership.kind in _NO_MEMBER else _NOT_A_FULL_MEMBER
    unread = NOTHING if membership is None or not membership.why else Text(" ({})", code(membership.why))
    return Text("your account cannot be checked right now{}. Try again in a minute.", unread)
