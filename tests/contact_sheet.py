"""Everything that the bot can show, on one sheet: `python -m tests.contact_sheet [PATH]`.

It writes a file for Slack's Block Kit Builder (paste it into https://app.slack.com/block-kit-builder), and beside it the
same as plain text, for readers: PATH with the suffix `.txt`. What is on it is derived from the types: a new reply, state,
event or ending is on it by itself.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any, get_args

from bot.domain.commands import COMMAND, VERBS, HelpTopic
from bot.domain.errors import Misunderstood
from bot.domain.events import Event, EventKind
from bot.domain.home_content import HomePage
from bot.domain.ids import ChannelId, PipelineName
from bot.domain.operations.operation import State
from bot.domain.operations.outcome import Ending, Outcome
from bot.domain.operations.parts import StepDone
from bot.domain.operations.plans import CLEAR, PLANS, STOP, StepName
from bot.domain.operations.plans import START as START_PLAN
from bot.domain.pipelines.pipeline import Identity
from bot.engine.handlers.clear_form import Shown
from bot.engine.handlers.preconditions import Assessment
from bot.engine.replies import Reply
from bot.simulator.slack.rendering.plain_text import render_block, render_confirm, render_text
from bot.slack.text.blocks import Message
from bot.slack.views import answers, card, decisions_view, help_view, home_view, thread_lines
from bot.slack.views.forms import clear_form_view, modal_titles, modals, unopened_forms
from tests.clock import START
from tests.domain.pipeline_samples import pipeline
from tests.domain.samples import ANA, BEN, IN_EVERY_STATE, NOT_APPROVED, ended, needs_human
from tests.operations import changed
from tests.slack.examples import SAID, examples
from tests.slack.reading import WORKSPACE_URL
from tests.slack.realistic import realistic

_KEPT = 2  # lines that are shown again, since what is around them would be hard to read alone
PATH = Path("contact_sheet.json")  # ignored by git
EVERY_REPLY: tuple[type, ...] = get_args(Reply)
_NAMES = {
    "UANA": "ana",
    "UBEN": "ben",
    "UCEM": "cem",
    "UDAN": "dan",
    "UCLEO": "cleo",
    "C1": "ops",
    "S1": "oncall",
}
_HUMAN = {
    Ending.UNTOUCHED,
    Ending.UNPROVABLE,
    Ending.CONTRADICTION,
    Ending.AMBIGUOUS_FELDERA,
    Ending.OUT_OF_REACH,
}
_STOP_ENDINGS = {
    Ending.PIPELINE_STOPPED,
    Ending.STOPPED_THEN_GONE,
    Ending.NOTHING_TO_STOP,
    Ending.RESTARTED_BEFORE,
    Ending.RESTARTED_WHILE_STOPPING,
}
_START_ENDINGS = {
    Ending.RUNNING,
    Ending.AWAITS_APPROVAL_IN_FELDERA,
    Ending.UP_OTHERWISE,
    Ending.NOTHING_TO_START,
    Ending.NOT_COMPILED,
    Ending.START_FAILED,
    Ending.STOPPED_WHILE_STARTING,
    Ending.GONE_WHILE_STARTING,
}
_AFTER_A_STOP = {Ending.RUN_SINCE, Ending.LEFT_TO_HUMAN}
_BEFORE_A_STOP = {Ending.EVENTS_UNUSABLE}
_STOP_AND_CLEAR = (StepName.STOP, StepName.CLEAR)
_PLANS = {
    **dict.fromkeys(_STOP_ENDINGS, STOP),
    **dict.fromkeys(_START_ENDINGS, START_PLAN),
    **dict.fromkeys(_AFTER_A_STOP | _BEFORE_A_STOP, _STOP_AND_CLEAR),
}
_SAID = {
    Ending.UP_OTHERWISE: ("Paused", ""),
    Ending.FELDERA_REFUSED: ("the row is locked", "LockTookTooLong"),
    Ending.NO_ACCESS: ("Invalid API key.", "InvalidApiKey"),
    Ending.WRONG_ADDRESS: ("404 Not Found", ""),
    Ending.RIGHTS_UNREAD: ("Slack did not answer in time", ""),
    Ending.DENIED: ("not during the audit", ""),
    Ending.DENIED_IN_SHELL: ("not during the audit", ""),
    Ending.NO_PLACE: ("is_archived", ""),
    Ending.EVENTS_UNUSABLE: ("503 Service Unavailable", ""),
    Ending.NOT_COMPILED: ("error: no such column `price`", ""),
    Ending.START_FAILED: ("worker 3 panicked", "RuntimeError"),
    Ending.TOO_LATE: ("Connection refused", ""),
    Ending.OUT_OF_REACH: ("Connection refused", ""),
}
_STOPPED = StepDone(Ending.PIPELINE_STOPPED, START, START)
_NOTHING_SENT = {
    State.UNNECESSARY: {"submitted_at": None, "accepted_at": None, "sends": 0},
    State.EXPIRED: {"submitted_at": None, "accepted_at": None, "sends": 0},
}
_STATES = {
    **dict.fromkeys((ending for ending in Ending if ending.value.startswith("cleared")), State.SUCCEEDED),
    **dict.fromkeys(
        (
            Ending.PIPELINE_STOPPED,
            Ending.STOPPED_THEN_GONE,
            Ending.RUNNING,
            Ending.AWAITS_APPROVAL_IN_FELDERA,
            Ending.UP_OTHERWISE,
        ),
        State.SUCCEEDED,
    ),
    **dict.fromkeys(
        (Ending.NOTHING_TO_CLEAR, Ending.NOTHING_TO_STOP, Ending.NOTHING_TO_START), State.UNNECESSARY
    ),
    Ending.DENIED: State.DENIED,
    **dict.fromkeys((Ending.WITHDRAWN, Ending.STOPPED), State.WITHDRAWN),
    **dict.fromkeys((Ending.TOO_LATE, Ending.NOT_APPROVED), State.EXPIRED),
    Ending.CLOSED: State.CLOSED,
}


@dataclass(frozen=True, slots=True)
class Shot:
    """One message, modal (`view`) or Home on the sheet, and what of the bot's vocabulary it shows."""

    title: str
    shows: Any
    message: Message | None = None
    view: dict[str, Any] | None = None

    @property
    def blocks(self) -> list[dict[str, Any]]:
        return list(self.message.blocks) if self.message is not None else (self.view or {})["blocks"]


