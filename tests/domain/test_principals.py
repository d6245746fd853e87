"""What the linter finds wrong with those to whom something is granted, as a set-up and by workspace."""

from datetime import timedelta

from bot.domain.access.lint.principals import NOBODY_IS_ADMIN
from bot.domain.access.permissions import Role
from bot.domain.ids import Actor, TeamId, UserId
from tests.clock import START
from tests.domain.samples import ANA, BEN, CLEO, grant
from tests.domain.test_linter import approver, everything, found, requester, rule


def test_it_is_noticed_when_nobody_is_admin_any_more():
    """Of a bot that was set up: before the first grant there is nothing to notice. A lapsed admin is none."""
    assert everything([approver(BEN)]) == [("notice", NOBODY_IS_ADMIN)]
    assert everything([approver(BEN), grant(ANA, Role.ADMIN, "x-*")]) == []
    lapsed = grant(ANA, Role.ADMIN, "*", expires_at=START - timedelta(hours=1))
    assert ("notice", NOBODY_IS_ADMIN) in everything([approver(BEN), lapsed])


def test_grants_of_another_workspace_count_for_nobody_and_cannot_be_revoked_without_its_name():
    """They are told of once, and not counted among those who may approve."""
    stranger = Actor(TeamId("T9"), UserId("U0FAR"))
    grants = [requester(ANA), approver(stranger)]
    problem, unmet = found(grants, [rule(approvals=1)], home=TeamId("T1"))
    assert problem == (
        "problem",
        (
            "U0FAR (approver on orders-*) is of the workspace T9, and the bot serves T1: that counts for nobody. "
            "Revoke it with --team T9."
        ),
    )
    assert "nobody may approve there" in unmet[1]
    assert found(grants, [rule(approvals=1)]) == []


def test_the_same_granted_twice_is_noticed():
    twice = [requester(ANA), requester(ANA)]
    assert found([*twice, approver(BEN), approver(CLEO)]) == [
        (
            "notice",
            (
                f"{ANA.user} is requester on orders-* by 2 grants; the one that lasts longest is what counts. "
                "One is enough."
            ),
        )
    ]
