"""Proxy routes, in sentences for `doctor`: whether each connection goes directly or through which proxy."""

from collections.abc import Iterator

from bot.config import Settings
from bot.proxies import Proxies, without_password


def routes(settings: Settings) -> Iterator[str]:
    """A sentence for Slack and one for each Feldera and webhook receiver; none if no proxy is set."""
    proxies = settings.proxies
    if proxies.is_empty:
        return
    yield f"Proxy: Slack at {settings.slack_api_url} is reached {_route(proxies, settings.slack_api_url)}."
    for feldera in settings.felderas.values():
        yield f"Proxy: Feldera at {feldera.host} is reached {_route(proxies, feldera.url)}."
    for name, receiver in settings.receivers.items():
        route = _route(proxies, receiver.url.get_secret_value())
        yield f"Proxy: the webhook receiver {name} at {receiver.host} is reached {route}."


def _route(proxies: Proxies, url: str) -> str:
    proxy = proxies.of(url)
    return "directly" if proxy is None else f"through {without_password(proxy)}"
