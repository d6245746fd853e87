"""Replies about access: a person's own, grants and rules. Pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import LiteralString

from bot.domain.access.authorization import id_of
from bot.domain.access.permissions import Grant, Group, Kind, Membership
from bot.engine import replies
from bot.slack.sentences.access import rule_text
from bot.slack.sentences.access.getting_access import how_to_get_access
from bot.slack.sentences.labels import FROZEN, GRANT, NO, NOT_DONE, RULE, UNKNOWN
from bot.slack.sentences.pipeline_text import frozen_in_words
from bot.slack.text.blocks import Message, said
from bot.slack.text.lists import cut
from bot.slack.text.spans import NOTHING, Text, ago, at, code, mention, mention_any

_KINDS: Mapping[Kind, LiteralString] = {
    Kind.MEMBER: "a member of this workspace",
    Kind.GUEST: "a guest of this workspace; guests cannot do anything here, even with a grant",
    Kind.BOT: "a bot; bots cannot do anything here, even with a grant",
    Kind.DEACTIVATED: "deactivated, and cannot do anything here, even with a grant",
    Kind.OUTSIDER: "not a member of this workspace, and cannot do anything here, even with a grant",
}
_WHY_NO_EFFECT: Mapping[Kind, LiteralString] = {
    Kind.GUEST: "you are a guest",
    Kind.BOT: "you are a bot",
    Kind.DEACTIVATED: "your account is deactivated",
    Kind.OUTSIDER: "you are not a member of this workspace",
}


def introduced(shown: replies.Introduced) -> Message:
    membership, actor = shown.membership, shown.membership.actor
    who = Text("You are {} (`{}` of the workspace `{}`)", mention(actor.user), actor.user, actor.team)
    grants = [_held(grant, membership, shown.now) for grant in shown.grants]
    return said("{}", cut([*_what_they_are(who, membership), *(grants or [_no_role(membership)])]))


def _no_role(membership: Membership) -> Text:
    """With no grant that they may have through a group, either."""
    if membership.kind is Kind.MEMBER and membership.unresolved_groups:
        return Text(
            "Without those grants you have no role here, so for now you cannot see or change pipelines. Try again in a minute."
        )
    if membership.kind is Kind.MEMBER:
        return how_to_get_access(Kind.MEMBER, "")
    return Text("You have no role here.")


def _what_they_are(who: Text, membership: Membership) -> Iterator[Text]:
    unread = Text(" ({})", code(membership.why)) if membership.why else NOTHING
    if membership.kind is Kind.UNKNOWN:
        yield Text(
            "{}. Whether you are a member of this workspace cannot be checked right now{}. Until it can be, you "
            "cannot do anything here.",
            who,
            unread,
        )
        return
    yield Text("{}: {}.", who, Text(_KINDS[membership.kind]))
    if membership.kind is Kind.MEMBER and membership.unresolved_groups:
        yield Text(
            "Some of your user groups cannot be checked right now{}. Until they can be, grants through them have no effect.",
            unread,
        )


def _held(grant: Grant, membership: Membership, now: datetime) -> Text:
    """A line of *whoami*: the key stands only before a grant that has an effect now."""
    words = grant_in_words(grant, now)
    if not grant.is_current(now):
        return Text("{} {}", NOT_DONE, words)
    if membership.kind is Kind.UNKNOWN or not grant.is_to(membership):
        return Text("{} {}: cannot be checked right now", UNKNOWN, words)
    if membership.kind is not Kind.MEMBER:
        return Text("{} {}: has no effect, because {}", NO, words, Text(_WHY_NO_EFFECT[membership.kind]))
    return Text("{} {}", GRANT, words)


def grant_list(shown: replies.GrantList) -> Message:
    if not shown.grants:
        return said(
            "No grants to show. You can see your own, and those on pipelines that you are an admin of."
        )
    live_first = sorted(shown.grants, key=lambda grant: not grant.is_current(shown.now))
    lines = [
        Text(
            "{} {}: {}",
            GRANT if grant.is_current(shown.now) else NOT_DONE,
            mention_any(id_of(grant.principal)),
            grant_in_words(grant, shown.now, through=False),
        )
        for grant in live_first
    ]
    return said("{}", cut(lines))


def rule_list(shown: replies.RuleList) -> Message:
    lines = [Text("{} `{}`: {}", RULE, rule.pattern, rule_text.rule_in_text(rule)) for rule in shown.rules]
    lines += [
        Text("{} `{}`: {}", FROZEN, freeze.pattern, frozen_in_words(freeze)) for freeze in shown.freezes
    ]
    usual = Text(
        "Where no rule sets `approvals`, a requester or responder needs 1 approval, and an operator none."
    )
    return said(
        "{}", cut([Text("*Rules and freezes*"), *(lines or [Text("None that concerns you.")]), usual])
    )


def grant_in_words(grant: Grant, now: datetime | None = None, *, through: bool = True) -> Text:
    """Its role, pattern, number and end, `through` which group somebody has it, and whether it expired by `now`."""
    group = grant.principal.group if through and isinstance(grant.principal, Group) else None
    has_expired = now is not None and not grant.is_current(now)
    note = Text(", note: {}", code(grant.note, 100)) if grant.note else NOTHING
    return Text(
        "*{role}* on `{pattern}`{through} (grant #{id}{end}{note}){expired}",
        role=grant.role.value,
        pattern=grant.pattern,
        through=NOTHING if group is None else Text(" through {}", mention_any(group)),
        id=grant.id,
        end=NOTHING if has_expired else Text(", {}", _end(grant.expires_at)),
        note=note,
        expired=Text(" expired {}", ago(grant.expires_at)) if has_expired and grant.expires_at else NOTHING,
    )


def _end(expires_at: datetime | None) -> Text:
    return Text("no expiry") if expires_at is None else Text("until {}", at(expires_at))
