"""The pictures that README and docs/ show: what the page of the sandbox looks like, as these tests find it.

`python -m pytest tests/browser/test_pictures.py --pictures docs/images` takes them anew, to be looked at; any other run
only proves that they can be taken, and that each picture in the repository is one of these and of this size.
"""

import struct
from pathlib import Path

import pytest
from playwright.async_api import expect

pytestmark = pytest.mark.anyio

KEPT = Path(__file__).parents[2] / "docs" / "images"
SIZE = (1280, 800)
EMPTY = 20_000  # bytes; a picture of a page on which nothing is drawn has fewer


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_card_thread_form_and_home(desk, request, tmp_path, scheme):
    """A request, approved by somebody else and done; the form; what waits for an approver; the simulation controls."""
    pictures = Path(request.config.getoption("--pictures") or tmp_path)

    async def takes(seat, name):
        await seat.page.evaluate("document.activeElement.blur()")
        await seat.page.mouse.move(0, 0)
        path, kept = pictures / f"{name}-{scheme}.png", KEPT / f"{name}-{scheme}.png"
        await seat.page.screenshot(path=path, animations="disabled", caret="hide")
        assert path.stat().st_size > EMPTY
        assert _size(path) == _size(kept) == SIZE, f"take it anew: --pictures {KEPT}"

    how = {"color_scheme": scheme, "viewport": {"width": SIZE[0], "height": SIZE[1]}}
    rae = await desk.seat("rae", **how)
    await rae.asks_to_clear("sales", "bad backfill, see INC-42")
    await rae.reads("Requested.")
    ben = await desk.seat("ben", "approvals", **how)
    await ben.reads("Approvals: 0 of 1")
    await takes(ben, "card")
    await ben.goes_to("Home")
    await ben.reads("Waiting for you", "bad backfill")
    await takes(ben, "home")
    await ben.goes_to("approvals")
    await ben.clicks("Approve", confirms="Approve")
    await ben.reads("✅ Cleared after")
    await ben.opens_the_thread()
    await ben.reads("✅ Cleared", within=ben.thread)
    await takes(ben, "thread")
    await rae.opens_form("orders")
    await rae.reads("3 checkpoints, 959.0 MiB", within=rae.modal)
    await takes(rae, "form")
    await rae.clicks("Never mind", within=rae.modal)
    await expect(rae.modal).not_to_be_visible()
    await rae.opens_the_controls()
    await rae.controls.get_by_role("switch", name="Down", exact=True).check()
    await rae.types("/pipeline status orders")
    await rae.reads("No connection to Feldera")
    await takes(rae, "world")


def test_every_picture_is_shown():
    """None is left of a page that is no more, and the documents show both schemes of what they show."""
    pages = [KEPT.parents[1] / "README.md", *KEPT.parent.glob("*.md")]
    shown = "\n".join(page.read_text() for page in pages)
    names = sorted(path.name for path in KEPT.iterdir())
    assert names == sorted(
        f"{name}-{scheme}.png"
        for name in ("card", "form", "home", "thread", "world")
        for scheme in ("dark", "light")
    )
    assert [name for name in names if f'images/{name}"' not in shown] == []


def _size(picture):
    """Width and height, as a PNG says them at its beginning."""
    return struct.unpack(">II", picture.read_bytes()[16:24])
