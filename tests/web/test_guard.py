"""Who may do what to the page's server: its own page all, whoever else nothing."""

import json

import aiohttp
import pytest

from bot.simulator.web.guard import HEADERS, own_hosts

pytestmark = pytest.mark.anyio

SAYS = {"as": "ana", "do": "types", "place": "ops", "text": "taken over"}


async def test_the_page_says_what_it_may_load_and_who_may_frame_it(visit):
    """On every answer: the page, its files, what is refused, what is not there."""
    for path in ("", "static/main.js", "nothing/here", "static/nothing.js"):
        async with visit.session.get(f"{visit.url}{path}") as answer:
            assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS, path
    async with visit.session.get(visit.url, headers={"Host": "evil.example"}) as answer:
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert "default-src 'none'" in HEADERS["Content-Security-Policy"]
    assert "unsafe" not in HEADERS["Content-Security-Policy"]


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1.evil.example:{port}", "127.0.0.1", ""]
)
async def test_a_name_that_was_made_to_lead_here_leads_to_nothing(visit, host):
    """DNS rebinding: the browser thinks that it is the other site's, and sends that site's name."""
    port = visit.url.rsplit(":", 1)[1].strip("/")
    for path in ("", "static/main.js", "live?as=ana&tz=UTC"):
        async with visit.session.get(
            f"{visit.url}{path}", headers={"Host": host.format(port=port)}
        ) as answer:
            assert answer.status == 403


def test_no_browser_writes_out_the_port_of_http():
    assert own_hosts(80) == {"127.0.0.1", "localhost"}
    assert own_hosts(8765) == {"127.0.0.1:8765", "localhost:8765"}


async def test_it_answers_to_both_its_names(visit):
    port = visit.url.rsplit(":", 1)[1].strip("/")
    for host in (f"127.0.0.1:{port}", f"localhost:{port}"):
        async with visit.session.get(visit.url, headers={"Host": host}) as answer:
            assert answer.status == 200
        own = {"Host": host, "Origin": f"http://{host}"}
        async with visit.session.post(
            f"{visit.url}do", json={"as": "ana", "do": "opens_home"}, headers=own
        ) as answer:
            assert answer.status == 200


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "http://evil.example",
        "https://127.0.0.1:{port}",
        "http://localhost:{port}",
        "http://127.0.0.1",
    ],
)
async def test_no_other_page_can_do_anything(visit, origin):
    """Whatever its origin; a page of another port of this machine is another page, too."""
    port = visit.url.rsplit(":", 1)[1].strip("/")
    headers = {} if origin is None else {"Origin": origin.format(port=port)}
    for path in ("do", "world"):
        async with visit.session.post(f"{visit.url}{path}", json=SAYS, headers=headers) as answer:
            assert answer.status == 403
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await visit.session.ws_connect(f"{visit.url}live?as=ana&tz=UTC", headers=headers)
    assert refused.value.status == 403
    assert visit.person("ana").sees() == []


async def test_what_a_form_could_send_is_not_taken(visit):
    """A form of any site can send text, and no JSON by that name."""
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        headers = {**visit.own, "Content-Type": kind}
        async with visit.session.post(f"{visit.url}do", data=json.dumps(SAYS), headers=headers) as answer:
            assert answer.status == 415


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("{", "Invalid JSON"),
        ("[]", "Input should be"),
        ('{"as": "ana", "do": "rules the world"}', "does not match any of the expected tags"),
        ('{"as": "ana", "do": "types", "place": "ops"}', "types.text: Field required"),
        ('{"as": "ana", "do": "closes", "also": 1}', "closes.also: Extra inputs are not permitted"),
        ('{"as": "nobody", "do": "closes"}', "There is nobody called nobody."),
    ],
)
async def test_nonsense_is_refused_with_a_sentence(visit, body, sentence):
    headers = {**visit.own, "Content-Type": "application/json"}
    async with visit.session.post(f"{visit.url}do", data=body, headers=headers) as answer:
        assert answer.status == 400
        assert sentence in await answer.text()


async def test_more_than_a_form_could_hold_is_refused(visit):
    body = {"as": "ana", "do": "types", "place": "ops", "text": "x" * 300_000}
    async with visit.session.post(f"{visit.url}do", json=body, headers=visit.own) as answer:
        assert answer.status == 413


@pytest.mark.parametrize(
    "path",
    [
        "static/../server.py",
        "static/%2e%2e/server.py",
        "static/..%2fserver.py",
        "static//etc/passwd",
        "static/",
    ],
)
async def test_no_path_leads_out_of_the_pages_files(visit, path):
    from yarl import URL  # noqa: PLC0415 - as it is written: a client of another kind would tidy it

    async with visit.session.get(URL(f"{visit.url}{path}", encoded=True)) as answer:
        assert answer.status in {403, 404}


async def test_a_time_zone_that_does_not_exist_is_refused(visit):
    for zone in ("Mars/Phobos", "../../etc/passwd", "America", ""):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await visit.session.ws_connect(f"{visit.url}live?as=ana&tz={zone}", headers=visit.own)
        assert refused.value.status == 400
