"""Who may come in, what is no endpoint, and what Feldera's documents look like byte by byte."""

import pytest

from bot.simulator.feldera import FelderaSimulator
from tests.clock import MovableClock
from tests.simulator.feldera_visit import Visit, visiting

pytestmark = pytest.mark.anyio

READER, WRITER = "apikey:" + "r" * 128, "apikey:" + "w" * 128


@pytest.fixture
async def visit():
    async with visiting() as one:
        yield one


@pytest.fixture
async def guarded():
    async with visiting({READER: "read", WRITER: "write"}) as one:
        one.feldera.adds("orders")
        yield one


def bearer(key):
    return {"Authorization": f"Bearer {key}"}


async def test_the_status_of_a_stopped_pipeline_whole(visit: Visit):
    """Every key, in Feldera's order."""
    visit.feldera.adds("orders", checkpoints=(1024,))
    answer = await visit.get("/orders", params={"selector": "status"})
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "no-cache"
    pipeline = visit.feldera.pipeline("orders")
    assert answer.text == (
        f'{{"id":"{pipeline.id}","name":"orders","description":"","tags":[],"created_at":"2026-03-02T03:00:00Z",'
        '"version":1,"platform_version":"0.337.0","program_config":{"profile":"optimized","cache":true,'
        '"runtime_version":null,"use_platform_compiler":false},"program_version":1,"program_status":"Success",'
        '"program_status_since":"2026-03-02T03:00:00Z","deployment_error":null,"refresh_version":1,'
        '"storage_status":"InUse","storage_status_details":{"checkpoints":[{"uuid":"'
        f'{pipeline.id[:-4]}0001","identifier":null,"fingerprint":7000001,"size":1024,"steps":10,'
        '"processed_records":5000}]},"deployment_id":null,"deployment_initial":null,"deployment_status":"Stopped",'
        '"deployment_status_since":"2026-03-02T03:00:00Z","deployment_desired_status":"Stopped",'
        '"deployment_desired_status_since":"2026-03-02T03:00:00Z","deployment_resources_status":"Stopped",'
        '"deployment_resources_status_since":"2026-03-02T03:00:00Z","deployment_resources_desired_status":"Stopped",'
        '"deployment_resources_desired_status_since":"2026-03-02T03:00:00Z","deployment_runtime_status":null,'
        '"deployment_runtime_status_details":null,"deployment_runtime_status_since":null,'
        '"deployment_runtime_desired_status":null,"deployment_runtime_desired_status_since":null,'
        '"bootstrap_policy":null,"silent_bootstrap":false,"concurrent_bootstrap":false}'
    )


async def test_without_a_selector_every_column_comes(visit: Visit):
    """`all` is the default."""
    visit.feldera.adds("broken", program_status="SqlError", program_error="no such table")
    everything = (await visit.get("/broken")).json()
    assert {"program_code", "runtime_config", "deployment_resources_status_details"} < everything.keys()
    assert everything["program_error"]["sql_compilation"]["messages"][0]["message"] == "no such table"
    assert "program_code" not in await visit.status("broken")


async def test_the_list_is_in_order_of_creation_and_shows_the_same_objects(visit: Visit):
    """Ordered by id, which is the order of creation, not by name."""
    for name in ("orders", "archive", "payments"):
        visit.feldera.adds(name)
    listed = (await visit.get("", params={"selector": "status"})).json()
    assert listed == [await visit.status(name) for name in ("orders", "archive", "payments")]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v0/pipelines/orders?selector=bogus"),
        ("GET", "/v0/pipelines?selector=Status"),
        ("POST", "/v0/pipelines/orders/stop?force=yes"),
        ("GET", "/v0/pipelines/nope/events?selector=all"),
    ],
)
async def test_a_bad_query_value_is_refused_in_plain_text(visit: Visit, method, path):
    """400, and not the envelope of every other error."""
    answer = await visit.http.request(method, path)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.text.startswith("Query deserialize error: ")
    assert visit.feldera.requests[0].status == 400


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Basic b3JkZXJz"}, {"Authorization": "Bearer"}])
async def test_without_a_bearer_token_it_is_401_with_nothing_else(guarded: Visit, headers):
    """No body and no content type."""
    answer = await guarded.get("/orders", headers=headers)
    assert (answer.status_code, answer.content, answer.headers["WWW-Authenticate"]) == (401, b"", "Bearer")
    assert "Content-Type" not in answer.headers


