"""`doctor`, against a Slack and a Feldera over HTTP and a database on the disk: the settings, and the command itself."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.access.changes import GrantRole, SetFreeze, SetRule
from bot.domain.access.permissions import Role
from bot.domain.access.rules import Rule
from bot.domain.ids import Actor, ChannelId, TeamId, UserId
from bot.domain.operations.operation import State
from bot.simulator.feldera import FelderaSimulator
from bot.store.backup.backup_time import BACKUP
from bot.store.shell_store import Administration
from tests.cli.diagnosed import of_check, only, statuses
from tests.cli.test_doctor_slack import until_counted
from tests.cli.test_targets import MATCHES_MORE
from tests.cli.waiting import stands
from tests.store.samples import ANA, proposed

pytestmark = pytest.mark.anyio

NAMES = [
    "settings",
    "bot",
    "slack token",
    "slack scopes",
    "slack manifest",
    "slack connections",
    "slack channels",
    "slack clock",
    "feldera",
    "feldera version",
    "feldera clock",
    "feldera role",
    "feldera targets",
    "database",
    "disk",
    "backup",
    "audit log",
    "webhooks",
    "bot's time",
    "requests",
    "access",
    "versions",
    "versions python",
    "versions sqlite",
    "versions schema",
]


def is_set_up(world):
    """An admin, and a backup of just now."""
    ana = world.slack.adds_person("ana")
    world.administers(GrantRole(Actor(TeamId(ana.team_id), UserId(ana.id)), Role.ADMIN, "*"))
    with Administration.open(world.database) as administration:
        administration.done(BACKUP, world.clock.now())


async def test_a_bot_that_is_set_up_well_has_nothing_to_put_right(world, examined):
    """Only that it does not run yet; and nothing is changed, posted or sent."""
    is_set_up(world)
    found = await examined(world)
    assert [each.name for each in found] == NAMES
    assert statuses(found) == {"bot": "warning", "slack manifest": "unknown"}
    said = {each.name: each.found for each in found}
    assert said["settings"] == "Complete, for Socket Mode."
    assert said["bot"] == "None runs on this database."
    assert said["slack token"] == "For the workspace Acme (T0ACME)."
    assert said["slack connections"] == "The app token opens connections, and no other program uses it."
    assert said["feldera"] == f"0.337.0 (Open source) answers at {world.feldera.url}."
    assert said["feldera role"] == "The bot has the role admin in the tenant default, which can clear."
    assert said["database"] == f"{world.database} is readable and writable."
    assert said["access"] == "No problems in 1 grant and 0 rules."
    assert {call.method for call in world.slack.calls} == {"auth.test", "apps.connections.open", "users.info"}
    assert all(request.method == "GET" for request in world.feldera.requests)
    assert world.channel.messages == []


async def test_the_command_beside_a_running_bot(world):
    """A row each: a mark, the check, what was found; and what to do. Exit status 0: nothing failed."""
    is_set_up(world)
    async with world.serving_bot() as bot:
        await until_counted(world, others=0)
        async with world.bot("doctor") as process:
            *rows, last = (await process.rest_of_output()).splitlines()
            assert (await process.ends(), process.stderr) == (0, f"Database: {world.database}")
    assert rows[0] == "✓  settings           Complete, for Socket Mode."
    assert rows[1].startswith(f"✓  bot                One runs on this database (process {bot.pid} on ")
    assert rows[4].startswith("?  slack manifest     Commands, shortcuts, ")
    assert rows[5].startswith("                      → After an upgrade, ")
    assert {row[0] for row in rows} == {"✓", "?", " "}
    assert last == "24 of 25 checks passed, 1 could not be made."


async def test_the_exit_status_is_1_if_anything_failed(world):
    world.slack.refuses_tokens()
    async with world.bot("doctor", FELDERA_HOST=None) as process:
        rows = (await process.rest_of_output()).splitlines()
        assert (await process.ends(), process.stderr) == (1, f"Database: {world.database}")
    assert [row for row in rows if row.startswith("✗")] == [
        "✗  settings           FELDERA_HOST is missing.",
        "✗  slack token        SLACK_BOT_TOKEN: Slack rejects it (invalid_auth).",
    ]
    assert rows[-1].startswith("2 of 22 checks failed, ")


async def test_the_checks_for_programs(world):
    """With the same exit status."""
    async with world.bot("doctor", "--json", FELDERA_HOST=None) as process:
        document = json.loads(await process.rest_of_output())
        assert await process.ends() == 1
    assert document["failed"] == 1
    assert document["checks"][:2] == [
        {"name": "settings", "status": "failed", "found": "FELDERA_HOST is missing.", "advice": None},
        {
            "name": "bot",
            "status": "warning",
            "found": "None runs on this database.",
            "advice": "Start it: `pipeline-bot run`.",
        },
    ]
    assert {check["status"] for check in document["checks"]} == {"ok", "warning", "failed", "unknown"}


async def test_all_that_is_wrong_with_the_settings_is_said_and_the_rest_is_checked(world, examined):
    world.administers(SetRule(Rule("users", ask_channel=ChannelId("C0APPROVALS"))))
    found = await examined(world, SLACK_BOT_TOKEN="xoxp-hush", FELDERA_HOST=None, SLACK_APP_TOKEN=None)
    assert [said for _, said, _ in of_check(found, "settings")] == [
        "SLACK_BOT_TOKEN: must begin with xoxb- or xoxe.xoxb-.",
        "FELDERA_HOST is missing.",
        "SLACK_APP_TOKEN (for Socket Mode) or SLACK_SIGNING_SECRET (for HTTP) is missing: set one of them.",
    ]
    for check in ("slack token", "slack scopes", "slack channels", "slack clock"):
        assert only(found, check) == ("unknown", "Not asked: the settings have no valid bot token.", "")
    found = await examined(world, FELDERA_HOST=None)
    assert only(found, "slack token")[0] == "ok"
    assert only(found, "feldera") == ("unknown", "The settings are not valid.", "")
    assert only(found, "database")[0] == "ok"


async def test_secrets_that_others_may_read(world, examined):
    env = world.folder / ".env"
    env.touch(mode=0o600)
    assert not [said for _, said, _ in of_check(await examined(world), "settings") if ".env" in said]
    env.chmod(0o640)
    assert of_check(await examined(world), "settings")[-1] == (
        "warning",
        "Other users of this machine can read .env, which holds secrets.",
        "Run `chmod 600 .env`.",
    )


async def test_each_feldera_is_examined_and_what_was_left_behind_is_named(world, examined):
    """One that is down, and what was written before there were targets: a rule, a grant, a freeze, an operation."""
    async with FelderaSimulator(world.clock, installation=1) as second:
        other = second.url
        ana = replace(ANA, team=TeamId("T0ACME"))
        now = world.clock.now()
        world.administers(
            GrantRole(ana, Role.OPERATOR, "orders-*"),
            SetRule(Rule("users", break_glass=False)),
            SetFreeze("p*", now + timedelta(hours=1), "move"),
        )
        stands(world, proposed("7fk2qa5x"), State.AWAITING_APPROVAL)
        await second.goes_down()
        found = await examined(world, PIPELINE_BOT_TARGETS__PROD__HOST=other)
    assert only(found, "feldera default")[1] == f"0.337.0 (Open source) answers at {world.feldera.url}."
    assert only(found, "feldera default role")[0] == "ok"
    status, said, _ = only(found, "feldera prod")
    assert (status, said.startswith(f"At {other}: No connection to Feldera at ")) == ("failed", True)
    status, said, _ = only(found, "feldera targets")
    assert (status, said[:50]) == ("failed", "Requests are under way on orders, which these sett")
    said = "\n".join(said for _, said, _ in of_check(found, "access"))
    for begin in (
        "The rule on users matches no pipeline: ",
        "U0ANA is operator on orders-*, which matches no pipeline: ",
        MATCHES_MORE,
    ):
        assert begin in said
