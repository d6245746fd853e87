"""Replies to changes of access: what was changed, what it was before, how to undo it, and why it has no effect. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from typing import LiteralString

from bot.domain.access.authorization import id_of
from bot.domain.access.changes import (
    DropRule,
    GrantRole,
    RemoveFreeze,
    RevokeRole,
    SetFreeze,
    SetRule,
    pattern_of,
)
from bot.domain.access.grant_effects import NoEffect, Obstacle
from bot.domain.access.rules import Rule
from bot.domain.audit_values import Previous
from bot.domain.commands.typed_changes import commands_for
from bot.domain.local_times import zone_name
from bot.domain.undo import undo_of
from bot.engine import replies
from bot.slack.sentences.access import rule_text
from bot.slack.text.blocks import Message, said
from bot.slack.text.lists import cut, either
from bot.slack.text.quantities import left
from bot.slack.text.spans import NOTHING, Text, at, code, filled, mention_any

COMMAND_SHOWN = 900  # characters: more than any command that can be typed at once needs

# Why a grant has no effect, or may have none: `who` is the person or the group.
_OBSTACLES: Mapping[Obstacle, LiteralString] = {
    Obstacle.OUTSIDER: "{who} is not a member of this workspace. Type @ and pick the person from Slack's list.",
    Obstacle.GUEST: "{who} is a guest of this workspace, and guests cannot do anything here, even with a grant.",
    Obstacle.BOT: "{who} is a bot, and bots cannot do anything here, even with a grant.",
    Obstacle.DEACTIVATED: "the account of {who} is deactivated.",
    Obstacle.NO_SUCH_GROUP: (
        "{who} is not a user group of this workspace ({why}). Type @ and pick the group from Slack's list, or grant the "
        "role to its members."
    ),
    Obstacle.EMPTY_GROUP: "{who} has no members now. The grant has no effect until it has some.",
    Obstacle.PERSON_UNCHECKED: (
        "Whether {who} is a member of this workspace cannot be checked right now ({why}). If {who} is not one, the grant has no effect."
    ),
    Obstacle.GROUP_UNCHECKED: (
        "The members of {who} cannot be checked right now ({why}). The grant has no effect until they can be."
    ),
}


def changed(shown: replies.Changed) -> Message:
    if shown.before is None and isinstance(shown.change, RevokeRole | DropRule | RemoveFreeze):
        return _nothing_to_change(shown)
    if isinstance(shown.change, GrantRole) and shown.before is not None:
        already = Text("Already granted: {} ({}).", _granted(shown.change), rule_text.before(shown.before))
        return said("{}", _with_warning(already, shown))
    if isinstance(shown.change, SetRule):
        return _rule_set(shown.change.rule, shown.before)
    before = NOTHING
    if shown.before is not None:
        before = Text(" Before: {}.", rule_text.before(shown.before))
    undo = commands_for(undo_of(shown.change, shown.before, shown.at), shown.at)
    lines = [
        _with_warning(Text("✅ {}{}", _change(shown), before), shown),
        *(Text("Undo: {}", _command(typed)) for typed in undo),
    ]
    return said("{}", cut(lines))


def without_effect(shown: replies.GrantWithoutEffect) -> Message:
    change = shown.change
    return said(
        "🚫 Not granted: *{}* on `{}` would have no effect, because {}",
        change.role.value,
        change.pattern,
        _obstacle(shown.no_effect, change),
    )


def _with_warning(text: Text, shown: replies.Changed) -> Text:
    if shown.no_effect is None or not isinstance(shown.change, GrantRole):
        return text
    return Text("{}\n⚠️ {}", text, _obstacle(shown.no_effect, shown.change))


def _obstacle(no_effect: NoEffect, change: GrantRole) -> Text:
    some_id = id_of(change.principal)
    # Slack shows no name for what does not exist, or not here.
    has_name = no_effect.obstacle not in {Obstacle.OUTSIDER, Obstacle.NO_SUCH_GROUP}
    who = mention_any(some_id) if has_name else code(some_id)
    return filled(_OBSTACLES[no_effect.obstacle], {"who": lambda: who, "why": lambda: code(no_effect.why)})


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


def _granted(change: GrantRole) -> Text:
    return Text("{} is *{}* on `{}`", mention_any(id_of(change.principal)), change.role.value, change.pattern)


def _change(shown: replies.Changed) -> Text:
    match shown.change:
        case GrantRole(expires_at=expires_at):
            end = NOTHING if expires_at is None else Text(" until {}", at(expires_at))
            return Text("{}{}.", _granted(shown.change), end)
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
                _end_of_freeze(until, shown.at, shown.zone),
                code(reason),
            )
        case RemoveFreeze(pattern):
            return Text("No freeze on `{}` any more.", pattern)


def _end_of_freeze(until: datetime, now: datetime, zone: tzinfo | None) -> Text:
    """By the clock that it was read by, if any, so that a wrong one is noticed; and what is left."""
    if zone is None:
        return Text("{} (in {})", at(until), left(until - now))
    local = until.astimezone(zone)
    days = (local.date() - now.astimezone(zone).date()) // timedelta(days=1)
    day = {0: "today", 1: "tomorrow"}.get(days, f"on {local:%b} {local.day}, {local.year}")
    return Text("{} {}, {} (in {})", f"{local:%H:%M}", zone_name(zone), day, left(until - now))
