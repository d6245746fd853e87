"""How the bot starts as a real process: what it proves first, what it refuses, and the one line it says."""

import asyncio
import json
import socket
import sqlite3
import stat
import sys
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

import pytest

from bot.feldera.http.unauthorized import UNPROVED
from bot.simulator.feldera import FelderaSimulator
from bot.simulator.slack import Grid
from tests.processes.world import HTTP, running

pytestmark = pytest.mark.anyio


async def test_it_proves_its_tokens_and_says_in_one_line_what_it_serves(world):
    """And nothing else, if nothing is wrong; least of all a token. The shell can work beside it: the database is in WAL."""
    async with world.serving_bot() as bot:
        line = bot.logged("serving")[0]
        assert bot.stderr.count("\n") == 0
        assert line == {
            "event": "serving",
            "level": "info",
            "timestamp": line["timestamp"],
            "version": version("pipeline-bot"),
            "command": "/pipeline",
            "workspace": "Acme",
            "over": "Socket Mode",
            "feldera": f"{world.feldera.url} (Feldera 0.337.0 (Open source))",
            "database": "pipeline-bot.db",
        }
        assert [call.method for call in world.slack.calls][:2] == ["auth.test", "apps.connections.open"]
        assert all(call.error is None for call in world.slack.calls)
        with closing(sqlite3.connect(world.database)) as db:
            assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


async def test_over_http_it_serves_events_and_health_and_stops_whoever_keeps_a_connection_open(world):
    """Nothing asks for a socket; and neither half a request nor an idle connection may hold up the end."""
    ana = world.operator("ana")
    settings = HTTP | {"SLACK_SIGNING_SECRET": world.slack.signing_secret}
    async with world.serving_bot(**settings) as bot:
        where = bot.logged("serving")[0]["over"].removeprefix("HTTP on ")
        world.slack.serves_over_http(f"http://{where}/slack/events")
        await world.confirms_a_clear(ana, "orders")
        await world.until_told("Cleared `orders`")
        _, half = await asyncio.open_connection(*where.split(":"))
        half.write(b"POST /slack/events HTTP/1.1\r\nHost: bot\r\nContent-Length: 100\r\n\r\npayload=")
        await half.drain()
        reader, idle = await asyncio.open_connection(*where.split(":"))
        idle.write(b"GET /healthz HTTP/1.1\r\nHost: bot\r\n\r\n")
        assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
        assert await bot.stops() == 0
        for writer in (half, idle):
            writer.close()
    assert "apps.connections.open" not in {call.method for call in world.slack.calls}


async def test_all_that_is_wrong_with_the_settings_is_said_at_once(world):
    """Exit status 2, no traceback, no value: one of them may be a secret in the wrong place."""
    slips = {"FELDERA_API_KEY": "hu sh", "FELDERA_APIKEY": "apikey:k"}
    said = await world.refusal(
        status=2, SLACK_BOT_TOKEN="xoxp-hush", FELDERA_HOST=None, SLACK_APP_TOKEN=None, **slips
    )
    assert said.splitlines() == [
        "SLACK_BOT_TOKEN: must begin with xoxb- or xoxe.xoxb-.",
        "FELDERA_HOST is missing.",
        "FELDERA_API_KEY: Feldera's API key must be one word of printable ASCII characters.",
        "SLACK_APP_TOKEN (for Socket Mode) or SLACK_SIGNING_SECRET (for HTTP) is missing: set one of them.",
        (
            "FELDERA_APIKEY in the environment is not a variable of the bot. Did you mean FELDERA_API_KEY? "
            "Rename or remove it."
        ),
    ]


async def test_an_app_token_that_opens_no_socket_is_refused(world):
    """Wrong, without its scope, or Socket Mode is off: the SDK would try it for ever, in silence."""
    world.slack.fails_next("apps.connections.open", "missing_scope")
    assert await world.refusal() == (
        "SLACK_APP_TOKEN: Slack rejects it (missing_scope). It needs the scope connections:write, "
        "and Socket Mode must be enabled in the app."
    )


