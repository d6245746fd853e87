"""The system's own Chromium, for tests that look at the page as people do; playwright drives it and brings none.

Where there is none these tests are skipped, so that nobody needs a browser to work on the rest. `.ci/run` has one
installed and sets `BROWSER_TESTS=required`: there a browser that is missing is a failure, never a silence.
"""

import os
import shutil
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from tests.browser.seat import Desk
from tests.forked import forked_bot

NAMES = ("chromium", "chromium-browser", "google-chrome")


def system_chromium(environment: Mapping[str, str]) -> Path:
    """Where it is.

    Raises:
        Skipped: it is nowhere on the `PATH`.
        Failed: the same, and `BROWSER_TESTS` says that it has to be there.
    """
    for name in NAMES:
        if (found := shutil.which(name, path=environment.get("PATH", ""))) is not None:
            return Path(found)
    missing = f"there is no {', '.join(NAMES)} on the PATH"
    if environment.get("BROWSER_TESTS") == "required":
        pytest.fail(f"{missing}, and BROWSER_TESTS=required", pytrace=False)
    pytest.skip(missing)


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
    monkeypatch.setattr("bot.simulator.bot.process.start_process", forked_bot)
