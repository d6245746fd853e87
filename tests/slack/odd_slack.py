"""What may stand in Slack's place: a server that answers every call with whatever it was told last."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.api.web_api import session
from tests.streams import served_by


class OddSlack:
    """`asked` are the methods that were called, in order."""

    def __init__(self) -> None:
        self.asked = []
        self.client = None
        self._answers = []

    def answers(self, body, *, status=200, content_type="application/json", **headers):
        """From now on this; `body` is bytes, or a value to send as JSON."""
        self._answers = [(body, status, content_type, headers)]

    def then(self, body, *, status=200, content_type="application/json", **headers):
        """This after one more call; and so on."""
        self._answers.append((body, status, content_type, headers))

    async def _handle(self, request: web.Request) -> web.Response:
        self.asked.append(request.match_info["method"])
        await request.read()
        body, status, content_type, headers = self._answers[0]
        if len(self._answers) > 1:
            self._answers.pop(0)
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        return web.Response(
            body=sent,
            status=status,
            headers={"Content-Type": content_type}
            | {name.replace("_", "-"): value for name, value in headers.items()},
        )


@asynccontextmanager
async def odd_slack() -> AsyncIterator[OddSlack]:
    """Listening, with a client that repeats nothing by itself."""
    slack = OddSlack()
    async with served_by({"/api/{method}": slack._handle}) as address, session(timeout=5.0) as connections:
        slack.client = AsyncWebClient(
            "xoxb-1", base_url=f"http://{address}/api/", session=connections, retry_handlers=[]
        )
        yield slack


NO_ANSWERS = {
    "a proxy's sentence": {"body": b"upstream connect error", "status": 503, "content_type": "text/plain"},
    "a sentence with 200": {"body": b"ok", "content_type": "text/plain"},
    "text that is not in UTF-8": {
        "body": b"\xff\xfe",
        "status": 503,
        "content_type": "text/plain; charset=utf-8",
    },
    "JSON that is not in UTF-8": {"body": b'{"ok":"\xff"}'},
    "a proxy's page": {"body": b"<html>502</html>", "status": 502, "content_type": "text/html"},
    "nothing at all": {"body": b"", "status": 502},
    "an archive": {"body": b"\x1f\x8b", "content_type": "application/gzip"},
    "half an object": {"body": b'{"ok":'},
    "half an object, not in UTF-8": {"body": b'{"ok":\xff', "status": 500},
    "a list": {"body": [1]},
    "an empty list": {"body": []},
    "a word": {"body": "ok"},
    "a number": {"body": 1},
    "null": {"body": None},
    "a number with too many digits": {"body": b'{"ok":' + b"1" * 5000 + b"}"},
    "too deep": {"body": b'{"ok":' + b"[" * 100_000},
    "an error of its own": {"body": {"ok": False, "error": "internal_error"}},
    "an error of its own, said by its status": {"body": {"ok": False, "error": "hm"}, "status": 500},
    "a refusal without a word": {"body": {"ok": False}},
    "a refusal in no word": {"body": {"ok": False, "error": {"code": 1}}},
}
"""Bodies that say nothing of what was done, by what they are."""

RATE_LIMITS = {
    "Slack's own": {"body": {"ok": False, "error": "ratelimited"}},
    "a method's own": {"body": {"ok": False, "error": "rate_limited"}},
    "another word": {"body": {"ok": False, "error": "internal_error"}},
    "a page": {"body": b"<html>slow down</html>", "content_type": "text/html"},
    "a sentence": {"body": b"slow down", "content_type": "text/plain"},
    "a sentence that is not in UTF-8": {"body": b"\xff\xfe", "content_type": "text/plain; charset=utf-8"},
    "half an object": {"body": b'{"ok":'},
    "a list": {"body": [1]},
    "nothing": {"body": b""},
}
"""Bodies of a 429, by what they are."""