async def test_an_app_installed_for_a_whole_organization_is_refused(world):
    """Its token is of no workspace: said at the start, by `doctor`, and by the first grant."""
    world.slack.workspace.joins_grid(Grid("E0ACME", "Acme Group"))
    world.slack.workspace.is_enterprise_install = True
    refusal = (
        "SLACK_BOT_TOKEN: its app is installed for a whole organization (Enterprise Grid), but the bot serves one "
        "workspace. Install the app in that workspace only, and use the bot token from there."
    )
    assert await world.refusal() == refusal
    assert refusal in await world.refusal("grant", "U0ANA", "viewer", "*")
    async with world.bot("doctor") as doctor:
        assert f"✗  slack token        {refusal}" in (await doctor.rest_of_output()).splitlines()
        assert await doctor.ends() == 1


async def test_a_slack_that_cannot_be_reached_is_waited_for(world):
    """It proves nothing about a token: said once, and the bot serves as soon as Slack is there."""
    await world.slack.goes_down()
    ana = world.operator("ana")
    async with world.bot() as bot:
        warning = await bot.until_it_logs("slack_is_away")
        assert warning["level"] == "warning"
        assert warning["why"] == f"Slack cannot be reached at {world.slack.url} (no connection)."
        await world.slack.comes_back()
        await bot.until_it_logs("serving")
        assert len(bot.logged("slack_is_away")) == 1
        await world.confirms_a_clear(ana, "orders")
        await world.until_told("Cleared `orders`")


async def test_a_slack_that_answers_nonsense_is_waited_for(world):
    """A proxy's page where the Web API should be: no token is blamed, until Slack's own answer says so."""
    world.slack.answers_500("auth.test")
    world.slack.answers_500("apps.connections.open")
    async with world.serving_bot() as bot:
        (warning,) = bot.logged("slack_is_away")[:1]
        assert warning["why"] == f"What answers at {world.slack.url} makes no sense (HTTP 500)."
    world.slack.answers_500("auth.test")
    async with world.bot(SLACK_BOT_TOKEN="xoxb-hush") as bot:
        assert await bot.ends() == 1
        assert bot.stderr.splitlines()[-1] == "error: SLACK_BOT_TOKEN: Slack rejects it (invalid_auth)."


async def test_a_feldera_that_refuses_connections_is_a_warning(world):
    """It serves all the same: people are told when they ask, and an outage at the start is an outage like any other."""
    await world.feldera.goes_down()
    async with world.serving_bot() as bot:
        (warning,) = bot.logged("feldera_does_not_answer")
        assert warning["level"] == "warning"
        assert warning["host"] == world.feldera.url
        assert bot.logged("serving")[0]["feldera"] == f"{world.feldera.url} (not answering)"
        ana = world.operator("ana")
        await world.feldera.comes_back()
        await world.confirms_a_clear(ana, "orders")
        await world.until_told("Cleared `orders`")


async def test_a_feldera_that_hangs_does_not_keep_people_waiting(world):
    world.feldera.hangs()
    async with world.serving_bot() as bot:
        assert bot.logged("feldera_does_not_answer")[0]["why"] == "No answer within 5 s."


NO_ENTRY = {"message": "No entry.", "error_code": "Refused", "details": None}
WRONG_KEY = {"message": "Unauthorized API key", "error_code": "AuthenticationFailed"}


@pytest.mark.parametrize(
    ("status", "body", "why"), [(401, WRONG_KEY, UNPROVED.message), (403, NO_ENTRY, "No entry.")]
)
async def test_a_feldera_that_does_not_let_us_in_is_a_warning(world, status, body, why):
    """It answers, so nobody should look for an outage; and it serves all the same, since the key may be let in later."""
    content_type = "text/plain; charset=utf-8" if status == 401 else "application/json"
    world.feldera.answers_next(status, body=json.dumps(body).encode(), content_type=content_type)
    async with world.serving_bot() as bot:
        (warning,) = bot.logged("feldera_refuses_the_key")
        assert (warning["level"], warning["why"]) == ("warning", why)
        assert bot.logged("feldera_does_not_answer") == []
        assert bot.logged("serving")[0]["feldera"] == f"{world.feldera.url} (refuses the key)"


async def test_a_port_that_is_taken_is_a_sentence(world):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        where = f"127.0.0.1:{taken.getsockname()[1]}"
        said = await world.refusal(**HTTP | {"PIPELINE_BOT_LISTEN": where})
    assert said == (
        f"HTTP cannot be served on {where}: Address already in use. Set another address in PIPELINE_BOT_LISTEN."
    )


