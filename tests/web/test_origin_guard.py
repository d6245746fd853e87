"""Who may do what to the page's server: its own page all, whoever else nothing."""

import json

import aiohttp
import pytest
from yarl import URL

from bot.simulator.web.origin_guard import HEADERS, own_hosts

pytestmark = pytest.mark.anyio

SAYS = {"as": "ana", "do": "types", "place": "ops", "text": "taken over"}


@pytest.fixture
def port(visit):
    return URL(visit.url).port


async def refuses_live(visit, status, query="as=ana&tz=UTC", headers=None):
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await visit.session.ws_connect(f"{visit.url}live?{query}", headers=headers)
    assert refused.value.status == status


async def test_the_page_says_what_it_may_load_and_who_may_frame_it(visit):
    """On every answer: the page, its files, what is refused, what is not there."""
    asked = [(path, {}) for path in ("", "static/main.js", "nothing/here", "static/nothing.js")]
    for path, headers in (*asked, ("", {"Host": "evil.example"})):
        async with visit.session.get(f"{visit.url}{path}", headers=headers) as answer:
            assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS, path
    assert "default-src 'none'" in HEADERS["Content-Security-Policy"]
    assert "unsafe" not in HEADERS["Content-Security-Policy"]


async def test_a_name_that_was_made_to_lead_here_leads_to_nothing(visit, port):
    """DNS rebinding: the browser thinks that it is the other site's, and sends that site's name."""
    for host in ("evil.example", f"evil.example:{port}", f"127.0.0.1.evil.example:{port}", "127.0.0.1", ""):
        for path in ("", "static/main.js", "live?as=ana&tz=UTC"):
            async with visit.session.get(f"{visit.url}{path}", headers={"Host": host}) as answer:
                assert answer.status == 403


async def test_it_answers_to_both_its_names(visit, port):
    """No browser writes out the port of HTTP."""
    assert own_hosts(80) == {"127.0.0.1", "localhost"}
    assert own_hosts(8765) == {"127.0.0.1:8765", "localhost:8765"}
    for host in (f"127.0.0.1:{port}", f"localhost:{port}"):
        own = {"Host": host, "Origin": f"http://{host}"}
        for request in (
            visit.session.get(visit.url, headers={"Host": host}),
            visit.session.post(f"{visit.url}do", json={"as": "ana", "do": "opens_home"}, headers=own),
        ):
            async with request as answer:
                assert answer.status == 200


async def test_no_other_page_can_do_anything(visit, port):
    """Whatever its origin; a page of another port of this machine is another page, too."""
    origins = (f"https://127.0.0.1:{port}", f"http://localhost:{port}", "http://127.0.0.1")
    for headers in ({}, *({"Origin": origin} for origin in ("null", "http://evil.example", *origins))):
        for path in ("do", "world"):
            async with visit.session.post(f"{visit.url}{path}", json=SAYS, headers=headers) as answer:
                assert answer.status == 403
        await refuses_live(visit, 403, headers=headers)
    assert visit.person("ana").sees() == []


async def test_only_a_request_that_can_be_read_is_taken(visit):
    """A form of any site can send text, and no JSON by that name; nonsense is refused with a sentence."""
    large = json.dumps({**SAYS, "text": "x" * 300_000})
    for kind, body, status, says in (
        ("text/plain", json.dumps(SAYS), 415, ""),
        ("application/x-www-form-urlencoded", json.dumps(SAYS), 415, ""),
        ("multipart/form-data; boundary=x", json.dumps(SAYS), 415, ""),
        ("application/json", large, 413, ""),
        ("application/json", "{", 400, "Invalid JSON"),
        ("application/json", "[]", 400, "Input should be"),
        ("application/json", '{"as": "ana", "do": "rules the world"}', 400, "does not match any"),
        (
            "application/json",
            '{"as": "ana", "do": "types", "place": "ops"}',
            400,
            "types.text: Field required",
        ),
        ("application/json", '{"as": "ana", "do": "closes", "also": 1}', 400, "closes.also: Extra inputs"),
        ("application/json", '{"as": "nobody", "do": "closes"}', 400, "There is no person called nobody."),
    ):
        headers = {**visit.own, "Content-Type": kind}
        async with visit.session.post(f"{visit.url}do", data=body, headers=headers) as answer:
            assert answer.status == status
            assert says in await answer.text()
    for zone in ("Mars/Phobos", "../../etc/passwd", "America", ""):
        await refuses_live(visit, 400, query=f"as=ana&tz={zone}", headers=visit.own)


async def test_no_path_leads_out_of_the_pages_files(visit):
    """As it is written: a client of another kind would tidy it."""
    for path in ("../server.py", "%2e%2e/server.py", "..%2fserver.py", "/etc/passwd", ""):
        async with visit.session.get(URL(f"{visit.url}static/{path}", encoded=True)) as answer:
            assert answer.status in {403, 404}
