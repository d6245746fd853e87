"""What a reply to a question means: pipelines, their history, the runner's health, the greeting."""

import asyncio
from datetime import UTC, datetime

import pytest

from bot.domain.ids import PipelineId
from bot.domain.pipelines.pipeline import (
    Absent,
    Change,
    Checkpoints,
    Pipeline,
    PipelineError,
    PipelineEvents,
    Problem,
    ProblemKind,
    RunnerHealth,
    Seen,
    Storage,
)
from bot.feldera import activity_events, answers
from bot.feldera.http.tenant_session import session
from tests.feldera.replies import CONSOLE, HTML, JSON, ORDERS, envelope, pipeline, reply, seen


def test_a_pipeline_is_read_field_by_field():
    """Every field of the engine's `Pipeline` comes from the API's field of that meaning; moments are in UTC."""
    body = pipeline(
        deployment_desired_status="Running",
        deployment_resources_desired_status="Provisioned",
        program_status="SqlCompiled",
        deployment_status_since="2026-03-01T11:00:00.5+01:00",
    )
    assert answers.look(reply(200, body), ORDERS) == Seen(
        Pipeline(
            id=PipelineId("0198d2a4-5e0b-7c11-9c2e-2d9d1f0a7b10"),
            name=ORDERS,
            storage=Storage.IN_USE,
            status="Stopped",
            status_since=datetime(2026, 3, 1, 10, 0, 0, 500_000, tzinfo=UTC),
            desired_status="Running",
            desired_status_since=datetime(2026, 3, 1, 9, 59, 59, 100_000, tzinfo=UTC),
            resources="Stopped",
            resources_desired="Provisioned",
            resources_desired_since=datetime(2026, 3, 1, 9, 59, 59, 100_000, tzinfo=UTC),
            program_status="SqlCompiled",
            program_status_since=datetime(2026, 2, 20, 9, 16, 40, 1, tzinfo=UTC),
            checkpoints=Checkpoints(count=2, size=1024),
            error=None,
        )
    )


@pytest.mark.parametrize(
    ("word", "storage"),
    [("Clearing", Storage.CLEARING), ("Archived", Storage.OTHER), ("cleared", Storage.OTHER)],
)
def test_an_unknown_storage_status_is_never_taken_for_a_known_one(word, storage):
    """A newer Feldera may have more words; only the exact spelling of a known one counts as it."""
    assert seen(storage_status=word).storage is storage


@pytest.mark.parametrize(
    ("details", "count", "size"),
    [
        (None, 0, 0),
        ({"checkpoints": [{"size": 7}, {"size": None}]}, 2, None),
        ({"checkpoints": [{"size": 7}, {}]}, 2, None),
    ],
)
def test_the_bytes_of_checkpoints_are_known_only_if_each_size_is(details, count, size):
    """Sizes may be null: half a sum would understate what a clear destroys."""
    assert seen(storage_status_details=details).checkpoints == Checkpoints(count, size)


def test_a_deployment_error_is_one_line_without_its_details():
    """`deployment_error` can hold a compiler's log and a backtrace: one short line of it is for people."""
    error = {"message": "a\n\tb \x1b[31m\u202e" + "c" * 5000, "error_code": "RuntimeError.WorkerPanic"}
    assert seen(deployment_error=error | {"details": {"backtrace": "…"}}).error == PipelineError(
        "a b [31m " + "c" * 290 + "…", "RuntimeError.WorkerPanic"
    )


ODD_PIPELINES = [
    {"name": "Orders"},
    {"id": ""},
    {"id": " "},
    {"id": "another"},
    {"storage_status": None},
    {"storage_status": "x" * 65},
    {"deployment_status": "Stopped\n*Running*"},
    {"deployment_status_since": "2026-03-01T10:00:00"},
    {"deployment_status_since": 1772359200},
    {"deployment_status_since": "0001-01-01T00:00:00+14:00"},
    {"storage_status_details": {"checkpoints": [{"size": -1}]}},
    {"storage_status_details": {}},
]
ODD_BODIES = [b"", b"null", b"[]", b"{", b"[" * 100_000, b'{"name": "\xff"}', b"NaN"]


@pytest.mark.parametrize("body", [*(pipeline(**changes) for changes in ODD_PIPELINES), *ODD_BODIES])
def test_a_pipeline_of_another_form_is_a_problem(body):
    """What the bot cannot read, or did not ask for, it does not act on, however nested or broken."""
    look = answers.look(reply(200, body), ORDERS)
    assert isinstance(look, Problem)
    assert look.trouble is ProblemKind.UNEXPECTED


