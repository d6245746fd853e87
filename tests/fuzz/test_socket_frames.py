"""Frames over the WebSocket, Slack's own mutated and nobody's: no traceback, no lost connection, no effect but what is asked for."""

import asyncio
from itertools import repeat
from typing import Any

from hypothesis import strategies as st

from tests.fuzz.json_mutations import MUTATIONS, ODD, TEXTS, TOO_MUCH, JsonText, Mutation, encoded, mutated
from tests.fuzz.renewed import Renewed
from tests.fuzz.slack_door import DELIVERIES, Drawn, SlackDoor, read_back

HELLO = {
    "type": "hello",
    "num_connections": 1,
    "connection_info": {"app_id": "A1"},
    "debug_info": {"host": "h"},
}
REASONS = ("warning", "refresh_requested", "link_disabled", "too_many_websockets", "of tomorrow")
DISCONNECTS = [{"type": "disconnect", "reason": reason, "debug_info": {"host": "h"}} for reason in REASONS]
CONTROL = [
    HELLO,
    *DISCONNECTS,
    {"type": "ping"},
    {"type": "error", "error": {"code": 1, "msg": "Socket URL has expired"}},
]
NO_ENVELOPES = [
    *map(JsonText, ("", " ", "{", "[]", "7", "null", '"', "\ufeff{}", "hello")),
    *TOO_MUCH.values(),
    *(b"", b"\x00", b"{}", b"\xff\xfe", bytes(3_000)),
]
FRAMES = st.one_of(
    st.sampled_from(NO_ENVELOPES),
    TEXTS.map(lambda text: JsonText(text.encode("utf-8", "replace").decode())),
    st.binary(max_size=50),
    st.builds(mutated, st.sampled_from(CONTROL), MUTATIONS),
    st.sampled_from(CONTROL),
    st.fixed_dictionaries({"type": st.just("disconnect"), "reason": ODD}),
    st.fixed_dictionaries({"type": st.just("hello"), "num_connections": ODD}),
)


def as_sent(frame: Any) -> str | bytes:
    return frame if isinstance(frame, bytes) else encoded(frame)


class SocketDoor(SlackDoor):
    """It connects again at once, however often the connection is ended."""

    def __init__(self, folder) -> None:
        super().__init__(folder, over_http=False)
        self.transport.pauses = lambda: repeat(0.005)
        self.transport.holds_after = 0.0

    @property
    def transport(self):
        return self.workspace.bot.transport

    def sends(self, frame: str | bytes) -> None:
        self.run(self._sends(frame))

    async def _sends(self, frame: str | bytes) -> None:
        await self._connected()
        await self.workspace.slack.sends(frame)

    async def _connected(self) -> None:
        """Both sides agree on it: a connection that said no hello is gone."""
        while not self._is_connected:  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.002)

    @property
    def _is_connected(self) -> bool:
        before = sum(each.is_open for each in self.transport._before)
        return self.transport.is_connected and self.workspace.slack.connections == 1 + before

    def answers(self) -> None:
        """A good command, sent after all that was sent before, is answered; then nothing of that is under way."""
        self.run(self._answers())

    async def _answers(self) -> None:
        while not await self._answers_over_one_connection():
            pass
        if self.transport._connection._answering:
            await asyncio.wait(self.transport._connection._answering)
        await self.workspace.bot.background_tasks.finished()

    async def _answers_over_one_connection(self) -> bool:
        """False if that ended first, by what was sent over it before: a command is lost with it."""
        await self._connected()
        ending = self.transport._connection.ending
        typing = asyncio.ensure_future(self.cast.eve.typing("/pipeline help"))
        await asyncio.wait({typing, ending}, return_when=asyncio.FIRST_COMPLETED)
        if not typing.done():
            typing.cancel()
            await asyncio.wait({typing})
            return False
        del self.workspace.slack.deliveries[-1]
        return typing.result().error is None


def test_mutated_envelopes(fuzz):
    def check(deliveries: list[Drawn], around: list[Mutation]) -> None:
        with doors.for_an_example() as door:
            for drawn in deliveries:
                deliver(door, drawn, around)
            door.comes_to_rest()
        if door.is_spent:
            doors.closes()

    envelopes = st.tuples(DELIVERIES, st.one_of(st.just([]), st.just([]), MUTATIONS))
    with Renewed(SocketDoor, examples=60) as doors:
        fuzz(lambda drawn: check(*drawn), envelopes, examples=40)


def deliver(door: SocketDoor, drawn: Drawn, around: list[Mutation]) -> None:
    envelope = door.envelope(drawn)
    frame = encoded(
        mutated(
            {
                "envelope_id": envelope.id,
                "type": envelope.type,
                "payload": envelope.payload,
                "accepts_response_payload": envelope.accepts_response_payload,
                "retry_attempt": 0,
                "retry_reason": "",
            },
            around,
        )
    )
    before, known = door.newest_entry, door.requests
    for _ in range(drawn.times):
        door.sends(frame)
    door.answers()
    sent = read_back(frame)
    door.check(sent.get("payload") if isinstance(sent, dict) else None, before, known)


def test_frames_that_are_no_envelopes(fuzz):
    """Among them hellos and goodbyes that make no sense, also as the first that a connection says."""

    def check(frames: list[Any], greetings: list[Any]) -> None:
        with doors.for_an_example() as door:
            before = door.newest_entry
            for greeting in greetings:
                door.workspace.slack.greets_next(as_sent(greeting))
            for frame in frames:
                door.sends(as_sent(frame))
            door.answers()
            assert door.newest_entry == before
            assert door.transport._running is not None
            assert not door.transport._running.done()
            door.check_log()

    drawn = st.tuples(st.lists(FRAMES, min_size=1, max_size=4), st.lists(FRAMES, max_size=2))
    with Renewed(SocketDoor, examples=200) as doors:
        fuzz(lambda both: check(*both), drawn, examples=50)
