"""`doctor`, of Slack: the app's token and scopes, its connections, the channels of the rules, and the clock."""

import asyncio
import re
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.diagnosis import CheckStatus
from bot.domain.ids import ChannelId, TeamId
from bot.simulator.slack import SlackSimulator
from bot.store import bot_state
from bot.store.bot_state import CountedConnections
from bot.store.connection.database import open_database
from bot.store.connection.lease import lease
from bot.store.connection.read_only import open_for_reading
from bot.store.shell_store import Administration
from tests.cli.diagnosed import of_check, only
from tests.clock import START, MovableClock
from tests.processes.world import PATIENCE, World

pytestmark = pytest.mark.anyio


async def test_a_slack_that_cannot_be_reached(world, examined):
    await world.slack.goes_down()
    found = await examined(world)
    why = f"Slack cannot be reached at {world.slack.url} (no connection)."
    assert only(found, "slack token") == ("failed", why, "")
    assert only(found, "slack scopes")[0] == only(found, "slack clock")[0] == "unknown"
    assert only(found, "database")[0] == "warning"


async def test_a_slack_that_is_slow_delays_no_other_check(world, examined):
    world.operator("ana")
    world.slack.hangs("auth.test")
    found = await examined(world, within=0.5)
    assert only(found, "slack token") == ("unknown", "No answer after 0.5 s.", "")
    assert only(found, "feldera")[0] == only(found, "database")[0] == "ok"


async def test_a_database_of_another_workspace(world, examined):
    with Administration.open(world.database) as administration:
        administration.remember_team(TeamId("T0OLD"))
    assert only(await examined(world), "slack token") == (
        "failed",
        "It is for the workspace Acme (T0ACME), and the database was last used in T0OLD: its grants have no effect here.",
        "Check that the file and the token are the right ones.",
    )


@pytest.mark.parametrize(
    ("scopes", "expected"),
    [
        (
            {"commands", "chat:write"},
            [("failed", "The bot token lacks usergroups:read, users:read.", "Add them ")],
        ),
        (
            {"commands", "chat:write", "users:read", "usergroups:read", "files:read"},
            [
                (
                    "warning",
                    "The bot token has scopes that the bot does not need: files:read.",
                    "Unless something else uses them, ",
                )
            ],
        ),
        (
            {"commands", "chat:write", "users:read", "admin"},
            [
                ("failed", "The bot token lacks usergroups:read.", "Add them "),
                (
                    "warning",
                    "The bot token has scopes that the bot does not need: admin.",
                    "Unless something else uses them, ",
                ),
            ],
        ),
    ],
)
async def test_a_token_with_other_scopes(tmp_path, examined, scopes, expected):
    """Too few, as after an update of the bot, before the app was installed again; or too many."""
    world = World(tmp_path)
    world.slack = SlackSimulator(world.clock, scopes=scopes)
    async with world.slack, world.feldera:
        found = of_check(await examined(world), "slack scopes")
    assert [(status, said, advice[:9]) for status, said, advice in found] == [
        (status, said, advice[:9]) for status, said, advice in expected
    ]
    assert all(advice.endswith("as in app_manifest.yml, and reinstall the app.") for *_, advice in found)


async def test_a_clock_that_is_wrong(world, examined):
    """Signatures are checked by it, and a bot that starts takes the time from it; Feldera's times are only shown."""
    found = await examined(world, clock=MovableClock(datetime.now(UTC) - timedelta(minutes=7)))
    status, said, advice = only(found, "slack clock")
    assert (status, advice[:22]) == ("failed", "Synchronize it by NTP:")
    match = re.fullmatch(r"This machine is (6|7) min (\d+) s \(± (\d+) s\) behind Slack\.", said)
    assert abs(60 * int(match[1]) + int(match[2]) - 420) <= int(match[3]) + 1
    status, said, _ = only(found, "feldera clock")
    assert (status, bool(re.search(r"^This machine is [67] min .* behind Feldera\.$", said))) == (
        "warning",
        True,
    )


CAN_POST = "The bot can post in each of the 2 that are named."


async def test_the_channels_of_rules_and_settings(world, examined):
    """A try in each that nobody sees; those of no rule are left alone."""
    ops, audit = world.slack.adds_channel("approvals"), world.slack.adds_channel("audit")
    world.slack.adds_channel("elsewhere", bot_is_member=False)
    world.rules("*", f"approvals=1 channel={ops.id}")
    world.rules("orders-*", f"approvals=2 channel={ops.id}")
    found = await examined(world, PIPELINE_BOT_AUDIT_CHANNEL=audit.id)
    assert only(found, "slack channels") == ("ok", CAN_POST, "")
    tried = [call.args["channel"] for call in world.slack.calls if call.method == "chat.postEphemeral"]
    assert sorted(tried) == sorted([ops.id, audit.id])
    assert (ops.messages, audit.messages) == ([], [])


async def test_the_one_channel_that_is_named(world, examined):
    audit = world.slack.adds_channel("audit")
    found = await examined(world, PIPELINE_BOT_AUDIT_CHANNEL=audit.id)
    assert only(found, "slack channels") == ("ok", "The bot can post in the one that is named.", "")


