"""`pipeline-bot demo` as a newcomer runs it: with nothing, and to the end."""

import re

import pytest

from tests.processes.world import running

pytestmark = pytest.mark.anyio

WITHIN = 120.0  # real seconds; on a machine that does nothing else it takes twelve


async def test_the_demo_shows_each_clear_once(tmp_path):
    """Nothing that a reader could take for a second clear: not even the kill repeats a line. Another one approves."""
    async with running("-m", "bot", "demo", folder=tmp_path, settings={}) as demo:
        assert await demo.ends(within=WITHIN) == 0, demo.stderr
        assert demo.stderr == ""
        shown = await demo.rest_of_output()
    assert "some time ago" not in shown
    lines = shown.splitlines()
    assert lines[0] == "SIMULATED — no real Slack, no real Feldera"
    assert lines[-1] == ("— Clears that Feldera carried out: clicks 1, sales 1, users 1, visits 1.")
    for name in ("clicks", "users", "visits"):
        assert len(re.findall(rf"✅ Cleared `{name}` after .* @ana", shown)) == 1
    assert shown.count("📤 Sent the clear of ") == 4
    for step in ("stop", "start"):
        assert shown.count(f"📤 Sent the {step} of ") == 1
    assert shown.count("⏳ Feldera accepted it") == 6
    assert "All is done, in" in shown
    assert "@ana (approved by @ben)" in shown
    before, _, after = shown.partition("— kill -9")
    assert "Clearing" in before.rpartition("card updated")[2]
    assert list(tmp_path.iterdir()) == []
    assert "card updated: ✅ Cleared after" in after
