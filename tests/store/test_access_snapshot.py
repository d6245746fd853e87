"""What decisions rest on is what stands at this very moment, of those whom it concerns."""

import pytest

from bot.domain.access.authorization import AccessData
from bot.domain.access.changes import (
    ChangeDecision,
    GrantRole,
    RemoveFreeze,
    RevokeRole,
    SetFreeze,
    SetRule,
    decide_change,
)
from bot.domain.access.permissions import Action, Group, Membership, Role
from bot.domain.access.rules import Rule
from bot.domain.audit_values import PreviousGrant, previous_in
from bot.domain.errors import BadPattern
from bot.domain.events import EventKind
from bot.domain.ids import Actor, GroupId, TeamId, UserId
from bot.domain.operations.inputs import Transition
from bot.domain.operations.operation import State
from bot.engine.ports import NotAuthorized
from bot.store import audit_log, operations
from bot.store.access import access_changes, access_snapshot, grants
from tests.store.samples import (
    ANA,
    BEN,
    CLEO,
    EVERYBODY,
    ONCALL,
    PROPOSED,
    at,
    becomes,
    change,
    confirmed,
    event,
    proposed,
    requested,
)

ELSEWHERE = Group(TeamId("T2"), GroupId("S0ONCALL"))
BY_CLEO = "T1/U0CLEO"


def stands(db, *wanted, minutes=0):
    access_changes.administer_from_the_shell(db, wanted, by="shell:root", now=at(minutes))


def kinds(db):
    return [entry.event.kind for entry in audit_log.entries(db)]


def test_the_grants_are_of_the_people_asked_about_of_groups_and_of_approvers(db):
    stands(
        db,
        GrantRole(ONCALL, Role.APPROVER, "*"),
        GrantRole(ANA, Role.REQUESTER, "*", at(1)),
        GrantRole(BEN, Role.OPERATOR, "*"),
        GrantRole(BEN, Role.APPROVER, "*"),
        GrantRole(CLEO, Role.ADMIN, "*"),
        GrantRole(ELSEWHERE, Role.VIEWER, "*"),
        GrantRole(ANA, Role.APPROVER, "orders"),
        GrantRole(ANA, Role.VIEWER, "*"),
        RevokeRole(ANA, Role.VIEWER, "*"),
    )
    seen = access_snapshot.about(db, {ANA: EVERYBODY[ANA]})
    assert [grant.id for grant in seen.grants] == [1, 2, 4, 6, 7]
    assert seen.memberships == {ANA: EVERYBODY[ANA]}
    assert [grant.id for grant in access_snapshot.about(db, EVERYBODY).grants] == [1, 2, 3, 4, 5, 6, 7]
    assert [grant.id for grant in access_snapshot.about(db, {}).grants] == [1, 4, 6, 7]


def test_groups_rules_and_freezes_are_those_that_stand(db):
    """Freezes that ran out do not pile up: the next one that is set sweeps them away, and the audit log keeps them."""
    stands(
        db,
        GrantRole(ONCALL, Role.VIEWER, "*"),
        GrantRole(ONCALL, Role.APPROVER, "*"),
        GrantRole(ELSEWHERE, Role.VIEWER, "*"),
        SetRule(Rule("*", approvals=2)),
        SetFreeze("orders", at(9), "move"),
        SetFreeze("*", at(5), "x"),
    )
    seen = access_snapshot.about(db, {})
    assert grants.groups(db) == {ONCALL, ELSEWHERE}
    assert seen.rules == (Rule("*", approvals=2),)
    assert [freeze.pattern for freeze in seen.freezes] == ["*", "orders"]
    stands(
        db, RevokeRole(ELSEWHERE, Role.VIEWER, "*"), RevokeRole(ONCALL, Role.VIEWER, "*"), RemoveFreeze("*")
    )
    stands(db, SetFreeze("clicks", at(60), "audit"), minutes=9)
    assert grants.groups(db) == {ONCALL}
    assert [freeze.pattern for freeze in access_snapshot.about(db, {}).freezes] == ["clicks"]
    assert kinds(db).count(EventKind.FROZEN) == 3


def test_requests_are_the_persons_that_others_have_to_approve(db):
    """Open ones while they wait, and lately asked for however they ended; the one that is decided on counts as neither."""
    for name, requester in (("op-1", ANA), ("op-2", ANA), ("op-3", ANA), ("op-4", BEN)):
        operations.propose(db, proposed(name, pipeline=name, requester=requester), PROPOSED)
    seen = {}

    def counts(operation, known):
        seen[operation.id] = (known.open_requests, len(known.asked_at))
        return Transition(operation)

    def counted():
        change(db, "op-3", counts)
        change(db, "op-1", counts)
        return seen["op-3"], seen["op-1"]

    change(db, "op-1", requested())
    assert counted() == ((1, 1), (0, 0))
    change(db, "op-2", requested(2))
    change(db, "op-4", requested())
    assert counted() == ((2, 2), (1, 1))
    everybody = [access_snapshot.about(db, {actor: Membership(actor)}) for actor in (ANA, BEN, CLEO)]
    assert [each.open_requests for each in everybody] == [2, 1, 0]
    assert [each.asked_at for each in everybody] == [(at(2), at(1)), (at(1),), ()]
    change(db, "op-2", becomes(state=State.DENIED))
    change(db, "op-3", confirmed())
    assert counted() == ((1, 2), (0, 1))


