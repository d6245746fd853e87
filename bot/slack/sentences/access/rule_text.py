"""Rule text: rules, and values before a change, with mentions of channels, groups and people, and local times.

The audit log keeps values, which are worded here; what an entry has instead of them is shown as it stands. People's own
text stays code. Pure.
"""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import LiteralString

from bot.domain.access.rule_edits import key_changes, unchanged_keys
from bot.domain.access.rules import Rule
from bot.domain.audit_values import (
    BEFORE,
    RULE,
    Previous,
    PreviousFreeze,
    PreviousGrant,
    previous_in,
    rule_in,
)
from bot.domain.events import Event, Value
from bot.domain.ids import ChannelId, UserId
from bot.slack.text.lists import some_of
from bot.slack.text.spans import NOTHING, Text, at, channel, code, mention, mention_any

ACTOR = re.compile(r"T[A-Z0-9]+/(?P<user>[UW][A-Z0-9]+)")


def rule_in_text(rule: Rule) -> Text:
    """`approvals=2 channel=#ops`, as it is read, not as it is typed."""
    return Text(" ").join(Text("{}={}", key, _value(key, value)) for key, value in rule.as_typed.items())


def rule_change_in_text(old: Rule, new: Rule) -> Text:
    """What an edit changed: `approvals 2 → 3, reason required → not set. Unchanged: within=2h`."""
    changes = Text(", ").join(
        Text(
            "{} {} → {}",
            change.name,
            *(_or_not_set(change.name, value) for value in (change.before, change.after)),
        )
        for change in key_changes(old, new)
    )
    same = rule_in_text(unchanged_keys(old, new))
    return Text("{}.{}", changes, Text(" Unchanged: {}.", same) if same else NOTHING)


def before(previous: Previous) -> Text:
    """The rule, the freeze or the grants before a change."""
    match previous:
        case Rule():
            return rule_in_text(previous) or code("nothing")
        case PreviousFreeze(until=until, by=by, reason=reason):
            return Text("frozen by {} until {}: {}", whose(by), at(until), code(reason, 150))
        case _:
            return some_of([_grant(grant) for grant in previous], Text("; "))


def rule_and_before(event: Event) -> Iterator[Text]:
    """What an entry of the audit log has of both."""
    stored_rule, stored_before = event.data.get(RULE), event.data.get(BEFORE)
    if stored_rule:
        rule = rule_in(event)
        yield Text("rule {}", _as_it_stands(stored_rule) if rule is None else rule_in_text(rule))
    if stored_before is not None:
        previous = previous_in(event)
        yield Text("before {}", _as_it_stands(stored_before) if previous is None else before(previous))


def match_of(count: int) -> LiteralString:
    """What a reason must contain, to go before so many regular expressions."""
    return (
        "a match for the regular expression" if count == 1 else "a match for each of the regular expressions"
    )


def _as_it_stands(stored: Value) -> Text:
    """What does not read as values: the text of an earlier version, or what a later one stored."""
    return code(stored if isinstance(stored, str) else json.dumps(stored, ensure_ascii=False), 500)


def moment_again(words: str) -> Text:
    try:
        return at(datetime.fromisoformat(words))
    except ValueError:
        return Text("{}", words)


def _grant(grant: PreviousGrant) -> Text:
    end = "no expiry" if grant.until is None else Text("ends {}", at(grant.until))
    note = Text(", note: {}", code(grant.note, 100)) if grant.note else NOTHING
    return Text("grant #{} by {}, {}{}", grant.number, whose(grant.by), end, note)


def whose(by: str) -> Text:
    """Who made it: a mention, or as it stands for who made it in the shell."""
    actor = ACTOR.fullmatch(by)
    return code(by, 60) if actor is None else mention(UserId(actor["user"]))


def _or_not_set(key: str, value: str | None) -> Text | str:
    return "not set" if value is None else _value(key, value)


def _value(key: str, value: str) -> Text | str:
    match key:
        case "channel":
            return channel(ChannelId(value))
        case "group":
            return mention_any(value)
        case "matching":
            return code(value, 150)
        case _:
            return value
