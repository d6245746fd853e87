"""Home tab view, as only its person sees it: what waits for them, their requests, what is under way. Pure.

It uses the words and buttons of cards, lists and the audit log. However much there is, the page fits: what is left out
is counted, and the page says which command lists it.
"""

from collections.abc import Iterable
from typing import Any

from slack_sdk.models.blocks import Block, ButtonElement
from slack_sdk.models.views import View

from bot.domain.access.permissions import Kind
from bot.domain.home_content import HomeAction, HomePage, Item
from bot.domain.operations.operation import Operation, State
from bot.slack.sentences.access.getting_access import how_to_get_access
from bot.slack.sentences.labels import GLASS, GRANT
from bot.slack.sentences.pipeline_text import frozen_in_words, thread_link
from bot.slack.sentences.state_text import state_now
from bot.slack.text import blocks
from bot.slack.text.lists import cut
from bot.slack.text.mrkdwn import plain
from bot.slack.text.spans import NOTHING, Text, at, code, mention
from bot.slack.views import card
from bot.slack.views.access.access_answers import grant_in_words

DECISIONS_SHOWN = 8  # items of two blocks, of the hundred that a Home tab has
REQUESTS_SHOWN = 8  # of two
UNDERWAY_SHOWN = 10  # of two
ENDED_SHOWN = 5  # lines
LABEL_MAX = 75  # characters of a button's label for screen readers

_ACTIONS = {
    HomeAction.APPROVE: card.APPROVE,
    HomeAction.DENY: card.DENY,
    HomeAction.WITHDRAW: card.WITHDRAW,
    HomeAction.STOP: card.CANCEL,
    HomeAction.SIGN_OFF: card.SIGN_OFF,
    HomeAction.CLOSE: card.CLOSE,
}

_WHAT_FOR = Text(
    "👋 *Hello!* I stop, clear and start Feldera pipelines for people who have a role here, with the approvals that the "
    "team requires, and report the outcome."
)
_UNSIGNED = Text("{} Run as break-glass, awaiting review by an approver", GLASS)
_AGAIN_SOON = Text("I look again in a minute.")
_FOOTER = Text(
    "Only you see this page. It updates itself for an hour after you open it or press a button on it. "
    "`{COMMAND} help` shows the commands that you can use."
)


def home(page: HomePage, workspace_url: str) -> dict[str, Any]:
    """The view to publish."""
    shown = _page(page, workspace_url) if page.grants else _welcome(page)
    return View(type="home", blocks=[block for block in shown if block is not None]).to_dict()


def _page(page: HomePage, workspace_url: str) -> Iterable[Block | None]:
    if page.unread:
        unread = code(page.unread)
        yield blocks.section(
            Text(
                "Your groups cannot be checked right now ({}): what depends on them is not shown.",
                unread,
            )
        )
    yield blocks.header("Waiting for you")
    if not page.decides:
        yield blocks.section(nothing_waits_for_you(page))
    for item in page.decides[:DECISIONS_SHOWN]:
        yield blocks.section(
            cut([_headline(item.operation, workspace_url), *_what_to_decide(item.operation)])
        )
        yield _buttons(item)
    yield _left_out(len(page.decides) - DECISIONS_SHOWN)
    yield from _listed("Your requests", page.requests, REQUESTS_SHOWN, workspace_url)
    yield from _listed("Under way", page.underway, UNDERWAY_SHOWN, workspace_url)
    if page.ended:
        yield blocks.header("Recent")
        lines = [_ended(operation, workspace_url) for operation in page.ended[:ENDED_SHOWN]]
        yield blocks.section(cut(lines))
        yield blocks.context(Text("`{COMMAND} history` shows all requests."))
    if page.freezes:
        yield blocks.header("Freezes")
        yield blocks.section(
            cut([Text("• `{}`: {}", freeze.pattern, frozen_in_words(freeze)) for freeze in page.freezes])
        )
    yield blocks.header("Your access")
    yield blocks.section(cut([Text("{} {}", GRANT, grant_in_words(grant)) for grant in page.grants]))
    yield blocks.context(_FOOTER)


def nothing_waits_for_you(page: HomePage) -> Text:
    if page.unread:
        return Text("Nothing is waiting for you, as far as I can tell without your groups.")
    return Text("✅ Nothing is waiting for you.")


def _listed(title: str, items: tuple[Item, ...], most: int, workspace_url: str) -> Iterable[Block | None]:
    if not items:
        return
    yield blocks.header(title)
    for item in items[:most]:
        operation = item.operation
        yield blocks.section(Text("{}\n{}", _headline(operation, workspace_url), _progress(operation)))
        yield _buttons(item)
    yield _left_out(len(items) - most)


def _headline(operation: Operation, workspace_url: str) -> Text:
    where = thread_link(operation, workspace_url)
    return Text("*{}* · `{}`{}", card.title(operation), operation.short_id, where)


def _progress(operation: Operation) -> Text:
    """Its state, who requested it, and what it still needs: in the order of the card."""
    text = Text("{} Requested by {}.", state_now(operation), mention(operation.requester.user))
    given, needed = len(operation.approval.given), operation.approval.needed
    if operation.state is State.AWAITING_APPROVAL and given < needed:
        until = (
            NOTHING
            if operation.approval.deadline is None
            else Text(", expires {}", at(operation.approval.deadline))
        )
        text += Text(" {} of {} approvals{}.", given, needed, until)
    if operation.awaits_review:
        text += Text(" {}.", _UNSIGNED)
    return text


def _what_to_decide(operation: Operation) -> list[Text]:
    """What its card says, and what a review needs."""
    facts = card.facts(operation)
    if operation.awaits_review:
        facts.append(Text("{} Look at what was done and why, then press *Mark as reviewed*.", GLASS))
    return facts


def _buttons(item: Item) -> Block | None:
    """The buttons of its card that work for this person."""
    offered = {_ACTIONS[action] for action in item.actions}
    found = [button for button in card.buttons_now(item.operation) if button.action_id in offered]
    for button in found:
        _name(button, item.operation)
    return blocks.buttons(*found) if found else None


def _name(button: ButtonElement, operation: Operation) -> None:
    """A page has several buttons with one label: a screen reader must tell them apart."""
    label = "" if button.text is None else button.text.text
    button.accessibility_label = plain(f"{label}: {card.title(operation)}", LABEL_MAX)


def _left_out(more: int) -> Block | None:
    if more <= 0:
        return None
    return blocks.context(Text("… and {} more: `{COMMAND} pending` lists what waits.", more))


def _ended(operation: Operation, workspace_url: str) -> Text:
    """What it was, how it ended and when, who requested it, and where the rest is."""
    return Text(
        "*{}*: {} Requested by {}{}",
        card.title(operation),
        state_now(operation),
        mention(operation.requester.user),
        thread_link(operation, workspace_url),
    )


def _welcome(page: HomePage) -> Iterable[Block | None]:
    """For a person who may see nothing: how to get access, and nothing about anybody or anything else."""
    yield blocks.section(_WHAT_FOR)
    yield blocks.section(how_to_get_access(page.membership.kind, page.unread, again=_AGAIN_SOON))
    if page.membership.kind is Kind.MEMBER:
        yield blocks.context(Text("`{COMMAND} help` shows the commands that you can use."))