async def test_a_key_without_its_prefix_is_taken_for_a_broken_token(guarded: Visit):
    """`apikey:` is a part of the key."""
    answer = await guarded.get("/orders", headers=bearer(WRITER.removeprefix("apikey:")))
    assert (answer.status_code, answer.content) == (401, b"")
    assert answer.headers["WWW-Authenticate"] == 'Bearer error_description="Malformed JWT: missing iss claim"'


async def test_a_wrong_key_is_told_so_in_plain_text(guarded: Visit):
    """The body is JSON, its content type is not, and it has no details."""
    answer = await guarded.post("/orders/clear", headers=bearer("apikey:wrong"))
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.text == '{"message":"Unauthorized API key","error_code":"AuthenticationFailed"}'


async def test_a_reader_may_look_but_not_clear(guarded: Visit):
    """403 names both roles; the pipeline is untouched."""
    assert (await guarded.get("/orders", headers=bearer(READER))).status_code == 200
    answer = await guarded.post("/orders/clear", headers=bearer(READER))
    assert answer.status_code == 403
    assert answer.json() == {
        "message": "Insufficient permissions: this action requires the 'write' role, but the caller has 'read'",
        "error_code": "InsufficientPermissions",
        "details": {"required": "write", "actual": "read"},
    }
    assert guarded.feldera.clears["orders"] == 0
    assert (await guarded.post("/orders/clear", headers=bearer(WRITER))).status_code == 202


async def test_a_deleted_key_is_a_wrong_key(guarded: Visit):
    """From one request to the next, and no other key with it."""
    guarded.feldera.someone_deletes_the_key(WRITER)
    answer = await guarded.post("/orders/clear", headers=bearer(WRITER))
    assert (answer.status_code, answer.json()["message"]) == (401, "Unauthorized API key")
    assert (await guarded.get("/orders", headers=bearer(READER))).status_code == 200
    with pytest.raises(ValueError, match="no such key"):
        guarded.feldera.someone_deletes_the_key(WRITER)


async def test_the_session_tells_the_role(guarded: Visit, visit: Visit):
    """Without authentication everyone is admin, whatever header comes."""
    session = await guarded.http.get("/v0/config/session", headers=bearer(READER))
    assert (session.json()["role"], session.json()["tenant_name"]) == ("read", "default")
    assert (await visit.http.get("/v0/config/session", headers=bearer("junk"))).json()["role"] == "admin"
    assert (await guarded.http.get("/v0/config")).status_code == 401


async def test_health_needs_no_key(guarded: Visit):
    assert (await guarded.http.get("/healthz")).json() == {"status": "healthy"}


async def test_a_known_path_with_another_method_is_denied(visit: Visit):
    """403 without details, whoever asks."""
    answer = await visit.get("/orders/clear")
    assert answer.status_code == 403
    assert answer.json() == {
        "message": "This endpoint has no access-control classification and is denied",
        "error_code": "InsufficientPermissions",
    }


@pytest.mark.parametrize("path", ["/v0/pipeline/orders", "/v0/pipelines//clear", "/v0"])
async def test_an_unknown_path_of_the_api_is_an_empty_404(visit: Visit, path):
    """Not an unknown pipeline: nothing in it says so."""
    answer = await visit.http.post(path)
    assert (answer.status_code, answer.content) == (404, b"")
    assert "Content-Type" not in answer.headers


async def test_any_other_path_is_the_web_console(visit: Visit):
    """200 and HTML: what a client with a wrong base address sees; but only to a GET."""
    answer = await visit.http.get("/api/v0/pipelines/orders")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html")
    assert answer.text.startswith("<!doctype html>")
    assert (await visit.http.post("/api/v0/pipelines/orders/clear")).status_code == 405


@pytest.mark.parametrize("keys", [{"r" * 128: "read"}, {READER: "admin"}])
async def test_only_keys_that_feldera_can_have_are_configured(keys):
    """With their prefix, and for read or write."""
    with pytest.raises(ValueError, match="API key"):
        FelderaSimulator(MovableClock(), api_keys=keys)


async def test_the_books_say_who_asked_for_what(guarded: Visit):
    """Method, path, query, tenant, whether a credential came, when, and what was answered."""
    guarded.passes(seconds=7)
    await guarded.get("/orders", params={"selector": "status"}, headers={"Feldera-Tenant": "ops"})
    (request,) = guarded.feldera.requests
    assert (request.method, request.path, request.query) == (
        "GET",
        "/v0/pipelines/orders",
        {"selector": "status"},
    )
    assert (request.has_authorization, request.tenant, request.status) == (False, "ops", 401)
    assert request.at == guarded.clock.now()
