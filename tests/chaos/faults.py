"""Faults of both simulators that hit the next requests, each by the simulators' own switches."""

from collections import deque
from collections.abc import Callable
from typing import Any

from bot.simulator.feldera import FelderaSimulator, Refused
from bot.simulator.slack.api.faults import Hangs
from bot.simulator.slack.delivery.socket_mode import DisconnectReason
from tests.chaos.events import Dying, Hanging
from tests.chaos.outages import Outages
from tests.chaos.world import ChaosWorld

__all__ = ["Faults"]

ODD_ANSWERS: tuple[tuple[int, Any], ...] = (
    (500, {"message": "Unexpected Postgres error", "error_code": "PostgresError", "details": {}}),
    (200, b"<html>hello</html>"),
    (429, {"message": "slow down"}),
    (200, b""),
    (200, {"unexpected": [None]}),
)
ERRORS = ("fatal_error", "internal_error", "request_timeout")
RETRY_AFTER = (1, 30, 90)
REASONS: tuple[DisconnectReason, ...] = (
    "refresh_requested",
    "warning",
    "link_disabled",
    "too_many_websockets",
)
FRAMES = ("", "{", "null", '{"type": "hello"}', '{"type": "disconnect"}', b"\xff", '{"envelope_id": 7}')


class Faults(Outages):
    def __init__(self, world: ChaosWorld) -> None:
        super().__init__(world)
        self._count = 0
        self._stuck: set[str] = set()

    def feldera_fault(self, kind: str, target: str, times: int, pipeline: str) -> None:
        feldera, at = self.world.felderas[target], self.world.feldera_of(pipeline)
        self._count += 1
        to_requests: dict[str, Callable[[], object]] = {
            "reply_lost": lambda: _often(times, feldera.loses_the_next_reply),
            "request_lost": lambda: _often(times, feldera.drops_the_next_request),
            "look_lost": lambda: _often(times, lambda: feldera.loses_the_next_reply("GET")),
            "odd_answer": lambda: self._answers_oddly(feldera, times),
            "row_locked": lambda: feldera.is_locked(times),
            "proxy_fails": lambda: feldera.proxy_fails(times),
            "list_lacks": lambda: feldera.leaves_out(pipeline.partition("/")[2], times),
            "list_empty": lambda: feldera.lists_nothing(times),
        }
        to_pipelines: dict[str, Callable[[str], object]] = {
            "files_left": at.leaves_files,
            "crash": lambda name: at.crashes(name, "worker panic"),
            "stuck_clearing": at.sticks_clearing,
            "stuck_stopping": at.sticks_stopping,
        }
        if kind in to_requests:
            to_requests[kind]()
        elif kind in to_pipelines:
            self._stuck |= {pipeline} if kind.startswith("stuck") else set()
            self._to_pipeline(pipeline, to_pipelines[kind])
        else:
            self.begins(f"{target} {kind}")

    def feldera_fault_ends(self, kind: str, target: str, times: int, pipeline: str) -> None:  # noqa: ARG002
        if kind.startswith("stuck"):
            self._unsticks(pipeline)
        else:
            self.over(f"{target} {kind}")

    def _answers_oddly(self, feldera: FelderaSimulator, times: int) -> None:
        status, body = ODD_ANSWERS[self._count % len(ODD_ANSWERS)]
        method = ("GET", "POST", None)[self._count % 3]
        feldera.answers_next(status, body=body, method=method, times=times)

    def _unsticks(self, pipeline: str) -> None:
        self._stuck.discard(pipeline)
        self._to_pipeline(pipeline, self.world.feldera_of(pipeline).unsticks)

    def _to_pipeline(self, pipeline: str, fault: Callable[[str], object]) -> None:
        """As far as there is such a pipeline, and it runs where only that can fail."""
        try:
            self.world.elsewhere(lambda: fault(pipeline.partition("/")[2]))
        except (Refused, ValueError):
            return

    def slack_fault(self, kind: str, method: str, times: int) -> None:
        slack = self.world.slack
        self._count += 1
        wait, error = RETRY_AFTER[self._count % len(RETRY_AFTER)], ERRORS[self._count % len(ERRORS)]
        reason, frame = REASONS[self._count % len(REASONS)], FRAMES[self._count % len(FRAMES)]
        to_requests: dict[str, Callable[[], object]] = {
            "rate_limited": lambda: slack.rate_limits(method, retry_after=wait, times=times),
            "reply_lost": lambda: slack.loses_the_next_reply(method),
            "request_lost": lambda: slack.drops_the_next_request(method),
            "error": lambda: slack.fails_next(method, error, times),
            "server_error": lambda: slack.answers_500(method, times),
            "server_error_about_one": lambda: slack.answers_500(method, times, about=self._one()),
            "twice": lambda: slack.delivers_twice(times),
            "again": self._delivers_again,
            "renewal": lambda: self.disconnects(lambda: self.world.run(slack.disconnects(reason))),
            "odd_frame": lambda: self.disconnects(lambda: self.world.run(slack.sends(frame))),
            "odd_greeting": lambda: self.disconnects(lambda: self._greets_oddly(frame)),
            "connections_dropped": lambda: self.disconnects(slack.drops_connections),
        }
        if kind in to_requests:
            to_requests[kind]()
        elif kind != "down" or self.may_disconnect():
            self.begins(_of_slack(kind, method))

    def slack_fault_ends(self, kind: str, method: str, times: int) -> None:  # noqa: ARG002 - as it was begun
        self.over(_of_slack(kind, method))

    def _one(self) -> str:
        people = [*self.world.people.values()]
        return people[self._count % len(people)].id

    def _greets_oddly(self, frame: str | bytes) -> None:
        self.world.slack.greets_next(frame)
        self.world.slack.drops_connections()

    def _delivers_again(self) -> None:
        if self.world.slack.deliveries and self.world.is_up:
            self.world.performs(self.world.slack.delivers_again())

    # What hits whatever happens next

    def dies_soon(self, awaits: int) -> None:
        self.world.next = Dying(awaits)

    def feldera_hangs_soon(
        self, target: str, method: str | None, *, processed: bool, seconds: int, falls: bool
    ) -> None:
        """Its next answer comes so many seconds later, or it goes down instead."""
        feldera = self.world.felderas[target]

        async def release() -> None:
            if falls and feldera.is_up:
                await feldera.goes_down()
                await feldera.comes_back()
            feldera.lets_go()

        if f"{target} down" not in self.lasting:
            self.world.next = Hanging(
                lambda: feldera.hangs(method, once_processed=processed, times=1),
                feldera.until_it_hangs,
                lambda: self.world.clock.passes(seconds=seconds),
                release,
            )

    def slack_hangs_soon(self, method: str, seconds: int) -> None:
        slack = self.world.slack

        async def release() -> None:
            coming = slack._faults._coming  # nothing may hang after this: nobody would let it go
            coming[method] = deque(each for each in coming[method] if not isinstance(each, Hangs))
            slack.lets_go()

        if "slack down" not in self.lasting:
            self.world.next = Hanging(
                lambda: slack.hangs(method),
                lambda: slack.until(lambda: slack.hanging > 0, within=600.0),
                lambda: self.world.clock.passes(seconds=seconds),
                release,
            )

    def all_is_well(self) -> None:
        """Every fault ends, and the bot is up."""
        self.database_fault_ends()
        for name in sorted(self.lasting):
            self.over(name)
        for pipeline in sorted(self._stuck):
            self._unsticks(pipeline)
        self.world.slack._faults._coming.clear()
        for feldera in self.world.felderas.values():
            feldera._faults._arranged.clear()
            feldera._losses._next.clear()
            feldera._world._awaited.clear()
        self.bot_starts()


def _of_slack(kind: str, method: str) -> str:
    return f"slack {method} refused" if kind == "method_refused" else f"slack {kind}"


def _often(times: int, fault: Callable[[], object]) -> None:
    for _ in range(times):
        fault()
