"""Error responses as a `Problem`: its kind, and one sentence for people.

Pure. Feldera's own message is used if its error envelope holds one, shortened and on one line; the envelope's
`details` and the bodies of proxies never are. The kind depends on what seems to have answered: Feldera, or something
in front of it or in its place.
"""

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Final

import httpx

from bot.domain.pipelines.pipeline import Problem, ProblemKind
from bot.feldera.http.response import Response
from bot.feldera.models import ErrorBody

NO_TENANT: Final = Problem(
    ProblemKind.NO_TENANT,
    "The bot's login belongs to several tenants of Feldera, and names none of them.",
    code="AmbiguousTenantMembership",
)
NOT_AS_KNOWN: Final = Problem(
    ProblemKind.UNEXPECTED, "Feldera's answer does not have the form this bot knows."
)

DATABASE_DOWN: Final = Problem(ProblemKind.DATABASE_DOWN, "Feldera cannot reach its database.")

_DATABASE_CODES: Final = frozenset({"PostgresError", "PostgresPoolError"})
"""Error codes (500) of Feldera's database. Their messages come from the database and can name machines: not for people."""

_WHOEVER_SAYS_IT: Final[Mapping[int, tuple[ProblemKind, str]]] = {
    HTTPStatus.UNAUTHORIZED: (
        ProblemKind.UNAUTHORIZED,
        "Feldera does not accept the bot's credentials (401).",
    ),
    HTTPStatus.REQUEST_TIMEOUT: (ProblemKind.UNREACHABLE, "The request did not reach Feldera in time (408)."),
    HTTPStatus.TOO_MANY_REQUESTS: (ProblemKind.BUSY, "Feldera asks for fewer requests (429)."),
    HTTPStatus.BAD_GATEWAY: (ProblemKind.UNREACHABLE, "Feldera cannot be reached through its proxy (502)."),
    HTTPStatus.GATEWAY_TIMEOUT: (
        ProblemKind.UNREACHABLE,
        "Feldera cannot be reached through its proxy (504).",
    ),
}


def problem(reply: Response) -> Problem:
    """The problem that an unsuccessful response reports."""
    error = reply.error
    if is_ambiguous(error):
        return NO_TENANT
    if reply.status == HTTPStatus.INTERNAL_SERVER_ERROR and error and error.error_code in _DATABASE_CODES:
        return replace(DATABASE_DOWN, code=error.code, retry_after=reply.retry_after)
    trouble, own_words = _trouble(reply)
    return Problem(
        trouble,
        (error.sentence if error else "") or own_words,
        code=(error.code if error else "") or None,
        retry_after=reply.retry_after,
    )


def is_ambiguous(error: ErrorBody | None) -> bool:
    """Whether Feldera cannot tell which tenant is meant; it answers so (400) before it does anything."""
    return error is not None and error.error_code == NO_TENANT.code


def _trouble(reply: Response) -> tuple[ProblemKind, str]:
    if (whoever := _WHOEVER_SAYS_IT.get(reply.status)) is not None:
        return whoever
    if httpx.codes.is_redirect(reply.status):
        target = reply.redirect_host or "another page"
        return (
            ProblemKind.NOT_FELDERA,
            f"The address of Feldera leads elsewhere, to {target} ({reply.status}).",
        )
    return _of_feldera(reply.status) if reply.error else _of_somebody_else(reply)


def _of_feldera(status: int) -> tuple[ProblemKind, str]:
    match status:
        case HTTPStatus.FORBIDDEN:
            return ProblemKind.FORBIDDEN, "Feldera does not allow the bot this (403)."
        case HTTPStatus.SERVICE_UNAVAILABLE:
            return ProblemKind.BUSY, "Feldera cannot serve requests at the moment (503)."
        case _:
            return ProblemKind.UNEXPECTED, f"Feldera gave an answer that was not expected ({status})."


def _of_somebody_else(reply: Response) -> tuple[ProblemKind, str]:
    status = reply.status
    if httpx.codes.is_server_error(status) and reply.is_html:
        return ProblemKind.UNREACHABLE, f"A proxy answered in place of Feldera ({status})."
    if httpx.codes.is_success(status) and not reply.is_json:
        return ProblemKind.NOT_FELDERA, "Something other than the Feldera API answers at its address."
    match status:
        case HTTPStatus.FORBIDDEN:
            return ProblemKind.NOT_FELDERA, "Something in front of Feldera denies access to it (403)."
        case HTTPStatus.NOT_FOUND:
            return ProblemKind.NOT_FELDERA, "There is no Feldera API at its address (404)."
        case _:
            return _of_feldera(status)
