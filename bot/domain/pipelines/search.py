"""Pipeline search: the pipelines that a partly typed name may mean, likeliest first. Only ever offered. Pure."""

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable

from bot.domain.ids import PipelineName

CLOSE_FROM = 3  # characters typed: fewer resemble everything
PAIRS_SHARED = 4  # one in so many: two swapped letters break three pairs
TYPED_MAX = 200  # characters; no name is nearly as long

_WORD_STARTS = re.compile(r"(?<=[-_/])")


def matching(names: Iterable[PipelineName], typed: str) -> list[PipelineName]:
    """The names that contain `typed`: the name itself, names that begin so, those with a word that does, the rest.

    Case matters only to put the name as it was typed first. Alphabetical within each; an empty `typed` matches
    everything.
    """
    wanted = typed.strip()[:TYPED_MAX]
    found = [(rank, name.casefold(), name) for name in names if (rank := _rank(name, wanted)) is not None]
    return [name for _, _, name in sorted(found)]


def nearly(names: Iterable[PipelineName], typed: str) -> list[PipelineName]:
    """The names that do not contain `typed`, but many of its letter pairs, most first: a mistyped one comes early.

    Quick enough for thousands of names; `resembling` ranks the first few of them.
    """
    wanted = typed.strip()[:TYPED_MAX].casefold()
    if len(wanted) < CLOSE_FROM:
        return []
    pairs = {wanted[at : at + 2] for at in range(len(wanted) - 1)}
    counted = []
    for name in names:
        folded = name.casefold()
        if wanted not in folded:
            shared = sum(pair in folded for pair in pairs)
            if shared * PAIRS_SHARED >= len(pairs):
                counted.append((-shared, abs(len(name) - len(wanted)), name))
    return [name for _, _, name in sorted(counted)]


def resembling(names: Iterable[PipelineName], wanted: str, *, limit: int) -> list[PipelineName]:
    """The names most like `wanted`; a difference in case alone is the likeliest typo."""
    spelled: dict[str, list[PipelineName]] = defaultdict(list)
    for name in names:
        spelled[name.casefold()].append(name)
    nearest = difflib.get_close_matches(wanted.casefold(), spelled, n=limit)
    return [name for folded in nearest for name in spelled[folded]][:limit]


def _rank(name: PipelineName, wanted: str) -> int | None:
    if name == wanted:
        return 0
    folded, part = name.casefold(), wanted.casefold()
    if folded == part:
        return 1
    if folded.startswith(part):
        return 2
    if any(word.startswith(part) for word in _WORD_STARTS.split(folded)):
        return 3
    return 4 if part in folded else None
