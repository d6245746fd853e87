"""Replies about access: a person's own, grants, rules, and changes. Pure."""

from datetime import datetime

from bot.domain.access.authorization import id_of
from bot.domain.access.changes import (
    AccessChange,
    DropRule,
    GrantRole,
    RemoveFreeze,
    RevokeRole,
    SetFreeze,
    SetRule,
    pattern_of,
)
from bot.domain.access.permissions import Grant, Group, Kind
from bot.domain.access.rules import Rule
from bot.domain.audit_values import Previous
from bot.domain.commands.typed_changes import commands_for
from bot.domain.undo import undo_of
from bot.engine import replies
from bot.slack.sentences import rule_text
from bot.slack.sentences.labels import GRANT, RULE
from bot.slack.sentences.pipeline_text import frozen_in_words
from bot.slack.text.blocks import Message, said
from bot.slack.text.lists import cut, either
from bot.slack.text.spans import NOTHING, Text, at, code, mention, mention_any

COMMAND_SHOWN = 900  # characters: more than any command that can be typed at once needs

_KINDS = {
    Kind.MEMBER: "a member",
    Kind.GUEST: "a guest, who may do nothing here, whatever is granted",
    Kind.BOT: "a bot, which may do nothing here, whatever is granted",
    Kind.DEACTIVATED: "deactivated, and may do nothing here, whatever is granted",
    Kind.OUTSIDER: "of another workspace, and may do nothing here, whatever is granted",
    Kind.UNKNOWN: "perhaps a member, and until I know you may do nothing here",
}


def introduced(shown: replies.Introduced) -> Message:
    membership, actor = shown.membership, shown.membership.actor
    kind = _KINDS[membership.kind]
    lines = [Text("You are {}, `{}` of `{}`: {}.", mention(actor.user), actor.user, actor.team, kind)]
    if membership.why:
        lines.append(
            Text("Slack did not tell all: {}. What depends on it counts as no.", code(membership.why))
        )
    grants = [Text("{} {}", GRANT, grant_in_words(grant, shown.now)) for grant in shown.grants]
    return said("{}", cut([*lines, *(grants or [Text("Nothing is granted to you.")])]))


def grant_list(shown: replies.GrantList) -> Message:
    if not shown.grants:
        return said("No grants to show: you see your own, and those on patterns that you administer.")
    lines = [
        Text("{}: {}", mention_any(id_of(grant.principal)), grant_in_words(grant, shown.now))
        for grant in shown.grants
    ]
    return said("{}", cut(lines))


def rule_list(shown: replies.RuleList) -> Message:
    lines = [Text("{} `{}`: {}", RULE, rule.pattern, rule_text.rule_in_text(rule)) for rule in shown.rules]
    lines += [Text("`{}`: {}", freeze.pattern, frozen_in_words(freeze)) for freeze in shown.freezes]
    usual = Text("Without a rule a requester needs 1 approval, an operator none.")
    return said(
        "{}", cut([Text("*Rules and freezes*"), *(lines or [Text("None that concerns you.")]), usual])
    )


def changed(shown: replies.Changed) -> Message:
    if shown.before is None and isinstance(shown.change, RevokeRole | DropRule | RemoveFreeze):
        return _nothing_to_change(shown)
    if isinstance(shown.change, GrantRole) and shown.before is not None:
        return said(
            "Nothing to change: {} It is granted already, {}.",
            _change(shown.change),
            rule_text.before(shown.before),
        )
    if isinstance(shown.change, SetRule):
        return _rule_set(shown.change.rule, shown.before)
    before = NOTHING
    if shown.before is not None:
        before = Text(" Before: {}.", rule_text.before(shown.before))
    undo = commands_for(undo_of(shown.change, shown.before, shown.at), shown.at)
    lines = [
        Text("✅ {}{}", _change(shown.change), before),
        *(Text("Undo: {}", _command(typed)) for typed in undo),
    ]
    return said("{}", cut(lines))


def _rule_set(rule: Rule, before: Previous | None) -> Message:
    """Each key before and after, and the keys that stay."""
    if rule == before:
        return said(
            "Nothing to change: the rule on `{}` is {} already.", rule.pattern, rule_text.rule_in_text(rule)
        )
    if isinstance(before, Rule):
        changes = rule_text.rule_change_in_text(before, rule)
        return said("✅ Changed the rule on `{}`: {}", rule.pattern, changes)
    return said("✅ New rule on `{}`: {}.", rule.pattern, rule_text.rule_in_text(rule))


def _nothing_to_change(shown: replies.Changed) -> Message:
    near = [_command(typed) for typed in commands_for(shown.near, shown.at)]
    match shown.change:
        case RevokeRole(principal, role, pattern):
            what = Text(
                "no grant of *{}* on `{}` to {}",
                role.value,
                pattern,
                mention_any(id_of(principal)),
            )
        case DropRule(pattern):
            what = Text("no rule on `{}`", pattern)
        case _:
            what = Text("no freeze on `{}`", pattern_of(shown.change))
    if near:
        return said("Nothing to change: there is {}. Did you mean {}?", what, either(near))
    lists = "grants" if isinstance(shown.change, RevokeRole) else "rules"
    return said("Nothing to change: there is {}. `{COMMAND} {}` lists what there is.", what, lists)


def _command(typed: str) -> Text:
    """A command that can be pasted: never cut, as what people are only to read is."""
    return code(typed, COMMAND_SHOWN)


def grant_in_words(grant: Grant, now: datetime | None = None) -> Text:
    """Its number, role, pattern and end, through which group somebody has it, and whether it expired by `now`."""
    lapsed = NOTHING if now is None or grant.is_current(now) else Text(" (lapsed)")
    through = (
        Text(" through {}", mention_any(grant.principal.group))
        if isinstance(grant.principal, Group)
        else NOTHING
    )
    note = Text(", {}", code(grant.note, 100)) if grant.note else NOTHING
    return Text(
        "number {id}, *{role}* on `{pattern}`{until}{lapsed}{through}{note}",
        id=grant.id,
        role=grant.role.value,
        pattern=grant.pattern,
        until=_until(grant.expires_at),
        lapsed=lapsed,
        through=through,
        note=note,
    )


def _change(change: AccessChange) -> Text:
    match change:
        case GrantRole(principal, role, pattern, expires_at, _):
            who, end = mention_any(id_of(principal)), _until(expires_at)
            return Text("{} is *{}* on `{}`{}.", who, role.value, pattern, end)
        case RevokeRole(principal, role, pattern):
            who = mention_any(id_of(principal))
            return Text("{} is no longer *{}* on `{}`.", who, role.value, pattern)
        case SetRule(rule):
            return Text("Rule on `{}`: {}.", rule.pattern, rule_text.rule_in_text(rule))
        case DropRule(pattern):
            return Text("No rule on `{}` any more.", pattern)
        case SetFreeze(pattern, until, reason):
            return Text(
                "🧊 `{}` is frozen until {}: no clear, stop or start, not even break-glass. Reason: {}.",
                pattern,
                at(until),
                code(reason),
            )
        case RemoveFreeze(pattern):
            return Text("No freeze on `{}` any more.", pattern)


def _until(moment: datetime | None) -> Text:
    return NOTHING if moment is None else Text(" until {}", at(moment))
