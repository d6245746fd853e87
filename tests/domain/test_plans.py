"""A plan of several steps: what leads from one to the next, what ends it, and what is never done."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.access.authorization import AccessData, authority_of, authorization_for
from bot.domain.access.permissions import Action, Role
from bot.domain.access.requests.request import Request
from bot.domain.access.rules import Rule
from bot.domain.events import EventKind
from bot.domain.operations.fingerprints import Fingerprint
from bot.domain.operations.inputs import (
    Answered,
    HistoryRead,
    ProgramErrorRead,
    ReadHistory,
    ReadProgramError,
    Send,
    Stopped,
)
from bot.domain.operations.machine.state_machine import advance
from bot.domain.operations.operation import State
from bot.domain.operations.outcome import Ending
from bot.domain.operations.parts import Approval
from bot.domain.operations.plans import CLEAR, PLANS, StepName, loses_data
from bot.domain.operations.plans import START as A_START
from bot.domain.operations.plans import STOP as A_STOP
from bot.domain.pipelines.pipeline import (
    Absent,
    Accepted,
    Change,
    PipelineEvents,
    Refusal,
    Refused,
    Storage,
)
from tests.clock import START
from tests.domain.input_samples import after_look, end_of, kinds
from tests.domain.pipeline_samples import DOWN, STOPPED_AT, cleared, clearing, pipeline, running
from tests.domain.samples import (
    ALLOWED,
    ANA,
    BEN,
    FROZEN,
    NOT_APPROVED,
    NOT_PERMITTED,
    grant,
    membership,
    ready,
)
from tests.operations import changed

WHOLE = (StepName.STOP, StepName.CLEAR, StepName.START)
RUN = running(since=STOPPED_AT)
RECORDED_AT = START - timedelta(minutes=1)
REVIEWED = Fingerprint.of(RUN, recorded_at=RECORDED_AT)
STOPPED_SINCE = START + timedelta(seconds=5)
STOPPED = pipeline(status_since=STOPPED_SINCE, resources_desired_since=START)
CLEARED = cleared(status_since=STOPPED_SINCE, resources_desired_since=START)
SOON = START + timedelta(seconds=10)


def in_plan(plan=WHOLE, **differences):
    return ready(plan=plan, previewed=REVIEWED, **differences)


def record(*wanted, since=START):
    """The record by which the run was known, and whether it was wanted to run in each row since; oldest first."""
    rows = [Change(RECORDED_AT, Storage.IN_USE, wanted=True)]
    rows += [
        Change(since + timedelta(seconds=number), Storage.IN_USE, wanted=each)
        for number, each in enumerate(wanted, start=1)
    ]
    return PipelineEvents(tuple(reversed(rows)))


def events_read(operation, look, history=None, now=START):
    """The look before a stop asks for the events, and they are read."""
    looked = after_look(operation, look, now)
    assert isinstance(looked.effect, ReadHistory), looked
    return advance(looked.operation, HistoryRead(history or record(), looked.effect.found), now)


def sent(operation, look, now=START):
    """The step's request goes out and is accepted; before a stop that a clear follows, the events are read."""
    if operation.step_name is StepName.STOP and StepName.CLEAR in operation.plan:
        operation = events_read(operation, look, now=now).operation
    after = after_look(operation, look, now)
    assert isinstance(after.effect, Send), after
    return advance(after.operation, Answered(Accepted()), now).operation


def stopped(operation, history=None, now=SOON):
    """The stop has reached its goal, and the record was read."""
    looked = after_look(operation, STOPPED, now)
    assert isinstance(looked.effect, ReadHistory), looked
    return advance(looked.operation, HistoryRead(history or record(False), looked.effect.found), now)


def test_a_plan_goes_on_step_by_step_to_its_end():
    """Each step is made ready by the one before, with the lock kept, and is bound to what that one left."""
    operation = sent(in_plan(needed=1, given=(Approval(BEN, START),)), RUN)
    after = stopped(operation)
    assert after.operation.approval.given == (Approval(BEN, START),), "it counts for the whole plan"
    assert kinds(after) == [EventKind.STEP_DONE]
    assert after.events[0].data["begun"] is False, "nothing had been sent before this step"
    operation = after.operation
    assert (operation.state, operation.step_name) == (State.READY, StepName.CLEAR)
    assert (operation.attempt.sends, operation.attempt.submitted_at, operation.ready_at) == (0, None, SOON)
    assert operation.bound_to == Fingerprint.of(STOPPED)
    assert operation.previewed == REVIEWED, "what people were shown stays as it was"
    operation = sent(operation, STOPPED, SOON)
    operation = after_look(operation, CLEARED, SOON).operation
    assert (operation.state, operation.step_name, operation.cleared_at) == (State.READY, StepName.START, SOON)
    operation = sent(operation, CLEARED, SOON)
    after = after_look(operation, running(since=SOON), SOON)
    assert end_of(after) == (State.SUCCEEDED, Ending.RUNNING)
    assert [step.ending for step in after.operation.done] == [Ending.PIPELINE_STOPPED, Ending.CLEARED]


