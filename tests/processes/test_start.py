"""How the bot starts as a real process: what it proves first, what it refuses, and the one line it says."""

import socket
import sqlite3
import stat
import sys
from functools import partial
from importlib.metadata import version
from pathlib import Path

import pytest

from bot.feldera.http.unauthorized import UNPROVED
from bot.simulator.feldera import FelderaSimulator
from bot.simulator.slack import Grid
from tests.processes.world import running

WRONG_KEY = b'{"message":"Unauthorized API key","error_code":"AuthenticationFailed"}'
REFUSAL = b'{"message": "No entry.", "error_code": "Refused", "details": null}'
OVER_HTTP = {"SLACK_APP_TOKEN": None, "PIPELINE_BOT_LISTEN": "127.0.0.1:0"}


@pytest.mark.anyio
async def test_it_says_in_one_line_what_it_serves(world):
    """And nothing else, if nothing is wrong; least of all a token."""
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


@pytest.mark.anyio
async def test_it_proves_its_tokens_before_it_serves(world):
    async with world.serving_bot():
        assert [call.method for call in world.slack.calls][:2] == ["auth.test", "apps.connections.open"]
        assert all(call.error is None for call in world.slack.calls)


@pytest.mark.anyio
async def test_over_http_it_serves_events_and_health(world):
    """Without an app token Slack comes by signed HTTP; nothing asks for a socket."""
    async with world.serving_bot(**OVER_HTTP, SLACK_SIGNING_SECRET=world.slack.signing_secret) as bot:
        over = bot.logged("serving")[0]["over"]
        assert over.startswith("HTTP on 127.0.0.1:")
        world.slack.serves_over_http(f"http://{over.removeprefix('HTTP on ')}/slack/events")
        ana = world.operator("ana")
        await world.confirms_a_clear(ana, "orders")
        await world.until_told("Cleared `orders`")
        assert world.feldera.clears["orders"] == 1
    assert "apps.connections.open" not in {call.method for call in world.slack.calls}


@pytest.mark.anyio
async def test_the_settings_may_stand_in_an_env_file(world):
    """As an operator writes them down once."""
    lines = [f"{name}={value}" for name, value in world.settings().items()]
    (world.folder / ".env").write_text("\n".join(lines))
    async with running("-m", "bot", "run", folder=world.folder, settings={}) as bot:
        await bot.until_it_logs("serving")
        assert await bot.stops() == 0


@pytest.mark.anyio
async def test_all_that_is_wrong_with_the_settings_is_said_at_once(world):
    """Exit status 2, no traceback, no value: one of them may be a secret in the wrong place."""
    said = await world.refusal(
        SLACK_BOT_TOKEN="xoxp-hush", FELDERA_HOST=None, SLACK_APP_TOKEN=None, FELDERA_API_KEY="hu sh"
    )
    assert said.splitlines() == [
        "SLACK_BOT_TOKEN: must begin with xoxb- or xoxe.xoxb-.",
        "FELDERA_HOST is missing.",
        "FELDERA_API_KEY: Feldera's API key must be one word of plain characters.",
        "SLACK_APP_TOKEN (for Socket Mode) or SLACK_SIGNING_SECRET (for HTTP) is missing: set one of them.",
    ]


@pytest.mark.anyio
async def test_a_bot_token_that_slack_does_not_know_is_refused(world):
    said = await world.refusal(SLACK_BOT_TOKEN="xoxb-hush")
    assert said == "SLACK_BOT_TOKEN: Slack answers invalid_auth to it."


@pytest.mark.anyio
@pytest.mark.parametrize("error", ["invalid_auth", "missing_scope", "not_allowed_token_type"])
async def test_an_app_token_that_opens_no_socket_is_refused(world, error):
    """Wrong, without its scope, or Socket Mode is off: the SDK would try it for ever, in silence."""
    world.slack.fails_next("apps.connections.open", error)
    said = await world.refusal()
    assert said == (
        f"SLACK_APP_TOKEN: Slack answers {error} to it. It needs the scope connections:write, "
        "and the app needs Socket Mode switched on."
    )


@pytest.mark.anyio
async def test_an_app_installed_for_a_whole_organization_is_refused(world):
    """Its token is of no workspace: said at the start, by `doctor`, and by the first grant."""
    world.slack.workspace.joins_grid(Grid("E0ACME", "Acme Group"))
    world.slack.workspace.is_enterprise_install = True
    refusal = (
        "SLACK_BOT_TOKEN: it is of an app that is installed for a whole organization (Enterprise Grid), and the bot "
        "serves one workspace. Install the app in that workspace only, and take the bot token from there."
    )
    assert await world.refusal() == refusal
    assert (await world.refusal("grant", "U0ANA", "viewer", "*")).splitlines()[0] == refusal
    async with world.bot("doctor") as doctor:
        assert f"FAIL  Slack: {refusal}" in (await doctor.rest_of_output()).splitlines()
        assert await doctor.ends() == 1


@pytest.mark.anyio
async def test_a_workspace_of_a_grid_is_served(world):
    """An app that is installed in one workspace works as anywhere, for whoever is at home elsewhere on the Grid."""
    world.slack.workspace.joins_grid(Grid("E0ACME", "Acme Group"))
    ana = world.operator("ana")
    profile = world.slack.workspace.people[ana.id]
    profile.team_id, profile.workspaces = "E0ACME", ("T0SALES", "T0ACME")
    async with world.serving_bot() as bot:
        await world.confirms_a_clear(ana, "orders")
        await world.until_told("Cleared `orders`")
        assert await bot.stops() == 0


