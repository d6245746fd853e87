"""The log of what was said over the wire: the bot's requests and Slack's deliveries, both ways, and no secret."""

import json

import pytest

from bot.simulator.web.exchanges import KEPT

pytestmark = pytest.mark.anyio


async def log(visit):
    state = await visit.state("ana")
    return [state[key] for key in sorted(state) if key.startswith("world/log/")]


async def clears_orders(visit):
    person = visit.person("ana")
    await person.types("/pipeline clear orders try", channel="ops")
    await visit.until_seen("ana", "[Never mind]")
    await person.clicks("Clear orders")
    await visit.until_seen("ana", "✅ Cleared")


async def test_a_clear_is_told_in_the_order_in_which_it_was_said(visit):
    """The command, the look, the press, the request, and the card."""
    await clears_orders(visit)
    said = [(each["from"], each["to"], each["what"], each["answer"]) for each in await log(visit)]
    wanted = [
        ("slack", "bot", "/pipeline clear orders try", "acknowledged"),
        ("slack", "bot", "block_actions", "acknowledged"),
        ("bot", "feldera", "POST /v0/pipelines/orders/clear", "202"),
    ]
    places = [said.index(each) for each in wanted]
    assert places == sorted(places)
    assert any(each[:3] == ("bot", "slack", "chat.postMessage") for each in said)


async def test_both_ways(visit):
    """What was sent and what was answered, as JSON that can be read."""
    await clears_orders(visit)
    entries = await log(visit)
    command = next(each for each in entries if each["what"].startswith("/pipeline"))
    assert json.loads(command["body"])["text"] == "clear orders try"
    assert json.loads(command["reply"])["blocks"]
    look = next(each for each in entries if each["what"].startswith("GET /v0/pipelines/orders"))
    assert json.loads(look["reply"])["name"] == "orders"
    answer = next(each for each in entries if each["what"] == "POST response_url")
    assert (answer["from"], answer["to"], answer["answer"]) == ("bot", "slack", "ok")
    assert "Clear `orders`?" in answer["body"]
    post = next(each for each in entries if each["what"] == "chat.postMessage")
    assert json.loads(post["body"])["blocks"]
    assert json.loads(post["reply"])["ok"] is True


async def test_what_was_lost_and_what_failed_is_marked(visit):
    await visit.happens("feldera_loses_reply")
    await clears_orders(visit)
    await visit.happens("slack_limits")
    rae = visit.person("rae")
    await rae.types("/pipeline clear payments --stop try", channel="ops")
    await visit.until_seen("rae", "[Never mind]")
    await rae.clicks("Ask for approval")
    await visit.until(lambda: any(call.error == "ratelimited" for call in visit.world.slack.calls))
    entries = await log(visit)
    lost = next(each for each in entries if each["what"].startswith("POST /v0/"))
    assert (lost["answer"], lost["failed"]) == ("lost", True)
    limited = next(each for each in entries if each["answer"] == "ratelimited")
    assert (limited["what"], limited["failed"]) == ("chat.postMessage", True)


async def test_a_reply_of_slack_that_never_arrived_is_lost(visit):
    """The message is there all the same: Slack did what was asked."""
    await visit.happens("slack_loses_reply")
    await clears_orders(visit)
    lost = [each for each in await log(visit) if each["answer"] == "lost"]
    assert [(each["what"], each["failed"]) for each in lost] == [("chat.postMessage", True)]


async def test_only_the_newest_are_kept(visit):
    for _ in range(KEPT + 20):
        await visit.happens("feldera_down", on=False)
        async with visit.session.get(f"{visit.world.feldera.url}/healthz") as answer:
            assert answer.status == 200
    assert len(await log(visit)) == KEPT


async def test_no_secret_is_in_anything_that_a_page_is_told(visit):
    """Neither a token nor a right to answer: not in the log, not in the lines that the bot logs."""
    await clears_orders(visit)
    await visit.does("ana", "uses_shortcut", name="Clear a pipeline")
    told = json.dumps(await visit.state("ana"))
    assert "apps.connections.open" in told
    slack = visit.world.slack
    for secret in (slack.bot_token, slack.app_token, slack.signing_secret, "simulated-verification-token"):
        assert secret not in told
    assert "/commands/" not in told
    assert "/actions/" not in told
    assert "ticket=" not in told
    for delivery in slack.deliveries:
        assert delivery.envelope.payload.get("trigger_id", "none at all") not in told
