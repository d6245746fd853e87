"""Logging: a line an event, to standard error, readable on a terminal and JSON elsewhere; never a secret.

Bolt and the Slack SDK print request bodies, response URLs and WebSocket tickets when they are talkative: they are
kept at warnings, and whatever still looks like a secret is blotted out of every line, ours too.
"""

import logging
import re
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_SECRETS = re.compile(
    r"xox[a-z](?:\.xox[a-z])?-[\w-]+"
    r"|xapp-[\w-]+"
    r"|apikey:\w+"
    r"|https?://hooks\.slack\.com/\S+"
    r"|(?:(?<=ticket=)|(?<=token=)|(?<=Bearer ))[^\s&\"']+"
)
_TALKATIVE = ("slack_bolt", "slack_sdk", "aiohttp", "httpx", "httpcore", "asyncio")


def configure(*, verbose: bool = False) -> None:
    """Send everything that is logged from here on, by us or by the libraries, to standard error."""
    is_terminal = sys.stderr.isatty()
    common: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if is_terminal:
        last += [
            blot_out_secrets,
            structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
        ]
    else:
        last += [structlog.processors.format_exc_info, blot_out_secrets, structlog.processors.JSONRenderer()]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=last, foreign_pre_chain=common))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.DEBUG if verbose else logging.INFO)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*common, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def blot_out_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace what looks like a token, a key or a response URL, wherever it stands in the line."""
    return {key: _blotted(value) for key, value in event.items()}


def _blotted(value: Any) -> Any:
    return _SECRETS.sub("[secret]", value) if isinstance(value, str) else value
