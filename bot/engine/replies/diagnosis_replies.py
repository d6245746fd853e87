"""Replies to `doctor`: what its checks found, or why the person may not see it."""

from dataclasses import dataclass

from bot.domain.access.admins import Admins
from bot.domain.access.permissions import Decision
from bot.domain.diagnosis import CheckResult


@dataclass(frozen=True, slots=True)
class Diagnosed:
    results: tuple[CheckResult, ...]


@dataclass(frozen=True, slots=True)
class NoDiagnosis:
    """Only admins may. `admins` are those who are."""

    decision: Decision
    admins: Admins | None = None
