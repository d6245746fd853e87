"""Logging: one line per event, to standard error, readable on a terminal and JSON elsewhere; never a secret.

At verbose levels, Bolt and the Slack SDK log request bodies, response URLs and WebSocket tickets: they are limited to
warnings, and whatever still looks like a secret is redacted from every line, ours too.
"""

import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from bot.domain.ids import OperationId
from bot.engine.trace_ids import trace_id_text
from bot.engine.work_context import with_operation
from bot.log_writer import LogWriter

STANDARD_ERROR = 2  # file descriptor

# No match may extend over a quote, a bracket or a backslash: secrets occur in JSON and in tracebacks.
_SECRETS = re.compile(
    r"xox[a-z](?:\.xox[a-z])?-[\w-]+"
    r"|xapp-[\w-]+"
    r"|whsec_[\w+/=-]+"
    r"|apikey:[^\s\"'\\<>)}\]]+"
    r"|https?://hooks\.slack(?:-gov)?\.com/[^\s\"'\\<>)}\]]+"
    r"|(?:(?<=ticket=)|(?<=token=)|(?<=[Bb]earer ))[^\s&\"'\\<>)}\]]+"
)
_TALKATIVE = (
    "slack_bolt",
    "slack_sdk",
    "aiohttp",
    "httpx",
    "httpcore",
    "asyncio",
    "urllib3",
    "opentelemetry",
)


@contextmanager
def writing(
    *, verbose: bool = False, quiet: bool = False, traced: bool = False, to: int = STANDARD_ERROR
) -> Iterator[None]:
    """Within this context, send all log lines, ours and the libraries', to the file descriptor `to`.

    `quiet` is for commands that print their own findings: only errors are logged. `traced`: each line about an operation has
    the id of its trace.
    """
    common: list[Processor] = [
        with_operation,
        *([_with_trace_id] if traced else []),
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if os.isatty(to):
        last.append(structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback))
    else:
        last += [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    last.append(_without_secrets)
    writer = LogWriter(structlog.stdlib.ProcessorFormatter(processors=last, foreign_pre_chain=common), to)
    root = logging.getLogger()
    before = list(root.handlers)
    root.handlers[:] = [writer]
    root.setLevel(logging.DEBUG if verbose else logging.ERROR if quiet else logging.INFO)
    logging.getLogger("slack_bolt").addFilter(_is_of_use)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.ERROR if quiet else logging.WARNING)
    structlog.configure(
        processors=[*common, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    writer.start()
    try:
        yield
    finally:
        root.handlers[:] = before
        writer.finish()


def _with_trace_id(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    operation = event.get("operation")
    if isinstance(operation, str):
        event["trace_id"] = trace_id_text(OperationId(operation))
    return event


def _without_secrets(_logger: WrappedLogger, _method: str, line: Any) -> str:
    """The finished line, with everything that looks like a token, a key or a response URL redacted."""
    return _SECRETS.sub("[secret]", str(line))


def _is_of_use(record: logging.LogRecord) -> bool:
    """Drops one line: Bolt finds SLACK_BOT_TOKEN in the environment by itself, and logs that it does not use it."""
    return "`token` will be unused" not in record.getMessage()
