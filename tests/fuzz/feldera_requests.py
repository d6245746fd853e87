"""Requests to a Feldera whose answers are changed, and whether what the bot says of each step is so.

After a while they are not changed any more, and the request ends. The truth is what the simulator knows of itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.domain.events import EventKind
from bot.domain.operations.outcome import Ending
from tests.fuzz.feldera_changes import Course
from tests.fuzz.feldera_intermediary import Intermediary
from tests.workspace import Workspace

CLEARED = {Ending.CLEARED, Ending.CLEARED_AND_STARTING, Ending.CLEARED_THEN_STARTED, Ending.CLEARED_THEN_GONE,
           Ending.CLEARED_THEN_RECREATED, Ending.NOTHING_TO_CLEAR}  # fmt: skip
STOPPED = {Ending.PIPELINE_STOPPED, Ending.STOPPED_THEN_GONE, Ending.NOTHING_TO_STOP}
STARTED = {Ending.RUNNING, Ending.UP_OTHERWISE, Ending.NOTHING_TO_START}
ATTENTION = {Ending.UNTOUCHED, Ending.UNPROVABLE, Ending.CONTRADICTION, Ending.AMBIGUOUS_FELDERA, Ending.STORAGE_UNKNOWN}  # fmt: skip
POSTS_MOST = (
    3  # of a step that may have arrived; one that Feldera answers without doing anything does not count
)
SAYS = {EventKind.STEP_DONE, EventKind.ENDED, EventKind.NEEDS_HUMAN}


@dataclass(frozen=True)
class Kind:
    """What is typed about a pipeline, the button that confirms it, the steps, and whether the pipeline runs before."""

    typed: str
    button: str
    steps: tuple[str, ...]
    runs: bool


CLEAR = Kind("clear {}", "Clear {}", ("clear",), runs=False)
STOP = Kind("stop {}", "Stop {}", ("stop",), runs=True)
START = Kind("start {}", "Start {}", ("start",), runs=False)
PLAN = Kind("clear {} --stop --start", "Stop, clear and start {}", ("stop", "clear", "start"), runs=True)


class Bot:
    """One request after another, each on a pipeline of its own."""

    def __init__(self, folder: Path) -> None:
        self.workspace = Workspace(folder)
        self.oli = self.workspace.operator("oli")
        self.number = 0

    def closes(self) -> None:
        self.workspace.reads_all()
        self.workspace.closes()

    def asks(self, kind: Kind, course: Course, *, from_the_preview: bool) -> None:
        workspace, feldera, oli = self.workspace, self.workspace.feldera, self.oli
        self.number += 1
        pipeline, between = f"pipeline-{self.number}", Intermediary(course)
        feldera.adds(pipeline, running=kind.runs, clear_takes=4.0, stop_takes=4.0)
        workspace.passes(minutes=2)
        if from_the_preview:
            feldera.is_behind(between)
        oli.types(f"/pipeline {kind.typed.format(pipeline)}")
        feldera.is_behind(between)
        button = kind.button.format(pipeline)
        shown = [each for each in oli.person.ephemerals if button in str(each.blocks)]
        if shown:
            oli.clicks(button)
        workspace.passes(minutes=2)
        feldera.is_behind(None)
        workspace.passes(minutes=10)
        refused = sum(not change.is_carried_out and change.how != "lost" for change in course.sent)
        self._check_requests(kind, pipeline, refused, is_confirmed=bool(shown))
        self._check_outcome(kind, pipeline, is_confirmed=bool(shown), has_lied=between.has_lied)
        self._check_health()

    def _check_requests(self, kind: Kind, pipeline: str, refused: int, *, is_confirmed: bool) -> None:
        paths = [each.path for each in self.workspace.feldera.requests if each.method == "POST"]
        posts = [path.rpartition("/")[2] for path in paths if f"/{pipeline}/" in path]
        assert {*posts} <= {*kind.steps}
        assert all(posts.count(step) <= POSTS_MOST + refused for step in kind.steps)
        assert posts == sorted(posts, key=kind.steps.index), "a step after the one that follows it"
        assert is_confirmed or not posts

    def _check_outcome(self, kind: Kind, pipeline: str, *, is_confirmed: bool, has_lied: bool) -> None:
        said = list(self._endings(pipeline))
        last = said[-1] if said else None
        if is_confirmed:
            assert last is not None, "it neither ended, nor does it say why not"
        cleared = self.workspace.feldera.clears[pipeline]
        state = self.workspace.feldera.pipeline(pipeline)
        runs = not state.is_fully_stopped
        assert cleared <= 1
        if not has_lied:
            assert CLEARED.isdisjoint(said) or cleared, f"{said}, but it is not cleared"
            assert STOPPED.isdisjoint(said) or cleared or not runs, f"{said}, but it runs"
            assert STARTED.isdisjoint(said) or runs, f"{said}, but it does not run"
        done = {
            "clear": (bool(cleared), CLEARED),
            "stop": (bool(cleared) or not runs, STOPPED),
            "start": (runs and (bool(cleared) or not kind.runs), STARTED),
        }
        for step in kind.steps:
            is_done, endings = done[step]
            if is_done and (step == "clear" or not has_lied):
                assert not endings.isdisjoint(said) or last in ATTENTION, f"{said}, but there was a {step}"

    def _check_health(self) -> None:
        workspace = self.workspace
        assert workspace._logbook.errors == []
        assert not [line for line in workspace.logged if "Traceback" in line]
        assert workspace.broken() is None
        workspace._logbook.lines.clear()

    def _endings(self, pipeline: str) -> Iterator[Ending]:
        """What was said of each step of the pipeline's last request, and last of all of it."""
        entries = self.workspace.entries()
        (*_, operation) = [
            None,
            *(each.operation for each in entries if each.event.data.get("pipeline") == pipeline),
        ]
        for entry in entries:
            if operation is not None and entry.operation == operation and entry.event.kind in SAYS:
                yield Ending(entry.event.data["ending"])
