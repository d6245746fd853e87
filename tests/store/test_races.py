"""Two connections, many rounds: people who act at the same moment leave one outcome, and each learns which.

Everything is decided by the domain's own functions, on what the database shows under its write lock; nothing else
keeps the two apart.
"""

import asyncio
from contextlib import AsyncExitStack, aclosing

import pytest

from bot.domain.access.authorization import authorization_for
from bot.domain.access.changes import DropRule, GrantRole, RevokeRole, SetRule, decide_change
from bot.domain.access.permissions import Action, Role
from bot.domain.access.rules import Rule
from bot.domain.events import EventKind
from bot.domain.operations.inputs import Confirmed, Send, Stopped, Transition
from bot.domain.operations.machine.state_machine import advance
from bot.domain.operations.operation import State
from bot.domain.operations.outcome import Ending
from bot.engine.ports import NotAuthorized, PipelineBusy
from bot.store.shell_store import Administration
from bot.store.store import SqliteStore
from tests.clock import START
from tests.store.deeds import approves, asks, denies, looks, time_passes, withdraws
from tests.store.samples import ANA, BEN, CLEO, EVERYBODY, PROPOSED, at, event, proposed

pytestmark = pytest.mark.anyio

ROUNDS = 15


@pytest.fixture
def shell(path):
    with Administration.open(path) as administration:
        administration.administer(
            GrantRole(ANA, Role.REQUESTER, "*"),
            GrantRole(BEN, Role.APPROVER, "*"),
            GrantRole(CLEO, Role.APPROVER, "*"),
            by="shell:root",
            now=START,
        )
        yield administration
        assert administration.verify([administration.head()]).broken is None


@pytest.fixture
async def stores(path, shell):
    """Two bots' worth of connections to one file."""
    assert shell.grants()
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(aclosing(SqliteStore.open(path))) for _connection in range(2)]


async def both(*calls):
    return await asyncio.gather(*calls, return_exceptions=True)


async def at_once(stores, name, first, second):
    """Both decide on the operation at the same moment, each over a connection of their own."""
    decides = zip(stores, (first, second), strict=True)
    return await both(*(store.change(name, decide, memberships=EVERYBODY) for store, decide in decides))


def won_and_lost(answers):
    """One decision was made; the other was told who holds the pipeline."""
    (won,) = [answer for answer in answers if isinstance(answer, Transition)]
    (lost,) = [answer for answer in answers if isinstance(answer, PipelineBusy)]
    assert lost.holder == won.operation
    return won.operation


def administers(store, wanted, kind, minutes):
    return store.administer(
        wanted,
        lambda _access_data: event(kind, minutes, by=CLEO),
        membership=EVERYBODY[CLEO],
        by="T1/U0CLEO",
    )


async def request(stores, turn):
    """A request that waits for approval, on a pipeline of its own. The connections take turns at being first."""
    name = f"op-{turn}"
    await stores[0].propose(proposed(name, pipeline=f"orders-{turn}"), PROPOSED)
    await stores[0].change(name, asks(), memberships=EVERYBODY)
    if turn % 2:
        stores.reverse()
    return name


def kinds(answer):
    return [event.kind for event in answer.events]


async def test_two_approvers_on_the_last_slot(stores):
    for turn in range(ROUNDS):
        name = await request(stores, turn)
        answers = await at_once(stores, name, approves(BEN), approves(CLEO))
        assert sorted(map(kinds, answers)) == [[], [EventKind.APPROVED]]
        row = await stores[0].operation(name)
        assert [answer.operation for answer in answers] == [row, row]
        assert (row.state, len(row.approval.given)) == (State.READY, 1)


async def test_two_slots_take_two_people_and_neither_is_lost_to_the_other(stores, shell):
    """A double click is one approval, however quick."""
    shell.administer(SetRule(Rule("*", approvals=2)), by="shell:root", now=START)
    for turn in range(ROUNDS):
        name = await request(stores, turn)
        answers = await at_once(stores, name, approves(BEN), approves(BEN))
        assert sorted(map(kinds, answers)) == [[], [EventKind.APPROVED]]
        row = await stores[0].operation(name)
        assert (row.state, len(row.approval.given)) == (State.AWAITING_APPROVAL, 1)
        other = await request(stores, turn + ROUNDS)
        answers = await at_once(stores, other, approves(BEN), approves(CLEO))
        assert [kinds(answer) for answer in answers] == [[EventKind.APPROVED]] * 2
        assert sorted(answer.operation.state for answer in answers) == [State.AWAITING_APPROVAL, State.READY]


