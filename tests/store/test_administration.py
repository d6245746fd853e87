"""What the shell may do to the grants, beside a bot that runs on the same file."""

import pytest

from bot.domain.access import Role
from bot.domain.errors import BadPattern
from bot.domain.names import TeamId
from bot.store.administration import Administration
from tests.store.samples import ANA, BEN, at


@pytest.fixture
def shell(path):
    with Administration.open(path) as administration:
        yield administration


def grants_orders(shell, principal=ANA, minutes=0, **fields):
    return shell.grant(
        principal,
        Role.OPERATOR,
        **{"pattern": "orders-*", "granted_by": "root", "now": at(minutes)} | fields,
    )


def test_grants_are_listed_oldest_first_for_all_or_for_one(shell):
    """Lapsed ones too: whoever asks why something is refused has to see them."""
    first = grants_orders(shell, note="on call", expires_at=at(10))
    second = grants_orders(shell, BEN, minutes=20)
    assert shell.grants() == (first, second)
    assert shell.grants(BEN) == (second,)
    assert not first.is_current(at(20))


def test_the_same_grant_is_not_given_twice(shell):
    """A repeated command changes nothing; one that says something else is a grant of its own."""
    first = grants_orders(shell, note="on call")
    assert grants_orders(shell, minutes=5, granted_by="ben", note="on call") == first
    others = [
        grants_orders(shell, note="holiday"),
        grants_orders(shell, note="on call", expires_at=at(10)),
        grants_orders(shell, note="on call", pattern="orders-a"),
        grants_orders(shell, BEN, note="on call"),
    ]
    assert shell.grants() == (first, *others)


def test_a_grant_that_lapsed_can_be_given_again(shell):
    lapsed = grants_orders(shell, expires_at=at(10))
    again = grants_orders(shell, minutes=10, expires_at=at(10))
    assert shell.grants() == (lapsed, again)


def test_a_pattern_that_matches_no_pipeline_is_refused(shell):
    with pytest.raises(BadPattern):
        grants_orders(shell, pattern="orders/*")
    assert shell.grants() == ()


def test_a_revoked_grant_is_gone_and_its_row_stays(shell, db):
    """Revoking twice, or what never was, revokes nothing; the record tells who did it and when."""
    first, second = grants_orders(shell), grants_orders(shell, BEN)
    assert shell.revoke([first.id, 99], revoked_by="ben", now=at(5)) == (first,)
    assert shell.revoke([first.id], revoked_by="eve", now=at(6)) == ()
    assert shell.grants() == (second,)
    assert list(db.query("SELECT id, revoked_by, revoked_at FROM grants ORDER BY id")) == [
        {"id": first.id, "revoked_by": "ben", "revoked_at": "2026-03-02T03:05:00.000000+00:00"},
        {"id": second.id, "revoked_by": None, "revoked_at": None},
    ]
    again = grants_orders(shell, minutes=7)
    assert shell.grants() == (second, again)


@pytest.mark.anyio
async def test_the_shell_works_beside_a_running_bot(shell, store):
    """It takes no lease, and what it grants or revokes counts for the bot's next decision."""
    granted = grants_orders(shell)
    assert await store.grants(ANA) == (granted,)
    await store.remember_team(TeamId("T1"))
    assert shell.team() == "T1"
    shell.revoke([granted.id], revoked_by="root", now=at(1))
    assert await store.grants(ANA) == ()


def test_the_shell_can_remember_the_workspace_itself(shell):
    assert shell.team() is None
    shell.remember_team(TeamId("T1"))
    assert shell.team() == "T1"
