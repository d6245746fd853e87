"""What axe-core finds wrong with a page as it stands at this moment: for whoever cannot see, point or tell colours apart.

axe-core runs in the page, but is put there by the debugger: the page's own Content Security Policy stays in force.
"""

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

# WCAG 2.2 up to level AA, and what axe-core holds to be good practice besides.
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_OPTIONS = {"runOnly": {"type": "tag", "values": _RULES}, "resultTypes": ["violations"]}


async def violations(page: Page) -> list[str]:
    """A line for each element that violates a rule: which one, where, and what would put it right."""
    found = await Axe().run(page, options=_OPTIONS)
    return [
        f"{violation['id']}: {' '.join(map(str, node['target']))}: {node['failureSummary']}"
        for violation in found.response["violations"]
        for node in violation["nodes"]
    ]
