"""The oracle objects to what the documents forbid: otherwise a run that balances shows nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.chaos.cast import CAST, NO_COLLEAGUES
from tests.chaos.facts import Asked, Known, When
from tests.chaos.oracle import Oracle

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def at(moment: int, **later: float) -> When:
    return When(moment, NOON + timedelta(**later))


@pytest.fixture
def oracle() -> Oracle:
    oracle = Oracle()
    oracle.kinds = {who: Known([(at(0), "other" if who in NO_COLLEAGUES else "member")]) for who in CAST}
    oracle.groups = {handle: Known([(at(0), frozenset())]) for handle in oracle.groups}
    return oracle


@pytest.fixture
def asked(oracle) -> Asked:
    """A requester's clear that needs two approvals and 30 seconds, has them, and was confirmed at noon."""
    asked = Asked("requester1", "prod/orders-01", ("clear",), "", at(1))
    oracle.confirmed(asked, at(2))
    oracle.approved(asked, "approver1", at(3))
    oracle.approved(asked, "approver2", at(4))
    return asked


def lacking(oracle, asked, **later) -> str:
    return "; ".join(oracle.against_post(asked, "clear", at(20, **(later or {"minutes": 1}))))


def test_with_all_it_needs(oracle, asked):
    assert lacking(oracle, asked) == ""


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ("revoke @requester1 requester *", "a role of requester1"),
        ("revoke @approver2 approver *", "2 approvals, but ['approver1']"),
        ("rule prod/* approvals=3", "3 approvals"),
        ("freeze prod/* for 30m release day", "frozen"),
    ],
)
def test_what_was_changed_before_it_was_sent(oracle, asked, change, complaint):
    oracle.changes(change, NOON, NOON, by="admin1")
    assert complaint in lacking(oracle, asked)


def test_too_early_too_late_or_over(oracle, asked):
    assert "cancel window" in lacking(oracle, asked, seconds=20)
    assert "in time" in lacking(oracle, asked, hours=4, minutes=3)
    asked.is_over = True
    assert "not over" in lacking(oracle, asked)


def test_who_is_no_member_any_more_counts_a_moment_longer(oracle, asked):
    """As long as the bot may go by what Slack said before."""
    oracle.kinds["approver1"].becomes("other", at(10))
    assert lacking(oracle, asked, seconds=5, minutes=0).startswith("the end of its cancel window")
    assert "2 approvals, but ['approver2']" in lacking(oracle, asked)


def test_another_pipeline_of_that_name(oracle, asked):
    oracle.touched["prod/orders-01"] = [at(10)]
    assert "reviewed" in lacking(oracle, asked)


def test_a_requester_approves_nothing_of_their_own(oracle, asked):
    asked.by = "approver1"
    assert "2 approvals, but ['approver2']" in lacking(oracle, asked)
    assert oracle.against_decision("approved", asked, "approver1", at(5)) == ["that it is somebody else's"]


def test_break_glass(oracle, asked):
    asked.by, asked.incident, asked.approved = "responder1", "INC-7", set()
    assert lacking(oracle, asked) == ""
    oracle.changes("rule prod/* break-glass=forbidden", NOON, NOON, by="admin1")
    assert lacking(oracle, asked) == "a rule that allows break-glass"


def test_nobody_but_an_admin_changes_access_and_not_for_themselves(oracle):
    assert oracle.against_change("freeze dev/* for 2m x", "operator1", at(1)) != []
    assert oracle.against_change("grant @admin1 operator dev/*", "admin1", at(1)) != []
    assert oracle.against_change("grant @admin2 operator dev/*", "admin1", at(1)) == []
