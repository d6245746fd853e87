"""Answers with the worst texts and the longest names: Slack takes each, and nothing in it acts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.audit_chain import Entry
from bot.domain.commands import parse
from bot.domain.errors import Misunderstood
from bot.domain.events import Event, EventKind
from bot.engine import replies
from bot.engine.ports import HistoryLine
from bot.engine.replies import Blocker, Result
from bot.slack.views import answers
from tests.clock import START
from tests.domain.samples import BEN
from tests.slack.any_reply import EVERY_REPLY, operations, pipelines, whole
from tests.slack.reading import WORKSPACE_URL, check, hostile


@pytest.mark.parametrize("kind", EVERY_REPLY, ids=lambda kind: kind.__name__)
@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_no_text_of_a_stranger_breaks_an_answer(kind, data):
    """Feldera's words, a reason, Slack's own: whatever is in the world, the person gets their answer."""
    check(answers.answer(data.draw(whole(kind)), WORKSPACE_URL))


@pytest.mark.parametrize("result", Result, ids=lambda result: result.name)
@settings(max_examples=50, deadline=None)
@given(operation=operations())
def test_no_text_of_a_stranger_breaks_what_came_of_an_action(result, operation):
    check(answers.answer(replies.ActionResult(result, operation), WORKSPACE_URL))


@pytest.mark.parametrize("by", Blocker, ids=lambda by: by.name)
@settings(max_examples=50, deadline=None)
@given(pipeline=pipelines)
def test_no_text_of_a_stranger_breaks_what_is_said_of_a_pipeline(by, pipeline):
    check(answers.answer(replies.Blocked(by, pipeline), WORKSPACE_URL))


def test_a_page_of_the_record_with_ten_long_entries():
    """Its blocks show all of it; a notification says only what it is."""
    said = dict.fromkeys(["note", "reason", "incident", "request", "button", "ending"], "&" * 3000)
    entry = Entry(1, None, Event(EventKind.PROPOSED, START, said, BEN), "")
    page = replies.HistoryPage(lines=(HistoryLine(entry, None),) * 10, title="", before=None, read=0)
    message = answers.answer(page, WORKSPACE_URL)
    check(message)
    assert message.text == "History"
    assert len(message.blocks) == 11


@given(operations())
def test_no_text_of_a_stranger_breaks_the_way_to_the_card(operation):
    check(answers.placed(operation, WORKSPACE_URL))


@given(st.one_of(hostile, st.tuples(st.sampled_from(["clear ", "status ", "help "]), hostile).map("".join)))
def test_whatever_is_typed_is_answered(typed):
    """A misunderstanding repeats the words that caused it, and none of them acts."""
    try:
        parse(typed)
    except Misunderstood as error:
        check(answers.misunderstood(error))
