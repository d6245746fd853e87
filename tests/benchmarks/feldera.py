"""The simulated Feldera in a process of its own, behind a relay that counts bytes, with a door for whoever measures.

`python -m tests.benchmarks.feldera LIVE OTHERS` has `live-00000`, … being cleared until `POST /finish/NAME` at the door,
and `other-00000`, …, which are stopped and take for ever to clear. It prints its addresses, and serves until SIGTERM.
"""

import asyncio
import sys
import time
from collections import deque
from datetime import timedelta

from aiohttp import web

from bot.clock import SystemClock
from bot.simulator.feldera import FelderaSimulator
from bot.simulator.feldera.api.faults import RecordedRequest
from bot.simulator.feldera.state.pipeline import Pace
from tests.benchmarks.processes import says, until_stop_signal
from tests.streams import listening, passes, served

FOR_EVER = 1e9  # seconds
LIST = "/v0/pipelines"
# All pipelines are gone through to find out what is due. So seldom, that takes a tenth of a core.
CATCHES_UP_EVERY = timedelta(milliseconds=0.1)  # for each pipeline
LOOKED_AT_EVERY = 0.01  # seconds


def live(number: int) -> str:
    return f"live-{number:05}"


def other(number: int) -> str:
    return f"other-{number:05}"


class Relay:
    """Passes bytes on, both ways, and counts them."""

    def __init__(self, upstream: str) -> None:
        self.bytes = 0
        self._host, _, self._port = upstream.removeprefix("http://").partition(":")

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_feldera, to_feldera = await asyncio.open_connection(self._host, int(self._port))
        await asyncio.gather(
            passes(reader, to_feldera, self._counts), passes(from_feldera, writer, self._counts)
        )

    def _counts(self, data: bytes) -> None:
        self.bytes += len(data)


class Door:
    """What a benchmark asks and does, past the API."""

    def __init__(self, feldera: FelderaSimulator, relay: Relay, names: list[str]) -> None:
        self._feldera = feldera
        self._relay = relay
        self._names = names

    async def traffic(self, request: web.Request) -> web.Response:
        """Totals so far. `looks` are those at the pipeline, alone or in a list."""
        name = request.match_info["name"]
        return web.json_response(
            {
                "requests": len(self._feldera.requests),
                "bytes": self._relay.bytes,
                "looks": sum(_looks_at(each, name) for each in self._feldera.requests),
            }
        )

    async def asked(self, request: web.Request) -> web.Response:
        """Answers once so many clears were asked for."""
        count = int(request.match_info["count"])
        while True:
            if sum(self._feldera.clears.values()) >= count:
                return web.json_response({"at": time.time()})
            await asyncio.sleep(LOOKED_AT_EVERY)

    async def finish(self, request: web.Request) -> web.Response:
        """Let the pipeline's storage be cleared; answers with the moment from which it is seen to be."""
        name = request.match_info["name"]
        pipeline = self._feldera.pipeline(name)
        cleared = asyncio.Event()
        self._feldera.once_cleared(name, lambda _name: cleared.set())
        pipeline.pace = Pace(clear=0)
        while not cleared.is_set():
            await asyncio.sleep(LOOKED_AT_EVERY)
            self._feldera.pipeline(name)
        return web.json_response({"at": time.time()})

    async def first_round(self, _request: web.Request) -> web.Response:
        """Answers once each live pipeline was looked at since this was asked, with the moment of that."""
        requests, missing = self._feldera.requests, set(self._names)
        place, unanswered = len(requests), deque[int]()
        while missing:
            await asyncio.sleep(LOOKED_AT_EVERY)
            unanswered.extend(range(place, len(requests)))
            place = len(requests)
            for _ in range(len(unanswered)):
                number = unanswered.popleft()
                request = requests[number]
                if request.status is None:
                    unanswered.append(number)
                elif _looks_at(request, None):
                    missing.clear()
                elif request.method == "GET":
                    missing.discard(request.path.removeprefix(f"{LIST}/"))
        return web.json_response({"at": time.time()})


def _looks_at(request: RecordedRequest, name: str | None) -> bool:
    """Whether this shows the pipeline, or where none is named, all of them."""
    return request.method == "GET" and request.path in {LIST, f"{LIST}/{name}"}


async def main(live_count: int, other_count: int) -> None:
    every = CATCHES_UP_EVERY * (live_count + other_count)
    feldera = FelderaSimulator(SystemClock(), catches_up_every=every)
    names = [live(number) for number in range(live_count)]
    feldera.adds_many(names, storage="Clearing", clear_takes=FOR_EVER)
    feldera.adds_many((other(number) for number in range(other_count)), clear_takes=FOR_EVER)
    await feldera.start()
    relay = Relay(feldera.url)
    door, application = Door(feldera, relay, names), web.Application()
    application.add_routes(
        [
            web.get("/traffic/{name}", door.traffic),
            web.get("/asked/{count}", door.asked),
            web.post("/finish/{name}", door.finish),
            web.get("/first_round", door.first_round),
        ]
    )
    async with listening(relay.serve) as port, served(application) as url:
        says({"url": f"http://127.0.0.1:{port}", "door": url})
        await until_stop_signal()
    await feldera.stop()


if __name__ == "__main__":
    asyncio.run(main(*map(int, sys.argv[1:])))