async def test_channels_in_which_the_bot_cannot_post(world, examined):
    outside, old = world.slack.adds_channel("outside", bot_is_member=False), world.slack.adds_channel("old")
    private = world.slack.adds_channel("private", private=True, bot_is_member=False)
    shut = world.slack.adds_channel("announcements")
    old.archive()
    shut.restricts_posting()
    for pattern, channel in (("a", outside), ("b", outside), ("c", old), ("d", private)):
        world.rules(pattern, f"approvals=1 channel={channel.id}")
    found = await examined(world, PIPELINE_BOT_AUDIT_CHANNEL=shut.id)
    said = {each.channel: (each.status.value, each.found) for each in found if each.channel is not None}
    assert said == {
        ChannelId(outside.id): ("failed", "It is for requests on a, b, but the bot is not in it."),
        ChannelId(old.id): ("failed", "It is for requests on c, but it is archived."),
        ChannelId(private.id): (
            "failed",
            "It is for requests on d, but it does not exist, or is private and the bot is not in it.",
        ),
        ChannelId(shut.id): ("failed", "It is for the audit log's head, but the bot may not post in it."),
    }
    advice = {each.channel: each.advice for each in found}
    assert advice[ChannelId(outside.id)] == "Invite it there: `/invite @pipeline-bot`."


async def test_a_channel_that_slack_does_not_answer_for_hides_no_other(world, examined):
    outside, ops = (
        world.slack.adds_channel("outside", bot_is_member=False),
        world.slack.adds_channel("approvals"),
    )
    world.rules("a", f"approvals=1 channel={ops.id}")
    world.rules("b", f"approvals=1 channel={outside.id}")
    world.slack.hangs("chat.postEphemeral", about=ops.id)
    found = {each.channel: each for each in await examined(world, within=2) if each.channel is not None}
    assert found[ChannelId(ops.id)].found == "No answer after 1.6 s."
    assert found[ChannelId(ops.id)].status is CheckStatus.UNKNOWN
    assert found[ChannelId(outside.id)].status is CheckStatus.FAILED


@asynccontextmanager
async def connections(slack, number):
    """So many bots elsewhere on the same app token."""
    client = AsyncWebClient(base_url=slack.url)
    async with aiohttp.ClientSession() as session:
        urls = [(await client.apps_connections_open(app_token=slack.app_token))["url"] for _ in range(number)]
        opened = [await session.ws_connect(url) for url in urls]
        await slack.until(lambda: slack.connections == number)
        yield
        for socket in opened:
            await socket.close()


@pytest.mark.parametrize(
    ("others", "status", "said"),
    [
        (1, "warning", "A bot uses this app token, but not this database."),
        (
            2,
            "failed",
            (
                "The app has 2 other connections: more than one bot uses this app token, and each gets only some of the "
                "commands and clicks."
            ),
        ),
        (
            10,
            "failed",
            "Slack says that the app has too many WebSockets open: too many bots run on one app token.",
        ),
    ],
)
async def test_other_bots_on_the_same_app_token(world, examined, others, status, said):
    """Slack deals out what people do among all of them. One may be the bot that is meant to run, seen from elsewhere."""
    async with connections(world.slack, others):
        assert only(await examined(world), "slack connections")[:2] == (status, said)


async def until_counted(world, others):
    """The running bot has stored its count, which it does beside its other work."""
    async with asyncio.timeout(PATIENCE):
        while True:
            with open_for_reading(world.database) as db:
                counted = bot_state.counted_connections(db)
            if counted is not None and counted.others == others:
                return
            await asyncio.sleep(0.01)


async def test_the_running_bot_has_counted_its_connections(world, examined):
    """No other is opened then, which would take a part of what people do for a moment."""
    async with world.serving_bot():
        await until_counted(world, others=0)
        opened = len([call for call in world.slack.calls if call.method == "apps.connections.open"])
        status, said, _ = only(await examined(world), "slack connections")
        assert status == "ok"
        assert re.fullmatch(
            r"The running bot's is the only one, as of [0-9: -]+ UTC, when it connected\.", said
        )
        assert len([call for call in world.slack.calls if call.method == "apps.connections.open"]) == opened
    async with connections(world.slack, 1), world.serving_bot() as bot:
        await bot.until_it_logs("socket_mode_shared")
        await until_counted(world, others=1)
        assert only(await examined(world), "slack connections")[0] == "failed"


@pytest.mark.parametrize(
    ("earlier", "said"),
    [
        (None, "The running bot has not counted them yet."),
        (
            CountedConnections(0, START, "7 on elsewhere since 2026-03-01 03:00:00+00:00"),
            (
                "The running bot has not counted them yet. Counted before its last start, at 2026-03-02 03:00 UTC: 0 others."
            ),
        ),
        (
            CountedConnections(2, START),
            "The running bot has not counted them yet. Counted before its last start, at 2026-03-02 03:00 UTC: 2 others.",
        ),
    ],
)
async def test_what_an_earlier_process_counted_is_only_told(world, examined, earlier, said):
    """Since then, other bots may have come or gone. No connection is opened to count: the running bot has one."""
    with open_database(world.database) as db:
        if earlier is not None:
            bot_state.remember_connections(db, earlier)
    with lease(world.database, world.clock.now()):
        found = only(await examined(world), "slack connections")
    assert found == (
        "unknown",
        said,
        "It counts them when it connects: try again then, or type `/pipeline doctor`.",
    )
    assert "apps.connections.open" not in {call.method for call in world.slack.calls}


async def test_an_app_token_that_opens_no_socket(world, examined):
    world.slack.fails_next("apps.connections.open", "missing_scope")
    status, said, _ = only(await examined(world), "slack connections")
    assert status == "failed"
    assert said.startswith("SLACK_APP_TOKEN: Slack rejects it (missing_scope).")


async def test_over_http_no_socket_is_asked_for(world, examined):
    found = await examined(world, SLACK_APP_TOKEN=None, SLACK_SIGNING_SECRET=world.slack.signing_secret)
    assert only(found, "settings") == ("ok", "Complete, for HTTP.", "")
    assert only(found, "slack connections") == ("ok", "HTTP mode: there are none.", "")
    assert "apps.connections.open" not in {call.method for call in world.slack.calls}
