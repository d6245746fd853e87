"""What the shell may do to grants, rules and freezes, beside a bot that runs on the same file."""

import pytest

from bot.domain.access.changes import DropRule, GrantRole, RemoveFreeze, RevokeRole, SetFreeze, SetRule
from bot.domain.access.permissions import Role
from bot.domain.access.rules import Freeze, Rule
from bot.domain.audit_values import PreviousFreeze, previous_in
from bot.domain.errors import BadPattern
from bot.domain.events import EventKind
from bot.domain.ids import TeamId
from bot.domain.operations.operation import State
from bot.store import bot_state
from bot.store.connection.database import open_database
from bot.store.errors import DatabaseUnusable
from bot.store.shell_store import Administration
from tests.store.samples import (
    ANA,
    BEN,
    EVERYBODY,
    ONCALL,
    PROPOSED,
    at,
    becomes,
    proposed,
    requested,
)

OPERATES_ORDERS = GrantRole(ANA, Role.OPERATOR, "orders-*")


@pytest.fixture
def shell(path):
    with Administration.open(path) as administration:
        yield administration


def does(shell, *changes, minutes=0, by="shell:root"):
    return shell.administer(*changes, by=by, now=at(minutes))


def recorded(shell):
    return [entry.event for entry in shell.entries()]


def test_grants_are_listed_oldest_first_for_all_or_for_one(shell):
    does(shell, GrantRole(ANA, Role.OPERATOR, "orders-*", at(10), "on call"))
    does(shell, GrantRole(BEN, Role.VIEWER, "*"), GrantRole(ONCALL, Role.APPROVER, "*"), minutes=20)
    first, second, third = shell.grants()
    assert [(grant.id, grant.principal) for grant in shell.grants()] == [(1, ANA), (2, BEN), (3, ONCALL)]
    assert shell.grants(ANA) == (first,)
    assert shell.grants(BEN) == (second,)
    assert shell.grants(ONCALL) == (third,)
    assert not first.is_current(at(20))


def test_the_same_grant_is_not_given_twice(shell):
    """A repeated command changes nothing and leaves no entry; one that says something else is a grant of its own."""
    does(shell, GrantRole(ANA, Role.OPERATOR, "orders-*", note="on call"))
    assert does(shell, GrantRole(ANA, Role.OPERATOR, "orders-*", note="on call"), by="shell:ben") == ()
    others = [
        GrantRole(ANA, Role.OPERATOR, "orders-*", note="holiday"),
        GrantRole(ANA, Role.OPERATOR, "orders-*", at(10), "on call"),
        GrantRole(ANA, Role.OPERATOR, "orders-a", note="on call"),
        GrantRole(ANA, Role.VIEWER, "orders-*", note="on call"),
        GrantRole(BEN, Role.OPERATOR, "orders-*", note="on call"),
    ]
    assert len(does(shell, *others)) == 5
    assert len(shell.grants()) == len(recorded(shell)) == 6
    assert does(shell, others[1], minutes=9) == ()
    assert len(does(shell, others[1], minutes=10)) == 1, "what lapsed is not in force, however alike"


@pytest.mark.parametrize(
    "change",
    [
        GrantRole(ANA, Role.VIEWER, "orders/*"),
        SetRule(Rule("orders/*", approvals=1)),
        SetFreeze("orders/*", at(10), "move"),
    ],
)
def test_a_pattern_that_matches_no_pipeline_is_refused(shell, change):
    with pytest.raises(BadPattern):
        does(shell, OPERATES_ORDERS, change)
    assert (shell.grants(), shell.rules(), shell.freezes(at(0))) == ((), (), ())
    assert recorded(shell) == []


def test_a_revoked_grant_is_gone_and_its_row_stays(shell, db):
    """All that say so, lapsed ones too, and no other; revoking what is not there is nothing. The row tells who did it."""
    kept = GrantRole(BEN, Role.OPERATOR, "orders-*")
    does(shell, OPERATES_ORDERS, kept, GrantRole(ANA, Role.OPERATOR, "orders-*", at(1), "on call"))
    take_away = RevokeRole(ANA, Role.OPERATOR, "orders-*")
    (revoked,) = does(shell, take_away, minutes=5, by="shell:ben")
    assert (revoked.kind, revoked.at, revoked.by) == (EventKind.REVOKED, at(5), None)
    assert revoked.data == {
        "team": "T1",
        "user": "U0ANA",
        "role": "operator",
        "pattern": "orders-*",
        "shell": "shell:ben",
        "before": [
            {"number": 1, "role": "operator", "by": "shell:root", "until": None, "note": ""},
            {"number": 3, "role": "operator", "by": "shell:root", "note": "on call"}
            | {"until": "2026-03-02T03:01:00+00:00"},
        ],
    }
    assert does(shell, take_away, minutes=6, by="shell:eve") == ()
    assert [grant.id for grant in shell.grants()] == [2]
    moment = "2026-03-02T03:05:00.000000+00:00"
    assert [
        tuple(row.values()) for row in db.query("SELECT revoked_by, revoked_at FROM grants ORDER BY id")
    ] == [
        ("shell:ben", moment),
        (None, None),
        ("shell:ben", moment),
    ]
    assert len(does(shell, OPERATES_ORDERS, minutes=7)) == 1


