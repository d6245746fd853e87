"""What the record says of rules, freezes and grants, read again as text."""

import pytest

from bot.slack.text import rule_text


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (
            "approvals=2 channel=C0OPS group=S0LEADS matching=<x> or so",
            "approvals=2 channel=<#C0OPS> group=<!subteam^S0LEADS> matching=`&lt;x&gt; or so`",
        ),
        (
            "until 2026-11-25T06:26:41.505366+00:00 by shell:root: release <@U1>: day",
            (
                "until <!date^1795588001^{date_short_pretty} at {time_secs}|2026-11-25 06:26:41 UTC> by `shell:root`: "
                "`release &lt;@U1&gt;: day`"
            ),
        ),
        ("number 3 by T1/U0ANA, until revoked", "number 3 by <@U0ANA>, until revoked"),
        (
            "number 3 by T1/U0ANA, until revoked (by T1/U0EVE); number 4 by shell:uid 0, until revoked",
            "number 3 by <@U0ANA>, until revoked (`by T1/U0EVE`); number 4 by `shell:uid 0`, until revoked",
        ),
        ("nothing", "`nothing`"),
    ],
)
def test_what_stood_before_is_read_again(words, text):
    """Moments and people are the reader's; what somebody typed stays as it was typed."""
    assert rule_text.before(words) == text