def test_a_pipeline_is_absent_only_by_felderas_own_word():
    """Feldera: 404 with `UnknownPipelineName`. It proves a deletion, so nothing less may pass for it."""
    unknown = envelope("UnknownPipelineName", "Unknown pipeline name 'orders'")
    assert answers.look(reply(404, unknown), ORDERS) == Absent()
    assert answers.look(reply(200, unknown), ORDERS) != Absent()
    assert answers.look(reply(404, unknown, content_type="text/html"), ORDERS) != Absent()
    assert answers.look(reply(404, envelope("Else")), ORDERS) != Absent()
    assert answers.look(reply(404, {"error_code": "UnknownPipelineName"}), ORDERS) != Absent()


BUSY = {"message": "x", "error_code": "LockTookTooLong"}
TROUBLES = [
    (reply(200, CONSOLE, content_type=HTML), ProblemKind.NOT_FELDERA),
    (reply(200, pipeline(), content_type=HTML), ProblemKind.NOT_FELDERA),
    (reply(204), ProblemKind.UNEXPECTED),
    (reply(302, headers={"Location": "https://login.example/?token=s3cret"}), ProblemKind.NOT_FELDERA),
    (reply(400, b"Query deserialize error: selector", content_type="text/plain"), ProblemKind.UNEXPECTED),
    (reply(401, content_type=None), ProblemKind.UNAUTHORIZED),
    (reply(401, envelope("AuthenticationFailed"), content_type="text/plain"), ProblemKind.UNAUTHORIZED),
    (reply(403, envelope("InsufficientPermissions")), ProblemKind.FORBIDDEN),
    (reply(403, b"<h1>Forbidden</h1>", content_type=HTML), ProblemKind.NOT_FELDERA),
    (reply(404, content_type=None), ProblemKind.NOT_FELDERA),
    (reply(404, {"detail": "Not Found"}), ProblemKind.NOT_FELDERA),
    (reply(408), ProblemKind.UNREACHABLE),
    (reply(429), ProblemKind.BUSY),
    (reply(500, envelope("PostgresError")), ProblemKind.DATABASE_DOWN),
    (reply(500, envelope("InvalidJsonData")), ProblemKind.UNEXPECTED),
    (reply(500, b"<h1>Oops</h1>", content_type=HTML), ProblemKind.UNREACHABLE),
    (reply(502, b"<h1>Bad Gateway</h1>", content_type=HTML), ProblemKind.UNREACHABLE),
    (reply(503, BUSY), ProblemKind.BUSY),
    (reply(503, content_type=None), ProblemKind.BUSY),
    (reply(503, b"<h1>Unavailable</h1>", content_type=HTML), ProblemKind.UNREACHABLE),
    (reply(599), ProblemKind.UNEXPECTED),
]


@pytest.mark.parametrize(("bad", "trouble"), TROUBLES)
def test_every_bad_reply_is_the_same_trouble_to_every_question(bad, trouble):
    """What is wrong depends on the reply alone; its sentence is short, and neither HTML nor anybody's details."""
    looks = [
        answers.look(bad, ORDERS),
        asyncio.run(answers.look_at_all(bad)),
        answers.history(bad),
        answers.installation(bad),
    ]
    for look in looks:
        assert isinstance(look, Problem)
        assert look == looks[0]
        assert look.trouble is trouble
        assert 0 < len(look.message) <= 300
        assert not any(leak in look.message for leak in ("<", "secret", "s3cret", "backtrace", "\n"))
    assert answers.runner_health(bad) == RunnerHealth(None, looks[0].message)


def test_felderas_own_sentence_is_used_where_there_is_one():
    """Its message and code are passed on; the message on one line and cut, the rest left out."""
    bad = reply(500, envelope("UniqueKeyViolation", "Unique key violation\n for 'name'"))
    assert answers.look(bad, ORDERS) == Problem(
        ProblemKind.UNEXPECTED, "Unique key violation for 'name'", code="UniqueKeyViolation"
    )


@pytest.mark.parametrize("code", ["PostgresError", "PostgresPoolError"])
def test_a_lost_database_is_told_in_our_words(code):
    """What the database says of itself names machines; it is an outage to each question, the events included."""
    bad = reply(500, envelope(code, "connection to postgres.internal:5432 refused"))
    outage = Problem(ProblemKind.DATABASE_DOWN, "Feldera cannot reach its database.", code=code)
    assert activity_events.shapes(bad) == outage
    for answer in (answers.look(bad, ORDERS), answers.history(bad), session(bad)):
        assert answer == outage
    assert answers.program_error(bad) == outage