def test_a_rule_replaces_the_one_on_its_pattern(shell):
    one, stricter = Rule("orders-*", approvals=1), Rule("orders-*", approvals=2, reason_required=True)
    does(shell, SetRule(one), SetRule(Rule("clicks", break_glass=True)))
    assert does(shell, SetRule(one), minutes=1) == ()
    (replaced,) = does(shell, SetRule(stricter), minutes=2)
    assert replaced.data == {
        "pattern": "orders-*",
        "rule": {"approvals": "2", "reason": "required"},
        "shell": "shell:root",
        "before": {"approvals": "1"},
    }
    assert shell.rules() == (Rule("clicks", break_glass=True), stricter)
    (dropped,) = does(shell, DropRule("orders-*"), minutes=3)
    assert dropped.data["before"] == {"approvals": "2", "reason": "required"}
    assert does(shell, DropRule("orders-*"), minutes=4) == ()
    assert shell.rules() == (Rule("clicks", break_glass=True),)


def test_a_freeze_holds_until_it_is_lifted_or_runs_out(shell):
    does(shell, SetFreeze("orders-*", at(60), "move"), SetFreeze("clicks", at(30), "audit"))
    (changed,) = does(shell, SetFreeze("orders-*", at(90), "longer move"), minutes=5, by="shell:ben")
    assert previous_in(changed) == PreviousFreeze("orders-*", at(60), "move", "shell:root")
    assert does(shell, SetFreeze("orders-*", at(90), "longer move"), minutes=6) == ()
    clicks = Freeze(2, "clicks", at(30), "audit", "shell:root", at(0))
    orders = Freeze(3, "orders-*", at(90), "longer move", "shell:ben", at(5))
    assert shell.freezes(at(29)) == (clicks, orders)
    assert shell.freezes(at(30)) == (orders,)
    assert does(shell, RemoveFreeze("clicks"), minutes=30) == ()
    (lifted,) = does(shell, RemoveFreeze("orders-*"), minutes=31)
    assert previous_in(lifted) == PreviousFreeze("orders-*", at(90), "longer move", "shell:ben")
    assert shell.freezes(at(0)) == ()


def test_several_changes_are_made_together_or_not_at_all(shell):
    does(shell, SetRule(Rule("orders-*", approvals=1)))
    changes = [DropRule("orders-*"), OPERATES_ORDERS, GrantRole(ANA, Role.VIEWER, "no/pipeline")]
    with pytest.raises(BadPattern):
        does(shell, *changes)
    assert (shell.rules(), shell.grants()) == ((Rule("orders-*", approvals=1),), ())
    assert len(recorded(shell)) == 1
    made = does(shell, *changes[:2], minutes=1)
    assert [event.kind for event in made] == [EventKind.RULE_DROPPED, EventKind.GRANTED]
    assert tuple(recorded(shell)[1:]) == made
    assert shell.verify().broken is None


@pytest.mark.anyio
async def test_the_shell_works_beside_a_running_bot(shell, store):
    does(shell, OPERATES_ORDERS, SetRule(Rule("*", approvals=1)), SetFreeze("*", at(9), "move"))
    access_data = await store.access_data({ANA: EVERYBODY[ANA]})
    assert (access_data.grants, access_data.rules) == (shell.grants(), shell.rules())
    assert access_data.freezes == shell.freezes(at(0))
    assert shell.team() is None
    shell.remember_team(TeamId("T1"))
    assert shell.team() == await store.workspace.team() == "T1"
    does(shell, RevokeRole(ANA, Role.OPERATOR, "orders-*"), minutes=1)
    assert await store.grants() == ()
    assert await store.head() == shell.head()


@pytest.mark.anyio
async def test_the_shell_sees_what_waits_for_people_and_finds_it_by_the_beginning_of_its_id(shell, store):
    await store.propose(proposed("abc"), PROPOSED)
    await store.change("abc", requested(), memberships={})
    (waiting,) = shell.pending()
    assert waiting == shell.operation("ab") == await store.operation("abc")
    await store.change("abc", becomes(state=State.DENIED), memberships={})
    assert (shell.pending(), shell.operation("x")) == ((), None)


def test_an_arrangement_is_planned_on_what_stands_when_it_is_made(shell):
    does(shell, OPERATES_ORDERS)
    seen = []

    def plan(grants, rules):
        seen.append((grants, rules))
        return [RevokeRole(ANA, Role.OPERATOR, "orders-*"), SetRule(Rule("orders-*", approvals=1))]

    recorded = shell.rearrange(plan, by="shell:root", now=at(5))
    assert [event.kind for event in recorded] == [EventKind.REVOKED, EventKind.RULE_SET]
    assert [(len(grants), rules) for grants, rules in seen] == [(1, ())]
    assert (shell.grants(), shell.rules()) == ((), (Rule("orders-*", approvals=1),))
    head = shell.head()
    with pytest.raises(BadPattern):
        shell.rearrange(
            lambda _grants, _rules: [DropRule("orders-*"), SetRule(Rule("a/b"))], by="shell:root", now=at(6)
        )
    assert (shell.rules(), shell.head()) == ((Rule("orders-*", approvals=1),), head)


def test_a_database_that_cannot_be_written_says_so_and_one_that_can_is_left_as_it_was(shell, db):
    before = list(db.query("SELECT * FROM workspace"))
    shell.prove_writable()
    assert list(db.query("SELECT * FROM workspace")) == before
    shell._db.execute("PRAGMA query_only = ON")
    message = "The database cannot be used right now: attempt to write a readonly"
    with pytest.raises(DatabaseUnusable, match=message):
        shell.prove_writable()


@pytest.mark.anyio
async def test_what_is_done_from_time_to_time_is_remembered_by_itself(store, path):
    assert await store.last_done("head") is None
    await store.done("head", at(1))
    await store.done("head", at(2))
    await store.done("other", at(3))
    with open_database(path) as db:
        assert bot_state.last_done(db, "head") == await store.last_done("head") == at(2)
    assert await store.last_done("other") == at(3)