@pytest.mark.anyio
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


@pytest.mark.anyio
@pytest.mark.parametrize("method", ["auth.test", "apps.connections.open"])
async def test_a_slack_that_answers_nonsense_is_waited_for(world, method):
    """A proxy's page where the Web API should be: what is wrong is said, and no token is blamed."""
    world.slack.answers_500(method, times=2)
    async with world.serving_bot() as bot:
        (warning,) = bot.logged("slack_is_away")
        assert warning["why"] == f"What answers at {world.slack.url} makes no sense (HTTP 500)."


@pytest.mark.anyio
async def test_a_token_refused_after_a_while_is_a_sentence(world):
    """Waiting for Slack ends with its answer, whichever it is."""
    world.slack.answers_500("auth.test")
    async with world.bot(SLACK_BOT_TOKEN="xoxb-hush") as bot:
        assert await bot.ends() == 2
        assert bot.stderr.splitlines()[-1] == "SLACK_BOT_TOKEN: Slack answers invalid_auth to it."


@pytest.mark.anyio
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


@pytest.mark.anyio
async def test_a_feldera_that_hangs_does_not_keep_people_waiting(world):
    world.feldera.hangs()
    async with world.serving_bot() as bot:
        assert bot.logged("feldera_does_not_answer")[0]["why"] == "No answer within 5 s."


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("refuses", "why"),
    [
        (
            partial(
                FelderaSimulator.answers_next,
                status=401,
                body=WRONG_KEY,
                content_type="text/plain; charset=utf-8",
            ),
            UNPROVED.message,
        ),
        (partial(FelderaSimulator.answers_next, status=403, body=REFUSAL), "No entry."),
    ],
    ids=["401", "403"],
)
async def test_a_feldera_that_does_not_let_us_in_is_a_warning(world, refuses, why):
    """It answers, so nobody should look for an outage; and it serves all the same, since the key may be let in later."""
    refuses(world.feldera)
    async with world.serving_bot() as bot:
        (warning,) = bot.logged("feldera_refuses_the_key")
        assert warning["level"] == "warning"
        assert warning["why"] == why
        assert bot.logged("feldera_does_not_answer") == []
        assert bot.logged("serving")[0]["feldera"] == f"{world.feldera.url} (refuses the key)"


@pytest.mark.anyio
async def test_a_port_that_is_taken_is_a_sentence(world):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        where = f"127.0.0.1:{taken.getsockname()[1]}"
        said = await world.refusal(SLACK_APP_TOKEN=None, SLACK_SIGNING_SECRET="s", PIPELINE_BOT_LISTEN=where)
    assert said == f"HTTP cannot be served on {where}: Address already in use."


@pytest.mark.anyio
async def test_the_database_is_private_and_written_ahead(world):
    """0600 from its first byte, the files beside it too; WAL, so that the shell works beside the bot."""
    async with world.serving_bot():
        beside = sorted(world.folder.glob("pipeline-bot.db*"))
        assert {"pipeline-bot.db", "pipeline-bot.db-wal", "pipeline-bot.db.lock"} <= {
            file.name for file in beside
        }
        assert {stat.S_IMODE(file.stat().st_mode) for file in beside} == {0o600}
        db = sqlite3.connect(world.database)
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        db.close()


@pytest.mark.anyio
async def test_what_others_could_read_is_closed_to_them(world):
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


@pytest.mark.anyio
async def test_a_folder_where_nothing_can_be_locked_is_not_another_bot(world):
    (world.folder / "pipeline-bot.db.lock").mkdir()
    assert await world.refusal() == (
        "The database pipeline-bot.db cannot be used: pipeline-bot.db.lock cannot be locked (Is a directory). "
        "Its folder has to be on a disk of this machine, and this user has to be able to write there."
    )


@pytest.mark.anyio
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


@pytest.mark.anyio
async def test_a_database_in_no_directory_is_a_sentence(world):
    said = await world.refusal(PIPELINE_BOT_DATABASE="/nowhere/bot.db")
    assert said == (
        "The database /nowhere/bot.db cannot be used: /nowhere is no directory. "
        "Create it, or choose another place for the database."
    )


@pytest.mark.anyio
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


@pytest.mark.anyio
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


@pytest.mark.anyio
async def test_a_feldera_of_another_tenant_is_a_warning(world):
    """It serves, and does nothing there: each look at that Feldera says why."""
    async with world.serving_bot(FELDERA_TENANT="team-b") as bot:
        (warning,) = bot.logged("feldera_tenant_is_another")
        assert warning["level"] == "warning"
        assert warning["why"] == (
            "Feldera answers for its tenant default, and team-b is set; an API key has a tenant of its own."
        )


@pytest.mark.anyio
async def test_a_variable_that_is_almost_one_of_the_bots_is_a_sentence(world):
    """Passed over, it would have the bot run without its key."""
    assert await world.refusal(FELDERA_APIKEY="apikey:k") == (
        "FELDERA_APIKEY in the environment is none of the bot's variables. Did you mean FELDERA_API_KEY? "
        "Rename it, or take it out."
    )
