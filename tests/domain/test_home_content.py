"""A Home shows what its reader may see and offers what they may do: no more, and no less."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.access.authorization import AccessData
from bot.domain.access.permissions import SAY, Action, Kind, Membership, Role
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
from tests.clock import START
from tests.domain.cast_model import EVERYBODY, GROUPS, LOOKUPS, PATTERNS, PEOPLE, Cast
from tests.domain.samples import ANA, BEN, CLEO, IN_EVERY_STATE, approved, awaiting, ended, grant, needs_human
from tests.operations import changed

NOW = START + timedelta(minutes=5)
SEES = set(Role) - {Role.ADMIN}
UNDERWAY = {State.AWAITING_APPROVAL, State.READY, State.SUBMITTING, State.WAITING, State.NEEDS_HUMAN}
OPEN = [operation for state, operation in IN_EVERY_STATE.items() if state in UNDERWAY]
BEGUN = StepDone(Ending.PIPELINE_STOPPED, START, sent_at=START)
ENDS = st.sampled_from([None, None, None, NOW, NOW + timedelta(minutes=1)])


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Cast, Actor, AccessData, Operation]:
    """Some grants, somebody who looks, what is known of them, and an open operation of somebody's."""
    reader = draw(st.sampled_from(PEOPLE))
    holders = st.sampled_from([reader] * 12 + [*EVERYBODY, *GROUPS])
    grants = st.builds(grant, holders, st.sampled_from(Role), PATTERNS, expires_at=ENDS)
    cast = Cast(grants=draw(st.lists(grants, max_size=4)))
    cast.kinds[reader] = draw(st.sampled_from([Kind.MEMBER] * 15 + [*Kind]))
    cast.joined[reader] = set(draw(st.sets(st.sampled_from([group.group for group in GROUPS]))))
    access_data = cast.access_data([reader], draw(LOOKUPS))
    approvers = draw(st.lists(st.sampled_from([reader, CLEO]), max_size=1))
    approvals = tuple(Approval(by, START) for by in approvers)
    operation = changed(
        draw(st.sampled_from(OPEN)),
        requester=draw(st.sampled_from([reader, ANA])),
        incident=draw(st.sampled_from(["", "INC-1"])),
        done=draw(st.sampled_from([(), (StepDone(Ending.NOTHING_TO_STOP, START),), (BEGUN,)])),
        review=draw(st.sampled_from([None, Review(CLEO, START)])),
        given=approvals,
    )
    return cast, reader, access_data, operation


def page_of(reader: Actor, access_data: AccessData, *operations: Operation, now: datetime = NOW) -> HomePage:
    return compose(access_data.memberships[reader], access_data, HomeData(underway=operations), now)


def items(page: HomePage) -> dict[Operation, frozenset[HomeAction]]:
    return {item.operation: item.actions for item in (*page.decides, *page.requests, *page.underway)}


@settings(max_examples=300)
@given(worlds())
def test_what_is_shown_may_be_seen(world: tuple[Cast, Actor, AccessData, Operation]) -> None:
    """Their own and those on pipelines they may see, by any grant in force; without one, nothing at all."""
    cast, reader, access_data, operation = world
    known = access_data.memberships[reader]
    in_force = [each for each in cast.grants if each.is_current(NOW) and each.is_to(known)]
    has_a_role = known.kind is Kind.MEMBER and bool(in_force)
    may_see = any(each.role in SEES and each.pattern not in {"[!o]*", "billing"} for each in in_force)
    page = page_of(reader, access_data, operation)
    assert (operation in items(page)) == (has_a_role and (may_see or operation.requester == reader))
    assert page.grants == (tuple(in_force) if has_a_role else ())


@settings(max_examples=300)
@given(worlds())
def test_what_is_offered_would_be_done_and_nothing_else_would(
    world: tuple[Cast, Actor, AccessData, Operation],
) -> None:
    """Each deed on the page changes the row as it is now; each that is not there would be refused."""
    _, reader, access_data, operation = world
    offered = items(page_of(reader, access_data, operation)).get(operation)
    if offered is None:
        return
    for deed in HomeAction:
        after = advance(operation, input_(deed, reader, access_data, operation), NOW)
        assert (deed in offered) == bool(after.events), deed


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


def facts_of(*roles: Role, reader: Actor = BEN) -> AccessData:
    given = tuple(grant(reader, role, "*", id=number) for number, role in enumerate(roles, start=1))
    return AccessData(grants=given, memberships={reader: Membership(reader)}, freezes=())


def test_what_waits_for_its_reader_stands_apart() -> None:
    """To approve, to sign off, to close: whatever somebody is waited for with; their own, and what only goes on."""
    unsigned = ended(State.SUCCEEDED, Ending.CLEARED, id=OperationId("op2"), incident="INC-1")
    stuck = needs_human(id=OperationId("op3"))
    own = awaiting(id=OperationId("op4"), requester=BEN)
    approved = awaiting(id=OperationId("op5"), given=(Approval(BEN, START),))
    access_data = facts_of(Role.APPROVER, Role.OPERATOR)
    board = HomeData(
        pending=(awaiting(), unsigned, own, approved), underway=(awaiting(), stuck, own, approved)
    )
    page = compose(access_data.memberships[BEN], access_data, board, NOW)
    assert [item.operation.id for item in page.decides] == ["op1", "op2", "op3"]
    assert [item.operation.id for item in page.requests] == ["op4"]
    assert [item.operation.id for item in page.underway] == ["op5"]


