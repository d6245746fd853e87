"""What goes wrong on the way to Feldera and back, and what it leaves done or undone."""

import asyncio

import httpx
import pytest

from tests.simulator.feldera_visit import Visit, visiting

pytestmark = pytest.mark.anyio


@pytest.fixture
def feldera(visit):
    visit.feldera.adds("orders")
    return visit.feldera


async def test_a_lost_reply_leaves_the_request_done(visit: Visit, feldera):
    feldera.loses_the_next_reply()
    assert await visit.storage("orders") == "InUse", "the fault is for a POST"
    with pytest.raises(httpx.RemoteProtocolError):
        await visit.post("/orders/clear")
    assert feldera.requests[-1].status is None
    assert await visit.storage("orders") == "Clearing"
    assert (await visit.post("/orders/clear")).status_code == 202
    assert feldera.clears["orders"] == 1


async def test_a_dropped_request_leaves_nothing_done(visit: Visit, feldera):
    """To the client it looks just like a lost reply."""
    feldera.drops_the_next_request()
    with pytest.raises(httpx.RemoteProtocolError):
        await visit.post("/orders/clear")
    assert await visit.storage("orders") == "InUse"


async def test_while_it_is_down_connections_are_refused_and_the_world_goes_on(visit: Visit, feldera):
    """Open connections are dropped; the same address answers later with what happened since."""
    await visit.post("/orders/clear")
    url = feldera.url
    await feldera.goes_down()
    for _ in range(2):
        with pytest.raises(httpx.ConnectError):
            await visit.get("/orders")
    visit.passes(seconds=1)
    await feldera.comes_back()
    assert feldera.url == url
    assert (await visit.events("orders"))[-1]["recorded_at"] == "2026-03-02T03:00:01Z"
    assert [request.status for request in feldera.requests] == [202, 200]


async def test_a_locked_row_asks_to_come_back_in_five_seconds(visit: Visit, feldera):
    feldera.is_locked(times=2)
    answers = [await visit.post("/orders/clear") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [503, 503, 202]
    assert answers[0].headers["Retry-After"] == "5"
    assert answers[0].text == (
        '{"message":"The lock required for this operation took too long to acquire. Try this operation again later.",'
        '"error_code":"LockTookTooLong","details":{}}'
    )
    with pytest.raises(ValueError, match="at least once"):
        feldera.is_locked(times=0)


async def test_without_its_database_only_the_configuration_is_answered(visit: Visit, feldera):
    """500 in the envelope, whatever is asked of a pipeline; what was under way goes on afterwards."""
    await visit.post("/orders/clear")
    feldera.loses_its_database()
    visit.passes(minutes=1)
    answers = [
        *[await visit.get(path) for path in ("", "/orders", "/orders/events")],
        *[await visit.http.get(path) for path in ("/v0/cluster_healthz", "/v0/config/session")],
        *[await visit.post(f"/orders/{verb}") for verb in ("clear", "stop?force=true", "start")],
    ]
    for answer in answers:
        assert (answer.status_code, answer.headers["Content-Type"]) == (500, "application/json")
        assert answer.json()["error_code"] == "PostgresPoolError"
        assert set(answer.json()["details"]) == {"error", "backtrace"}
    assert (await visit.http.get("/v0/config")).status_code == 200
    feldera.finds_its_database()
    assert await visit.storage("orders") == "Clearing"
    visit.passes(seconds=1)
    assert await visit.storage("orders") == "Cleared"


async def test_without_its_database_a_good_key_looks_like_a_wrong_one():
    async with visiting({"apikey:k": "write"}) as guarded:
        guarded.feldera.loses_its_database()
        guarded.http.headers["Authorization"] = "Bearer apikey:k"
        for path in ("/v0/pipelines/orders", "/v0/config"):
            answer = await guarded.http.get(path)
            assert (answer.status_code, answer.headers["Content-Type"]) == (401, "text/plain; charset=utf-8")
            assert answer.json() == {"message": "Unauthorized API key", "error_code": "AuthenticationFailed"}
        guarded.feldera.finds_its_database()
        assert (await guarded.http.get("/v0/config")).status_code == 200


async def test_the_probe_notices_a_lost_database_within_five_seconds_and_its_return_likewise(visit: Visit):
    seen = []
    visit.passes(seconds=1)
    for changes, looks in ((visit.feldera.loses_its_database, 6), (visit.feldera.finds_its_database, 5)):
        changes()
        for _ in range(looks):
            seen.append((await visit.http.get("/healthz")).status_code)
            visit.passes(seconds=1)
    assert seen == [200, 200, 200, 200, 500, 500, 500, 500, 500, 200, 200]


async def test_any_answer_can_be_arranged_and_they_come_in_order(visit: Visit, feldera):
    """Each for the next requests that match it; a proxy's page is one, and nothing is asked of Feldera then."""
    feldera.answers_next(429, headers={"Retry-After": "3"}, body={"slow": "down"}, times=2)
    feldera.answers_next(200, body=b"{truncated", method="GET")
    feldera.proxy_fails()
    assert [(await visit.get("/orders")).status_code for _ in range(2)] == [429, 429]
    posted, got = await visit.post("/orders/clear"), await visit.get("/orders")
    assert (posted.status_code, posted.headers["Content-Type"]) == (502, "text/html")
    assert got.content == b"{truncated"
    assert await visit.storage("orders") == "InUse"


async def test_a_hanging_server_answers_when_it_is_let_go(visit: Visit, feldera):
    """A read time-out for the client, whose request is carried out later, when it has long gone."""
    feldera.hangs("POST")
    with pytest.raises(httpx.ReadTimeout):
        await visit.post("/orders/clear", timeout=0.05)
    assert await visit.storage("orders") == "InUse"
    feldera.lets_go()
    assert (await visit.post("/orders/clear")).status_code == 202
    assert len(await visit.events("orders")) == 3, "both requests were carried out"


async def test_a_server_can_hang_after_it_did_what_was_asked(visit: Visit, feldera):
    feldera.hangs(once_processed=True)
    waiting = asyncio.create_task(visit.post("/orders/clear"))
    await feldera.until_it_hangs()
    assert feldera.clears["orders"] == 1
    assert not waiting.done()
    feldera.lets_go()
    assert (await waiting).status_code == 202


async def test_requests_that_hang_go_down_with_the_server(visit: Visit, feldera):
    feldera.hangs("POST")
    waiting = asyncio.create_task(visit.post("/orders/clear"))
    await feldera.until_it_hangs()
    await feldera.goes_down()
    with pytest.raises(httpx.TransportError):
        await waiting
    await feldera.comes_back()
    assert await visit.storage("orders") == "InUse"
