"""What decided is what is recorded and shown: after a no, nobody asks the store for the access data once more."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.access.authorization import AccessData
from bot.domain.access.permissions import Kind, Role
from bot.domain.access.requests.request_limits import OPEN_REQUESTS_MAX
from bot.domain.access.requests.request_objections import Frozen, TooManyOpen
from bot.domain.access.rules import Rule
from bot.domain.operations.operation import State
from bot.domain.pipelines.targets import ONE
from bot.engine.handlers.decisions import Decisions
from bot.engine.handlers.preview_and_confirm import PreviewAndConfirm
from bot.engine.pending_cancels import PendingCancels
from bot.engine.replies import ActionResult, PermissionDenied, Result
from tests.clock import START, MovableClock
from tests.domain.samples import ANA, BEN, FREEZE, awaiting, grant, membership, needs_human, proposed, ready

pytestmark = pytest.mark.anyio

EXPIRED = grant(BEN, Role.APPROVER, "*", id=8, expires_at=START - timedelta(hours=1))
ACCESS_DATA = AccessData(
    (grant(ANA, Role.OPERATOR, "*", id=7), EXPIRED),
    (Rule("orders", approvals=1),),
    memberships={ANA: membership(ANA), BEN: membership(BEN)},
    freezes=(),
)


class DecidesOnce:
    """A store and an authorizer that know this operation, and give the access data to the transaction alone."""

    def __init__(self, operation, access_data=ACCESS_DATA):
        self.operation, self.access_data_inside, self.recorded = operation, access_data, []
        self.store, self.clock = self, MovableClock()

    async def change(self, _operation_id, decide, *, memberships):
        assert memberships == {}
        return decide(self.operation, self.access_data_inside)

    async def note(self, event, operation_id=None):
        self.recorded.append((event.data, operation_id))

    async def grants(self, _role=None):
        """For the names of admins, on which no decision rests."""
        return ()

    async def for_action(self, *_who, **_to):
        return {}


class Here:
    targets = ONE


def handlers(store):
    return PreviewAndConfirm(store, Here(), store, MovableClock(), work=lambda: None)


def decisions(store):
    return Decisions(store, store, MovableClock(), PendingCancels(), work=lambda: None)


@pytest.mark.parametrize(
    ("differences", "kind", "why"),
    [
        ({"freezes": (FREEZE,)}, Frozen, "frozen"),
        ({"open_requests": OPEN_REQUESTS_MAX}, TooManyOpen, "too_many_open"),
    ],
)
async def test_a_confirmation(differences, kind, why):
    """With the grant and the rules as the transaction read them."""
    store = DecidesOnce(proposed(), replace(ACCESS_DATA, **differences))
    assert isinstance(await handlers(store).confirm(ANA, "op1"), kind)
    recorded = {"pipeline": "orders", "action": "clear", "why": why, "grant": 7, "rules": "orders"}
    assert store.recorded == [(recorded, "op1")]


async def test_a_confirmation_by_somebody_who_may_not():
    store = DecidesOnce(proposed(), replace(ACCESS_DATA, grants=()))
    reply = await handlers(store).confirm(ANA, "op1")
    assert (reply.confirming, reply.decision.allowed) == (True, False)
    [(data, _)] = store.recorded
    assert (data["why"], data["grant"], data["rules"]) == ("no_grant", None, "orders")


@pytest.mark.parametrize(
    ("operation", "action"),
    [
        (awaiting(), lambda requests: requests.approve(BEN, "op1")),
        (awaiting(), lambda requests: requests.deny(BEN, "op1", "no")),
        (ready(), lambda requests: requests.stop(BEN, "op1")),
        (needs_human(), lambda requests: requests.close(BEN, "op1")),
    ],
    ids=["approve", "deny", "cancel", "close"],
)
async def test_an_action_of_somebody_who_may_not(operation, action):
    """The decision that said no is in the reply and on record."""
    store = DecidesOnce(operation)
    reply = await action(decisions(store))
    assert isinstance(reply, PermissionDenied)
    [(data, operation_id)] = store.recorded
    assert (data["why"], data["grant"]) == (reply.decision.why.value, reply.decision.on_record["grant"])
    assert operation_id == "op1"


async def test_a_withdrawal_by_somebody_who_is_no_member_any_more():
    gone = {ANA: membership(ANA, kind=Kind.DEACTIVATED)}
    store = DecidesOnce(awaiting(), replace(ACCESS_DATA, memberships=gone))
    reply = await decisions(store).withdraw(ANA, "op1")
    assert isinstance(reply, PermissionDenied)
    assert [data["why"] for data, _ in store.recorded] == ["not_a_member"]


async def test_a_withdrawal_without_any_right_left_comes_too_late():
    """It is their own: they are told how it stands, not that they may not."""
    store = DecidesOnce(ready(), replace(ACCESS_DATA, grants=()))
    reply = await decisions(store).withdraw(ANA, "op1")
    assert reply == ActionResult(Result.ALREADY_DECIDED, ready())
    assert [data["why"] for data, _ in store.recorded] == ["too_late"]


async def test_an_approval_counts_in_what_it_rests_on():
    """Where the requester is known as well, nothing objects to the last one: it is the one that was missing."""
    approver = grant(BEN, Role.APPROVER, "*", id=9)
    store = DecidesOnce(awaiting(needed=1), replace(ACCESS_DATA, grants=(*ACCESS_DATA.grants, approver)))
    reply = await decisions(store).approve(BEN, "op1")
    assert (reply.result, reply.operation.state) == (Result.APPROVED, State.READY)