def shots() -> Iterator[Shot]:
    yield from _replies()
    yield from _cards()
    yield from _lines()
    yield from _other_answers()
    yield from _views()


def _replies() -> Iterator[Shot]:
    for kind in EVERY_REPLY:
        messages = (answers.answer(realistic(reply), WORKSPACE_URL) for reply in examples(kind))
        different = {str(message.blocks) + message.text: message for message in messages}
        for number, message in enumerate(different.values(), start=1):
            yield Shot(f"Reply {kind.__name__} {number}", kind, message)


def _cards() -> Iterator[Shot]:
    for state, operation in IN_EVERY_STATE.items():
        if operation.confirmed_at is not None:
            yield Shot(f"Card {state.value}", state, card.card(operation))
    for ending in Ending:
        message, error_code = _SAID.get(ending, ("", ""))
        outcome = Outcome(ending, message, error_code, by=ANA if ending is Ending.WITHDRAWN else BEN)
        state = _STATES.get(ending, State.REFUSED)
        plan = _PLANS.get(ending, CLEAR)
        unsent = _NOTHING_SENT.get(state, {})
        behind = {"step": 1, "done": (_STOPPED,)} if ending in _AFTER_A_STOP else {}
        operation = needs_human() if ending in _HUMAN else ended(state, ending, plan=plan, **unsent, **behind)
        yield Shot(f"Card, ending {ending.value}", ending, card.card(replace(operation, outcome=outcome)))


def _lines() -> Iterator[Shot]:
    over = IN_EVERY_STATE[State.SUCCEEDED]
    about = {
        EventKind.REMINDED: IN_EVERY_STATE[State.AWAITING_APPROVAL],
        EventKind.BREAK_GLASS_RUN: replace(over, incident="INC-9"),
        EventKind.STEP_DONE: replace(over, plan=(StepName.CLEAR, StepName.START)),
    }
    endings = {EventKind.STEP_DONE: {"ending": "cleared", "step": "clear"}}
    for kind in EventKind:
        if kind.is_spoken:
            event = Event(kind, START, SAID | endings.get(kind, {}), BEN)
            said = thread_lines.lines(about.get(kind, over), (event,))
            yield Shot(f"Line {kind.value}", kind, said)


