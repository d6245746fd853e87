"""Addresses as people write them."""

import ssl

import pytest
from structlog.testing import capture_logs

from bot.feldera import FelderaAddress, FelderaClient, NoCredentials


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("http://localhost:8080", "http://localhost:8080"),
        ("https://feldera.example/", "https://feldera.example"),
        ("https://feldera.example/v0", "https://feldera.example"),
        ("https://feldera.example/v0/", "https://feldera.example"),
        ("https://gate.example/feldera/v0//", "https://gate.example/feldera"),
        (" HTTPS://Feldera.Example:443 ", "https://feldera.example"),
        ("feldera.example", "https://feldera.example"),
        ("feldera.example:8443/x", "https://feldera.example:8443/x"),
        ("localhost:8080", "http://localhost:8080"),
        ("LOCALHOST", "http://localhost"),
        ("127.0.0.2:8080", "http://127.0.0.2:8080"),
        ("[::1]:8080", "http://[::1]:8080"),
        ("10.0.0.7:8080", "https://10.0.0.7:8080"),
        ("localhost.example", "https://localhost.example"),
    ],
)
def test_an_address_is_made_whole(host, url):
    """`/v0` and slashes at the end are dropped; a key is not sent in the clear to another machine by a guess."""
    assert str(FelderaAddress(host).base_url).removesuffix("/") == url


@pytest.mark.parametrize(
    "host",
    [
        "",
        "   ",
        "http://",
        "ftp://feldera.example",
        "feldera example",
        "https://feldera.example:port",
        "https://feldera.example:99999",
        "https://me:s3cret@feldera.example",
        "https://s3cret@feldera.example",
        "https://feldera.example/?key=s3cret",
        "https://feldera.example/#s3cret",
        "https://a..b",
        "https://" + "a" * 64 + ".example",
        "https://feldera\n.example",
    ],
)
def test_an_address_that_would_need_guessing_is_refused(host):
    """The message says what is wrong, and repeats nothing of the address: it may hold a password."""
    with pytest.raises(ValueError, match=r"^Feldera's host ") as refused:
        FelderaAddress(host)
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        *(("tenant", tenant) for tenant in ("", "a\nb", "ä", " a")),
        *(("request_timeout", seconds) for seconds in (0, -1, float("inf"), float("nan"))),
    ],
)
def test_a_setting_that_cannot_be_is_refused(setting, value):
    """A line break in a tenant would make another header; waiting for ever, or not at all, is never meant."""
    with pytest.raises(ValueError, match=setting.removeprefix("request_")):
        FelderaAddress("localhost", **{setting: value})


def test_certificates_are_checked_unless_told_otherwise():
    """Only `tls_insecure` turns the check off, and then wholly."""
    usual = FelderaAddress("https://feldera.example").tls_context()
    insecure = FelderaAddress("https://feldera.example", tls_insecure=True).tls_context()
    assert (usual.verify_mode, usual.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert (insecure.verify_mode, insecure.check_hostname) == (ssl.CERT_NONE, False)


@pytest.mark.anyio
async def test_a_connection_without_checks_is_warned_of(clock):
    address = FelderaAddress("https://feldera.example", tls_insecure=True)
    with capture_logs() as lines:
        await FelderaClient(address, NoCredentials(), clock=clock).aclose()
    assert [(line["log_level"], line["event"]) for line in lines] == [("warning", "feldera.tls_insecure")]


def test_a_certificate_that_cannot_be_read_is_named(tmp_path):
    """A missing file and one that holds no certificate are mistakes in the settings."""
    missing, empty = tmp_path / "missing.pem", tmp_path / "empty.pem"
    empty.write_text("nothing", encoding="utf-8")
    for path in (missing, empty):
        with pytest.raises(ValueError, match=str(path)):
            FelderaAddress("https://feldera.example", tls_cert=path).tls_context()