def test_a_redirect_names_only_the_machine():
    """A login page's URL can hold secrets, and a machine's name in punycode stays so."""
    bad = reply(302, headers={"Location": "https://user:pw@xn--fldera-7ya.example/login?state=s3cret"})
    said = "The address of Feldera leads elsewhere, to xn--fldera-7ya.example (302)."
    assert answers.look(bad, ORDERS) == Problem(ProblemKind.NOT_FELDERA, said)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("5", 5.0),
        (" 0 ", 0.0),
        ("Mon, 02 Mar 2026 03:01:30 GMT", 90.0),
        ("Mon, 02 Mar 2026 02:00:00 GMT", 0.0),
        ("Sat, 02 Mar 2126 03:01:30 GMT", 300.0),
        ("-5", None),
        ("1e3", None),
        ("٣", None),
        ("5" * 5000, None),
        ("Mon, 02 Mar 2026 03:01:30 +999999999999", None),
        ("Mon, 02 Mar 99999999999999999999 03:01:30 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header, seconds):
    """RFC 9110; what asks for more than five minutes is asked again then, and nonsense is as good as no header."""
    look = answers.look(reply(503, BUSY, headers={"Retry-After": header}), ORDERS)
    assert isinstance(look, Problem)
    assert look.retry_after == seconds


def test_a_history_keeps_felderas_order():
    """Feldera: newest first; events of one transaction share their moment and are told apart by order alone."""
    words = [(6, "Cleared", "Stopped"), (5, "Clearing", "Stopped"), (5, "Frozen", "Provisioned")]
    rows = [
        {
            "recorded_at": f"2026-03-01T10:00:0{second}Z",
            "storage_status": storage,
            "deployment_resources_desired_status": wanted,
        }
        for second, storage, wanted in words
    ]
    at_5, at_6 = (datetime(2026, 3, 1, 10, 0, second, tzinfo=UTC) for second in (5, 6))
    cleared, clearing = Change(at_6, Storage.CLEARED), Change(at_5, Storage.CLEARING)
    changes = (cleared, clearing, Change(at_5, Storage.OTHER, wanted=True))
    assert answers.history(reply(200, rows)) == PipelineEvents(changes)


@pytest.mark.parametrize("row", [None, {}, {"recorded_at": "yesterday", "storage_status": "Cleared"}])
def test_a_history_with_an_unreadable_row_is_a_problem(row):
    """A history with a gap would prove what did not happen."""
    good = {"recorded_at": "2026-03-01T10:00:06Z", "storage_status": "Cleared"}
    assert isinstance(answers.history(reply(200, [good, row])), Problem)


def test_the_history_of_a_pipeline_that_is_gone_is_a_problem():
    """Events are deleted with their pipeline: no history is not an empty history."""
    gone = reply(404, envelope("UnknownPipelineName", "Unknown pipeline name 'orders'"))
    assert answers.history(gone) == Problem(
        ProblemKind.UNEXPECTED, "Unknown pipeline name 'orders'", code="UnknownPipelineName"
    )


@pytest.mark.parametrize("status", [200, 503])
def test_the_runners_health_comes_with_200_and_with_503(status):
    """Feldera: `cluster_healthz` sends 503 when any service is unwell, with the same body."""
    sick = {"healthy": False, "message": "no answer\nfor 60 s", "unchanged_since": "2026-03-01T10:00:00Z"}
    body = {"all_healthy": False, "api": {}, "compiler": {}, "runner": sick}
    assert answers.runner_health(reply(status, body)) == RunnerHealth(healthy=False)


def test_a_runner_that_nobody_has_asked_yet_is_neither_well_nor_unwell():
    """Feldera: 404 `NoClusterMonitorEventsAvailable` just after installation."""
    fresh = reply(404, envelope("NoClusterMonitorEventsAvailable", "No cluster monitor events."))
    assert answers.runner_health(fresh) == RunnerHealth(None, "No cluster monitor events.")


def test_a_greeting_names_version_and_edition():
    body = {"edition": "Open source", "version": "0.337.0", "telemetry": "", "license_validity": None}
    assert answers.installation(reply(200, body)).greeting == "Feldera 0.337.0 (Open source)"
    assert isinstance(answers.installation(reply(200, {"version": "1"}, content_type=JSON)), Problem)
