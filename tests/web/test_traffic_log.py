"""The API traffic: the bot's requests and Slack's deliveries with their answers, in the order of time, without secrets."""

import json

import pytest

from bot.simulator.web.view.traffic_log import KEPT

pytestmark = pytest.mark.anyio


async def log(visit):
    state = await visit.state("ana")
    return [state[key] for key in sorted(state) if key.startswith("simulation/traffic/")]


async def clears_orders(visit):
    await visit.clears()
    await visit.until_seen("ana", "✅ Cleared")


async def test_a_clear_is_listed_in_the_order_of_time_with_bodies(visit):
    """In both directions, each with its answer."""
    await clears_orders(visit)
    entries = await log(visit)
    assert [each["at"] for each in entries] == sorted(each["at"] for each in entries)
    said = [(each["from"], each["to"], each["what"], each["answer"]) for each in entries]
    places = [
        said.index(("slack", "bot", "/pipeline clear orders try", "acknowledged")),
        said.index(("bot", "feldera", "GET /v0/pipelines/orders?selector=status", "200")),
        said.index(("slack", "bot", "block_actions", "acknowledged")),
        said.index(("bot", "feldera", "POST /v0/pipelines/orders/clear", "202")),
    ]
    assert places == sorted(places)

    def first(what):
        return next(each for each in entries if each["what"].startswith(what))

    command, post, answer = first("/pipeline"), first("chat.postMessage"), first("POST response_url")
    assert json.loads(command["body"])["text"] == "clear orders try"
    assert "Clear `orders`?" in command["reply"]
    assert json.loads(command["reply"])["blocks"]
    assert json.loads(first("GET /v0/pipelines/orders")["reply"])["name"] == "orders"
    assert (answer["from"], answer["to"], answer["answer"]) == ("bot", "slack", "ok")
    assert "`orders`" in answer["body"]
    assert (post["from"], post["to"]) == ("bot", "slack")
    assert json.loads(post["body"])["blocks"]
    assert json.loads(post["reply"])["ok"] is True


async def test_no_secret_is_in_anything_that_a_page_is_told(visit):
    """Neither a token nor a right to answer: not in the log, not in the lines that the bot logs."""
    await clears_orders(visit)
    await visit.does("ana", "uses_shortcut", name="Clear a pipeline")
    told, slack = json.dumps(await visit.state("ana")), visit.world.slack
    assert "apps.connections.open" in told
    payloads = [delivery.envelope.payload for delivery in slack.deliveries]
    triggers = [payload["trigger_id"] for payload in payloads if "trigger_id" in payload]
    tokens = (slack.bot_token, slack.app_token, slack.signing_secret, "simulated-verification-token")
    for secret in (*tokens, "/commands/", "/actions/", "ticket=", *triggers):
        assert secret not in told
    assert triggers


async def test_what_was_lost_and_what_failed_is_marked(visit):
    await visit.happens("feldera_drop_write_response")
    await visit.happens("slack_drop_message_response")
    await clears_orders(visit)
    await visit.happens("slack_rate_limit")
    rae = await visit.previews("rae", "sales")
    await rae.clicks("Ask for approval")
    await visit.until(lambda: any(call.error == "ratelimited" for call in visit.world.slack.calls))
    marked = [(each["what"], each["answer"]) for each in await log(visit) if each["failed"]]
    assert ("POST /v0/pipelines/orders/clear", "lost") in marked
    assert ("chat.postMessage", "lost") in marked
    assert ("chat.postMessage", "ratelimited") in marked


async def test_only_the_newest_are_kept(visit):
    for _ in range(KEPT + 20):
        async with visit.session.get(f"{visit.world.feldera.url}/healthz") as answer:
            assert answer.status == 200
    assert len(await log(visit)) == KEPT
