"""`history`: a line a request, newest first; and a page after the other."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.ids import TeamId
from bot.domain.operations.operation import State
from bot.domain.operations.outcome import Ending, Outcome
from bot.domain.operations.plans import CLEAR, STOP
from bot.slack.sentences.outcome_text import verdict
from bot.slack.sentences.request_text import request_text
from tests.cli.looking import cells
from tests.cli.waiting import stands
from tests.operations import changed
from tests.store.samples import BEN, START, proposed

FIRST = "7fk2qa5xheyxmjyqfxnzbdlz"
SECOND = "b2k7aaaaheyxmjyqfxnzbdlz"
THIRD = "c2k7aaaaheyxmjyqfxnzbdlz"


@pytest.fixture
def requests(shell):
    """Two on `orders`, by two people, and one on `users` that was stale; all at the same moment, in this order."""
    with shell.administration() as administration:
        administration.remember_team(TeamId("T1"))
    stands(
        shell,
        proposed(FIRST),
        State.SUCCEEDED,
        submitted_at=START,
        ended_at=START + timedelta(seconds=12),
        outcome=Outcome(Ending.CLEARED),
    )
    stands(shell, replace(proposed(SECOND), requester=BEN, plan=STOP), State.DENIED, ended_at=START)
    stands(
        shell,
        proposed(THIRD, pipeline="users"),
        State.STALE,
        ended_at=START,
        outcome=Outcome(Ending.CHANGED_BEFORE),
    )


@pytest.mark.parametrize(
    ("took", "card", "listed", "typed"),
    [
        (0.2, "after 1 second", "took 1 second", "1 s"),
        (8.7, "after 9 seconds", "took 9 seconds", "9 s"),
        (59.6, "after 1 minute", "took 1 minute", "1 min"),
        (100, "after 1 minute and 40 seconds", "took 2 minutes", "2 min"),
        (6640, "after 1 hour, 50 minutes and 40 seconds", "took 1 hour and 51 minutes", "1 h 51 min"),
    ],
)
def test_it_took_as_long_as_slack_says(shell, took, card, listed, typed):
    """On the card, in Slack's list and in the shell."""
    done = {"state": State.SUCCEEDED, "outcome": Outcome(Ending.CLEARED), "confirmed_at": START}
    done |= {"submitted_at": START, "ended_at": START + timedelta(seconds=took)}
    operation = changed(proposed(FIRST), **done)
    assert verdict(operation, operation.outcome).plain.endswith(card)
    assert request_text(operation).plain.endswith(listed)
    stands(shell, operation, State.SUCCEEDED)
    assert cells(shell.does("history"))[0][-1] == typed


@pytest.mark.usefixtures("requests")
def test_a_line_a_request_newest_first(shell):
    days = (datetime.now(UTC) - START).days
    asked = f"{days} d ago (2026-03-02 03:00 UTC)"
    assert cells(shell.does("history")) == [
        ("c2k7aa", "clear", "users", "Not cleared (changed before)", "U0ANA", asked, ""),
        ("b2k7aa", "stop", "orders", "Denied", "U0BEN", asked, ""),
        ("7fk2qa", "clear", "orders", "Cleared", "U0ANA", asked, "12 s"),
    ]
    assert shell.does("history").splitlines()[0].split() == [
        *("ID", "ACTION", "PIPELINE", "OUTCOME", "WHO", "WHEN", "TOOK")
    ]


@pytest.mark.usefixtures("requests")
@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (["orders"], ["b2k7aa", "7fk2qa"]),
        (["U0ANA"], ["c2k7aa", "7fk2qa"]),
        (["T1/U0BEN"], ["b2k7aa"]),
        (["--before", "b2k7"], ["7fk2qa"]),
        (["users", "--before", "b2k7"], None),
        (["T2/U0BEN"], None),
    ],
)
def test_of_a_pipeline_of_a_person_or_before_another(shell, wanted, found):
    said = shell.does("history", *wanted)
    if found is None:
        assert said.startswith("No requests "), said
    else:
        assert [row[0] for row in cells(said)] == found


@pytest.mark.usefixtures("requests")
def test_the_next_page_is_the_command_that_is_printed(shell):
    """On standard error, so that the output has a line a request and no more."""
    pages, typed = [], ["history", "orders", "--limit", "1"]
    while typed:
        said = shell.types(*typed)
        assert said.status == 0
        pages.append([row[0] for row in cells(said.stdout)])
        _, older, command = said.stderr.partition("Older requests: pipeline-bot ")
        typed = command.split() if older else []
    assert pages == [["b2k7aa"], ["7fk2qa"]]


@pytest.mark.usefixtures("requests")
def test_for_programs_everything_is_there(shell):
    *_, first = json.loads(shell.does("history", "--json"))
    assert first == {
        "id": FIRST,
        "action": [step.value for step in CLEAR],
        "pipeline": "orders",
        "state": "succeeded",
        "outcome": "cleared",
        "team": "T1",
        "user": "U0ANA",
        "reason": "schema change",
        "incident": None,
        "requested_at": START.isoformat(),
        "ended_at": (START + timedelta(seconds=12)).isoformat(),
        "seconds": 12.0,
    }


def test_where_nothing_was_requested_that_is_said(shell):
    shell.begins()
    assert shell.does("history") == "No requests.\n"
    assert shell.does("history", "orders") == "No requests on orders.\n"
    assert shell.does("history", "U0ANA") == "No requests by U0ANA.\n"
    assert json.loads(shell.does("history", "--json")) == []


@pytest.mark.usefixtures("requests")
def test_what_cannot_be_asked_for(shell):
    assert shell.fails("history", "--before", "zzzz") == "No request's id begins with 'zzzz'.\n"
    assert shell.is_refused("history", "S0LEADS1").startswith("S0LEADS1 is a user group.")
    assert "0 is not in the range" in shell.is_refused("history", "--limit", "0")


def test_reading_creates_no_database(shell):
    assert shell.fails("history").startswith(f"There is no database at {shell.database}.")
    assert list(shell.folder.iterdir()) == []