@pytest.mark.parametrize(
    ("shown", "plan", "effect", "ending"),
    [
        ({"program_status": "SqlError"}, WHOLE, ReadProgramError, None),
        ({"program_status": "RustError"}, WHOLE[1:], ReadProgramError, None),
        ({"storage": Storage.OTHER}, WHOLE[:2], type(None), Ending.STORAGE_UNKNOWN),
        ({"program_status": "SqlError"}, WHOLE[:2], ReadHistory, None),
        ({"program_status": "CompilingRust"}, WHOLE, ReadHistory, None),
        ({"storage": Storage.OTHER}, A_STOP, Send, None),
    ],
)
def test_what_is_known_to_fail_a_later_step_keeps_the_first_from_being_sent(shown, plan, effect, ending):
    runs = plan[0] is StepName.STOP
    look = running(since=STOPPED_AT, **shown) if runs else pipeline(**shown)
    reviewed = REVIEWED if runs else Fingerprint.of(pipeline())
    after = after_look(replace(in_plan(plan), previewed=reviewed), look)
    assert isinstance(after.effect, effect), after
    outcome = after.operation.outcome
    assert (outcome and outcome.ending) == ending


def test_a_stop_is_not_repeated_for_a_plan_that_cannot_be_ended():
    lost = changed(sent(in_plan(), RUN), state=State.SUBMITTING, accepted_at=None)
    broken = running(since=STOPPED_AT, program_status="SqlError")
    after = after_look(lost, broken, START + timedelta(seconds=20))
    assert (after.effect, after.operation.state) == (None, State.NEEDS_HUMAN)


def test_a_right_that_is_known_to_end_before_the_last_step_keeps_the_first_from_being_sent():
    """A plan of one step needs it now, and one that has begun goes on for as long as it holds."""
    until = START + timedelta(minutes=4)
    access_data = AccessData(
        (grant(ANA, Role.OPERATOR, "*", expires_at=until),),
        (),
        memberships={ANA: membership(ANA)},
        freezes=(),
    )
    for plan, lasts in ((WHOLE, False), (A_STOP, True)):
        assert authorization_for(in_plan(plan), access_data, START).lasts is lasts
        assert authorization_for(in_plan(plan), access_data, START - timedelta(minutes=2)).lasts
    short = authorization_for(in_plan(), access_data, START)
    after = after_look(in_plan(), RUN, carried=short)
    assert (after.effect, after.operation.outcome.ending) == (None, Ending.RIGHTS_END_SOON)
    begun = stopped(sent(in_plan(), RUN)).operation
    assert isinstance(after_look(begun, STOPPED, SOON, carried=replace(short, lasts=False)).effect, Send)


def test_the_clear_is_bound_to_what_the_stop_left():
    operation = stopped(sent(in_plan(), RUN)).operation
    for look, ending in (
        (pipeline(status_since=SOON), Ending.CHANGED_BEFORE),
        (running(since=SOON), Ending.RUNNING_BEFORE),
        (pipeline(id="another"), Ending.RECREATED_BEFORE),
        (Absent(), Ending.UNKNOWN_PIPELINE),
    ):
        after = after_look(operation, look, SOON)
        assert (after.operation.outcome.ending, after.effect) == (ending, None)


@pytest.mark.parametrize(
    ("carried", "ending"), [(NOT_PERMITTED, Ending.PERMISSION_LOST), (NOT_APPROVED, Ending.APPROVALS_LOST)]
)
def test_rights_are_looked_at_again_before_each_request(carried, ending):
    operation = stopped(sent(in_plan(), RUN)).operation
    after = after_look(operation, STOPPED, SOON, carried=carried)
    assert end_of(after) == (State.REFUSED, ending)
    assert after.effect is None


def test_a_freeze_holds_what_has_sent_nothing_and_no_other():
    begun = stopped(sent(in_plan(), RUN)).operation
    assert isinstance(after_look(begun, STOPPED, SOON, carried=FROZEN).effect, Send)
    not_begun = after_look(
        replace(in_plan(), previewed=Fingerprint.of(pipeline())), pipeline(), START
    ).operation
    held = after_look(not_begun, pipeline(), START, carried=FROZEN)
    assert (held.operation.held_by_freeze, held.effect) == (True, None)