def test_the_decision_sees_the_facts_of_its_own_transaction(db):
    operations.propose(db, proposed(), PROPOSED)
    stands(db, GrantRole(ANA, Role.OPERATOR, "*"))
    seen = []

    def decide(operation, known):
        seen.append(known.may(ANA, Action.CLEAR, operation.pipeline, at(1)).allowed)
        return Transition(operation)

    change(db, "op-1", decide, EVERYBODY)
    stands(db, RevokeRole(ANA, Role.OPERATOR, "*"))
    change(db, "op-1", decide, EVERYBODY)
    assert seen == [True, False]


def judged(wanted, actor=CLEO, minutes=1):
    """An authorization by the domain itself, as the engine does it."""

    def authorize(known: AccessData):
        judgement = decide_change(wanted, EVERYBODY[actor], known, at(minutes))
        if judgement.objection is not None:
            raise NotAuthorized(judgement, event(EventKind.REFUSED, minutes, by=actor, pattern="*"))
        return event(EventKind.GRANTED, minutes, by=actor, pattern="*")

    return authorize


def administers(db, wanted, actor=CLEO, minutes=1):
    by = f"{actor.team}/{actor.user}"
    authorize = judged(wanted, actor, minutes)
    return access_changes.administer(db, wanted, authorize, membership=EVERYBODY[actor], by=by)


def test_a_change_in_slack_is_recorded_with_who_made_it_and_what_was_there_before(db):
    """Nothing to take away, or the same once more, is answered, and not recorded."""
    stands(db, GrantRole(CLEO, Role.ADMIN, "*"))
    made = administers(db, GrantRole(ANA, Role.OPERATOR, "*"))
    assert made == event(EventKind.GRANTED, 1, by=CLEO, pattern="*", before=None, number=2)
    (grant,) = grants.unrevoked(db, ANA)
    assert (grant.granted_by, grant.granted_at) == (BY_CLEO, at(1))
    was = (PreviousGrant(grant.id, "operator", BY_CLEO, None, ""),)
    assert previous_in(administers(db, GrantRole(ANA, Role.OPERATOR, "*"))) == was
    taken = administers(db, RevokeRole(ANA, Role.OPERATOR, "*"), minutes=2)
    assert previous_in(taken) == was
    assert administers(db, RevokeRole(ANA, Role.OPERATOR, "*")).data["before"] is None
    assert grants.unrevoked(db, ANA) == ()
    assert [entry.event for entry in audit_log.entries(db)][1:] == [made, taken]


def test_a_change_that_is_refused_changes_nothing_and_is_recorded(db):
    with pytest.raises(NotAuthorized) as refused:
        administers(db, GrantRole(ANA, Role.OPERATOR, "*"), actor=BEN)
    assert isinstance(refused.value.judgement, ChangeDecision)
    (entry,) = audit_log.entries(db)
    assert entry.event == event(EventKind.REFUSED, 1, by=BEN, pattern="*") == refused.value.refusal
    assert grants.unrevoked(db) == ()
    assert not db.conn.in_transaction


def test_a_change_that_cannot_be_judged_leaves_no_trace(db):

    def fails(_access_data):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        access_changes.administer(
            db, GrantRole(ANA, Role.VIEWER, "*"), fails, membership=EVERYBODY[CLEO], by=BY_CLEO
        )
    with pytest.raises(BadPattern):
        administers(db, GrantRole(ANA, Role.VIEWER, "no/pipeline"))
    assert kinds(db) == []


def test_whoever_changes_access_is_judged_by_their_own_and_their_groups_rights(db):
    """The facts hold the grants of the one who acts, though they are no approver."""
    nobody = Actor(TeamId("T1"), UserId("U0EVE"))
    stands(db, GrantRole(CLEO, Role.ADMIN, "*"), GrantRole(nobody, Role.ADMIN, "*"))
    seen = []

    def authorize(known):
        seen.append([grant.principal for grant in known.grants])
        return event(EventKind.RULE_SET, 1, by=CLEO)

    wanted = SetRule(Rule("*", approvals=2))
    access_changes.administer(db, wanted, authorize, membership=EVERYBODY[CLEO], by=BY_CLEO)
    assert seen == [[CLEO]]


def test_the_grants_of_one_role(db):
    """To people and to groups; a lapsed one is among them, a revoked one is not."""
    stands(
        db,
        GrantRole(ANA, Role.ADMIN, "*", at(1)),
        GrantRole(BEN, Role.ADMIN, "ord*"),
        GrantRole(CLEO, Role.ADMIN, "*"),
        GrantRole(ONCALL, Role.ADMIN, "*"),
        GrantRole(BEN, Role.OPERATOR, "*"),
    )
    stands(db, RevokeRole(CLEO, Role.ADMIN, "*"), minutes=2)
    assert [grant.principal for grant in grants.of_role(db, Role.ADMIN)] == [ANA, BEN, ONCALL]
