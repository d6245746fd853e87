"""What reaches standard error: a line an event, by whoever logged it, and never a secret."""

import contextlib
import json
import logging
import os
import tempfile

import pytest
import structlog

from bot import logs

SECRETS = (
    "xoxb-111-222-AbC",
    "xoxe.xoxb-1-AbC",
    "xapp-1-A0-2-c0ffee",
    "apikey:4Zb/+x=",
    "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    "https://hooks.slack.com/commands/T0/12/ab",
    "https://hooks.slack-gov.com/actions/T0/12/ab",
    "Bearer eyJhbGci.OiJ-SUzI",
    "wss://wss-primary.slack.com/link/?ticket=0b-1c&app_id=A0",
)


class File:
    """A file into which everything is logged, as `run` does it."""

    def __init__(self, **how):
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed at the end of its own context
        self._how = how

    def __enter__(self):
        self._writing = logs.writing(to=self._opened(), **self._how)
        self._writing.__enter__()
        return self

    def __exit__(self, *_):
        self._writing.__exit__(None, None, None)
        self.shown = self._read()
        self._file.close()

    def lines(self):
        return [json.loads(line) for line in self.shown.splitlines()]

    def _opened(self):
        return self._file.fileno()

    def _read(self):
        self._file.seek(0)
        return self._file.read().decode()


class Terminal(File):
    """The same on a terminal, which is read after the end."""

    def _opened(self):
        self._ours, self._theirs = os.openpty()
        return self._theirs

    def _read(self):
        os.set_blocking(self._ours, False)
        said = b""
        with contextlib.suppress(BlockingIOError):
            while True:
                said += os.read(self._ours, 65536)
        os.close(self._theirs)
        os.close(self._ours)
        return said.decode()


@pytest.fixture(autouse=True)
def as_it_was():
    """Logging is the process's own: leave it to the next test as it was found."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    levels = {name: logging.getLogger(name).level for name in logs._TALKATIVE}
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)
    structlog.reset_defaults()


def test_each_event_is_one_line_of_json_with_its_moment():
    """Ours by name and fields, the libraries' as the sentence they wrote; both say how grave it is."""
    with File() as stderr:
        structlog.get_logger("bot.engine").info("accepted", operation="op-1", seconds=2)
        logging.getLogger("aiohttp.server").warning("Unhandled request (%s)", "view_closed")
    ours, theirs = stderr.lines()
    assert ours.pop("timestamp").endswith("Z")
    assert ours == {"event": "accepted", "level": "info", "operation": "op-1", "seconds": 2}
    assert theirs.pop("timestamp").endswith("Z")
    assert theirs == {"event": "Unhandled request (view_closed)", "level": "warning"}


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("kind", [File, Terminal])
def test_no_secret_is_shown_wherever_it_stands(kind, secret):
    """In the event, in a field, deep in a field, in an exception's message, in a library's line."""
    with kind() as stderr:
        log = structlog.get_logger()
        log.info("about %s", secret)
        log.info("field", url=secret)
        log.info("deep", request={"headers": [{"Authorization": secret}]})
        log.error("broke", exc_info=ValueError(f"cannot use '{secret}'"))
        logging.getLogger("aiohttp.client").error("no answer from %r", secret)
    hidden = secret.removeprefix("Bearer ").partition("ticket=")[2] or secret.removeprefix("Bearer ")
    assert hidden.removesuffix("&app_id=A0") not in stderr.shown
    assert stderr.shown.count("[secret]") == 5
    assert "cannot use" in stderr.shown


def test_a_line_with_a_secret_is_still_json():
    """What is blotted out ends where the secret does; what only looks a little like one stays."""
    said = "pipeline xbox-orders, token refused, https://acme.slack.com/archives/C01/p1"
    with File() as stderr:
        for secret in SECRETS:
            structlog.get_logger().info(said, first=f'"{secret}"', second="kept")
    assert [(line["event"], line["second"]) for line in stderr.lines()] == [(said, "kept")] * len(SECRETS)


@pytest.mark.parametrize("verbose", [True, False])
def test_each_look_is_only_said_when_verbose_and_of_the_libraries_only_warnings(verbose):
    """They print bodies, addresses and tickets otherwise."""
    with File(verbose=verbose) as stderr:
        structlog.get_logger("bot.feldera").debug("look")
        structlog.get_logger("bot.feldera").info("clear")
        for name in ("slack_sdk.web.x", "slack_bolt.App", "httpx", "httpcore.http11", "aiohttp.x"):
            logging.getLogger(name).debug("body")
            logging.getLogger(name).info("body")
            logging.getLogger(name).warning("trouble")
    said = [line["event"] for line in stderr.lines()]
    assert said == ["look"] * verbose + ["clear"] + ["trouble"] * 5


def test_writing_to_two_places_does_not_say_everything_twice():
    with File() as outer, File() as inner:
        structlog.get_logger().info("once")
    assert [len(file.lines()) for file in (outer, inner)] == [0, 1]


def test_a_log_without_a_reader_is_no_error():
    """The other end of the pipe is closed: the lines are lost, and nothing else."""
    read, write = os.pipe()
    os.close(read)
    with logs.writing(to=write):
        structlog.get_logger().info("to nobody")
    os.close(write)


def test_a_record_that_does_not_format_is_counted(capsys):
    """`logging` writes a traceback of it to the standard error itself, where it may wait for ever."""
    with File() as file:
        logging.getLogger("library").warning("%d lines", "many")
        logging.getLogger("library").warning("the next one")
    assert capsys.readouterr().err == ""
    assert [(line["event"], line.get("lines")) for line in file.lines()] == [
        ("the next one", None),
        ("log_lines_dropped", 1),
    ]
