"""What waits for approval, and pages of the audit log. Pure."""

from collections.abc import Callable, Mapping

from bot.domain.access.access_requests import asked_in
from bot.domain.events import Event, EventKind
from bot.domain.ids import UserId
from bot.domain.operations.operation import Operation
from bot.domain.operations.plans import CLEAR
from bot.engine import replies
from bot.engine.ports import HistoryLine
from bot.slack.sentences import plan_text, rule_text
from bot.slack.sentences.action_text import recorded_action
from bot.slack.sentences.decision_text import nothing_waits
from bot.slack.sentences.labels import GLASS, sign, what, words
from bot.slack.sentences.pipeline_text import link_to, permalink
from bot.slack.text import blocks
from bot.slack.text.blocks import Message, message, said
from bot.slack.text.lists import cut
from bot.slack.text.spans import NOTHING, Text, at, code, link, mention, mention_any, shortened

OLDER = "older_history"  # action id; see `card.CLOSE`
EVERYTHING = "*"  # in that button's value: no pipeline has this name


def pending_list(shown: replies.PendingList, workspace_url: str) -> Message:
    if not shown.operations:
        return said("{}", nothing_waits(shown.sees))
    return said("{}", cut([_waiting(operation, workspace_url) for operation in shown.operations]))


def _waiting(operation: Operation, workspace_url: str) -> Text:
    name, where = operation.pipeline, link_to(operation, workspace_url)
    if operation.incident:
        glass = Text("run as break-glass for {}, awaiting review", code(operation.incident, 100))
        return Text("{} `{}`: {}, {}: {}", GLASS, name, what(operation), glass, where)
    count = f"{len(operation.approval.given)} of {operation.approval.needed} approvals"
    until = (
        NOTHING
        if operation.approval.deadline is None
        else Text(", until {}", at(operation.approval.deadline))
    )
    return Text("{} `{}`: {}, {}{}: {}", sign(operation.state), name, what(operation), count, until, where)


def history_page(shown: replies.HistoryPage, workspace_url: str) -> Message:
    lines = [_entry(line, workspace_url) for line in shown.lines]
    if shown.read:
        nothing = "Nothing else" if lines else "Nothing"
        lines.append(Text("{} for you among {:,} entries: *Older* looks further.", nothing, shown.read))
    older = None
    if shown.before is not None:
        value = f"{shown.before} {shown.title or EVERYTHING}"
        older = blocks.buttons(blocks.plain_button("Older", OLDER, value))
    # A block each: a long line must not cut off one that no later page would show. (`text` has one limit for all.)
    all_of_it = [
        Text("*Audit log of {}*", _whose(shown.title)),
        *(lines or [Text("Nothing that you can see.")]),
    ]
    return message(cut(all_of_it), *map(blocks.section, all_of_it), older)


def _whose(title: str) -> Text | str:
    if title.startswith("<@"):
        return mention(UserId(title.strip("<@>")))
    return title or "everything"


def _entry(line: HistoryLine, workspace_url: str) -> Text:
    event, operation = line.entry.event, line.operation
    data = {
        key: str(value) for key, value in event.data.items() if isinstance(value, str | int) and value != ""
    }
    reason = data.get("why") or data.get("ending") or data.get("step") or ""
    shown = operation.state if operation is not None and event.kind is EventKind.ENDED else event.kind
    return Text(
        "{sign} {at}: {told}{because}{by}{detail}{card}",
        sign=sign(shown),
        at=at(event.at),
        told=_reported(line, data),
        because=Text(" ({})", shortened(reason.replace("_", " "), 60)) if reason else NOTHING,
        by=_by(line, data) if event.kind is not EventKind.REFUSED else NOTHING,
        detail=_in_detail(event, data),
        card=_card(line, workspace_url),
    )


def _reported(line: HistoryLine, data: Mapping[str, str]) -> Text:
    """What happened, and to what."""
    kind, operation = line.entry.event.kind, line.operation
    told = Text("{}", words(kind))
    if kind is EventKind.REFUSED:
        action = recorded_action(data.get("action", ""), data.get("plan"))
        told = Text("denied {}{}", _who(line, data), Text(": {}", action) if action else NOTHING)
    if operation is None:
        return told + _about_access(data)
    plan = NOTHING if operation.plan == CLEAR else Text(" ({})", plan_text.action_name(operation.plan))
    return Text("`{}`{}: {}", operation.pipeline, plan, told)


def _who(line: HistoryLine, data: Mapping[str, str]) -> Text:
    by = line.entry.event.by
    if by:
        return mention(by.user)
    return code(data["shell"], 60) if "shell" in data else NOTHING


def _by(line: HistoryLine, data: Mapping[str, str]) -> Text:
    who = _who(line, data)
    return Text(" by {}", who) if who else NOTHING


def _card(line: HistoryLine, workspace_url: str) -> Text:
    """The card that the entry names; an entry older than the card links the operation's present one."""
    data, operation = line.entry.event.data, line.operation
    if "ts" in data:
        url = permalink(workspace_url, str(data.get("channel")), str(data["ts"]))
        return Text(" · {}", link(url, "its thread"))
    if operation is None or operation.display.card is None:
        return NOTHING
    return Text(" · {}", link_to(operation, workspace_url))


def _about_access(data: Mapping[str, str]) -> Text:
    role = Text(" *{}*", shortened(data["role"], 20)) if "role" in data else NOTHING
    whose = data.get("user") or data.get("group")
    to = Text(" {}", mention_any(whose[:30])) if whose else NOTHING
    where = data.get("pipeline") or data.get("pattern")
    on = Text("{} {}", Text(" on") if role else NOTHING, code(where, 100)) if where else NOTHING
    return to + role + on


def _as_typed(words: str) -> Text:
    return code(words, 150)


_DETAILS: dict[str, Callable[[str], Text]] = {
    "plan": _as_typed,
    "incident": _as_typed,
    "request": _as_typed,
    "button": _as_typed,
    "until": rule_text.moment_again,
    "note": _as_typed,
    "reason": _as_typed,
}


def _in_detail(event: Event, data: Mapping[str, str]) -> Text:
    """The new value, and the one before."""
    said = [Text("{} {}", key, _DETAILS[key](data[key])) for key in _DETAILS if key in data]
    said += rule_text.rule_and_before(event)
    if asked := asked_in(event):
        said.append(Text("asked {}", Text(", ").join([mention(UserId(admin[:30])) for admin in asked[:5]])))
    return Text(": {}", Text(", ").join(said)) if said else NOTHING
