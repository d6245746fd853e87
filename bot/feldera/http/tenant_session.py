"""Feldera's session (`GET /v0/config/session`): the bot's tenant and role, checked against the settings. Pure."""

from dataclasses import dataclass
from http import HTTPStatus

from pydantic import ValidationError

from bot.domain.pipelines.pipeline import Problem, ProblemKind
from bot.feldera.http.problems import NO_TENANT, NOT_AS_KNOWN, problem
from bot.feldera.http.response import Response
from bot.feldera.models import SessionBody


@dataclass(frozen=True, slots=True)
class Session:
    """The tenant's id and name, and the bot's role in it; empty if Feldera does not say."""

    tenant: str
    tenant_name: str
    role: str


def session(reply: Response) -> Session | Problem | None:
    """The session; None if there is no such endpoint, as before 0.327, which introduced the roles.

    A login that belongs to several tenants, and names none, has a session without a tenant: a problem.
    Feldera answers an unknown path with 404, or with its web console.
    """
    if reply.status == HTTPStatus.NOT_FOUND or (reply.status == HTTPStatus.OK and reply.is_html):
        return None
    if reply.status != HTTPStatus.OK or not reply.is_json:
        return problem(reply)
    try:
        body = SessionBody.model_validate_json(reply.body)
    except ValidationError:
        return NOT_AS_KNOWN
    if body.tenant_id is None:
        return NO_TENANT
    return Session(body.tenant_id, body.tenant_name or "", body.role or "")


def of_another_tenant(session: Session, wanted: str | None) -> Problem | None:
    """The problem if another tenant answers: Feldera ignores the requested tenant when it gets an API key."""
    answered = [each for each in (session.tenant_name, session.tenant) if each]
    if wanted is None or not answered or wanted in answered:
        return None
    return Problem(
        ProblemKind.ELSEWHERE,
        f"Feldera answers for its tenant {answered[0]}, and {wanted} is set; an API key has a tenant of its own",
    )
