"""A card is short, and says nothing twice: nine lines before the steps, six once it ended, whatever it is about."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from bot.domain.ids import GroupId
from bot.domain.operations.operation import State
from bot.domain.operations.outcome import Ending, Outcome
from bot.domain.operations.parts import Approval, Review, StepDone
from bot.domain.operations.plans import CLEAR, PLANS, STOP, StepName
from bot.slack.sentences.plan_text import action_name
from bot.slack.views.card import card
from tests.clock import START
from tests.domain.samples import ANA, BEN, CLEO, IN_EVERY_STATE
from tests.operations import changed
from tests.slack.reading import check
from tests.slack.test_action_names import BY_STEP, operation_of

BEFORE_THE_STEPS, ONCE_ENDED = 9, 6  # lines

CONFIRMED = [state for state, operation in IN_EVERY_STATE.items() if operation.confirmed_at is not None]
GIVEN = tuple(Approval(by, START) for by in (BEN, CLEO))
APPROVALS = {
    "none needed": {},
    "none given": {"needed": 2, "groups": (GroupId("SONCALL"), GroupId("SDATA"))},
    "one given": {"needed": 2, "given": GIVEN[:1], "groups": (GroupId("SONCALL"),)},
    "all given": {"needed": 2, "given": GIVEN},
}
FREEZES = {
    "not frozen": {},
    "frozen": {"frozen_until": START + timedelta(hours=2)},
    "held": {"frozen_until": START + timedelta(hours=2), "held_by_freeze": True},
}
BREAK_GLASS = {
    "no break-glass": {},
    "not reviewed": {"incident": "INC-9"},
    "reviewed": {"incident": "INC-9", "review": Review(BEN, START)},
}
OUTAGES = {"answers": {}, "unreachable": {"unreachable_since": START}}
ALL_BEFORE_NOW = {"posts": 2, "displaced": "not_in_channel", "last_cleared_at": START, "called_at": START}

every_plan = pytest.mark.parametrize("plan", PLANS, ids=action_name)


def lines(block) -> list[str]:
    """The lines of a block, as Slack shows them: a row of fields has two, a context is one."""
    match block["type"]:
        case "header":
            return [block["text"]["text"]]
        case "section" if "fields" in block:
            return [line for field in block["fields"] for line in field["text"].split("\n")]
        case "section":
            return block["text"]["text"].split("\n")
        case "context":
            return [" ".join(element["text"] for element in block["elements"])]
    return []


def parts(operation) -> tuple[list[str], list[str]]:
    """The card's lines but for its steps, and the steps."""
    blocks = card(operation).blocks
    sections = [block for block in blocks if block["type"] == "section"]
    steps = [line for block in sections[1:] for line in lines(block)]
    return [line for block in blocks if block not in sections[1:] for line in lines(block)], steps


def check_lines(operation) -> None:
    others, steps = parts(operation)
    most = ONCE_ENDED if operation.state.has_ended else BEFORE_THE_STEPS
    assert len(others) <= most, others
    assert len(steps) <= len(operation.plan), steps
    whole = "\n".join([*others, *steps])
    assert max(Counter(whole.split("\n")).values()) == 1, whole
    for once in ("schema change", "INC-9", "Approvals:", "Expires:", "Id `", "Feldera became", "until <"):
        assert whole.count(once) <= 1, whole
    assert "\n\n" not in whole
    assert "none" not in whole


@every_plan
@pytest.mark.parametrize("state", CONFIRMED, ids=lambda state: state.value)
def test_whatever_it_waits_for(plan, state):
    for approvals, freeze, glass, outage in product(
        APPROVALS.values(), FREEZES.values(), BREAK_GLASS.values(), OUTAGES.values()
    ):
        operation = changed(operation_of(plan, state), **approvals, **freeze, **glass, **outage)
        check_lines(operation)
        check_lines(changed(operation, **ALL_BEFORE_NOW))


@every_plan
@pytest.mark.parametrize("ending", Ending)
def test_however_it_ended(plan, ending):
    """At each step, approved or as break-glass, whether a request was sent or not, whatever Feldera said."""
    needs_human = {
        Ending.UNTOUCHED,
        Ending.UNPROVABLE,
        Ending.CONTRADICTION,
        Ending.AMBIGUOUS_FELDERA,
        Ending.OUT_OF_REACH,
    }
    state = State.NEEDS_HUMAN if ending in needs_human else State.REFUSED
    outcome = Outcome(ending, "line 3:\nno such table\n" * 20, "Code", by=BEN)
    for step, sent, approvals in product(range(len(plan)), (START, None), APPROVALS.values()):
        done = tuple(StepDone(BY_STEP[name][0], START, START) for name in plan[:step])
        ended = replace(operation_of(plan, state), step=step, done=done, outcome=outcome)
        ended = changed(ended, submitted_at=sent, accepted_at=sent, **approvals)
        check(card(ended))
        check_lines(ended)
        check_lines(changed(ended, incident="INC-9", review=Review(BEN, START), needed=0, given=()))


