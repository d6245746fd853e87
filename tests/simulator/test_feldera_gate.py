"""Who may come in, whose pipelines they see, what is no endpoint, and what Feldera's documents look like byte by byte."""

import pytest

from bot.simulator.feldera import FelderaSimulator
from tests.clock import MovableClock
from tests.simulator.feldera_visit import Visit, visiting

pytestmark = pytest.mark.anyio

READER, WRITER = "apikey:" + "r" * 128, "apikey:" + "w" * 128
TENANT = "0198d2a4-5e0b-7c11-9c2e-2d9d1f0a7b10"


@pytest.fixture
async def guarded():
    async with visiting({READER: "read", WRITER: "write"}) as one:
        one.feldera.adds("orders")
        yield one


def bearer(key):
    return {"headers": {"Authorization": f"Bearer {key}"}}


async def test_the_status_of_a_stopped_pipeline_whole(visit: Visit):
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


async def test_the_list_is_in_order_of_creation_and_shows_the_same_objects(visit: Visit):
    """Without a selector every column comes."""
    visit.feldera.adds("broken", program_status="SqlError", program_error="no such table")
    visit.feldera.adds("archive")
    listed = (await visit.get("", params={"selector": "status"})).json()
    assert listed == [await visit.status(name) for name in ("broken", "archive")]
    everything = (await visit.get("/broken")).json()
    assert {"program_code", "runtime_config", "deployment_resources_status_details"} < everything.keys()
    assert everything["program_error"]["sql_compilation"]["messages"][0]["message"] == "no such table"
    assert "program_code" not in await visit.status("broken")


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
    """Not in the envelope of every other error, and before the name is looked up."""
    answer = await visit.http.request(method, path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "text/plain; charset=utf-8")
    assert answer.text.startswith("Query deserialize error: ")


async def test_without_a_good_key_it_is_401_in_one_of_three_ways(guarded: Visit):
    """Nothing but a challenge, that of a broken token, or JSON in plain text. `apikey:` is a part of the key."""
    for headers in ({}, {"Authorization": "Basic b3JkZXJz"}, {"Authorization": "Bearer"}):
        answer = await guarded.get("/orders", headers=headers)
        assert (answer.status_code, answer.content, answer.headers["WWW-Authenticate"]) == (
            401,
            b"",
            "Bearer",
        )
        assert "Content-Type" not in answer.headers
    answer = await guarded.get("/orders", **bearer(WRITER.removeprefix("apikey:")))
    assert (answer.status_code, answer.content) == (401, b"")
    assert answer.headers["WWW-Authenticate"] == 'Bearer error_description="Malformed JWT: missing iss claim"'
    answer = await guarded.post("/orders/clear", **bearer("apikey:wrong"))
    assert (answer.status_code, answer.headers["Content-Type"]) == (401, "text/plain; charset=utf-8")
    assert answer.text == '{"message":"Unauthorized API key","error_code":"AuthenticationFailed"}'


async def test_a_reader_may_look_but_not_clear(guarded: Visit):
    assert (await guarded.get("/orders", **bearer(READER))).status_code == 200
    answer = await guarded.post("/orders/clear", **bearer(READER))
    assert answer.status_code == 403
    assert answer.json() == {
        "message": "Insufficient permissions: this action requires the 'write' role, but the caller has 'read'",
        "error_code": "InsufficientPermissions",
        "details": {"required": "write", "actual": "read"},
    }
    assert guarded.feldera.clears["orders"] == 0
    assert (await guarded.post("/orders/clear", **bearer(WRITER))).status_code == 202


async def test_a_deleted_key_is_a_wrong_key_and_no_other_with_it(guarded: Visit):
    guarded.feldera.someone_deletes_the_key(WRITER)
    assert (await guarded.post("/orders/clear", **bearer(WRITER))).status_code == 401
    assert (await guarded.get("/orders", **bearer(READER))).status_code == 200
    with pytest.raises(ValueError, match="no such key"):
        guarded.feldera.someone_deletes_the_key(WRITER)


async def test_the_session_tells_the_role(guarded: Visit, visit: Visit):
    """Without authentication everyone is admin, whatever header comes; health needs no key."""
    session = await guarded.http.get("/v0/config/session", **bearer(READER))
    assert (session.json()["role"], session.json()["tenant_name"]) == ("read", "default")
    assert (await visit.http.get("/v0/config/session", **bearer("junk"))).json()["role"] == "admin"
    assert (await guarded.http.get("/v0/config")).status_code == 401
    assert (await guarded.http.get("/healthz")).json() == {"status": "healthy"}


