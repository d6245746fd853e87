"""Which proxy a connection goes through: the rule, and what cannot be used."""

import pytest

from bot.proxies import Proxies, no_proxy, proxy_url, without_password

HTTP, HTTPS, ALL = "http://one:3128", "http://two:3128", "http://three:3128"


@pytest.mark.parametrize(
    ("set_", "target", "proxy"),
    [
        ({}, "https://slack.com/api/", None),
        ({"https": HTTPS}, "https://slack.com/api/", HTTPS),
        ({"https": HTTPS}, "wss://wss-primary.slack.com/link", HTTPS),
        ({"https": HTTPS}, "http://feldera:8080", None),
        ({"http": HTTP}, "http://feldera:8080", HTTP),
        ({"http": HTTP}, "ws://localhost/link", HTTP),
        ({"http": HTTP}, "https://slack.com/api/", None),
        ({"all": ALL}, "https://slack.com/api/", ALL),
        ({"all": ALL}, "http://feldera:8080", ALL),
        ({"all": ALL, "https": HTTPS}, "https://slack.com/api/", HTTPS),
    ],
)
def test_the_scheme_of_the_target_decides(set_, target, proxy):
    """A WebSocket goes as HTTP of its kind does; ALL_PROXY stands in for what is not set."""
    assert Proxies(**set_).of(target) == proxy


@pytest.mark.parametrize(
    ("bypass", "target", "is_direct"),
    [
        ("*", "https://slack.com", True),
        ("slack.com", "https://slack.com", True),
        ("slack.com", "wss://wss-primary.slack.com", True),
        ("slack.com", "https://notslack.com", False),
        (".slack.com", "https://slack.com", True),
        ("*.slack.com", "https://hooks.slack.com", True),
        ("SLACK.com.", "https://slack.COM", True),
        ("a, b\tslack.com", "https://slack.com", True),
        ("slack.com:443", "https://slack.com", True),
        ("slack.com:8443", "https://slack.com", False),
        ("feldera:8080", "http://feldera:8080", True),
        ("localhost", "http://localhost:8080", True),
        ("10.1.2.3", "https://10.1.2.3", True),
        ("10.0.0.0/8", "https://10.1.2.3:8443", True),
        ("10.1.2.3/8", "https://10.9.9.9", True),
        ("10.0.0.0/8", "https://11.1.2.3", False),
        ("10.0.0.0/8", "https://feldera.example.com", False),
        ("10.1.2.3:443", "https://10.1.2.3", True),
        ("10.1.2.3:444", "https://10.1.2.3", False),
        ("::1", "https://[::1]:8443", True),
        ("[::1]", "https://[::1]:8443", True),
        ("[::1]:8443", "https://[::1]:8443", True),
        ("fd00::/8", "https://[fd00::7]", True),
        ("", "https://slack.com", False),
        (" , ", "https://slack.com", False),
    ],
)
def test_what_no_proxy_says_is_reached_directly(bypass, target, is_direct):
    """A name stands for itself and all below it; addresses only match targets that are written as addresses."""
    assert (Proxies(http=HTTP, https=HTTPS, bypass=no_proxy(bypass)).of(target) is None) == is_direct


@pytest.mark.parametrize(
    "url", [HTTP, "HTTP://p:1", "http://p", "http://u:p%40@[::1]:80/", "https://p.example:443"]
)
def test_a_proxy_that_can_be_used(url):
    assert proxy_url(url) == url


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("proxy.example.com:3128", "must begin with http://"),
        ("u:hush@proxy.example.com:3128", "must begin with http://"),
        ("socks5://u:hush@p:1080", "SOCKS is not supported"),
        ("socks5h://p:1080", "SOCKS is not supported"),
        ("ftp://u:hush@p", "must be an HTTP proxy"),
        ("http://u:hush@p:99999", "a port from 1 to 65535"),
        ("http://u:hush@p:port", "a port from 1 to 65535"),
        ("http://u:hush@p:0", "a port from 1 to 65535"),
        ("http://u:hush@:3128", "must name a machine"),
        ("http://u:hush@p q:3128", "must name a machine"),
        ("http://u:hush@p:3128/path", "must end after the port"),
        ("http://u:hush@p:3128?x", "must end after the port"),
    ],
)
def test_a_proxy_that_cannot_be_used_is_said_in_words(url, why):
    """Never with what was set: it may hold a password."""
    with pytest.raises(ValueError, match=why) as refusal:
        proxy_url(url)
    assert "hush" not in str(refusal.value)


@pytest.mark.parametrize(
    "entry", ["http://feldera", "<local>", "10.0.0.0/33", "a/b", "a*b", "feldera:port", "1.2.3.4.5"]
)
def test_an_entry_that_is_not_understood_is_said(entry):
    """Passed over, it would send through the proxy what should not go there."""
    with pytest.raises(ValueError, match="not understood"):
        no_proxy(f"localhost,{entry}")


def test_nothing_shows_a_password():
    proxies = Proxies(https="http://user:hush@proxy.example.com:3128")
    assert "hush" not in repr(proxies)
    assert without_password(proxies.https) == "proxy.example.com:3128"
    assert without_password("http://u:p@[::1]") == "[::1]:80"