@every_plan
def test_steps_are_one_line_until_it_runs(plan):
    waits = parts(operation_of(plan, State.AWAITING_APPROVAL))[1]
    assert waits == ([] if len(plan) == 1 else [" · ".join(f"○ {step.value.capitalize()}" for step in plan)])
    runs = parts(operation_of(plan, State.WAITING))[1]
    assert len(runs) == (0 if len(plan) == 1 else len(plan))
    for state in (State.SUCCEEDED, State.UNNECESSARY, State.DENIED, State.STALE, State.EXPIRED):
        assert parts(operation_of(plan, state))[1] == []


def third(operation) -> str:
    return parts(operation)[0][2]


def test_what_is_lost_is_said_in_the_past_tense_only_of_what_was_lost():
    assert third(operation_of(CLEAR, State.WAITING)) == "Deletes: the storage, with 2 checkpoints (3.0 MiB)"
    assert (
        third(operation_of(CLEAR, State.SUCCEEDED))
        == "Deleted, as Feldera reports: the storage, which held 2 checkpoints (3.0 MiB) at the preview."
    )
    assert third(operation_of(STOP, State.WAITING)).startswith("Loses: everything after the last checkpoint")
    assert third(operation_of(STOP, State.SUCCEEDED)) == "Lost: everything after the last checkpoint."
    assert third(operation_of(CLEAR, State.UNNECESSARY)) == "Nothing was sent to Feldera."
    assert third(operation_of(CLEAR, State.REFUSED)) == "This request deleted nothing."
    assert third(operation_of(STOP, State.REFUSED)) == "Nothing was lost."
    assert third(operation_of(CLEAR, State.DENIED)) == "Nothing was sent to Feldera."
    halfway = operation_of((StepName.STOP, StepName.CLEAR), State.REFUSED)
    halfway = replace(halfway, step=1, done=(StepDone(Ending.PIPELINE_STOPPED, START, START),))
    assert third(halfway) == "Lost: everything after the last checkpoint. This request deleted nothing."
    by_others = replace(halfway, done=(StepDone(Ending.PIPELINE_STOPPED, START),))
    assert third(by_others) == "This request deleted nothing."


VERDICTS = {
    Ending.NOT_APPROVED: (State.EXPIRED, "❌ Expired: not approved in time"),
    Ending.TOO_LATE: (
        State.EXPIRED,
        "❌ Expired, not cleared: it could not be sent within 4 hours after <@UANA> confirmed it (`not now`)",
    ),
    Ending.DENIED: (State.DENIED, "❌ Denied by <@UBEN>: `not now`"),
    Ending.WITHDRAWN: (State.WITHDRAWN, "↩️ Withdrawn by <@UBEN>"),
    Ending.STOPPED: (State.WITHDRAWN, "↩️ Cancelled by <@UBEN> before it was sent"),
    Ending.FELDERA_REFUSED: (State.REFUSED, "❌ Not cleared: Feldera refused, saying `not now`"),
    Ending.CHANGED_BEFORE: (
        State.STALE,
        "❌ Not cleared: somebody ran or changed the pipeline after <@UANA>'s preview",
    ),
    Ending.CLEARED: (State.SUCCEEDED, "✅ Cleared after 9 seconds"),
    Ending.CLOSED: (State.CLOSED, "☑️ Closed by <@UBEN>, who confirms that nothing is under way in Feldera"),
}


@pytest.mark.parametrize("ending", VERDICTS)
def test_the_state_is_the_verdict_and_a_notification_begins_with_it(ending):
    """The first line on a phone says which action, on which pipeline, and how it ended."""
    state, verdict = VERDICTS[ending]
    ended = IN_EVERY_STATE[state]
    operation = replace(ended, confirmed_at=START, outcome=Outcome(ending, "not now", by=BEN))
    line = parts(operation)[0][1]
    assert line.startswith(f"{verdict} · <!date^")
    assert card(operation).text.startswith(f"Clear orders: {verdict} · <!date^")


def test_a_request_names_who_and_why_on_one_line_and_its_approvals_on_another():
    waits = changed(operation_of(CLEAR, State.AWAITING_APPROVAL), **APPROVALS["one given"])
    others, _ = parts(waits)
    assert others[3] == "Requested by <@UANA>: `schema change`"
    assert others[4].startswith("Approvals: 1 of 2, by <@UBEN> <!date^")
    assert others[4].endswith("; asked: <!subteam^SONCALL>")
    assert others[5].startswith("Expires: <!date^")
    at_night = changed(waits, needed=0, given=(), incident="INC-9", reason="", state=State.WAITING)
    assert "Run as break-glass for `INC-9` by <@UANA>" in parts(at_night)[0]
    assert ANA.user in card(at_night).text
