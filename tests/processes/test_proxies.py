"""A bot behind a company's proxy: all of its connections go by one rule, and no password is shown."""

import pytest

from tests import proxy as proxies
from tests.processes.world import PATIENCE
from tests.proxy import small_proxy

pytestmark = pytest.mark.anyio

SLACK, FELDERA = "http://slack.example/api/", "http://feldera.example"


def names(world, proxy):
    """Slack and Feldera are known by name to the proxy alone."""
    proxy.knows("slack.example", world.slack.origin.removeprefix("http://"))
    proxy.knows("feldera.example", world.feldera.url.removeprefix("http://"))
    return {"SLACK_API_URL": SLACK, "FELDERA_HOST": FELDERA}


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "all_proxy"])
async def test_everything_goes_through_the_proxy(world, variable):
    """The Web API, the WebSocket, the answers to clicks, and Feldera; its password is in no log."""
    ana = world.operator("ana")
    async with small_proxy("user:hush%40") as proxy:
        settings = {**names(world, proxy), variable: proxy.url}
        async with world.serving_bot(**settings) as bot:
            await world.confirms_a_clear(ana, "orders")
            await world.until_told("Cleared `orders`")
            assert await bot.stops() == 0
            assert "hush" not in bot.stderr
        asked = {line.split(" ")[1] for line in proxy.asked}
        socket = f"{world.slack.origin.replace('http', 'ws')}/link"
        for begin in (SLACK, FELDERA, socket, f"{world.slack.origin}/actions/"):
            assert any(target.startswith(begin) for target in asked), (begin, asked)


@pytest.mark.parametrize("settings", [("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"), ("HTTPS_PROXY",)])
async def test_what_needs_no_proxy_is_reached_directly(world, settings):
    """By everything alike: where NO_PROXY names it, and of another scheme, for which slack_sdk by itself would take it."""
    ana = world.operator("ana")
    async with small_proxy() as proxy:
        proxy.fails_with(proxies.BUSY)
        values = dict.fromkeys(settings, proxy.url) | {
            "NO_PROXY": "localhost, 127.0.0.0/8" * (len(settings) > 1)
        }
        async with world.serving_bot(**values) as bot:
            await world.confirms_a_clear(ana, "orders")
            await world.until_told("Cleared `orders`")
            assert await bot.stops() == 0
        assert proxy.asked == []


async def test_what_cannot_be_used_is_refused_at_the_start(world):
    said = await world.refusal(status=2, HTTPS_PROXY="user:hush@p:3128", ALL_PROXY="http://user:hush@p:0")
    assert sorted(said.splitlines()) == [
        "ALL_PROXY: must end with a port from 1 to 65535, such as :3128.",
        "HTTPS_PROXY: must begin with http://, such as http://proxy.example.com:3128.",
    ]


async def test_a_proxy_that_is_away_is_waited_for(world):
    """As a Slack that is away is: what is wrong is said once, with the proxy as its reason."""
    async with small_proxy() as proxy:
        proxy.fails_with(proxies.DROPS)
        async with world.bot(**names(world, proxy), HTTP_PROXY=proxy.url) as bot:
            await bot.until_it_logs("slack_is_away")
            proxy.works()
            await bot.until_it_logs("serving")
            await world.slack.until(lambda: world.slack.connections > 0, within=PATIENCE)
            assert await bot.stops() == 0


async def test_doctor_says_which_way_each_connection_goes(world):
    async with small_proxy("user:hush%40") as proxy:
        settings = {**names(world, proxy), "HTTP_PROXY": proxy.url, "FELDERA_HOST": world.feldera.url}
        async with world.bot("doctor", **settings, NO_PROXY="127.0.0.1") as doctor:
            said = await doctor.rest_of_output()
            assert await doctor.ends() == 0, said
    assert [line for line in said.splitlines() if "Proxy" in line] == [
        (
            f"✓  settings           Complete, for Socket Mode. Proxy: Slack at {SLACK} is reached through {proxy.address}. "
            f"Proxy: Feldera at {world.feldera.url} is reached directly."
        ),
    ]
    assert "hush" not in said