async def test_settings_may_stand_in_an_env_file_and_what_others_could_read_is_closed_to_them(world):
    """The database, what lies beside it, and the settings with their secrets: each is named once, in the log."""
    world.operator("ana")
    lines = [f"{name}={value}" for name, value in world.settings().items()]
    (world.folder / ".env").write_text("\n".join(lines))
    opened = [world.folder / ".env", world.database, world.folder / "pipeline-bot.db.lock"]
    for file in opened:
        file.touch()
        file.chmod(0o664)
    async with running("-m", "bot", "run", folder=world.folder, settings={}) as bot:
        await bot.until_it_logs("serving")
        assert {stat.S_IMODE(file.stat().st_mode) for file in world.folder.iterdir()} == {0o600}
        assert [Path(line["file"]).name for line in bot.logged("others_could_read")] == [
            file.name for file in opened
        ]


async def test_a_file_of_settings_and_a_database_elsewhere_are_named_by_options(world):
    """As of a bot in another folder: nothing is read or written where the command is typed."""
    elsewhere, here = world.folder / "elsewhere", world.folder / "here"
    elsewhere.mkdir()
    here.mkdir()
    settings, database = elsewhere / "settings", elsewhere / "bot.db"
    settings.write_text("\n".join(f"{name}={value}" for name, value in world.settings().items()))
    settings.chmod(0o644)
    command = ("-m", "bot", "run", "--env-file", str(settings), "--database", str(database))
    async with running(*command, folder=here, settings={}) as bot:
        serving = await bot.until_it_logs("serving")
        assert serving["database"] == str(database)
        assert await bot.stops() == 0
    assert (database.exists(), list(here.iterdir())) == (True, [])
    assert stat.S_IMODE(settings.stat().st_mode) == 0o600


async def test_a_folder_where_nothing_can_be_locked_is_not_another_bot(world):
    (world.folder / "pipeline-bot.db.lock").mkdir()
    assert await world.refusal() == (
        "The database pipeline-bot.db cannot be used: pipeline-bot.db.lock cannot be locked (Is a directory). "
        "Its folder must be on a local disk, and writable for this user."
    )


async def test_a_second_bot_on_the_database_is_told_who_holds_it(world):
    """And the first one never notices; once it is gone, the next one may."""
    async with world.serving_bot() as first:
        said = await world.refusal()
        assert said.startswith(
            f"The database pipeline-bot.db is in use by another bot: process {first.pid} on "
        )
        assert said.endswith("Stop that one first.")
        assert len(world.slack.calls) == 3  # the second one did not even ask Slack
        await first.is_killed()
    async with world.serving_bot() as next_one:
        assert await next_one.stops() == 0


async def test_the_command_and_the_module_are_the_same(world):
    """`pipeline-bot …` is `python -m bot …`."""
    command = Path(sys.executable).with_name("pipeline-bot")
    shown = []
    for arguments in ((str(command), "--help"), ("-m", "bot", "--help")):
        async with running(*arguments, folder=world.folder, settings={}) as process:
            assert await process.ends() == 0
            shown.append(await process.rest_of_output())
    assert shown[0] == shown[1]
    assert shown[0].startswith("Usage: pipeline-bot ")


async def test_it_says_of_each_of_several_felderas_whether_it_answers(world):
    """One that is down keeps nobody from the others."""
    async with FelderaSimulator(world.clock, installation=1) as second:
        await second.goes_down()
        async with world.serving_bot(PIPELINE_BOT_TARGETS__PROD__HOST=second.url) as bot:
            assert bot.logged("serving")[0]["feldera"] == (
                f"default at {world.feldera.url} (Feldera 0.337.0 (Open source)), prod at {second.url} (not answering)"
            )
            (warned,) = bot.logged("feldera_does_not_answer")
            assert (warned["target"], warned["host"]) == ("prod", second.url)


async def test_a_feldera_of_another_tenant_is_a_warning(world):
    """It serves, and does nothing there: each look at that Feldera says why."""
    async with world.serving_bot(FELDERA_TENANT="team-b") as bot:
        (warning,) = bot.logged("feldera_tenant_is_another")
        assert warning["level"] == "warning"
        assert warning["why"] == (
            "Feldera answers for its tenant default, and team-b is set; an API key has a tenant of its own."
        )
