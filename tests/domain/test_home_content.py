"""A Home shows what its reader may see and offers what they may do: no more, and no less."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.access.authorization import AccessData
from bot.domain.access.permissions import SAY, Action, Grant, Kind, Membership, Role
from bot.domain.access.rules import Freeze
from bot.domain.home_content import HomeAction, HomeData, HomePage, compose
from bot.domain.ids import Actor, OperationId, PipelineName
from bot.domain.operations.inputs import (
    Closed,
    DeniedByApprover,
    Input,
    SignedOff,
    Stopped,
    Withdrawn,
)
from bot.domain.operations.machine.state_machine import advance
from bot.domain.operations.operation import Operation, State
from bot.domain.operations.outcome import Ending
from bot.domain.operations.parts import Approval, Review, StepDone
from tests.access_model import ROLES, VIEWERS, Given
from tests.clock import START
from tests.domain.input_samples import approved
from tests.domain.modeled_access import EVERYBODY, GROUPS, LOOKUPS, PATTERNS, PEOPLE, ModeledAccess
from tests.domain.samples import ANA, BEN, CLEO, IN_EVERY_STATE, awaiting, ended, grant, needs_human
from tests.operations import changed

NOW = START + timedelta(minutes=5)
UNDERWAY = {State.AWAITING_APPROVAL, State.READY, State.SUBMITTING, State.WAITING, State.NEEDS_HUMAN}
OPEN = [operation for state, operation in IN_EVERY_STATE.items() if state in UNDERWAY]
BEGUN = StepDone(Ending.PIPELINE_STOPPED, START, sent_at=START)
ENDS = st.sampled_from([None, None, None, NOW, NOW + timedelta(minutes=1)])


@st.composite
def worlds(draw: st.DrawFn) -> tuple[ModeledAccess, Actor, AccessData, Operation]:
    """Some grants as far as they are known, somebody who looks, and an open operation of somebody's."""
    reader = draw(st.sampled_from(PEOPLE))
    holders = st.sampled_from([reader] * 12 + [*EVERYBODY, *GROUPS])
    model = ModeledAccess(
        given=draw(st.lists(st.builds(Given, holders, st.sampled_from(ROLES), PATTERNS, ENDS), max_size=4))
    )
    model.becomes(reader, draw(st.sampled_from([Kind.MEMBER] * 15 + [*Kind])))
    for group in draw(st.sets(st.sampled_from(GROUPS))):
        model.groups[group] = {reader}
    lookups = draw(LOOKUPS)
    access_data = model.access_data([reader], lookups)
    if lookups != "good":
        model.groups = {}
    if lookups == "no answer":
        model.colleagues = set()
    approvers = draw(st.lists(st.sampled_from([reader, CLEO]), max_size=1))
    operation = changed(
        draw(st.sampled_from(OPEN)),
        requester=draw(st.sampled_from([reader, ANA])),
        incident=draw(st.sampled_from(["", "INC-1"])),
        done=draw(st.sampled_from([(), (StepDone(Ending.NOTHING_TO_STOP, START),), (BEGUN,)])),
        review=draw(st.sampled_from([None, Review(CLEO, START)])),
        given=tuple(Approval(by, START) for by in approvers),
    )
    return model, reader, access_data, operation


def page_of(reader: Actor, access_data: AccessData, *operations: Operation, now: datetime = NOW) -> HomePage:
    return compose(access_data.memberships[reader], access_data, HomeData(underway=operations), now)


def items(page: HomePage) -> dict[Operation, frozenset[HomeAction]]:
    return {item.operation: item.actions for item in (*page.decides, *page.requests, *page.underway)}


@settings(max_examples=300)
@given(worlds())
def test_a_home_shows_what_may_be_seen_and_offers_what_would_be_done_and_nothing_else(
    world: tuple[ModeledAccess, Actor, AccessData, Operation],
) -> None:
    model, reader, access_data, operation = world
    held, page = model.held_by(reader, NOW), page_of(reader, access_data, operation)
    may_see = model.holds(reader, VIEWERS, "orders", NOW) or operation.requester == reader
    assert (operation in items(page)) == (bool(held) and may_see)
    assert [model.given[each.id] for each in page.grants] == held
    offered = items(page).get(operation)
    if offered is not None:
        for action in HomeAction:
            after = advance(operation, input_(action, reader, access_data, operation), NOW)
            assert (action in offered) == bool(after.events), action


def input_(deed: HomeAction, reader: Actor, access_data: AccessData, operation: Operation) -> Input:
    """The deed as the handlers bring it to the row."""

    def may(action: Action) -> object:
        return access_data.may(reader, action, operation.pipeline, NOW)

    approve = may(Action.APPROVE)
    match deed:
        case HomeAction.APPROVE:
            return approved(reader, approve)
        case HomeAction.DENY:
            return DeniedByApprover(reader, approve, "no")
        case HomeAction.WITHDRAW:
            return Withdrawn(reader)
        case HomeAction.SIGN_OFF:
            return SignedOff(reader, approve)
        case HomeAction.CLOSE:
            return Closed(reader, may(Action.CLEAR))
        case HomeAction.STOP:
            decisions = [may(action) for action in SAY]
            return Stopped(reader, next((each for each in decisions if each.allowed), decisions[0]))


