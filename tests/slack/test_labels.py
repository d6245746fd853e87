"""The visual language is whole: everything that can be shown has a sign, words and a place."""

import pytest

from bot.domain.events import EventKind
from bot.domain.operations.operation import State
from bot.domain.pipelines.pipeline import Storage
from bot.slack.sentences import labels
from bot.slack.sentences.labels import Field
from bot.slack.views.thread_lines import _LINES


@pytest.mark.parametrize("of", [*State, *EventKind, *Storage], ids=repr)
def test_whatever_can_be_shown_has_a_sign_and_words(of):
    """A sign alone says nothing to somebody who does not see it."""
    assert labels.sign(of)
    assert labels.words(of)


def test_every_spoken_event_has_its_line_in_the_thread():
    assert set(_LINES) == {kind for kind in EventKind if kind.is_spoken}


def test_an_unknown_word_never_looks_like_a_known_one():
    """Feldera may learn new words: they are shown as they are, with the sign for the unknown."""
    assert labels.deployment("Dreaming").mrkdwn == "❔ Dreaming"
    assert labels.deployment("stopped").mrkdwn == "❔ stopped"


def test_labels_come_in_one_order():
    """Whoever builds a message names its values in any order; people read them in the same one everywhere."""
    values = {Field.FROZEN: "c", Field.STORAGE: "b", Field.OPERATION: None, Field.DEPLOYMENT: "a"}
    assert labels.in_order(values) == [("Deployment", "a"), ("Storage", "b"), ("Frozen", "c")]