@pytest.mark.parametrize(
    ("rival", "state", "ending"),
    [
        (denies(CLEO), State.DENIED, Ending.DENIED),
        (withdraws(), State.WITHDRAWN, Ending.WITHDRAWN),
        (time_passes(61), State.EXPIRED, Ending.NOT_APPROVED),
    ],
    ids=["denied", "withdrawn", "expired"],
)
async def test_an_approval_beside_an_end(stores, rival, state, ending):
    for turn in range(ROUNDS):
        name = await request(stores, turn)
        approval, end = await at_once(stores, name, approves(BEN), rival)
        row = await stores[0].operation(name)
        if row.state is State.READY:
            assert (kinds(approval), kinds(end)) == ([EventKind.APPROVED], [])
            assert row.outcome is None
        else:
            assert (kinds(approval), kinds(end)) == ([], [EventKind.ENDED])
            assert (row.state, row.outcome.ending, row.approval.given) == (state, ending, ())
        assert approval.operation == end.operation == row


async def test_an_approval_after_the_time_is_none(stores):
    for turn in range(ROUNDS):
        name = await request(stores, turn)
        answers = await at_once(stores, name, approves(BEN, 61), time_passes(61))
        assert sorted(map(kinds, answers)) == [[], [EventKind.ENDED]]
        assert (await stores[0].operation(name)).state is State.EXPIRED


async def test_an_approval_beside_the_loss_of_the_right(stores, shell):
    for turn in range(ROUNDS):
        name = await request(stores, turn)
        approval, revoked = await both(
            stores[0].change(name, approves(BEN), memberships=EVERYBODY),
            administers(stores[1], RevokeRole(BEN, Role.APPROVER, "*"), EventKind.REVOKED, 5),
        )
        assert revoked.data["before"] is not None
        row = await stores[0].operation(name)
        if kinds(approval) == [EventKind.APPROVED]:
            assert row.state is State.READY
            looked = await stores[1].change(name, looks(), memberships=EVERYBODY)
            assert looked.effect is None
            assert looked.operation.outcome.ending is Ending.APPROVALS_LOST
        else:
            assert (row.state, row.approval.given) == (State.AWAITING_APPROVAL, ())
        shell.administer(GrantRole(BEN, Role.APPROVER, "*"), by="shell:root", now=at(7))


async def test_the_request_goes_out_once(stores):
    for turn in range(ROUNDS):
        name = await request(stores, turn)
        await stores[0].change(name, approves(BEN), memberships=EVERYBODY)
        answers = await at_once(stores, name, looks(), looks())
        assert sum(answer.effect == Send() for answer in answers) == 1
        assert (await stores[0].operation(name)).attempt.sends == 1


async def test_a_stop_beside_the_request(stores, shell):
    shell.administer(SetRule(Rule("*", approvals=1, stop_window=at(1) - at(0))), by="shell:root", now=START)

    def stops(operation, access_data):
        decision = access_data.may(CLEO, Action.APPROVE, operation.pipeline, at(6))
        return advance(operation, Stopped(CLEO, decision), at(6))

    for turn in range(ROUNDS):
        name = await request(stores, turn)
        await stores[0].change(name, approves(BEN), memberships=EVERYBODY)
        sent, stopped = await at_once(stores, name, looks(), stops)
        row = await stores[0].operation(name)
        if sent.effect is None:
            assert kinds(stopped) == [EventKind.ENDED]
            assert (row.state, row.attempt.sends) == (State.WITHDRAWN, 0)
        else:
            assert kinds(stopped) == []
            assert (row.state, row.attempt.sends) == (State.SUBMITTING, 1)


