"""Help on what is not one command: roles, rules and break-glass. Pure."""

from collections.abc import Mapping
from typing import LiteralString, assert_never

from bot.domain.access.permissions import Role
from bot.domain.access.rule_keys import RULE_KEYS
from bot.domain.commands.model import HelpTopic
from bot.slack.text.blocks import Message, said
from bot.slack.text.spans import Text, code

_ROLES: Mapping[Role, LiteralString] = {
    Role.VIEWER: "see a pipeline's state, requests and history",
    Role.REQUESTER: "see; request a clear, a stop or a start, which needs 1 approval; for a clear or a stop, a rule can ask for more or for none",
    Role.OPERATOR: "see; request; start without approval; clear and stop without approval, unless a rule asks for it",
    Role.APPROVER: "see; approve and deny requests of other people; review break-glass requests",
    Role.RESPONDER: "see; request; run as break-glass in an emergency, where a rule allows it",
    Role.ADMIN: "change grants, rules and freezes on the pattern, but cannot see, request or approve anything without another role",
}


def on(topic: HelpTopic) -> Message:
    match topic:
        case HelpTopic.ROLES:
            return _roles()
        case HelpTopic.RULES:
            return _rules()
        case HelpTopic.BREAK_GLASS:
            return _break_glass()
        case _:
            assert_never(topic)


def rule_keys() -> Text:
    """Each key with an example and what it means, a line each."""
    return Text("\n").join([Text("{} – {}", code(key.example), key.help) for key in RULE_KEYS])


def _roles() -> Message:
    lines = [Text("*{}* – {}", role.value, Text(_ROLES[role])) for role in Role]
    return said(
        "*Roles*\nA grant gives a person or a user group a role on the pipelines that match a pattern.\n{}\n"
        "`{COMMAND} whoami` shows your grants. An admin changes them: `{COMMAND} grant @ana operator orders-*`.",
        Text("\n").join(lines),
    )


def _rules() -> Message:
    return said(
        "*Rules*\nA rule says what a request on matching pipelines needs beyond a role. Its keys:\n{}\n"
        "Where several rules match, the strictest value of each key applies: the most approvals, the shortest `within` and "
        "`remind`, the longest `cancel-window`, and break-glass only if a rule allows it and none forbids it. If several set a "
        "`channel`, the card goes to that of the rule with the longest pattern. Every `group` is notified, and the reason must satisfy "
        "every `matching`.\n"
        "Where no rule sets `approvals`, a requester or responder needs 1 approval, and an operator none. Where a rule sets it, requesters, responders and operators all need that number. "
        "A start loses nothing, so `approvals`, `reason`, `cancel-window` and `matching` do not apply to it.\n"
        "`{COMMAND} rules` lists the rules and freezes. An admin sets one: `{COMMAND} rule prod-* approvals=2 reason=required`.",
        rule_keys(),
    )


def _break_glass() -> Message:
    return said(
        "*Break-glass*\nIn an emergency a *responder* can run a clear, a stop or a start at once, without approval, where a rule "
        "has `break-glass=allowed`: `{COMMAND} clear orders --break-glass INC-9 lag alarm`. It needs an incident and a reason.\n"
        "Everyone who could have approved it is notified, and one of them must review it afterwards, with the button on its "
        "card or `{COMMAND} review ID`.\n"
        "A freeze blocks break-glass, too. `{COMMAND} can-i clear orders` also tells whether you can clear it as break-glass."
    )
