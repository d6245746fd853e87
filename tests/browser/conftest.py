"""A real browser before a real sandbox. Where there is no Chromium, these tests are skipped, unless they have to run."""

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from tests.browser.seat import Desk

REQUIRED = "BROWSER_TESTS"
"""Set to `required` where a browser has to be there: then none is a failure."""
NAMES = ("chromium", "chromium-browser", "google-chrome")
# Nothing of a page is trusted here that the tests did not write; as root, in a container, Chromium has no sandbox.
ARGUMENTS = ["--no-sandbox", "--force-color-profile=srgb"]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """One loop for all of them: the browser is begun once."""
    return "asyncio"


@pytest.fixture(scope="session")
def chromium() -> str:
    """The system's Chromium."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None and os.environ.get(REQUIRED) == "required":
        pytest.fail("there is no Chromium, and browser tests have to run")
    return found or pytest.skip("there is no Chromium on this machine")


@pytest.fixture(scope="session")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield launched
        await launched.close()


@pytest.fixture
async def desk(browser: Browser, tmp_path: Path) -> AsyncIterator[Desk]:
    """A sandbox whose bot is connected, and seats before it for whoever comes."""
    async with Desk(browser, tmp_path) as ready:
        yield ready
