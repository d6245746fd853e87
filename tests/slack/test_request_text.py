"""A request in one line: what came of it first, and how long it took."""

from datetime import timedelta

import pytest

from bot.domain.operations.operation import State
from bot.slack.sentences.outcome_text import verdict
from bot.slack.sentences.request_text import request_text
from tests.clock import START
from tests.domain.samples import IN_EVERY_STATE
from tests.operations import changed

CLEARED = IN_EVERY_STATE[State.SUCCEEDED]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "took 1 second"),
        (59, "took 59 seconds"),
        (60, "took 1 minute"),
        (125, "took 2 minutes"),
        (4230, "took 1 hour and 10 minutes"),
    ],
)
def test_how_long_it_took(seconds, said):
    operation = changed(CLEARED, submitted_at=START, ended_at=START + timedelta(seconds=seconds))
    assert request_text(operation).plain.endswith(f", {said}")


@pytest.mark.parametrize(
    ("state", "named", "unnamed"),
    [
        (State.SUCCEEDED, "✅ Cleared: clear of orders, requested", "✅ Cleared, requested"),
        (State.DENIED, "❌ Denied: clear of orders, requested", "❌ Denied: clear requested"),
        (State.WAITING, "⏳ Under way: clear of orders, requested", "⏳ Under way: clear requested"),
    ],
)
def test_what_came_of_it_first(state, named, unnamed):
    operation = IN_EVERY_STATE[state]
    assert request_text(operation).plain.startswith(named)
    assert request_text(operation, names_pipeline=False).plain.startswith(unnamed)


def test_why_it_was_not_done():
    """As its card says it, before what was requested."""
    operation = IN_EVERY_STATE[State.STALE]
    assert operation.outcome is not None
    because = f"❌ {verdict(operation, operation.outcome).plain};"
    assert request_text(operation).plain.startswith(f"{because} clear of orders, requested by ")
    assert request_text(operation, names_pipeline=False).plain.startswith(f"{because} requested by ")


def test_break_glass_is_named():
    told = request_text(changed(CLEARED, incident="INC-9"), names_pipeline=False).plain
    assert told.startswith("✅ Cleared, requested by somebody ")
    assert told.endswith(", 🚨 break-glass for INC-9")