def _other_answers() -> Iterator[Shot]:
    operation = IN_EVERY_STATE[State.WAITING]
    said = {
        "Misunderstood": answers.misunderstood(Misunderstood(f"I do not know `foo`. Type `{COMMAND} help`.")),
        "Looking": answers.looking(PipelineName("orders")),
        "Looking around": answers.looking_around(),
        "Trouble": answers.trouble(),
        "Denial unopened": unopened_forms.denial(operation.id),
        "Denial too late": unopened_forms.denial_too_late(),
        "Break-glass unopened": unopened_forms.break_glass(),
        "Break-glass too late": unopened_forms.break_glass_expired(),
        "Approve by id": decisions_view.to_approve(
            IN_EVERY_STATE[State.AWAITING_APPROVAL], WORKSPACE_URL, START
        ),
        "Nothing approved": decisions_view.left_waiting(operation.id),
        "Placed": answers.placed(operation, WORKSPACE_URL),
        "Placed elsewhere": answers.placed(changed(operation, displaced="not_in_channel"), WORKSPACE_URL),
        "Placed nowhere": answers.placed(
            changed(
                operation,
                card=None,
                displaced="not_in_channel",
                outcome=Outcome(Ending.NO_PLACE, "cannot_dm_bot"),
            ),
            WORKSPACE_URL,
        ),
        **{f"Help {word}": help_view.about(word) for word in [*HelpTopic, *(verb.word for verb in VERBS)]},
    }
    for title, message in said.items():
        yield Shot(title, title, message)


def _views() -> Iterator[Shot]:
    operation = IN_EVERY_STATE[State.AWAITING_APPROVAL]
    token = clear_form_view.Token("a2" * 12, ChannelId("C1"))
    assessment = Assessment(
        pipeline(), Identity("https://feldera.example"), NOT_APPROVED, CLEAR, recorded_at=None
    )
    shown = Shown(assessment, START, "a2" * 12)
    views = {
        modals.DENY_REQUEST: [modals.why_deny(operation)],
        modals.BREAK_GLASS_FORM: [modals.type_the_name(replace(operation, plan=plan)) for plan in PLANS],
        clear_form_view.CLEAR_FORM: [
            clear_form_view.opening(token),
            clear_form_view.form(token, clear_form_view.looking(pipeline().name)),
            clear_form_view.form(token, clear_form_view.about(shown, ChannelId("C1"))),
        ],
        "answer": [modals.showing(answers.trouble(), modal_titles.OF_ANY)],
        HomePage: [home_view.home(page, WORKSPACE_URL) for page in examples(HomePage)],
    }
    for shows, several in views.items():
        for number, view in enumerate(several, start=1):
            yield Shot(f"{view['type']} {getattr(shows, '__name__', shows)} {number}", shows, view=view)


def sheet() -> dict[str, Any]:
    """All of it as one payload, a header above each."""
    blocks: list[dict[str, Any]] = []
    for shot in shots():
        text = {"type": "plain_text", "text": shot.title[:150], "emoji": False}
        blocks += [{"type": "divider"}, {"type": "header", "text": text}, *shot.blocks]
    return {"blocks": blocks}


def readable() -> Iterator[str]:
    """All of it as its readers see it. What an earlier example of its kind shows as well is left out (`⋮`)."""
    known: dict[str, set[str]] = {}
    for shot in shots():
        yield f"\n=== {shot.title}"
        lines = [line for part in _as_read(shot) for line in part.splitlines()]
        read_before = known.setdefault(shot.title.rstrip("0123456789"), set())
        for is_known, several in groupby(lines, read_before.__contains__):
            unfolded = list(several)
            yield from (
                [f"⋮ ({len(unfolded)} lines as before)"] if is_known and len(unfolded) > _KEPT else unfolded
            )
        read_before.update(lines)


def _as_read(shot: Shot) -> Iterator[str]:
    """One of them, with each button's confirm dialog and what a notification says."""
    if shot.view is not None and "title" in shot.view:
        yield f"[{shot.view['title']['text']}]"
    shown = "\n".join(render_block(block, _NAMES) for block in shot.blocks)
    yield shown
    for block in shot.blocks:
        for element in (*block.get("elements", ()), block.get("accessory", {})):
            if "confirm" in element:
                yield f"  {element['text']['text']} → {render_confirm(element['confirm'], _NAMES)}"
    notified = "" if shot.message is None else render_text(shot.message.text, _NAMES)
    if notified and notified not in shown:
        yield f"  Notification: {notified}"


def main(path: Path) -> None:
    path.write_text(json.dumps(sheet(), ensure_ascii=False, indent=1) + "\n")
    path.with_suffix(".txt").write_text("\n".join(readable()).lstrip("\n") + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else PATH)
