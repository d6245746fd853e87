import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from tests.browser.chromium import system_chromium
from tests.browser.seat import Desk
from tests.forked import forked_bot


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    """One loop for all tests of a module, since a browser belongs to the loop in which it was started."""
    return "asyncio"


@pytest.fixture(scope="module")
async def browser(anyio_backend: str) -> AsyncIterator[Browser]:  # noqa: ARG001 - its loop is this one
    """The system's Chromium without a window; what a test opens in it is closed by that test.

    By playwright's async API: the sync one keeps a loop running in the thread, in which no story could run then.
    """
    executable = system_chromium(os.environ)
    async with (
        async_playwright() as playwright,
        await playwright.chromium.launch(executable_path=executable) as browser,
    ):
        yield browser


@pytest.fixture
async def desk(browser: Browser, tmp_path: Path) -> AsyncIterator[Desk]:
    """A sandbox whose bot is connected, and seats before it for whoever comes."""
    async with Desk(browser, tmp_path) as ready:
        yield ready


@pytest.fixture(autouse=True)
def bot_is_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.simulator.bot.process.begun", forked_bot)
