"""Whom Feldera takes the bot for: its tenant and role, and whether that is the tenant that is set."""

import pytest

from bot.domain.pipelines.pipeline import Problem, ProblemKind
from bot.feldera.http.session import Session, of_another_tenant, session
from tests.feldera.replies import CONSOLE, HTML, envelope, reply


def test_a_feldera_that_knows_no_roles_tells_no_session() -> None:
    """`GET /v0/config/session` came with them: before, it is a 404, or the web console."""
    assert session(reply(404, envelope("NotFound"))) is None
    assert session(reply(200, CONSOLE, content_type=HTML)) is None


def test_a_session_is_a_tenant_and_a_role() -> None:
    body = {"tenant_id": "t", "tenant_name": "default", "role": "write", "memberships": []}
    assert session(reply(200, body)) == Session("t", "default", "write")
    assert isinstance(session(reply(200, {"role": 3})), Problem)
    assert isinstance(session(reply(403, envelope("InsufficientPermissions"))), Problem)
    lost = session(reply(500, envelope("PostgresPoolError")))
    assert isinstance(lost, Problem)
    assert lost.trouble is ProblemKind.DATABASE_DOWN


@pytest.mark.parametrize("wanted", [None, "team-a", "id-of-a"])
def test_the_tenant_that_is_set_is_known_by_its_name_or_its_id(wanted: str | None) -> None:
    assert of_another_tenant(Session("id-of-a", "team-a", "write"), wanted) is None


def test_another_tenant_than_the_one_that_is_set_is_no_place_to_act() -> None:
    """Feldera ignores the header beside an API key, and shows the pipelines of the key's own tenant."""
    found = of_another_tenant(Session("id-of-a", "team-a", "write"), "team-b")
    assert found is not None
    assert found.trouble is ProblemKind.ELSEWHERE
    assert "team-a" in found.message
    assert "team-b" in found.message


def test_a_feldera_that_tells_no_tenant_is_not_contradicted() -> None:
    assert of_another_tenant(Session("", "", "write"), "team-b") is None
