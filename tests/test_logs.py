"""What reaches standard error: a line an event, by whoever logged it, and never a secret."""

import contextlib
import io
import json
import logging

import pytest
import structlog

from bot import logs

SECRETS = (
    "xoxb-111-222-AbC",
    "xoxe.xoxb-1-AbC",
    "xapp-1-A0-2-c0ffee",
    "apikey:4Zb/+x=",
    "https://hooks.slack.com/commands/T0/12/ab",
    "https://hooks.slack-gov.com/actions/T0/12/ab",
    "Bearer eyJhbGci.OiJ-SUzI",
    "wss://wss-primary.slack.com/link/?ticket=0b-1c&app_id=A0",
)


class Terminal(io.StringIO):
    def isatty(self):
        return True


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


def configured(stream: io.StringIO | None = None, *, verbose: bool = False) -> io.StringIO:
    """Logging as `run` sets it up, with standard error going into this stream."""
    stream = io.StringIO() if stream is None else stream
    with contextlib.redirect_stderr(stream):
        logs.configure(verbose=verbose)
    return stream


def lines(stream):
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_each_event_is_one_line_of_json_with_its_moment():
    """Ours by name and fields, the libraries' as the sentence they wrote; both say how grave it is."""
    stderr = configured()
    structlog.get_logger("bot.engine").info("accepted", operation="op-1", seconds=2)
    logging.getLogger("aiohttp.server").warning("Unhandled request (%s)", "view_closed")
    ours, theirs = lines(stderr)
    assert ours.pop("timestamp").endswith("Z")
    assert ours == {"event": "accepted", "level": "info", "operation": "op-1", "seconds": 2}
    assert theirs.pop("timestamp").endswith("Z")
    assert theirs == {"event": "Unhandled request (view_closed)", "level": "warning"}


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("kind", [io.StringIO, Terminal])
def test_no_secret_is_shown_wherever_it_stands(kind, secret):
    """In the event, in a field, deep in a field, in an exception's message, in a library's line."""
    stderr = configured(kind())
    log = structlog.get_logger()
    log.info("about %s", secret)
    log.info("field", url=secret)
    log.info("deep", request={"headers": [{"Authorization": secret}]})
    log.error("broke", exc_info=ValueError(f"cannot use '{secret}'"))
    logging.getLogger("aiohttp.client").error("no answer from %r", secret)
    shown = stderr.getvalue()
    hidden = secret.removeprefix("Bearer ").partition("ticket=")[2] or secret.removeprefix("Bearer ")
    assert hidden.removesuffix("&app_id=A0") not in shown
    assert shown.count("[secret]") == 5
    assert "cannot use" in shown


def test_a_line_with_a_secret_is_still_json():
    """What is blotted out ends where the secret does."""
    stderr = configured()
    for secret in SECRETS:
        structlog.get_logger().info("seen", first=f'"{secret}"', second="kept")
    assert [line["second"] for line in lines(stderr)] == ["kept"] * len(SECRETS)


def test_what_only_looks_a_little_like_a_secret_stays():
    stderr = configured()
    said = "pipeline xbox-orders, token refused, https://acme.slack.com/archives/C01/p1"
    structlog.get_logger().info(said)
    assert lines(stderr)[0]["event"] == said


def test_the_libraries_are_kept_at_warnings_even_when_we_are_talkative():
    """They print bodies, addresses and tickets otherwise; our own requests are what `--verbose` adds."""
    stderr = configured(verbose=True)
    structlog.get_logger("bot.feldera").debug("feldera.request", path="/v0/config")
    for name in (
        "slack_sdk.web.async_base_client",
        "slack_bolt.App",
        "httpx",
        "httpcore.http11",
        "aiohttp.x",
    ):
        logging.getLogger(name).debug("body")
        logging.getLogger(name).info("body")
        logging.getLogger(name).warning("trouble")
    assert [line["event"] for line in lines(stderr)] == ["feldera.request"] + ["trouble"] * 5


def test_without_verbose_nothing_is_said_about_each_look():
    stderr = configured()
    structlog.get_logger("bot.feldera").debug("feldera.request", path="/v0/config")
    structlog.get_logger("bot.feldera").info("feldera.request", path="/v0/pipelines/orders/clear")
    assert [line["path"] for line in lines(stderr)] == ["/v0/pipelines/orders/clear"]


def test_configuring_twice_does_not_say_everything_twice():
    stderr = configured(configured())
    structlog.get_logger().info("once")
    assert len(lines(stderr)) == 1
