"""Entry text: an entry of the audit log in a line: what happened, to what, who did it and when, and the new value. Pure."""

from collections.abc import Callable, Mapping

from bot.domain.access.access_requests import asked_in
from bot.domain.access.changes import ChangeObjection
from bot.domain.access.patterns import EVERYTHING
from bot.domain.access.permissions import Action
from bot.domain.events import Event, EventKind
from bot.domain.ids import UserId
from bot.domain.operations.plans import CLEAR
from bot.engine.ports import HistoryLine
from bot.slack.sentences import plan_text
from bot.slack.sentences.access import rule_text
from bot.slack.sentences.access.action_text import recorded_action
from bot.slack.sentences.labels import sign, words
from bot.slack.text.spans import NOTHING, Text, ago, code, mention, mention_any, shortened

_REASONS: Mapping[str, str] = {ChangeObjection.OWN_FAVOUR: "own access"}


def entry_text(line: HistoryLine, *, names_pipeline: bool = True) -> Text:
    """The line of an entry. `names_pipeline`: not where all are about one request, whose words stand above them."""
    event = line.entry.event
    data = {
        key: str(value) for key, value in event.data.items() if isinstance(value, str | int) and value != ""
    }
    reason = data.get("why") or data.get("ending") or data.get("step") or ""
    operation = line.operation
    shown = operation.state if operation is not None and event.kind is EventKind.ENDED else event.kind
    return Text(
        "{sign} {told}{because}{by} {ago}{detail}",
        sign=sign(shown),
        told=_reported(line, data, names_pipeline=names_pipeline),
        because=Text(" ({})", _reason(reason)) if reason else NOTHING,
        by=_by(line, data) if event.kind is not EventKind.REFUSED else NOTHING,
        ago=ago(event.at),
        detail=_in_detail(event, data) if names_pipeline or event.kind is not EventKind.PROPOSED else NOTHING,
    )


def _reason(reason: str) -> Text:
    return shortened(_REASONS.get(reason) or reason.replace("_", " "), 60)


def _reported(line: HistoryLine, data: Mapping[str, str], *, names_pipeline: bool) -> Text:
    """What happened, and to what."""
    kind, operation = line.entry.event.kind, line.operation
    told = Text("{}", words(kind))
    if kind is EventKind.REFUSED:
        told = _denied(line, data)
    if operation is None:
        return told + _about_access(data)
    if not names_pipeline:
        return told
    plan = NOTHING if operation.plan == CLEAR else Text(" ({})", plan_text.action_name(operation.plan))
    return Text("`{}`{}: {}", operation.pipeline, plan, told)


def _denied(line: HistoryLine, data: Mapping[str, str]) -> Text:
    action = recorded_action(data.get("action", ""), data.get("plan"))
    if data.get("action") == Action.VIEW and "pattern" in data:
        which = data["pattern"] == EVERYTHING
        action = Text("list pipelines") if which else Text("list the pipelines that match")
    return Text("denied {}{}", _who(line, data), Text(": {}", action) if action else NOTHING)


def _who(line: HistoryLine, data: Mapping[str, str]) -> Text:
    by = line.entry.event.by
    if by:
        return mention(by.user)
    return code(data["shell"], 60) if "shell" in data else NOTHING


def _by(line: HistoryLine, data: Mapping[str, str]) -> Text:
    who = _who(line, data)
    return Text(" by {}", who) if who else NOTHING


def _about_access(data: Mapping[str, str]) -> Text:
    role = Text(" *{}*", shortened(data["role"], 20)) if "role" in data else NOTHING
    whose = data.get("user") or data.get("group")
    to = Text(" {}", mention_any(whose[:30])) if whose else NOTHING
    where = data.get("pipeline") or data.get("pattern")
    if data.get("action") == Action.VIEW and where == EVERYTHING:
        return NOTHING
    on = Text("{} {}", Text(" on") if role else NOTHING, code(where, 100)) if where else NOTHING
    return to + role + on


def _as_typed(words: str) -> Text:
    return code(words, 150)


_DETAILS: dict[str, Callable[[str], Text]] = {
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
