"""People before the sandbox's page, in chat words: what they type, press and read is what a browser does and shows.

A `Desk` is a sandbox with a browser; a `Seat` is one person's tab. At the end a desk fails if a page complained, asked
anybody but the sandbox for anything, or broke its own policy.
"""

import re
from pathlib import Path
from typing import Any, Self

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, expect

from bot.simulator.web.sandbox import Sandbox
from bot.simulator.web.scenario import load
from bot.simulator.web.server import Server

SCENARIO = Path(__file__).parent / "scenario.yaml"
PATIENCE_S = 60.0
PATIENCE_MS = PATIENCE_S * 1000

# WCAG 2.2 up to level AA, and what axe-core holds to be good practice besides.
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_AXE = {"runOnly": {"type": "tag", "values": _RULES}, "resultTypes": ["violations"]}

expect.set_options(timeout=PATIENCE_MS)


async def violations(page: Page) -> list[str]:
    """Which rule each element of the page violates as it stands now, and what would put it right.

    axe-core is put into the page by the debugger: the page's own Content Security Policy stays in force.
    """
    found = await Axe().run(page, options=_AXE)
    return [
        f"{violation['id']}: {' '.join(map(str, node['target']))}: {node['failureSummary']}"
        for violation in found.response["violations"]
        for node in violation["nodes"]
    ]


class Seat:
    """One person's tab."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.line = page.locator("#message")
        self.place = page.locator("#place")
        self.thread = page.locator("#thread")
        self.modal = page.locator("#modal")
        self.menu = self.modal.get_by_role("combobox")
        self.options = self.modal.get_by_role("option")
        self.confirm = page.locator("#confirm")
        self.toasts = page.locator("#toasts")
        self.controls = page.locator("#controls")
        self.people = page.get_by_role("navigation", name="People")
        self.places = page.get_by_role("navigation", name="Channels")

    async def types(self, text: str) -> None:
        await self.line.fill(text)
        await self.line.press("Enter")

    async def clicks(self, label: str, *, confirms: str | None = None, within: Locator | None = None) -> None:
        """Press the newest button with this label, and, if a dialog asks, the one with that label in it."""
        button = (within or self.place).get_by_role("button", name=label, exact=True).last
        # While a press is on its way, the page takes no other of the same button, and shows that it is busy.
        await expect(button).not_to_have_attribute("aria-busy", "true")
        await button.click()
        if confirms is None:
            return
        await self.confirm.get_by_role("button", name=confirms, exact=True).click()

    async def clears(self, name: str, reason: str = "schema change") -> None:
        """From the command to the confirmation; the card tells the rest."""
        await self.types(f"/pipeline clear {name} {reason}")
        await self.clicks(f"Clear {name}", confirms="Clear")

    async def asks_to_clear(self, name: str, reason: str = "bad backfill") -> None:
        await self.types(f"/pipeline clear {name} {reason}")
        await self.clicks("Ask for approval", confirms="Ask")

    async def opens_form(self, pipeline: str) -> None:
        """And picks the first pipeline that is found by this."""
        await self.types("/pipeline clear")
        await self.menu.press_sequentially(pipeline)
        await self.options.first.click()

    async def reads(self, *words: str, within: Locator | None = None) -> None:
        """Until these words stand in the place (or wherever it is said), in any order."""
        for each in words:
            await expect((within or self.place).get_by_text(each).last).to_be_visible()

    async def goes_to(self, place: str) -> None:
        await self.places.get_by_role("link", name=place).click()
        await expect(self.place.get_by_role("heading", level=1)).to_contain_text(place)

    async def becomes(self, name: str) -> None:
        await self.people.get_by_role("link", name=name).click()
        await expect(self.places).to_contain_text(f"You are {name}.")

    async def opens_the_thread(self) -> None:
        """That of the newest message that has one."""
        await self.place.locator(".replies").last.click()
        await expect(self.thread).to_be_visible()

    async def opens_the_controls(self) -> None:
        await self.clicks("Simulation controls")
        await expect(self.controls).to_be_visible()

    async def shuts_nobody_out(self) -> None:
        assert await violations(self.page) == []

    @property
    def messages(self) -> Locator:
        return self.place.get_by_role("article")


class Desk:
    def __init__(self, browser: Browser, folder: Path, scenario: Path = SCENARIO) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self._complaints: list[str] = []
        self._strange: list[str] = []
        self.expected: list[str] = []
        """Words of what pages are expected to complain of."""
        self.sandbox = Sandbox(load(scenario), folder)
        self.server = Server(self.sandbox)

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def world(self) -> Any:
        return self.sandbox.simulation

    async def __aenter__(self) -> Self:
        await self.server.start()
        await self.sandbox.start()
        await self.until_connected()
        return self

    async def until_connected(self) -> None:
        await self.sandbox.changed.until(lambda: self.world.is_ready, within=PATIENCE_S)

    async def __aexit__(self, kind: object, *_exc: object) -> None:
        for context in self._contexts:
            for page in context.pages:
                self._complaints += await page.locator("#toasts .toast").all_inner_texts()
            await context.close()
        await self.server.stop()
        await self.sandbox.stop()
        if kind is None:
            assert self._strange == [], f"a page asked somebody else for something: {self._strange}"
            unexpected = [
                said for said in self._complaints if not any(word in said for word in self.expected)
            ]
            assert unexpected == [], f"a page complained: {unexpected}"

    async def serves_again(self, port: int) -> None:
        """The page's server was stopped: another one takes its port."""
        self.server = Server(self.sandbox)
        await self.server.start(port)

    async def seat(self, name: str, place: str = "ops", **how: Any) -> Seat:
        """A new browser of this person's, at that place; `how` is what the browser is like."""
        context = await self._browser.new_context(
            **{
                "viewport": {"width": 1280, "height": 800},
                "timezone_id": "Europe/Berlin",
                "locale": "en-US",
                "reduced_motion": "reduce",
                **how,
            }
        )
        context.set_default_timeout(PATIENCE_MS)
        self._contexts.append(context)
        context.on("request", self._asks)
        context.on("console", self._complains)
        context.on("weberror", lambda error: self._complaints.append(str(error.error)))
        return await self.tab(context, name, place)

    async def tab(self, context: BrowserContext, name: str, place: str = "ops") -> Seat:
        page = await context.new_page()
        await page.goto(f"{self.url}?as={name}&in={place}")
        seat = Seat(page)
        await expect(page).to_have_title(re.compile(rf"\b{name} · "))
        return seat

    def _asks(self, request: Request) -> None:
        if not request.url.startswith(self.url):
            self._strange.append(request.url)

    def _complains(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self._complaints.append(message.text)