def test_nobody_stops_in_time_what_has_begun():
    begun = stopped(sent(in_plan(), RUN)).operation
    assert advance(begun, Stopped(ANA, ALLOWED), SOON).operation == begun


def test_each_step_has_four_hours_of_its_own():
    late = START + timedelta(hours=3)
    begun = stopped(sent(in_plan(), RUN), now=late).operation
    assert isinstance(after_look(begun, STOPPED, late + timedelta(hours=3, minutes=59)).effect, Send)
    after = after_look(begun, STOPPED, late + timedelta(hours=4)).operation
    assert (after.state, after.outcome.ending) == (State.EXPIRED, Ending.TOO_LATE)


def test_a_step_that_is_refused_leaves_the_rest_undone():
    operation = stopped(sent(in_plan(), RUN)).operation
    submitted = after_look(operation, STOPPED, SOON).operation
    after = advance(submitted, Answered(Refused(Refusal.BY_RULE, "no", "Code")), SOON).operation
    assert (after.state, after.step_name) == (State.REFUSED, StepName.CLEAR)
    assert [step.ending for step in after.done] == [Ending.PIPELINE_STOPPED]


def test_a_program_that_does_not_compile_is_asked_about_and_not_sent():
    """Why is not in the look; a record of it that cannot be read does not hold up the end."""
    operation = replace(ready(plan=A_START), previewed=Fingerprint.of(pipeline()))
    after = after_look(operation, pipeline(program_status="SqlError"), START)
    assert isinstance(after.effect, ReadProgramError)
    for said, message in (("line 3", "line 3"), (DOWN, "")):
        ended = advance(after.operation, ProgramErrorRead(said), START).operation
        assert (ended.state, ended.outcome.ending, ended.outcome.message) == (
            State.REFUSED,
            Ending.NOT_COMPILED,
            message,
        )


def test_a_phase_is_told_once_and_a_passing_one_never():
    """`Unavailable` is Feldera not reaching what it has just started."""
    operation, told = sent(replace(ready(plan=A_START), previewed=Fingerprint.of(pipeline())), pipeline()), []
    for status in ("Provisioning", "Provisioning", "Unavailable", "Initializing", "Initializing"):
        after = after_look(operation, running(status=status), SOON)
        operation = after.operation
        told += [event.data["phase"] for event in after.events if event.kind is EventKind.PHASE]
    assert told == ["Provisioning", "Initializing"]


def test_after_a_call_for_a_human_the_rest_is_left_to_them():
    """The stop was done after all, but whoever was called may be at it."""
    operation = sent(in_plan(), RUN)
    called = replace(operation, state=State.NEEDS_HUMAN)
    after = after_look(called, STOPPED, SOON)
    assert end_of(after) == (State.STALE, Ending.LEFT_TO_HUMAN)
    assert after.effect is None


def test_a_clear_that_somebody_else_is_making_is_watched_in_a_plan_too():
    operation = stopped(sent(in_plan(), RUN)).operation
    watching = after_look(operation, clearing(status_since=STOPPED_SINCE), SOON).operation
    assert (watching.state, watching.attempt.sends) == (State.WAITING, 0)
    after = after_look(watching, CLEARED, SOON).operation
    assert (after.state, after.step_name) == (State.READY, StepName.START)


@pytest.mark.parametrize("plan", PLANS)
def test_an_operator_may_make_every_plan_and_a_requester_may_ask_for_it(plan):
    """A rule holds for whatever loses data; a start takes a requester one approval, and an operator none."""
    rules = (Rule("*", approvals=2, reason_required=True, stop_window=timedelta(seconds=30)),)
    for who, role, usual in ((ANA, Role.OPERATOR, 0), (BEN, Role.REQUESTER, 1)):
        access_data = AccessData(
            (grant(who, role, "*"),), rules, memberships={who: membership(who)}, freezes=()
        )
        basis = authority_of(Request(who, "orders", plan), access_data, START)
        assert basis.may_ask
        assert basis.approvals_needed == (2 if loses_data(plan) else usual)
        assert basis.requirements.reason_required is loses_data(plan)
        assert bool(basis.requirements.stop_window) is loses_data(plan)
        alone = {StepName.STOP: Action.STOP, StepName.CLEAR: Action.CLEAR, StepName.START: Action.START}
        expected = alone[plan[0]] if role is Role.OPERATOR else Action.REQUEST
        assert basis.requester.action is expected


def test_the_plans_are_these():
    assert CLEAR in PLANS
    assert len(set(PLANS)) == len(PLANS) == 6
    assert not [plan for plan in PLANS if list(plan) != [step for step in WHOLE if step in plan]]
