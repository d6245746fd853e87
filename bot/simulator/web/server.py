"""The HTTP server of the page, on the loopback interface: its files, its live state, person actions, simulation actions.

It holds no state of its own; everything is the sandbox's. A request is validated strictly, and a bad one is refused with
a sentence.
"""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aiohttp import web
from pydantic import TypeAdapter, ValidationError

from bot.simulator.slack import Person
from bot.simulator.web.origin_guard import NAMES, add_headers, only_this_page, own_hosts
from bot.simulator.web.person_actions import PersonAction, perform
from bot.simulator.web.sandbox import Sandbox
from bot.simulator.web.simulation import Simulation
from bot.simulator.web.simulation_actions import SimulationAction, apply
from bot.simulator.web.state_updates import HEARTBEAT, UnknownPersonError, keep_up
from bot.simulator.web.view.person_view import person_view
from bot.simulator.web.view.simulation_state import simulation_state
from bot.simulator.web.view.traffic_log import Log

SHUTDOWN_S = 1.0
LARGEST = 256 * 1024
"""Bytes of a request: a form full of text."""
STATIC = Path(__file__).parent / "static"

_Read = TypeVar("_Read")
_PERSON_ACTION: TypeAdapter[PersonAction] = TypeAdapter(PersonAction)
_SIMULATION_ACTION: TypeAdapter[SimulationAction] = TypeAdapter(SimulationAction)


class Server:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._log = Log()
        self._port = 0
        self._open: set[web.WebSocketResponse] = set()
        app = web.Application(
            middlewares=[only_this_page(lambda: own_hosts(self._port))], client_max_size=LARGEST
        )
        app.on_response_prepare.append(add_headers)
        app.on_shutdown.append(self._hang_up)
        app.add_routes(
            [
                web.get("/", _page),
                web.get("/live", self._live),
                web.post("/do", self._do),
                web.post("/simulate", self._apply),
                web.static("/static", STATIC),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_S)

    @property
    def url(self) -> str:
        return f"http://{NAMES[0]}:{self._port}/"

    async def start(self, port: int = 0) -> None:
        """Serve on this port of the loopback interface; 0 takes a free one.

        Raises:
            OSError: the port is in use, or not permitted.
        """
        await self._runner.setup()
        await web.TCPSite(self._runner, NAMES[0], port).start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        await self._runner.cleanup()

    async def _live(self, request: web.Request) -> web.WebSocketResponse:
        name, zone = request.query.get("as", ""), _zone(request.query.get("tz", "UTC"))
        # Compression gains nothing on the loopback interface.
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT, compress=False)
        try:
            await socket.prepare(request)
        except ConnectionError:
            return socket  # the page reconnected as another person meanwhile
        self._open.add(socket)
        try:
            await keep_up(socket, partial(self._state, name, zone), self._sandbox.changed)
        finally:
            self._open.discard(socket)
        return socket

    async def _do(self, request: web.Request) -> web.Response:
        action = await _read(request, _PERSON_ACTION)
        simulation = await self._sandbox.current()
        try:
            person = _person(simulation, action.who)
        except UnknownPersonError as error:
            raise web.HTTPBadRequest(text=f"There is no person called {action.who}.") from error
        return web.json_response(await perform(action, person, simulation))

    async def _apply(self, request: web.Request) -> web.Response:
        action = await _read(request, _SIMULATION_ACTION)
        return web.json_response({"error": await apply(action, self._sandbox)})

    def _state(self, name: str, zone: ZoneInfo) -> Mapping[str, Any]:
        simulation = self._sandbox.simulation
        person = _person(simulation, name)
        return {
            **person_view(simulation, person, zone),
            **simulation_state(simulation, zone),
            **self._log.newest(simulation, zone),
        }

    async def _hang_up(self, _app: web.Application) -> None:
        for socket in list(self._open):
            await socket.close()


def _person(simulation: Simulation, name: str) -> Person:
    """Without a name, the first person of the scenario."""
    person = simulation.people.get(name) if name else next(iter(simulation.people.values()))
    if person is None:
        raise UnknownPersonError
    return person


async def _page(_request: web.Request) -> web.FileResponse:
    return web.FileResponse(STATIC / "index.html")


async def _read(request: web.Request, adapter: TypeAdapter[_Read]) -> _Read:
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="The body must be JSON.")
    try:
        return adapter.validate_json(await request.read())
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise web.HTTPBadRequest(text=f"{where}: {first['msg']}" if where else first["msg"]) from error


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # OSError: a folder of them, as "America"
        raise web.HTTPBadRequest(text=f"Unknown time zone: {name!r}.") from error
