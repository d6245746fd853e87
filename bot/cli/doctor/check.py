"""The outcome of one check: a result and a sentence."""

from dataclasses import dataclass
from enum import StrEnum


class Result(StrEnum):
    FINE = "ok"
    NOTE = "note"  # worth knowing
    WRONG = "FAIL"  # to be fixed


@dataclass(frozen=True, slots=True)
class Check:
    result: Result
    sentence: str


def fine(sentence: str) -> Check:
    return Check(Result.FINE, sentence)


def note(sentence: str) -> Check:
    return Check(Result.NOTE, sentence)


def wrong(sentence: str) -> Check:
    return Check(Result.WRONG, sentence)