async def test_two_requests_on_one_pipeline(stores):
    for turn in range(ROUNDS):
        names = (f"a-{turn}", f"b-{turn}")
        for name in names:
            await stores[0].propose(proposed(name, pipeline=f"orders-{turn}"), PROPOSED)
        pairs = zip(stores, names, strict=True)
        won = won_and_lost(
            await both(*(store.change(name, asks(), memberships=EVERYBODY) for store, name in pairs))
        )
        assert won == await stores[0].pending_on(f"orders-{turn}")
        rows = [await stores[1].operation(name) for name in names]
        assert sorted(row.state for row in rows) == [State.AWAITING_APPROVAL, State.PROPOSED]


async def test_the_last_approval_beside_somebody_elses_clear(stores, shell):
    """The pipeline is one operation's. If the approval comes second it is not taken, and may be given again."""
    shell.administer(GrantRole(CLEO, Role.OPERATOR, "*"), by="shell:root", now=START)

    def confirms(operation, access_data):
        return advance(operation, Confirmed(CLEO, authorization_for(operation, access_data, at(5))), at(5))

    for turn in range(ROUNDS):
        name, other = await request(stores, turn), f"other-{turn}"
        await stores[0].propose(proposed(other, pipeline=f"orders-{turn}", requester=CLEO), PROPOSED)
        won = won_and_lost(
            await both(
                stores[0].change(name, approves(BEN), memberships=EVERYBODY),
                stores[1].change(other, confirms, memberships=EVERYBODY),
            )
        )
        assert won.state is State.READY
        assert won == await stores[0].live_on(f"orders-{turn}")
        if won.id == other:
            waiting = await stores[0].pending_on(f"orders-{turn}")
            assert (waiting.id, waiting.approval.given) == (name, ())
            await stores[0].change(other, time_passes(5 * 60), memberships={})  # too late to send it
            again = await stores[1].change(name, approves(BEN, 7), memberships=EVERYBODY)
            assert again.operation.state is State.READY


async def test_two_who_drop_the_same_rule(stores, shell):
    for turn in range(ROUNDS):
        shell.administer(SetRule(Rule("orders", approvals=2)), by="shell:root", now=at(turn))
        drop = DropRule("orders")
        answers = await both(*(administers(store, drop, EventKind.RULE_DROPPED, 30) for store in stores))
        assert sorted(str(answer.data["before"]) for answer in answers) == ["None", "{'approvals': '2'}"]
        (dropped,) = await stores[0].history(limit=1)
        assert dropped.entry.event.data["before"] == {"approvals": "2"}
    kinds_recorded = [entry.event.kind for entry in shell.entries()]
    assert kinds_recorded.count(EventKind.RULE_DROPPED) == ROUNDS


async def test_two_admins_who_take_each_others_rights_away(stores, shell):
    for turn in range(ROUNDS):
        admins = [GrantRole(who, Role.ADMIN, "*") for who in (BEN, CLEO)]
        shell.administer(*admins, by="shell:root", now=at(turn))

        def takes_from(other, actor):
            wanted = RevokeRole(other, Role.ADMIN, "*")

            def authorize(access_data):
                judgement = decide_change(wanted, EVERYBODY[actor], access_data, at(30))
                if judgement.objection is not None:
                    raise NotAuthorized(judgement, event(EventKind.REFUSED, 30, by=actor))
                return event(EventKind.REVOKED, 30, by=actor)

            return wanted, authorize

        pairs = ((stores[0], BEN, CLEO), (stores[1], CLEO, BEN))
        answers = await both(
            *(
                store.administer(*takes_from(other, actor), membership=EVERYBODY[actor], by=actor.user)
                for store, actor, other in pairs
            )
        )
        (refused,) = [answer for answer in answers if isinstance(answer, NotAuthorized)]
        (remaining,) = [grant for grant in shell.grants() if grant.role is Role.ADMIN]
        newest = (await stores[0].history(limit=2))[::-1]
        recorded = [(line.entry.event.kind, line.entry.event.by) for line in newest]
        assert recorded == [(EventKind.REVOKED, remaining.principal), (EventKind.REFUSED, refused.refusal.by)]
        assert refused.refusal.by != remaining.principal
        shell.administer(RevokeRole(remaining.principal, Role.ADMIN, "*"), by="shell:root", now=at(turn))