def test_what_ended_is_shown_to_whoever_may_see_it() -> None:
    """Newest first, as the board has it."""
    theirs = [
        ended(State.SUCCEEDED, Ending.CLEARED, id=OperationId("op2"), pipeline=PipelineName("payments")),
        ended(State.SUCCEEDED, Ending.CLEARED, id=OperationId("op3")),
        ended(State.SUCCEEDED, Ending.CLEARED, id=OperationId("op4"), pipeline=PipelineName("orders-eu")),
    ]
    access_data = AccessData(
        grants=(grant(BEN, Role.VIEWER, "orders*"),), memberships={BEN: Membership(BEN)}, freezes=()
    )
    page = compose(access_data.memberships[BEN], access_data, HomeData(ended=tuple(theirs)), NOW)
    assert [operation.id for operation in page.ended] == ["op3", "op4"]


@pytest.mark.parametrize(
    ("pattern", "ends_in", "is_shown"),
    [("orders", 1, True), ("ord*", 1, True), ("payments", 1, False), ("orders", 0, False)],
)
def test_the_freezes_on_it_are_those_in_force_that_concern_its_reader(
    pattern: str, ends_in: int, *, is_shown: bool
) -> None:
    """By anything granted to them; one that ended is gone from the moment it ends."""
    freeze = Freeze(1, pattern, NOW + timedelta(minutes=ends_in), "why", "T1/UCLEO", START)
    held = grant(BEN, Role.VIEWER, "orders")
    access_data = AccessData(grants=(held,), memberships={BEN: Membership(BEN)}, freezes=(freeze,))
    assert page_of(BEN, access_data).freezes == ((freeze,) if is_shown else ())


@pytest.mark.parametrize(
    ("pattern", "is_shown"), [("orders-*", True), ("ord*", True), ("orders-secret*", True), ("o*-x", False)]
)
def test_a_freeze_that_only_might_concern_its_reader_is_not_shown(pattern: str, *, is_shown: bool) -> None:
    """It could name pipelines that they may not see."""
    freeze = Freeze(1, pattern, NOW + timedelta(minutes=1), "why", "T1/UCLEO", START)
    access_data = AccessData(
        grants=(grant(BEN, Role.VIEWER, "orders-*"),), memberships={BEN: Membership(BEN)}, freezes=()
    )
    access_data = replace(access_data, freezes=(freeze,))
    assert page_of(BEN, access_data).freezes == ((freeze,) if is_shown else ())


def test_when_it_changes_by_itself() -> None:
    """At the first end of a grant or of a freeze on it; never, if nothing on it ends."""
    assert page_of(BEN, facts_of(Role.VIEWER)).changes_at is None
    until = grant(BEN, Role.VIEWER, "*", expires_at=NOW + timedelta(hours=2))
    freeze = Freeze(1, "orders", NOW + timedelta(hours=1), "why", "T1/UCLEO", START)
    access_data = AccessData(grants=(until,), memberships={BEN: Membership(BEN)}, freezes=())
    assert page_of(BEN, access_data).changes_at == NOW + timedelta(hours=2)
    assert page_of(BEN, replace(access_data, freezes=(freeze,))).changes_at == NOW + timedelta(hours=1)


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.MEMBER])
def test_nobody_but_a_member_sees_anything(kind: Kind) -> None:
    """Every role at once changes nothing."""
    access_data = replace(facts_of(*Role), memberships={BEN: Membership(BEN, kind, why="Slack is away")})
    unread = "Slack is away" if kind is Kind.UNKNOWN else ""
    assert page_of(BEN, access_data, *OPEN) == HomePage(access_data.memberships[BEN], unread=unread)


def test_a_group_that_could_not_be_read_is_told_of() -> None:
    """Whether anything hangs on it or not is not known: the page says what is missing."""
    group = GROUPS[0]
    known = Membership(PEOPLE[0], unresolved_groups=frozenset({group.group}), why="Slack is away")
    access_data = AccessData(
        grants=(grant(group, Role.APPROVER, "*"),), memberships={PEOPLE[0]: known}, freezes=()
    )
    assert page_of(PEOPLE[0], access_data, awaiting()) == HomePage(known, unread="Slack is away")
    own = grant(PEOPLE[0], Role.VIEWER, "*", id=2)
    page = page_of(PEOPLE[0], replace(access_data, grants=(*access_data.grants, own)), awaiting())
    assert (page.grants, page.unread) == ((own,), "Slack is away")


def test_others_grants_are_not_ones_own() -> None:
    """The facts know everybody who may approve; the page is one person's."""
    access_data = AccessData(
        grants=(grant(CLEO, Role.APPROVER, "*"), grant(ANA, Role.REQUESTER, "*", id=2)),
        memberships={ANA: Membership(ANA)},
        freezes=(),
    )
    page = page_of(ANA, access_data, awaiting())
    assert [each.id for each in page.grants] == [2]
    assert items(page) == {awaiting(): frozenset({HomeAction.WITHDRAW})}
