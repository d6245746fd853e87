import os
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from bot.simulator.slack import SlackSimulator
from tests.browser.chromium import system_chromium
from tests.browser.seat import PATIENCE_S, Desk
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


@pytest.fixture(autouse=True)
def slack_is_patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with other work may hold up a bot for the three seconds that Slack waits for an ack or a trigger."""
    monkeypatch.setitem(SlackSimulator.__init__.__kwdefaults__, "ack_timeout", PATIENCE_S)
    monkeypatch.setattr("bot.simulator.slack.views.TRIGGER_LIFETIME", timedelta(seconds=PATIENCE_S))
