"""The browser of these tests, and what happens where there is none."""

import asyncio

import pytest
from aiohttp import web
from playwright.async_api import Browser

from bot.simulator.web.guard import HEADERS
from tests.browser.accessibility import violations
from tests.browser.chromium import system_chromium

PAGE = """<!doctype html><html lang="en"><title>A page</title><link rel="stylesheet" href="/style.css">
<main><h1>Pipelines</h1><p>Pale on white</p><button></button></main>"""
STYLE = "p { color: #ccc; background: #fff }"


def test_where_there_is_no_browser_its_tests_are_skipped(tmp_path):
    """Whoever works on the rest needs none, and reads why."""
    with pytest.raises(
        pytest.skip.Exception, match="there is no chromium, chromium-browser, google-chrome on"
    ):
        system_chromium({"PATH": str(tmp_path)})


def test_where_a_browser_is_required_its_absence_is_a_failure(tmp_path):
    """A check that skips what it should show would pass for ever."""
    with pytest.raises(pytest.fail.Exception, match="BROWSER_TESTS=required"):
        system_chromium({"PATH": str(tmp_path), "BROWSER_TESTS": "required"})


def test_the_browser_is_what_the_system_calls_so(tmp_path):
    """By any of its usual names."""
    chromium = tmp_path / "chromium-browser"
    chromium.touch(mode=0o755)
    for required in ({}, {"BROWSER_TESTS": "required"}):
        assert system_chromium({"PATH": str(tmp_path), **required}) == chromium


@pytest.mark.anyio
async def test_what_axe_finds_under_a_strict_policy(browser: Browser):
    """axe-core works on a page that lets no script in and makes no text into HTML, and nothing is let in for it."""

    async def page_of(_request: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html", headers=HEADERS)

    async def style_of(_request: web.Request) -> web.Response:
        return web.Response(text=STYLE, content_type="text/css", headers=HEADERS)

    app = web.Application()
    app.add_routes([web.get("/", page_of), web.get("/style.css", style_of)])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        async with await browser.new_page() as page:
            await page.goto(f"http://127.0.0.1:{runner.addresses[0][1]}/")
            found = await violations(page)
            assert [line.split(": ")[:2] for line in found] == [
                ["button-name", "button"],
                ["color-contrast", "p"],
            ]
            assert "contrast of 1.6" in found[1]
            to_html = "try { document.body.innerHTML = '<b>' } catch (refused) { refused.message }"
            assert "TrustedHTML" in await page.evaluate(to_html)
    finally:
        await runner.cleanup()


def test_a_loop_of_its_own_runs_beside_the_browser(browser: Browser):
    """As each story has one: the browser's is not running meanwhile, and goes on afterwards."""
    with asyncio.Runner() as runner:
        assert runner.run(asyncio.sleep(0, "ran")) == "ran"
    assert browser.is_connected()


@pytest.mark.anyio
async def test_the_browser_goes_on_afterwards(browser: Browser):
    async with await browser.new_page() as page:
        assert await page.evaluate("6 * 7") == 42
