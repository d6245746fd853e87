"""`pending` and `deny`: what waits for people, read from a database as a running bot leaves it."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.domain.operations.operation import State
from bot.domain.operations.parts import Approval, Review
from bot.domain.operations.plans import StepName
from tests.cli.waiting import stands
from tests.store.samples import BEN, START, proposed

ASKED = "7fk2qa5xheyxmjyqfxnzbdlz"
LISTED = "`pipeline-bot pending` lists those that can be denied."
BROKEN = "b2k7aaaaheyxmjyqfxnzbdlz"


@pytest.fixture
def waiting(shell):
    asked = stands(
        shell,
        proposed(ASKED, reason="schema\nchange"),
        State.AWAITING_APPROVAL,
        needed=2,
        given=(Approval(BEN, START),),
        deadline=START + timedelta(hours=1),
        due_at=START + timedelta(hours=1),
    )
    broken = stands(
        shell,
        replace(
            proposed(BROKEN, pipeline="users"), incident="INC-7", created_at=START + timedelta(seconds=1)
        ),
        State.SUCCEEDED,
        ended_at=START,
    )
    return asked, broken


def test_requests_and_break_glass_runs_are_listed_oldest_first(shell, waiting):
    heading, asked, broken = (" ".join(line.split()) for line in shell.does("pending").splitlines())
    assert heading == "ID REQUESTER ACTION PIPELINE AWAITS EXPIRES REASON"
    assert asked == "7fk2qa U0ANA clear orders approval, 1 of 2 2026-03-02 04:00 UTC schema change"
    assert broken == "b2k7aa U0ANA clear users review of break-glass for INC-7 schema change"
    assert [operation.short_id for operation in waiting] == ["7fk2qa", "b2k7aa"]


def test_for_programs_everything_is_there(shell, waiting):
    asked, broken = json.loads(shell.does("pending", "--json"))
    assert asked == {
        "id": ASKED,
        "waits_for": "approval",
        "team": "T1",
        "user": "U0ANA",
        "steps": ["clear"],
        "pipeline": "orders",
        "reason": "schema\nchange",
        "incident": None,
        "state": "awaiting_approval",
        "approvals_needed": 2,
        "approvals": [{"team": "T1", "user": "U0BEN", "at": START.isoformat()}],
        "requested_at": START.isoformat(),
        "approve_by": (START + timedelta(hours=1)).isoformat(),
    }
    assert (broken["id"], broken["waits_for"], broken["incident"]) == (BROKEN, "sign_off", "INC-7")
    assert datetime.fromisoformat(broken["requested_at"]) == waiting[1].confirmed_at


def test_when_nothing_waits_that_is_said(shell):
    """As it is where a break-glass run was reviewed."""
    shell.begins()
    assert json.loads(shell.does("pending", "--json")) == []
    stands(shell, replace(proposed(BROKEN), incident="INC-7"), State.SUCCEEDED, review=Review(BEN, START))
    assert shell.does("pending") == "No pending requests.\n"


def test_what_was_denied_is_named_with_all_its_steps(shell):
    plan = (StepName.STOP, StepName.CLEAR, StepName.START)
    deadline = START + timedelta(days=36_500)
    stands(shell, replace(proposed(ASKED), plan=plan), State.AWAITING_APPROVAL, needed=1, deadline=deadline)
    assert "  stop, clear and start  orders  " in shell.does("pending")
    assert json.loads(shell.does("pending", "--json"))[0]["steps"] == ["stop", "clear", "start"]
    assert shell.does("deny", "7fk2", "no").startswith("Denied: stop, clear and start orders (7fk2qa)")


def test_a_request_is_denied_by_the_beginning_of_its_id(shell):
    """With the reason, and whoever typed it, in the record."""
    asked = stands(
        shell,
        proposed(ASKED),
        State.AWAITING_APPROVAL,
        needed=1,
        deadline=START + timedelta(days=36_500),
    )
    assert shell.does("deny", "7fk2", "not", "today") == (
        "Denied: clear orders (7fk2qa), requested by U0ANA. Nothing was sent to Feldera.\n"
    )
    with shell.administration() as administration:
        after = administration.operation(asked.id)
        entry = list(administration.entries())[-1]
        assert administration.verify().broken is None
    assert (after.state, after.outcome.message, after.due_at) == (State.DENIED, "not today", None)
    assert (entry.operation, entry.event.by, entry.event.data["reason"]) == (asked.id, None, "not today")
    assert entry.event.data["shell"].startswith("shell:")
    assert shell.does("pending") == "No pending requests.\n"
    assert shell.does("deny", "7fk2", "again").startswith("Denied"), "as it was wanted"


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        (["zzzz", "no"], f"No request has an id that begins with 'zzzz': {LISTED}"),
        (["", "no"], f"Give the id of a request: {LISTED}"),
        (
            ["b2k7aa", "no"],
            f"b2k7aa was not denied: it does not await approval, its state is succeeded. {LISTED}",
        ),
        (["7fk2qa"], "Missing argument 'REASON...'."),
        (["7fk2qa", "  "], "Give a reason: the requester is told why."),
        (["7fk2qa", "\x1b"], "Give a reason: the requester is told why."),
    ],
)
def test_what_waits_for_no_approval_or_is_given_no_reason_is_not_denied(shell, waiting, typed, complaint):
    with shell.administration() as administration:
        head = administration.head()
    said = shell.types("deny", *typed)
    assert said.stderr.startswith(f"error: {complaint}\n")
    assert (said.status, said.stdout) == (1 if typed[0] in {"zzzz", "b2k7aa"} else 2, "")
    with shell.administration() as administration:
        assert administration.head() == head
        assert [each.id for each in administration.pending()] == [each.id for each in waiting]


@pytest.mark.usefixtures("waiting")
def test_a_request_whose_time_is_over_is_not_denied(shell):
    """Nobody decided in time: that is how it ended, also where no bot ran to notice."""
    assert shell.fails("deny", "7fk2qa", "no") == (
        f"7fk2qa was not denied: it does not await approval, its state is expired. {LISTED}\n"
    )
