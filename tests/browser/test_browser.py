"""The browser of these tests, and what happens where there is none."""

import asyncio

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser

from bot.simulator.web.origin_guard import HEADERS
from tests.browser.conftest import system_chromium
from tests.browser.seat import violations

PAGE = """<!doctype html><html lang="en"><title>A page</title><link rel="stylesheet" href="/style.css">
<main><h1>Pipelines</h1><p>Pale on white</p><button></button></main>"""
STYLE = "p { color: #ccc; background: #fff }"


def test_where_there_is_no_browser_its_tests_are_skipped_or_fail(tmp_path):
    """A check that skips what it should show would pass for ever. It is found by any of its usual names."""
    here, required = {"PATH": str(tmp_path)}, {"PATH": str(tmp_path), "BROWSER_TESTS": "required"}
    missing = "there is no chromium, chromium-browser, google-chrome on"
    with pytest.raises(pytest.skip.Exception, match=missing):
        system_chromium(here)
    with pytest.raises(pytest.fail.Exception, match="BROWSER_TESTS=required"):
        system_chromium(required)
    chromium = tmp_path / "chromium-browser"
    chromium.touch(mode=0o755)
    assert system_chromium(here) == system_chromium(required) == chromium


@pytest.mark.anyio
async def test_what_axe_finds_under_a_strict_policy(browser: Browser):
    """axe-core works on a page that lets no script in and makes no text into HTML, and nothing is let in for it."""

    async def page_of(_request: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html", headers=HEADERS)

    async def style_of(_request: web.Request) -> web.Response:
        return web.Response(text=STYLE, content_type="text/css", headers=HEADERS)

    app = web.Application()
    app.add_routes([web.get("/", page_of), web.get("/style.css", style_of)])
    async with TestServer(app) as server, await browser.new_page() as page:
        await page.goto(str(server.make_url("/")))
        found = await violations(page)
        what = [line.split(": ")[:2] for line in found]
        assert what == [["button-name", "button"], ["color-contrast", "p"]]
        assert "contrast of 1.6" in found[1]
        to_html = "try { document.body.innerHTML = '<b>' } catch (refused) { refused.message }"
        assert "TrustedHTML" in await page.evaluate(to_html)


def test_a_loop_of_its_own_runs_beside_the_browser(browser: Browser):
    """As each story has one: the browser's is not running meanwhile, and goes on afterwards."""
    with asyncio.Runner() as runner:
        assert runner.run(asyncio.sleep(0, "ran")) == "ran"
    assert browser.is_connected()
