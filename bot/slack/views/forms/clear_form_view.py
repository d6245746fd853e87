"""Clear form view: the modal to choose a pipeline to clear instead of typing it, and what it says of the choice. Pure.

Its private metadata (`Token`) decides nothing: it says where the form was opened and what it showed, so that a
submission can be compared with that.
"""

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    PlainTextObject,
)
from slack_sdk.models.views import View

from bot.domain.access.authorization import Authorization, id_of
from bot.domain.access.rules import Requirements
from bot.domain.ids import ChannelId, PipelineName
from bot.domain.pipelines.pipeline import Problem
from bot.domain.pipelines.targets import THE_ONLY, TargetName
from bot.engine.handlers.clear_form import LookAgain, Offers, Shown
from bot.engine.replies import NotStopped
from bot.slack import payloads
from bot.slack.sentences import plan_text
from bot.slack.text import blocks
from bot.slack.text.blocks import Message, said, section
from bot.slack.text.spans import NOTHING, Text, channel, code, mention_any
from bot.slack.views.forms.form_fields import STOP_FIRST, how, which, why
from bot.slack.views.look.pipeline_pages_view import left_out
from bot.slack.views.previews_view import consequences, state
from bot.slack.views.refusals.pipeline_state_view import not_stopped_in_form

SHORTCUT = "clear_a_pipeline"  # callback and action ids; see `card.CLOSE`
CLEAR_FORM = "clear_form"
TITLE = "Clear a pipeline"
TARGETS_MAX = 5  # targets named that hide pipelines
TOLD_MAX = 10  # possible approvers named, people and groups

_TOKEN = re.compile(r"(?P<form>[a-z2-7]{24}) (?P<origin>[A-Z0-9]{2,30}) (?P<seen>[a-z2-7]{24}|-)")


@dataclass(frozen=True, slots=True)
class Token:
    """`origin` is the channel where the form was opened; for a global shortcut, the person's own id.

    `seen` is the mark of what the form shows for the choice (`bot.engine.handlers.clear_form.Shown`); empty if nothing.
    """

    form_id: str
    origin: ChannelId
    seen: str = ""

    def __str__(self) -> str:
        return f"{self.form_id} {self.origin} {self.seen or '-'}"

    @classmethod
    def of(cls, view: payloads.View) -> "Token | None":
        """The token that came back; None if it is not ours."""
        match = _TOKEN.fullmatch(view.private_metadata)
        if match is None:
            return None
        return cls(match["form"], ChannelId(match["origin"]), match["seen"].strip("-"))


@dataclass(frozen=True, slots=True)
class Page:
    """What the form shows, and how it asks; what people entered stays as it is."""

    about: tuple[dict[str, Any], ...] = ()
    notice: Text = NOTHING
    requirements: Requirements | None = None
    submit: str = "Clear"
    seen: str = ""


def opening(token: Token) -> dict[str, Any]:
    """The first view: it must open within three seconds, and be true whatever follows, even nothing."""
    wait = Text(
        "🔎 One moment… If nothing more comes within a minute, close this and try again: nothing has been changed."
    )
    return _view(token, [section(wait)])


def form(token: Token, page: Page) -> dict[str, Any]:
    nothing_yet = Text("Nothing happens until you press *{}*. Only you see this.", page.submit)
    parts: list[Block | dict[str, Any]] = [
        which(),
        how(),
        section(page.notice or nothing_yet),
        *page.about,
        why(page.requirements),
    ]
    return _view(replace(token, seen=page.seen), parts, submit=page.submit)


def looking(name: PipelineName) -> Page:
    """While Feldera is asked: nothing about another pipeline may appear beside this one's name."""
    text = Text("🔎 Looking at `{}`… If nothing more comes within a minute, choose it again.", name)
    return Page(about=_dicts(section(text)))


def about(shown: Shown, origin: ChannelId, remark: Text = NOTHING) -> Page:
    """What a clear of the chosen pipeline would delete, and what it needs."""
    pipeline, authority = shown.assessment.pipeline, shown.assessment.authority
    doing = plan_text.action_name(shown.assessment.plan).capitalize()
    return Page(
        about=_dicts(
            section(remark) if remark else None,
            state(pipeline, shown.assessment.reviewed, shown.assessment.plan),
            *consequences(pipeline.name, authority, shown.assessment.reviewed, shown.assessment.plan),
            blocks.context(*_who_is_notified(authority, origin)),
        ),
        requirements=authority.requirements,
        submit="Ask for approval" if authority.approvals_needed else doing,
        seen=shown.mark,
    )


def about_again(again: LookAgain, origin: ChannelId) -> Page:
    name = again.shown.assessment.pipeline.name
    changed = Text(
        "✋ `{}` has changed since you looked. Nothing was sent to Feldera. This is how it is now: look again.",
        name,
    )
    unseen = Text(
        "✋ Nothing was sent to Feldera yet. This is what it would do to `{}`: look at it first.", name
    )
    return about(again.shown, origin, changed if again.changed else unseen)


