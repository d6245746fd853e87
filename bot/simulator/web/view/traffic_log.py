"""The log of the API traffic: the bot's exchanges with Feldera and Slack, in both directions, in the order they began.

It is read from the simulators' own records. Secrets, and the addresses and ids that allow an answer, are left out: `token`,
`response_url`, `trigger_id`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from bot.simulator.feldera import RecordedRequest
from bot.simulator.slack import RecordedAnswer, RecordedCall, RecordedDelivery
from bot.simulator.web.simulation import Simulation

KEPT = 200
LONGEST = 8000
"""Characters of a body."""
FAILED_FROM = 400
CONNECTS = "apps.connections.open"
"""Its response contains the address of a connection."""
_LEFT_OUT = frozenset({"token", "response_url", "response_urls", "trigger_id"})
_ARE_JSON = frozenset({"blocks", "view", "metadata", "attachments"})

Exchange = RecordedRequest | RecordedCall | RecordedDelivery | RecordedAnswer
Bodies = tuple[str | None, str | None]


class Log:
    """The exchanges as the page shows them; each body, which takes time to format, is formatted once."""

    def __init__(self) -> None:
        self._bodies: dict[str, tuple[Exchange, Bodies]] = {}

    def newest(self, simulation: Simulation, zone: ZoneInfo) -> Mapping[str, Mapping[str, Any]]:
        """The newest exchanges, under keys that sort by the time each began."""
        slack, feldera = simulation.slack, simulation.feldera
        found = [
            *_numbered("feldera", () if feldera is None else feldera.requests),
            *_numbered("slack", slack.calls),
            *_numbered("delivery", slack.deliveries),
            *_numbered("answer", slack.answers),
        ]
        newest = dict(sorted(found, key=lambda one: one[0])[-KEPT:])
        self._bodies = {
            key: kept for key, kept in self._bodies.items() if key in newest and kept[0] is newest[key]
        }
        return {key: self._shown(key, exchange, zone) for key, exchange in newest.items()}

    def _shown(self, key: str, exchange: Exchange, zone: ZoneInfo) -> Mapping[str, Any]:
        if key not in self._bodies:
            self._bodies[key] = exchange, _bodies(exchange)
        body, reply = self._bodies[key][1]
        at = exchange.at.astimezone(zone)
        return {
            "at": f"{at:%H:%M:%S}.{at.microsecond // 1000:03}",
            **_line(exchange),
            "body": body,
            "reply": reply,
        }


def _numbered(kind: str, made: Sequence[Exchange]) -> Iterator[tuple[str, Exchange]]:
    first = max(len(made) - KEPT, 0)
    for number, exchange in enumerate(made[first:], start=first):
        yield f"simulation/traffic/{exchange.at.timestamp():017.6f}/{kind}/{number:06}", exchange


def _line(exchange: Exchange) -> Mapping[str, Any]:
    match exchange:
        case RecordedRequest():
            answer = "waiting" if exchange.status is None else str(exchange.status)
            failed = exchange.is_lost or (exchange.status or 0) >= FAILED_FROM
            return _result(
                "bot", "feldera", _target(exchange), "lost" if exchange.is_lost else answer, failed
            )
        case RecordedCall(method=method, error=error, is_lost=is_lost):
            answer = "lost" if is_lost else error or "ok"
            return _result("bot", "slack", method, answer, is_lost or error is not None)
        case RecordedAnswer(error=error):
            return _result("bot", "slack", "POST response_url", error or "ok", error is not None)
        case RecordedDelivery(envelope=envelope, ack=ack):
            what = _described(envelope.type, envelope.payload)
            return _result("slack", "bot", what, ack.error or "acknowledged", ack.error is not None)


def _result(sender: str, receiver: str, what: str, answer: str, failed: bool) -> Mapping[str, Any]:  # noqa: FBT001
    return {"from": sender, "to": receiver, "what": what, "answer": answer, "failed": failed}


def _target(request: RecordedRequest) -> str:
    query = f"?{urlencode(request.query)}" if request.query else ""
    return f"{request.method} {request.path}{query}"


def _described(kind: str, payload: Mapping[str, Any]) -> str:
    if kind == "slash_commands":
        return f"{payload['command']} {payload['text']}".strip()
    return str(payload.get("type") if kind == "interactive" else payload["event"]["type"])


def _bodies(exchange: Exchange) -> Bodies:
    match exchange:
        case RecordedRequest(reply=reply):
            return None, _from_bytes(reply)
        case RecordedCall(method=method, args=args, reply=reply):
            sent = _pretty({name: _decoded(name, value) for name, value in args.items()}) if args else None
            left_out = {"url": "…"} if method == CONNECTS and reply else {}
            return sent, _pretty({**reply, **left_out}) if reply else None
        case RecordedAnswer(body=body):
            return _pretty(body), None
        case RecordedDelivery(envelope=envelope, ack=ack):
            return _pretty(envelope.payload), _pretty(ack.body) if ack.body else None


def _decoded(name: str, value: Any) -> Any:
    """What the SDK sends as JSON within a form."""
    if name not in _ARE_JSON or not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _from_bytes(body: bytes) -> str | None:
    text = body.decode(errors="replace")
    try:
        return _pretty(json.loads(text)) if text else None
    except ValueError:
        return text


def _pretty(value: Any) -> str:
    written = json.dumps(_without_secrets(value), indent=2, ensure_ascii=False)
    return written if len(written) <= LONGEST else f"{written[:LONGEST]}\n…"


def _without_secrets(value: Any) -> Any:
    match value:
        case dict():
            return {key: "…" if key in _LEFT_OUT else _without_secrets(part) for key, part in value.items()}
        case list() | tuple():
            return [_without_secrets(part) for part in value]
        case _:
            return value