async def test_what_is_no_endpoint_is_answered_in_three_ways(visit: Visit):
    """403 for another method, an empty 404 below `/v0`, and elsewhere the web console: 200, but only to a GET."""
    answer = await visit.get("/orders/clear")
    assert answer.status_code == 403
    assert answer.json() == {
        "message": "This endpoint has no access-control classification and is denied",
        "error_code": "InsufficientPermissions",
    }
    for path in ("/v0/pipeline/orders", "/v0/pipelines//clear", "/v0"):
        answer = await visit.http.post(path)
        assert (answer.status_code, answer.content) == (404, b"")
        assert "Content-Type" not in answer.headers
    answer = await visit.http.get("/api/v0/pipelines/orders")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html")
    assert answer.text.startswith("<!doctype html>")
    assert (await visit.http.post("/api/v0/pipelines/orders/clear")).status_code == 405


@pytest.mark.parametrize("keys", [{"r" * 128: "read"}, {READER: "admin"}])
async def test_only_keys_that_feldera_can_have_are_configured(keys):
    with pytest.raises(ValueError, match="API key"):
        FelderaSimulator(MovableClock(), api_keys=keys)


async def test_the_books_say_who_asked_for_what(guarded: Visit):
    guarded.passes(seconds=7)
    await guarded.get("/orders", params={"selector": "status"}, headers={"Feldera-Tenant": "ops"})
    (request,) = guarded.feldera.requests
    assert (request.method, request.path, request.query, request.at) == (
        "GET",
        "/v0/pipelines/orders",
        {"selector": "status"},
        guarded.clock.now(),
    )
    assert (request.has_authorization, request.tenant, request.status) == (False, "ops", 401)


async def names(visit, **how):
    return [each["name"] for each in (await visit.get("?selector=status", **how)).json()]


async def test_a_key_belongs_to_one_tenant(visit: Visit):
    theirs = FelderaSimulator(visit.clock, tenant_id=TENANT, installation=1)
    theirs.adds("orders")
    for name in ("orders", "users"):
        visit.feldera.adds(name)
    visit.feldera.gives_key(READER, visit.feldera)
    visit.feldera.gives_key(WRITER, theirs)
    assert await names(visit, **bearer(READER)) == ["orders", "users"]
    assert await names(visit, **bearer(WRITER)) == ["orders"]
    session = (await visit.http.get("/v0/config/session", **bearer(WRITER))).json()
    assert (session["tenant_id"], session["role"]) == (TENANT, "write")
    assert (await visit.get("/users", **bearer(WRITER))).status_code == 404
    await visit.post("/orders/clear", **bearer(WRITER))
    assert (visit.feldera.clears["orders"], theirs.clears["orders"]) == (0, 1)
    assert visit.feldera.pipeline("orders").id != theirs.pipeline("orders").id


async def test_an_address_answers_for_another_feldera_and_for_its_own_again(visit: Visit):
    visit.feldera.adds("orders")
    visit.feldera.answers_as(FelderaSimulator(visit.clock, tenant_id=TENANT, installation=1))
    assert await names(visit) == []
    visit.feldera.answers_as(visit.feldera)
    assert await names(visit) == ["orders"]


async def test_a_login_of_several_tenants_is_shown_nothing(visit: Visit):
    """A session of nulls, and 400 with a code of its own for all else; paths without a login stay open."""
    visit.feldera.adds("orders")
    visit.feldera.login_is_ambiguous()
    session = (await visit.http.get("/v0/config/session")).json()
    assert session == {"tenant_id": None, "tenant_name": None, "role": None, "memberships": []}
    for answer in (
        await visit.get(""),
        await visit.post("/orders/clear"),
        await visit.http.get("/v0/config"),
    ):
        assert (answer.status_code, answer.json()["error_code"]) == (400, "AmbiguousTenantMembership")
    assert (await visit.http.get("/healthz")).status_code == 200
    assert visit.feldera.clears == {}


async def test_a_list_loses_rows_and_a_look_does_not(visit: Visit):
    for name in ("orders", "users"):
        visit.feldera.adds(name)
    visit.feldera.lists_nothing()
    visit.feldera.leaves_out("orders")
    assert (await visit.status("orders"))["name"] == "orders"
    assert [await names(visit) for _ in range(3)] == [[], ["users"], ["orders", "users"]]
