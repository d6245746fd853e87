"""One run: its plan carried out step by step, and what did not balance at its end."""

import tempfile
import traceback
from collections import Counter
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType

from bot.simulator.feldera import Refused
from tests.chaos.access import Access
from tests.chaos.acts import Act
from tests.chaos.books import Books
from tests.chaos.cast import CAST
from tests.chaos.draws import Step
from tests.chaos.elsewhere import Elsewhere
from tests.chaos.facts import Known, When
from tests.chaos.faults import Faults
from tests.chaos.keys import KEY
from tests.chaos.oracle import Oracle
from tests.chaos.people import People
from tests.chaos.plan import DAY, plan
from tests.chaos.records import Records
from tests.chaos.world import ChaosWorld

SHOWN = 4  # of the last parts of a traceback
AFTERWARDS = timedelta(hours=9)  # without faults: approvals and sending have four hours each
EXPECTED_ERRORS = (
    "slack_refused",
    "message_given_up",
    "no_place_takes_the_card",
    "aiohttp.server Unhandled exception",
)
"""What is logged as an error because of a fault that the run made: the bot's words for what Slack refuses, and aiohttp's
where a server goes down at the moment in which it has answered (an exception of a handler has other words)."""


@dataclass(slots=True)
class Report:
    """What came of a run. `complaints` are in words; `log` is a file with all that happened, if there are any."""

    seed: int
    minutes: int
    complaints: list[str] = field(default_factory=list)
    sent: Counter[str] = field(default_factory=Counter)
    steps: int = 0
    log: Path | None = None

    @property
    def replay(self) -> str:
        return f"python -m tests.chaos --seed {self.seed} --minutes {self.minutes}"

    def __str__(self) -> str:
        sent = ", ".join(f"{count} {what}" for what, count in sorted(self.sent.items()))
        if not self.complaints:
            return f"seed {self.seed}: balanced after {self.steps} steps ({sent or 'nothing sent'})"
        found = "\n".join(f"  - {each}" for each in self.complaints)
        return f"seed {self.seed}: does not balance\n{found}\n  log: {self.log}\n  replay: {self.replay}"


class Run:
    def __init__(self, seed: int, minutes: int, folder: Path) -> None:
        self.steps = plan(seed, minutes)
        self.world = ChaosWorld(folder, over_http=seed % 4 != 0, key=KEY if seed % 3 else None)
        self.acts: list[Act] = []
        self.oracle = Oracle()
        self.oracle.kinds = {who: Known() for who in CAST}
        self.people, self.access = People(self.world, self.acts), Access(self.world, self.acts)
        self.faults, self.others = Faults(self.world), Elsewhere(self.world, self.oracle)
        self.story: list[str] = []
        self._looks_at_slack()

    def goes(self) -> None:
        began = self.world.clock.now()
        for step in self.steps:
            if began + step.at > self.world.clock.now():
                self.world.time_passes(began + step.at)
            known = len(self.acts)
            self.story.append(str(step))
            self._does(step)
            self.story += [f"    {act}" for act in self.acts[known:]]
            self._looks_at_slack()
        self.faults.all_is_well()
        self.world.time_passes(self.world.clock.now() + AFTERWARDS)

    def _does(self, step: Step) -> None:
        drawn = dict(step.drawn)
        if drawn.pop("is_prepared", False):
            verb, pipeline, *_ = drawn["text"].split()
            self._prepares(verb, pipeline, has_options="--" in drawn["text"])
        owners = (self.people, self.access, self.faults, self.others)
        owner = next(each for each in owners if hasattr(each, step.what))
        getattr(owner, step.what)(**drawn)

    def _prepares(self, verb: str, pipeline: str, *, has_options: bool) -> None:
        """So that there is something to do, unless somebody deleted it: data to clear, and a run to stop."""
        feldera, alone = self.world.feldera_of(pipeline), pipeline.partition("/")[2]
        try:
            state = feldera.pipeline(alone)
            if state.storage == "Cleared":
                self.others.elsewhere(pipeline, "recreates")
            runs = verb == "stop" or (verb == "clear" and has_options)
            if runs == feldera.pipeline(alone).is_fully_stopped:
                self.others.elsewhere(pipeline, "starts" if runs else "stops")
        except Refused:
            return

    def _looks_at_slack(self) -> None:
        """What Slack says of everybody, from this moment on."""
        when = When(self.world.moment, self.world.clock.now())
        for who, teammate in self.world.people.items():
            profile = teammate.profile
            is_out = (
                profile.guest
                or profile.deactivated
                or not profile.belongs_to(self.world.slack.workspace.team_id)
            )
            self.oracle.kinds[who].becomes("other" if is_out else "member", when)
        for handle, known in self.oracle.groups.items():
            known.becomes(frozenset(self.access.members(handle)), when)


class _Failing(AbstractContextManager[None]):
    """Makes whatever a run fails by one of its complaints: its books are compared all the same, and its log is kept."""

    def __init__(self, report: Report) -> None:
        self.report = report

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> bool:
        if isinstance(error, Exception):
            self.report.complaints.append("".join(traceback.format_exception(error)[-SHOWN:]))
        return isinstance(error, Exception)


def played(seed: int, minutes: int = DAY) -> Report:
    """Play the run of this seed, and hold the books against each other."""
    report = Report(seed, minutes)
    with TemporaryDirectory() as folder:
        run = Run(seed, minutes, Path(folder))
        try:
            with _Failing(report):
                run.goes()
            books = Books(Records(run.world), run.acts, run.oracle)
            report.complaints += books.complaints()
            report.complaints += [
                f"logged as an error: {error}"
                for error in run.world.errors
                if not any(each in error for each in EXPECTED_ERRORS)
            ]
            report.sent, report.steps = books.sent, len(run.steps)
        finally:
            run.world.ends()
        if report.complaints:
            report.log = Path(tempfile.gettempdir()) / f"chaos-{seed}-{minutes}.log"
            report.log.write_text("\n".join([str(report), *run.story, *run.world.logged]))
    return report
