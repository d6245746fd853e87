"""What waits for approval, pages of past requests and changes of access, and the details of one request. Pure."""

from datetime import datetime

from slack_sdk.models.blocks import ActionsBlock, ButtonElement, SectionBlock

from bot.domain.access.patterns import EVERYTHING
from bot.domain.access.permissions import Action
from bot.domain.events import EventKind
from bot.domain.history_lines import is_of_request
from bot.domain.ids import PipelineName, UserId
from bot.domain.operations.operation import Operation, State
from bot.engine import replies
from bot.engine.attempted_actions import DeniedAction
from bot.engine.ports import HistoryLine
from bot.slack.sentences import outcome_text
from bot.slack.sentences.access.decision_text import nothing_waits
from bot.slack.sentences.access.entry_text import entry_text
from bot.slack.sentences.labels import GLASS, asked_at, by, sign, words
from bot.slack.sentences.pipeline_text import link_to, thread_link, waits_until
from bot.slack.sentences.plan_text import action_name
from bot.slack.sentences.request_text import gives_reason, older_archived, request_text
from bot.slack.text import blocks
from bot.slack.text.blocks import Message, message
from bot.slack.text.lists import cut
from bot.slack.text.mrkdwn import TEXT_MAX
from bot.slack.text.spans import NOTHING, Text, ago, code, mention
from bot.slack.views.access import access_request_view

OLDER = "older_history"  # action ids; see `card.CLOSE`
NEWER = "newer_history"
DETAILS = "request_details"
DETAILS_SHOWN = 40  # lines: more than a request has, unless it was stuck for weeks


def pending_list(shown: replies.PendingList, workspace_url: str) -> Message:
    if not shown.operations:
        text = nothing_waits(shown.sees, shown.admins)
        return access_request_view.with_button(text, _EVERY_PIPELINE, shown.admins)
    heading = Text("Requests that wait for approval or review")
    lines = [_waiting(operation, workspace_url, shown.now) for operation in shown.operations]
    return message(heading, blocks.section(cut([Text("*{}*", heading), *lines])))


_EVERY_PIPELINE = DeniedAction(PipelineName(EVERYTHING), Action.VIEW)


def _waiting(operation: Operation, workspace_url: str, now: datetime) -> Text:
    state = Text("{} {}", sign(operation.state), words(operation.state))
    if operation.awaits_review:
        state = Text("{} Run as break-glass for {}, waiting for review", GLASS, code(operation.incident, 100))
    return Text(
        "{state}: {action} of `{name}` (`{id}`), requested by {who}{waits}{thread}",
        state=state,
        action=action_name(operation.plan),
        name=operation.pipeline,
        id=operation.short_id,
        who=by(operation.requester, asked_at(operation)),
        waits=waits_until(operation, now),
        thread=thread_link(operation, workspace_url),
    )


def history_page(shown: replies.HistoryPage) -> Message:
    """A block for each line: a long one must not cut off one that no later page would show."""
    title = Text("History of {}", _whose(shown.title)) if shown.title else Text("History")
    note = _note(shown)
    return message(
        title,
        blocks.section(Text("*{}*", title)),
        *(blocks.section(_line(line), _details(line)) for line in shown.lines),
        blocks.section(note) if note else None,
        blocks.section(older_archived(shown.archived)) if shown.archived else None,
        _pages(shown),
    )


def _note(shown: replies.HistoryPage) -> Text:
    if not shown.read:
        return NOTHING if shown.lines else Text("Nothing that you can see.")
    if shown.lines:
        return Text("Some entries here are hidden: they are on pipelines that you are not allowed to see.")
    has_more = (shown.after if shown.upward else shown.before) is not None
    further = Text(" Other pages may have entries that you can see.") if has_more else NOTHING
    return Text(
        "All {:,} entries on this page are hidden: they are on pipelines that you are not allowed to see.{}",
        shown.read,
        further,
    )


def _pages(shown: replies.HistoryPage) -> ActionsBlock | None:
    places = (("Newer", NEWER, shown.after), ("Older", OLDER, shown.before))
    subject = shown.title or EVERYTHING
    buttons = [
        blocks.plain_button(label, action, f"{entry} {subject}")
        for label, action, entry in places
        if entry is not None
    ]
    return blocks.buttons(*buttons) if buttons else None


def _whose(title: str) -> Text:
    if title.startswith("<@"):
        return mention(UserId(title.strip("<@>")))
    return code(title)


def _line(line: HistoryLine) -> Text:
    event, operation = line.entry.event, line.operation
    if operation is None or not is_of_request(event, operation):
        return entry_text(line)
    decided = NOTHING
    if event.kind in {EventKind.APPROVED, EventKind.SIGNED_OFF} and event.by is not None:
        decided = Text(", {} by {}", words(event.kind), mention(event.by.user))
    return request_text(operation) + decided


def _details(line: HistoryLine) -> ButtonElement | None:
    operation = line.operation
    if operation is None or not is_of_request(line.entry.event, operation):
        return None
    return details_button(operation)


def details_button(operation: Operation, label: str = "Details") -> ButtonElement:
    """What happened to the request, in the order in which it happened."""
    spoken = f"{label} of {action_name(operation.plan)} {operation.short_id} of {operation.pipeline}"
    return blocks.button(label, DETAILS, operation.id, spoken=spoken)


def request_details(shown: replies.RequestDetails, workspace_url: str) -> Message:
    """What came of it and where its card is; then its entries, oldest first."""
    operation = shown.operation
    told, thread = request_text(operation), thread_link(operation, workspace_url)
    heading = Text("{} · `{}`{}", told, operation.short_id, thread)
    lines = [_entry(line) for line in shown.lines if not line.entry.event.is_progress]
    left_out = len(lines) - DETAILS_SHOWN
    if left_out > 0:
        lines = [Text("… {} earlier entries", left_out), *lines[-DETAILS_SHOWN:]]
    reason = Text("\nReason: {}", operation.reason) if operation.reason else NOTHING
    return message(
        told + reason,
        blocks.section(heading),
        blocks.reason(operation.reason),
        _why(operation, workspace_url),
        *_paragraphs(lines),
    )


def _entry(line: HistoryLine) -> Text:
    event = line.entry.event
    if event.kind is EventKind.PROPOSED and event.by is not None:
        looked = Text("{} looked at the preview", mention(event.by.user))
        return Text("{} {} {}", sign(event.kind), looked, ago(event.at))
    return entry_text(line, names_pipeline=False)


def _why(operation: Operation, workspace_url: str) -> SectionBlock | None:
    """How it ended, where more is to be said of it than that it succeeded; what the first line said is not repeated."""
    outcome = operation.outcome
    if outcome is None or operation.state is State.SUCCEEDED:
        return None
    if operation.state is State.NEEDS_HUMAN:
        button = Text(
            "The button *Close request* is on the card of the request, the first message of {}.",
            link_to(operation, workspace_url),
        )
        return blocks.section(Text("\n").join([outcome_text.explanation(operation, outcome), button]))
    if gives_reason(operation):
        more = outcome_text.explanation(operation, outcome)
        return blocks.section(more) if more else None
    return blocks.section(outcome_text.sentence(operation, outcome, operation.state))


def _paragraphs(lines: list[Text]) -> list[SectionBlock]:
    """The lines in as few blocks as Slack's limit for one allows."""
    paragraphs: list[list[Text]] = [[]]
    room = TEXT_MAX
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            paragraphs.append([])
            room = TEXT_MAX - len(line) - 1
        paragraphs[-1].append(line)
    return [blocks.section(Text("\n").join(each)) for each in paragraphs if each]
