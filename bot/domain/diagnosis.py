"""Diagnosis: the results of `doctor`'s checks, what was found, how bad it is, and what to do about it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.ids import ChannelId


class CheckStatus(StrEnum):
    OK = "ok"
    WARNING = "warning"  # it works; somebody should look at it
    FAILED = "failed"  # to be fixed
    UNKNOWN = "unknown"  # it could not be checked


WORST_FIRST = (CheckStatus.FAILED, CheckStatus.WARNING, CheckStatus.UNKNOWN, CheckStatus.OK)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """`name` is what was checked, `found` a sentence; `advice` says what to do, and is empty if nothing is.

    `channel` is the channel that it is about, if it is about one. `is_sensitive`: it names people, patterns or channels that not
    every admin may see.
    """

    name: str
    status: CheckStatus
    found: str
    advice: str = ""
    channel: ChannelId | None = None
    is_sensitive: bool = False


def passed(name: str, found: str) -> CheckResult:
    return CheckResult(name, CheckStatus.OK, found)


def warning(name: str, found: str, advice: str = "") -> CheckResult:
    return CheckResult(name, CheckStatus.WARNING, found, advice)


def failed(name: str, found: str, advice: str = "") -> CheckResult:
    return CheckResult(name, CheckStatus.FAILED, found, advice)


def unknown(name: str, found: str, advice: str = "") -> CheckResult:
    return CheckResult(name, CheckStatus.UNKNOWN, found, advice)


def with_status(results: Iterable[CheckResult], status: CheckStatus) -> tuple[CheckResult, ...]:
    return tuple(result for result in results if result.status is status)


def without_sensitive(results: Iterable[CheckResult]) -> tuple[CheckResult, ...]:
    """Those that name people or patterns as one for each check: how many there are, with the worst status."""
    kept: list[CheckResult] = []
    held: dict[str, list[CheckResult]] = {}
    for result in results:
        if not result.is_sensitive:
            kept.append(result)
            continue
        if result.name not in held:
            kept.append(result)  # its place; replaced below
        held.setdefault(result.name, []).append(result)
    return tuple(_summary(held[each.name]) if each.is_sensitive else each for each in kept)


def _summary(results: list[CheckResult]) -> CheckResult:
    worst = min((result.status for result in results), key=WORST_FIRST.index)
    found = f"{len(results)} {'finding' if len(results) == 1 else 'findings'}."
    return CheckResult(results[0].name, worst, found, "An admin of every pipeline can see more.")


def verdict(results: Iterable[CheckResult]) -> str:
    """As in "2 of 14 checks failed, 1 has a warning", without a full stop."""
    made = tuple(results)
    number = {status: len(with_status(made, status)) for status in CheckStatus}
    if number[CheckStatus.OK] == len(made):
        return f"All {len(made)} checks passed"
    parts = [
        f"{number[status]} {_said(status, one=number[status] == 1)}"
        for status in WORST_FIRST
        if number[status]
    ]
    if not number[CheckStatus.FAILED] and not number[CheckStatus.WARNING]:
        parts.reverse()  # what could not be made spoils no verdict, and does not come first
    first, *others = parts
    word, _, rest = first.partition(" ")
    return ", ".join([f"{word} of {len(made)} checks {rest}", *others])


def _said(status: CheckStatus, *, one: bool) -> str:
    match status:
        case CheckStatus.FAILED:
            return "failed"
        case CheckStatus.WARNING:
            return "has a warning" if one else "have a warning"
        case CheckStatus.UNKNOWN:
            return "could not be made"
        case CheckStatus.OK:
            return "passed"
