"""Rule text: rules, and values before a change, with mentions of channels, groups and people, and local times.

The audit log keeps values, which are worded here; what an entry has instead of them is shown as it stands. People's own
text stays code. Pure.
"""

import json
import re
from collections.abc import Iterator
from datetime import datetime

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
from bot.slack.text.mrkdwn import at, channel, code, escaped, mention, mention_any, some_of

_ACTOR = re.compile(r"T[A-Z0-9]+/(?P<user>[UW][A-Z0-9]+)")


def rule_in_text(rule: Rule) -> str:
    """`approvals=2 channel=#ops`, as it is read, not as it is typed."""
    return " ".join(f"{key}={_value(key, value)}" for key, value in rule.as_typed.items())


def before(previous: Previous) -> str:
    """The rule, the freeze or the grants before a change."""
    match previous:
        case Rule():
            return rule_in_text(previous) or code("nothing")
        case PreviousFreeze(until=until, by=by, reason=reason):
            return f"until {at(until)} by {_whose(by)}: {code(reason, 150)}"
        case _:
            return some_of([_grant(grant) for grant in previous], "; ")


def rule_and_before(event: Event) -> Iterator[str]:
    """What an entry of the audit log has of both."""
    stored_rule, stored_before = event.data.get(RULE), event.data.get(BEFORE)
    if stored_rule:
        rule = rule_in(event)
        yield f"rule {_as_it_stands(stored_rule) if rule is None else rule_in_text(rule)}"
    if stored_before is not None:
        previous = previous_in(event)
        yield f"before {_as_it_stands(stored_before) if previous is None else before(previous)}"


def _as_it_stands(stored: Value) -> str:
    """What does not read as values: the text of an earlier version, or what a later one stored."""
    return code(stored if isinstance(stored, str) else json.dumps(stored, ensure_ascii=False), 500)


def moment_again(words: str) -> str:
    try:
        return at(datetime.fromisoformat(words))
    except ValueError:
        return escaped(words)


def _grant(grant: PreviousGrant) -> str:
    until = "revoked" if grant.until is None else at(grant.until)
    note = f" ({code(grant.note, 100)})" if grant.note else ""
    return f"number {grant.number} by {_whose(grant.by)}, until {until}{note}"


def _whose(by: str) -> str:
    actor = _ACTOR.fullmatch(by)
    return code(by, 60) if actor is None else mention(UserId(actor["user"]))


def _value(key: str, value: str) -> str:
    match key:
        case "channel":
            return channel(ChannelId(value))
        case "group":
            return mention_any(value)
        case "matching":
            return code(value, 150)
        case _:
            return escaped(value)