def about_running(reply: NotStopped) -> Page:
    """The pipeline must be stopped first, which the form can request at once."""
    return Page(about=_dicts(section(not_stopped_in_form(reply.pipeline, STOP_FIRST))))


def about_objection(answer: Message) -> Page:
    """Why the chosen pipeline cannot be cleared: the reply's buttons belong to messages, and are left out."""
    return Page(about=tuple(block for block in answer.blocks if block["type"] != "actions"))


def notice(offers: Offers) -> Text:
    """Which pipelines the menu lacks, and why; empty if it lacks none."""
    cannot_list = _cannot_list(offers.unanswered) if offers.unanswered else NOTHING
    unreadable = offers.unreadable
    if len(unreadable) > TARGETS_MAX:
        unreadable = {THE_ONLY: sum(unreadable.values())}
    missing = Text(" ").join([cannot_list, *itertools.starmap(left_out, unreadable.items())])
    loading = _loading(offers.loading) if offers.loading else NOTHING
    return Text("\n").join([Text("🔌 {}", missing) if missing else NOTHING, loading])


def notice_once_loaded(offers: Offers) -> Text:
    return notice(offers) or Text("✅ The pipelines are loaded: choose one from the menu.")


def _loading(targets: Sequence[TargetName]) -> Text:
    whose = Text(", ").join(code(target) for target in targets[:TARGETS_MAX] if target)
    return Text(
        "⏳ Still loading the pipelines{}. This line says when the menu has them; "
        "`{COMMAND} clear NAME reason…` works at once.",
        Text(" of {}", whose) if whose else NOTHING,
    )


def _cannot_list(unanswered: Mapping[TargetName, Problem]) -> Text:
    whose = [_pipelines_of(target, problem) for target, problem in unanswered.items()]
    more = Text(" and {} more", len(whose) - TARGETS_MAX) if len(whose) > TARGETS_MAX else NOTHING
    return Text(
        "I cannot list {}{}. Try again in a minute, or type `{COMMAND} clear NAME reason…`.",
        Text(", ").join(whose[:TARGETS_MAX]),
        more,
    )


def _pipelines_of(target: TargetName, problem: Problem) -> Text:
    of = Text(" of `{}`", target) if target else NOTHING
    return Text("the pipelines{} ({})", of, code(problem.message, 100))


def nothing_to_see() -> Message:
    return said(
        "There is no pipeline that you can see. `{COMMAND} whoami` shows what is granted to you; "
        "an admin of this bot can grant more."
    )


def did_not_open(why: str) -> Message:
    return said(
        "❌ The form did not open: {}. Nothing was changed. Type `{COMMAND} clear NAME reason…`.", why
    )


def still_deciding() -> Message:
    return said(
        "⏳ This takes longer than usual. The answer comes here; if you close this, "
        "`{COMMAND} status NAME` shows whether it was begun."
    )


def look_again_elsewhere(again: LookAgain) -> Message:
    """The same as `about_again`, when the form has gone meanwhile."""
    assessment = again.shown.assessment
    name, typed = assessment.pipeline.name, plan_text.command(assessment.plan, assessment.pipeline.name)
    return said("✋ Nothing was sent to Feldera: look at `{}` first. Type `{} reason…`.", name, typed)


def _who_is_notified(authority: Authorization, origin: ChannelId) -> Iterable[Text]:
    """Who is asked to approve, who could, and where the card goes."""
    requirements, asks = authority.requirements, authority.approvals_needed > 0
    where = requirements.ask_channels[0] if asks and requirements.ask_channels else origin
    if asks:
        asked = Text(" ").join(mention_any(group) for group in requirements.ask_groups)
        yield Text("Its card goes to {}{}.", _place(where), Text(" and asks {}", asked) if asked else NOTHING)
        could = [mention_any(id_of(principal)) for principal in authority.eligible]
        more = Text(" and {} more", len(could) - TOLD_MAX) if len(could) > TOLD_MAX else NOTHING
        yield (
            Text("Who may approve: {}{}.", Text(", ").join(could[:TOLD_MAX]), more)
            if could
            else Text(
                "⚠️ Nobody can approve it now: you cannot approve your own request, and nobody else has the role *approver* on this pipeline. Ask an admin to grant it to somebody else."
            )
        )
    else:
        yield Text("Its card goes to {}.", _place(where))


def _place(where: ChannelId) -> Text:
    # Slack shows no name for a reference to direct messages.
    if where.startswith(("U", "W")):
        return Text("our direct messages")
    return Text("the conversation in which you typed this") if where.startswith("D") else channel(where)


def _view(
    token: Token, parts: Sequence[Block | dict[str, Any]], *, submit: str | None = None
) -> dict[str, Any]:
    return View(
        type="modal",
        callback_id=CLEAR_FORM,
        private_metadata=str(token),
        title=PlainTextObject(text=TITLE),
        submit=None if submit is None else PlainTextObject(text=submit),
        close=PlainTextObject(text="Never mind"),
        blocks=list(parts),
    ).to_dict()


def _dicts(*parts: Block | None) -> tuple[dict[str, Any], ...]:
    return tuple(part.to_dict() for part in parts if part is not None)
