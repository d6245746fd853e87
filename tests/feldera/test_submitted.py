"""What the reply to a clear proves: refused and not sent are certain, the rest is unknown."""

import asyncio
from typing import Any

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.ids import PipelineName
from bot.domain.pipelines.pipeline import Accepted, NotSent, Problem, ProblemKind, Refusal, Refused, Unknown
from bot.feldera import answers
from bot.feldera.http import problems
from bot.feldera.http.response import Response
from tests.clock import START
from tests.feldera.replies import CONSOLE, HTML, envelope, reply


@pytest.mark.parametrize(
    "taken",
    [
        reply(202, b'"Pipeline storage is being cleared"'),
        reply(202, b"", content_type=None),
        reply(202, b"some later wording"),
    ],
)
def test_202_is_acceptance_whatever_it_says(taken):
    """Feldera: 202 for every clear it takes on; the sentence in the body is not part of the contract."""
    assert answers.submitted(taken) == Accepted()


@pytest.mark.parametrize(
    ("status", "code", "refusal"),
    [
        (400, "StorageStatusImmutableUnlessStopped", Refusal.BY_RULE),
        (403, "InsufficientPermissions", Refusal.NO_ACCESS),
        (404, "UnknownPipelineName", Refusal.UNKNOWN_PIPELINE),
        (404, "SomethingElse", Refusal.BY_RULE),
        (405, "UnsupportedPipelineAction", Refusal.BY_RULE),
        (409, "Conflict", Refusal.BY_RULE),
        (501, "EnterpriseFeature", Refusal.BY_RULE),
    ],
)
def test_felderas_own_errors_refuse(status, code, refusal):
    """With its error envelope Feldera says no before it does anything: its sentence and code are kept."""
    refused = answers.submitted(reply(status, envelope(code, "No,\nreally.")))
    assert refused == Refused(refusal, "No, really.", code)


@pytest.mark.parametrize(
    "wrong",
    [
        reply(404, content_type=None),
        reply(404, b"<h1>404</h1>", content_type=HTML),
        reply(404, {"detail": "Not Found"}),
    ],
)
def test_a_404_that_is_not_felderas_is_a_wrong_address(wrong):
    """Nobody was there to do anything: a route or a proxy's rule is missing, not a pipeline."""
    assert answers.submitted(wrong) == Refused(
        Refusal.WRONG_ADDRESS, "There is no Feldera API at its address (404)."
    )


@pytest.mark.parametrize(
    ("undone", "trouble", "retry_after"),
    [
        (reply(503, envelope("LockTookTooLong"), headers={"Retry-After": "5"}), ProblemKind.BUSY, 5.0),
        (reply(503, envelope("DeadlockDetected"), headers={"Retry-After": "5"}), ProblemKind.BUSY, 5.0),
        (reply(429, content_type=None, headers={"Retry-After": "30"}), ProblemKind.BUSY, 30.0),
        (
            reply(401, envelope("AuthenticationFailed"), content_type="text/plain"),
            ProblemKind.UNAUTHORIZED,
            None,
        ),
    ],
)
def test_what_was_stopped_or_rolled_back_may_be_sent_again(undone, trouble, retry_after):
    """A transaction that got no lock is undone, and authentication and rate limits come before any handler."""
    answer = answers.submitted(undone)
    assert isinstance(answer, NotSent)
    assert (answer.problem.trouble, answer.problem.retry_after) == (trouble, retry_after)


@pytest.mark.parametrize(
    "unclear",
    [
        reply(200, b'"Pipeline storage is being cleared"'),
        reply(200, CONSOLE, content_type=HTML),
        reply(202, CONSOLE, content_type=HTML),
        reply(201),
        reply(307, headers={"Location": "https://elsewhere.example/v0/pipelines/orders/clear"}),
        reply(400, b"Query deserialize error", content_type="text/plain"),
        reply(400, envelope("StorageStatusImmutableUnlessStopped"), content_type=HTML),
        reply(403, b"<h1>Forbidden</h1>", content_type=HTML),
        reply(408, content_type=None),
        reply(500, envelope("PostgresError")),
        reply(500, envelope("LockTookTooLong")),
        reply(502, b"<h1>Bad Gateway</h1>", content_type=HTML),
        reply(503, envelope("PipelineUnavailable")),
        reply(503, b"<h1>LockTookTooLong</h1>", content_type=HTML),
        reply(504, content_type=None),
    ],
)
def test_everything_else_may_have_had_its_effect(unclear):
    """A proxy may answer for a request it has passed on: only looking can tell."""
    assert answers.submitted(unclear) == Unknown(problems.problem(unclear))


BODIES = st.binary() | st.sampled_from(
    [
        b'{"message": "m", "error_code": "UnknownPipelineName"}',
        b'{"message": "\\ud800", "error_code": ""}',
        CONSOLE,
    ]
)
VALUES = st.binary(max_size=60) | st.sampled_from(
    [
        b"application/json",
        b"text/html",
        b"Mon, 02 Mar 2026 03:01:30 +2500",
        b"http://xn--\xe4/",
        b"//[::1",
        b"9" * 50,
    ]
)
NAMES = st.sampled_from([b"Content-Type", b"Retry-After", b"Location"])


@given(
    status=st.integers(100, 599) | st.sampled_from([200, 202, 302, 401, 404, 503]),
    headers=st.lists(st.tuples(NAMES, VALUES), max_size=4),
    body=BODIES,
)
@example(status=302, headers=[(b"Location", b"http://xn--a.example/")], body=b"")
def test_no_reply_is_too_odd_to_be_answered(status, headers, body):
    """Nothing a stranger sends raises, and only 202 is acceptance, only 404 absence, only 200 a success."""
    strange = Response(status, httpx.Headers(headers), body, START)
    answer = answers.submitted(strange)
    look = answers.look(strange, PipelineName("orders"))
    others: list[Any] = [
        asyncio.run(answers.look_at_all(strange)),
        answers.history(strange),
        answers.installation(strange),
    ]
    health = answers.runner_health(strange)
    assert status == 202 or not isinstance(answer, Accepted)
    assert isinstance(look, Problem) or status in {200, 404}
    assert status == 200 or all(isinstance(other, Problem) for other in others)
    assert health.healthy is None or status in {200, 503}
    said = problems.problem(strange)
    assert 0 < len(said.message) <= 300
    assert said.message.isprintable()
    assert said.retry_after is None or 0 <= said.retry_after <= 300
