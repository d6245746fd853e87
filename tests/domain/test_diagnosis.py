"""The verdict over `doctor`'s results, and what an admin of a part is shown of them."""

from dataclasses import replace

import pytest

from bot.domain.diagnosis import (
    CheckResult,
    CheckStatus,
    failed,
    passed,
    unknown,
    verdict,
    warning,
    without_sensitive,
)

OK, WARNING, FAILED, UNKNOWN = passed("a", ""), warning("b", ""), failed("c", ""), unknown("d", "")


@pytest.mark.parametrize(
    ("results", "said"),
    [
        ([OK, OK], "All 2 checks passed"),
        ([OK, FAILED], "1 of 2 checks failed, 1 passed"),
        (
            [FAILED, FAILED, WARNING, UNKNOWN, OK],
            "2 of 5 checks failed, 1 has a warning, 1 could not be made, 1 passed",
        ),
        ([WARNING, WARNING, OK], "2 of 3 checks have a warning, 1 passed"),
        ([UNKNOWN, OK, OK], "2 of 3 checks passed, 1 could not be made"),
        ([FAILED], "1 of 1 checks failed"),
    ],
)
def test_the_verdict_counts_the_worst_first(results, said):
    assert verdict(results) == said


def secret(status, found, name="access"):
    return CheckResult(name, status, found, "Ask U0EVE.", is_sensitive=True)


def test_who_is_admin_of_a_part_is_shown_how_many_findings_there_are():
    """At the place of the first, and as bad as the worst of them."""
    results = [
        OK,
        secret(CheckStatus.WARNING, "U0EVE is viewer on payroll."),
        secret(CheckStatus.FAILED, "U0EVE is admin on payroll."),
        replace(secret(CheckStatus.FAILED, "payroll"), name="slack channels"),
        WARNING,
    ]
    shown = without_sensitive(results)
    more = "An admin of every pipeline can see more."
    assert shown == (
        OK,
        failed("access", "2 findings.", more),
        failed("slack channels", "1 finding.", more),
        WARNING,
    )