def known(*grants: Grant, reader: Actor = BEN) -> AccessData:
    return AccessData(grants=grants, memberships={reader: Membership(reader)}, freezes=())


def facts_of(*roles: Role) -> AccessData:
    return known(*(grant(BEN, role, "*", id=number) for number, role in enumerate(roles, start=1)))


def test_what_waits_for_its_reader_stands_apart() -> None:
    unsigned = ended(State.SUCCEEDED, Ending.CLEARED, id=OperationId("op2"), incident="INC-1")
    stuck = needs_human(id=OperationId("op3"))
    own = awaiting(id=OperationId("op4"), requester=BEN)
    approved = awaiting(id=OperationId("op5"), given=(Approval(BEN, START),))
    broken = replace(unsigned, id=OperationId("op6"), requester=BEN)  # nobody reviews their own
    access_data = facts_of(Role.APPROVER, Role.OPERATOR)
    board = HomeData(
        pending=(awaiting(), unsigned, own, approved, broken), underway=(awaiting(), stuck, own, approved)
    )
    page = compose(access_data.memberships[BEN], access_data, board, NOW)
    assert [item.operation.id for item in page.decides] == ["op1", "op2", "op3"]
    assert [item.operation.id for item in page.requests] == ["op4", "op6"]
    assert [item.operation.id for item in page.underway] == ["op5"]


def test_what_ended_is_shown_to_whoever_may_see_it() -> None:
    theirs = [
        ended(State.SUCCEEDED, Ending.CLEARED, id=OperationId("op2"), pipeline=PipelineName("payments")),
        ended(State.SUCCEEDED, Ending.CLEARED, id=OperationId("op3")),
        ended(State.SUCCEEDED, Ending.CLEARED, id=OperationId("op4"), pipeline=PipelineName("orders-eu")),
    ]
    access_data = known(grant(BEN, Role.VIEWER, "orders*"))
    page = compose(access_data.memberships[BEN], access_data, HomeData(ended=tuple(theirs)), NOW)
    assert [operation.id for operation in page.ended] == ["op3", "op4"]


@pytest.mark.parametrize(
    ("pattern", "held", "ends_in", "is_shown"),
    [
        ("ord*", "orders", 1, True),
        ("orders", "orders", 0, False),
        ("payments", "orders", 1, False),
        ("orders-secret*", "orders-*", 1, True),
        ("o*-x", "orders-*", 1, False),
    ],
)
def test_the_freezes_on_it_are_those_in_force_that_certainly_concern_its_reader(
    pattern: str, held: str, ends_in: int, *, is_shown: bool
) -> None:
    """One that only might could name pipelines that they may not see."""
    freeze = Freeze(1, pattern, NOW + timedelta(minutes=ends_in), "why", "T1/UCLEO", START)
    access_data = replace(known(grant(BEN, Role.VIEWER, held)), freezes=(freeze,))
    assert page_of(BEN, access_data).freezes == ((freeze,) if is_shown else ())


def test_when_it_changes_by_itself() -> None:
    assert page_of(BEN, facts_of(Role.VIEWER)).changes_at is None
    until = grant(BEN, Role.VIEWER, "*", expires_at=NOW + timedelta(hours=2))
    freeze = Freeze(1, "orders", NOW + timedelta(hours=1), "why", "T1/UCLEO", START)
    access_data = known(until)
    assert page_of(BEN, access_data).changes_at == NOW + timedelta(hours=2)
    assert page_of(BEN, replace(access_data, freezes=(freeze,))).changes_at == NOW + timedelta(hours=1)


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.MEMBER])
def test_nobody_but_a_member_sees_anything(kind: Kind) -> None:
    access_data = replace(facts_of(*Role), memberships={BEN: Membership(BEN, kind, why="Slack is away")})
    unread = "Slack is away" if kind is Kind.UNKNOWN else ""
    assert page_of(BEN, access_data, *OPEN) == HomePage(access_data.memberships[BEN], unread=unread)


def test_a_group_that_could_not_be_read_is_told_of() -> None:
    group = GROUPS[0]
    unsure = Membership(BEN, unresolved_groups=frozenset({group.group}), why="Slack is away")
    by_group, own = grant(group, Role.APPROVER, "*"), grant(BEN, Role.VIEWER, "*", id=2)
    access_data = replace(known(by_group), memberships={BEN: unsure})
    assert page_of(BEN, access_data, awaiting()) == HomePage(unsure, unread="Slack is away")
    page = page_of(BEN, replace(access_data, grants=(by_group, own)), awaiting())
    assert (page.grants, page.unread) == ((own,), "Slack is away")


def test_others_grants_are_not_ones_own() -> None:
    others = grant(CLEO, Role.APPROVER, "*")
    page = page_of(ANA, known(others, grant(ANA, Role.REQUESTER, "*", id=2), reader=ANA), awaiting())
    assert [each.id for each in page.grants] == [2]
    assert items(page) == {awaiting(): frozenset({HomeAction.WITHDRAW})}
