"""What a 401 means: bad credentials, or a Feldera that could not check them."""

import pytest

from bot.domain.pipelines.pipeline import Problem, ProblemKind
from bot.feldera.http import problems
from bot.feldera.http.problems import DATABASE_DOWN
from bot.feldera.http.response import NoResponse
from bot.feldera.http.unauthorized import BELIEVED_AFTER, FORGOTTEN_AFTER, UNPROVED, Rejections
from tests.feldera.replies import CONSOLE, HTML, envelope, reply

UNREACHABLE = Problem(ProblemKind.UNREACHABLE, "No connection.")
REJECTED = reply(401, envelope("AuthenticationFailed"), content_type="text/plain; charset=utf-8")
WELL = reply(200, {"status": "healthy"})
UNWELL = reply(500, {"status": "unhealthy: unable to reach database"})
BAD_KEY = problems.problem(REJECTED)


@pytest.fixture
def rejections(clock):
    return Rejections(clock)


@pytest.mark.parametrize(
    ("health", "problem"),
    [
        (WELL, UNPROVED),
        (UNWELL, DATABASE_DOWN),
        (NoResponse(UNREACHABLE, maybe_sent=True), UNREACHABLE),
        (
            reply(502, b"<h1>Bad Gateway</h1>", content_type=HTML),
            problems.problem(reply(502, content_type=None)),
        ),
        (reply(404, content_type=None), UNPROVED),
        (reply(200, CONSOLE, content_type=HTML), UNPROVED),
    ],
)
def test_the_first_rejection_proves_no_bad_key(rejections, health, problem):
    """Feldera rejects keys while it cannot check them, and `/healthz` may be seconds behind."""
    assert rejections.why(REJECTED, health) == problem


def test_a_rejection_that_lasts_beside_a_healthy_feldera_is_believed(rejections, clock):
    assert rejections.why(REJECTED, WELL) == UNPROVED
    clock.passes(seconds=BELIEVED_AFTER - 0.1)
    assert rejections.why(REJECTED, WELL) == UNPROVED
    clock.passes(seconds=0.1)
    assert rejections.why(REJECTED, WELL) == BAD_KEY


def test_a_key_that_was_accepted_meanwhile_begins_anew(rejections, clock):
    """Also with an answer that is a refusal: whoever refuses has let the bot in. A proxy's 502 shows nothing."""
    assert rejections.why(REJECTED, WELL) == UNPROVED
    clock.passes(seconds=BELIEVED_AFTER)
    rejections.note(reply(502, content_type=None))
    assert rejections.why(REJECTED, WELL) == BAD_KEY
    rejections.note(reply(404, envelope("UnknownPipelineName")))
    assert rejections.why(REJECTED, WELL) == UNPROVED


def test_an_outage_that_was_known_begins_anew(rejections, clock):
    """The rejections of an outage say nothing about the one that comes at its very end."""
    assert rejections.why(REJECTED, WELL) == UNPROVED
    clock.passes(seconds=BELIEVED_AFTER)
    assert rejections.why(REJECTED, UNWELL) == DATABASE_DOWN
    assert rejections.why(REJECTED, WELL) == UNPROVED


def test_a_rejection_of_long_ago_says_nothing(rejections, clock):
    """Nobody asked in between: that may have been another outage."""
    assert rejections.why(REJECTED, WELL) == UNPROVED
    clock.passes(seconds=FORGOTTEN_AFTER + 0.1)
    assert rejections.why(REJECTED, WELL) == UNPROVED


@pytest.mark.parametrize(
    "bad",
    [
        reply(401, content_type=None, headers={"WWW-Authenticate": "Bearer"}),
        reply(401, b"<h1>Log in</h1>", content_type=HTML),
    ],
)
def test_a_rejection_for_which_no_database_was_asked_is_believed_at_once(rejections, bad):
    """No key was sent, or it has no key's form, or another server stands in front."""
    assert rejections.why(bad, WELL) == problems.problem(bad)
