"""Replies to a name that no pipeline has, with suggestions: for a typo, or a name without its target.

A guess is only ever offered, never used, and never a name that the person may not see.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import assert_never

from bot.domain.access.authorization import AccessData
from bot.domain.ids import Actor, PipelineName
from bot.domain.pipelines.pipeline import Absent, Look, Pipeline, Problem, Seen
from bot.domain.pipelines.search import CLOSE_FROM, matching, nearly, resembling
from bot.domain.pipelines.targets import name_on_target
from bot.engine import replies
from bot.engine.authorizer import Authorizer
from bot.engine.handlers.look.pipeline_pages import hiding
from bot.engine.ports import AllPipelines, Pipelines

COMPARED_MAX = 50  # names compared with the typed text, letter by letter
CLOSE_NAMES = 3  # suggestions for an unknown name


async def not_found(
    actor: Actor, name: PipelineName, *, pipelines: Pipelines, authorizer: Authorizer
) -> replies.NotFound:
    """The reply about a name that no Feldera knows, or that names no target."""
    everything = await pipelines.look_at_all()
    access_data, now = await authorizer.access_data(actor), authorizer.clock.now()
    if isinstance(everything, Problem):
        everything = AllPipelines({}, dict.fromkeys(pipelines.targets.names, everything))
    # In a thread: fifty thousand names take a second, in which nobody else would be answered.
    close = await asyncio.to_thread(_close, actor, name, tuple(everything), access_data, now)
    needs_target = pipelines.targets.of(name) is None
    silent = hiding(everything.unanswered, "*", actor, access_data, now) if needs_target else ()
    return replies.NotFound(
        name,
        close=close,
        needs_target=needs_target,
        unanswered=tuple(silent),
    )


async def seen_or_reply(
    actor: Actor, name: PipelineName, look: Look, *, pipelines: Pipelines, authorizer: Authorizer
) -> Pipeline | replies.FelderaUnavailable | replies.NotFound:
    """The pipeline that a look shows, or the reply to somebody for whom it shows none."""
    match look:
        case Problem():
            return replies.FelderaUnavailable(name, look)
        case Absent():
            return await not_found(actor, name, pipelines=pipelines, authorizer=authorizer)
        case Seen(pipeline):
            return pipeline
        case _:
            assert_never(look)


def _close(
    actor: Actor, name: PipelineName, names: Sequence[PipelineName], access_data: AccessData, now: datetime
) -> tuple[PipelineName, ...]:
    visible = access_data.visible_to(actor, names, now)
    return _namesakes(name, visible) or _close_to(name, visible)


def _namesakes(name: PipelineName, names: Iterable[PipelineName]) -> tuple[PipelineName, ...]:
    """The pipelines with this exact name on some target; first the one whose target differs only in case."""
    wanted, typed = name_on_target(name), name.casefold()
    others = [other for other in names if other != name and name_on_target(other) == wanted]
    return tuple(sorted(others, key=lambda other: (other.casefold() != typed, other))[:CLOSE_NAMES])


def _close_to(name: PipelineName, names: Iterable[PipelineName]) -> tuple[PipelineName, ...]:
    """The names most like this one, on any target if it names none."""
    if "/" in name:
        return tuple(resembling(_likely(names, name), name, limit=CLOSE_NAMES))
    called: dict[PipelineName, list[PipelineName]] = defaultdict(list)
    for other in names:
        called[name_on_target(other)].append(other)
    close = resembling(_likely(called, name), name, limit=CLOSE_NAMES)
    return tuple(other for own in close for other in called[own])[:CLOSE_NAMES]


def _likely(names: Iterable[PipelineName], typed: str) -> list[PipelineName]:
    """Few enough to be compared letter by letter; all of them, if too few letters were typed."""
    if len(typed) < CLOSE_FROM:
        return list(names)
    names = tuple(names)
    return [*matching(names, typed)[:COMPARED_MAX], *nearly(names, typed)[:COMPARED_MAX]]
