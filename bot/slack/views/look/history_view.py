"""What waits for approval, pages of past requests and changes of access, and the details of one request. Pure."""

from slack_sdk.models.blocks import ActionsBlock, ButtonElement, SectionBlock

from bot.domain.events import EventKind
from bot.domain.history_lines import is_of_request
from bot.domain.ids import UserId
from bot.domain.operations.operation import Operation, State
from bot.engine import replies
from bot.engine.ports import HistoryLine
from bot.slack.sentences import outcome_text
from bot.slack.sentences.access.decision_text import nothing_waits
from bot.slack.sentences.access.entry_text import entry_text
from bot.slack.sentences.labels import GLASS, sign, what, words
from bot.slack.sentences.pipeline_text import link_to
from bot.slack.sentences.plan_text import action_name
from bot.slack.sentences.request_text import request_text
from bot.slack.text import blocks
from bot.slack.text.blocks import Message, message, said
from bot.slack.text.lists import cut
from bot.slack.text.mrkdwn import TEXT_MAX
from bot.slack.text.spans import NOTHING, Text, at, code, mention

OLDER = "older_history"  # action ids; see `card.CLOSE`
NEWER = "newer_history"
DETAILS = "request_details"
EVERYTHING = "*"  # in the value of a page's button: no pipeline has this name
DETAILS_SHOWN = 40  # lines: more than a request has, unless it was stuck for weeks


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


def history_page(shown: replies.HistoryPage) -> Message:
    """A block for each line: a long one must not cut off one that no later page would show."""
    title = Text("*History of {}*", _whose(shown.title)) if shown.title else Text("*History*")
    lines = [_line(line) for line in shown.lines]
    note = NOTHING
    if shown.read:
        nothing, button = "Nothing else" if lines else "Nothing", "Newer" if shown.upward else "Older"
        note = Text("{} for you among {:,} entries: *{}* looks further.", nothing, shown.read, button)
    elif not lines:
        note = Text("Nothing that you can see.")
    everything = [title, *lines, *([note] if note else [])]
    return message(
        cut(everything),
        blocks.section(title),
        *(blocks.section(text, _details(line)) for line, text in zip(shown.lines, lines, strict=True)),
        blocks.section(note) if note else None,
        _pages(shown),
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


def details_button(operation: Operation) -> ButtonElement:
    """*Details*: what happened to the request, in the order in which it happened."""
    spoken = f"Details of {action_name(operation.plan)} {operation.short_id} of {operation.pipeline}"
    return blocks.button("Details", DETAILS, operation.id, spoken=spoken)


def request_details(shown: replies.RequestDetails, workspace_url: str) -> Message:
    """What came of it and where its card is; then its entries, oldest first."""
    operation = shown.operation
    heading = Text(
        "{}. Id `{}`, {}", request_text(operation), operation.short_id, link_to(operation, workspace_url)
    )
    lines = [
        entry_text(line, names_pipeline=False) for line in shown.lines if not line.entry.event.is_progress
    ]
    left_out = len(lines) - DETAILS_SHOWN
    if left_out > 0:
        lines = [Text("… {} earlier entries", left_out), *lines[-DETAILS_SHOWN:]]
    return message(
        cut([heading, *lines]),
        blocks.section(heading),
        blocks.reason(operation.reason),
        _why(operation),
        *_paragraphs(lines),
    )


def _why(operation: Operation) -> SectionBlock | None:
    """How it ended, where more is to be said of it than that it succeeded."""
    if operation.outcome is None or operation.state is State.SUCCEEDED:
        return None
    return blocks.section(outcome_text.sentence(operation, operation.outcome, operation.state))


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
