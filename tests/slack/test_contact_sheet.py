"""The contact sheet shows everything that the bot can say, and Slack takes all of it."""

import json

import pytest

from bot.domain.events import EventKind
from bot.domain.operations.operation import State
from bot.domain.operations.outcome import Ending
from bot.engine.replies import ActionResult, Blocked, Blocker, Result
from bot.simulator.slack.blocks.block_rules import problems_in_blocks, problems_in_view
from bot.slack.views.forms import clear_form_view, modals
from tests import contact_sheet
from tests.contact_sheet import EVERY_REPLY
from tests.slack.examples import examples
from tests.slack.reading import LONGEST_EDIT


@pytest.fixture(scope="module")
def shots():
    return list(contact_sheet.shots())


def test_nothing_is_missing_from_the_sheet(shots):
    """Every reply, state that others see, ending, spoken event, modal: whoever adds one finds it here."""
    shown = {shot.shows for shot in shots}
    assert set(EVERY_REPLY) <= shown
    assert {reply.result for reply in examples(ActionResult)} == set(Result)
    assert {reply.by for reply in examples(Blocked)} == set(Blocker)
    assert set(State) - {State.PROPOSED, State.WITHDRAWN} <= shown
    assert set(Ending) <= shown
    assert {kind for kind in EventKind if kind.is_spoken} <= shown
    assert {modals.DENY_REQUEST, modals.BREAK_GLASS_FORM, clear_form_view.CLEAR_FORM} <= shown


def test_slack_takes_every_one(shots):
    """Its limits and shapes, as the simulator checks them; and a text for those who do not see the blocks."""
    for shot in shots:
        if shot.view is not None:
            assert problems_in_view(shot.view) == [], shot.title
        else:
            assert problems_in_blocks(shot.blocks) == [], shot.title
            assert 0 < len(shot.message.text) <= LONGEST_EDIT, shot.title


def test_titles_are_distinct(shots):
    titles = [shot.title for shot in shots]
    assert len(titles) == len(set(titles))


def test_the_sheet_is_written_for_the_block_kit_builder(tmp_path):
    path = tmp_path / "sheet.json"
    contact_sheet.main(path)
    written = json.loads(path.read_text())
    assert list(written) == ["blocks"]
    assert {block["type"] for block in written["blocks"]} >= {"header", "section", "actions", "input"}
    readable = path.with_suffix(".txt").read_text()
    assert all(f"=== {shot.title}\n" in readable for shot in contact_sheet.shots())
    assert "<" not in readable.replace("<br>", ""), "what the client shows instead of tokens"
