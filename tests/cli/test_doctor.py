"""`doctor`, against a Slack and a Feldera over HTTP and a database on the disk: each thing that can be wrong."""

import json
import re
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.access.changes import GrantRole, SetFreeze, SetRule
from bot.domain.access.permissions import Role
from bot.domain.access.rules import Rule
from bot.domain.ids import Actor, TeamId, UserId
from bot.domain.operations.operation import State
from bot.simulator.feldera import FelderaSimulator
from bot.simulator.slack import SlackSimulator
from tests.cli.test_targets import MATCHES_MORE
from tests.cli.waiting import stands
from tests.clock import MovableClock
from tests.processes.world import World
from tests.store.samples import ANA, proposed

pytestmark = pytest.mark.anyio


async def test_a_bot_that_is_set_up_well_has_nothing_to_put_right(world, examined):
    ana = world.slack.adds_person("ana")
    world.administers(GrantRole(Actor(TeamId(ana.team_id), UserId(ana.id)), Role.ADMIN, "*"))
    assert await examined(world) == [
        ("ok", "Settings: complete, for Socket Mode."),
        ("ok", "Slack: the bot token is for the workspace Acme (T0ACME)."),
        ("ok", "Slack: the bot token has all required scopes."),
        ("ok", "Clock: this machine agrees with Slack."),
        ("ok", "Socket Mode: the app token opens connections."),
        ("ok", f"Feldera: 0.337.0 (Open source) answers at {world.feldera.url}."),
        ("ok", "Feldera: the bot has the role admin in the tenant default, which can clear."),
        (
            "ok",
            (
                "Audit log: consistent (1 entry), not anchored. Only a head that was saved elsewhere proves that it was not "
                "rewritten: `pipeline-bot audit verify --help` explains how. The bot logs its head daily, and posts it to "
                "PIPELINE_BOT_AUDIT_CHANNEL if that is set."
            ),
        ),
        ("ok", f"Database: {world.database} is readable and writable."),
        ("ok", "Access: no problems in 1 grant and 0 rules."),
    ]
    assert {call.method for call in world.slack.calls} == {"auth.test", "apps.connections.open", "users.info"}
    assert all(request.method == "GET" for request in world.feldera.requests)


async def test_the_command_says_each_check_in_a_line_beside_a_running_bot(world):
    """Exit status 0: nothing is to be put right; 1 if anything is."""
    async with world.serving_bot(), world.bot("doctor") as process:
        *rest, last = (await process.rest_of_output()).splitlines()
        assert (await process.ends(), process.stderr) == (0, f"Database: {world.database}")
    assert rest[0] == "ok    Settings: complete, for Socket Mode."
    assert {line[:6] for line in rest} == {"ok    "}
    assert last == (
        "note  Access: no one has access yet. Grant the first role: `pipeline-bot grant U0123ABCD admin '*'`."
    )
    world.slack.refuses_tokens()
    async with world.bot("doctor", FELDERA_HOST=None) as process:
        said = (await process.rest_of_output()).splitlines()
        assert (await process.ends(), process.stderr) == (1, f"Database: {world.database}")
    assert said[:2] == [
        "FAIL  Settings: FELDERA_HOST is missing.",
        "FAIL  Slack: SLACK_BOT_TOKEN: Slack rejects it (invalid_auth).",
    ]
    assert said[-1] == "2 problems found."


async def test_a_clock_that_is_wrong(world, examined):
    """Signatures are checked by it, and a bot that starts takes the time from it."""
    lines = await examined(world, clock=MovableClock(datetime.now(UTC) - timedelta(minutes=7)))
    (said,) = [sentence for result, sentence in lines if result == "FAIL"]
    match = re.fullmatch(r"Clock: this machine is (\d+) s behind Slack\. Synchronize it by NTP: .*", said)
    assert 418 <= int(match[1]) <= 422


async def test_all_that_is_wrong_with_the_settings_is_said_and_the_rest_is_checked(world, examined, failures):
    world.administers()
    assert await failures(world, SLACK_BOT_TOKEN="xoxp-hush", FELDERA_HOST=None, SLACK_APP_TOKEN=None) == [
        "Settings: SLACK_BOT_TOKEN: must begin with xoxb- or xoxe.xoxb-.",
        "Settings: FELDERA_HOST is missing.",
        "Settings: SLACK_APP_TOKEN (for Socket Mode) or SLACK_SIGNING_SECRET (for HTTP) is missing: set one of them.",
    ]
    lines = await examined(world, FELDERA_HOST=None)
    assert ("ok", "Slack: the bot token has all required scopes.") in lines
    assert ("ok", f"Database: {world.database} is readable and writable.") in lines


async def test_a_slack_that_cannot_be_reached(world, failures):
    await world.slack.goes_down()
    assert await failures(world) == [f"Slack: Slack cannot be reached at {world.slack.url} (no connection)."]


async def test_a_token_without_all_scopes(tmp_path, failures):
    """As after an update of the bot, before the app was installed again."""
    world = World(tmp_path)
    world.slack = SlackSimulator(world.clock, scopes={"commands", "chat:write"})
    async with world.slack, world.feldera:
        assert await failures(world) == [
            (
                "Slack: the bot token lacks the scopes usergroups:read, users:read. "
                "Add them to the app as in app_manifest.yml, and reinstall it."
            )
        ]


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
    ("others", "result", "said"),
    [
        (
            1,
            "note",
            (
                "a bot uses this app token, but not this database. A second one would get only some of the commands and "
                "clicks."
            ),
        ),
        (
            2,
            "FAIL",
            (
                "the app has 2 connections besides that of this check: more than one bot uses this app token, and each "
                "gets only some of the commands and clicks. Stop all but one, or give each its own app."
            ),
        ),
        (
            10,
            "FAIL",
            "Slack says that the app has too many WebSockets open: too many bots run on one app token.",
        ),
    ],
)
async def test_other_bots_on_the_same_app_token(world, examined, others, result, said):
    """Slack deals out what people do among all of them. One may be the bot that is meant to run, seen from elsewhere."""
    async with connections(world.slack, others):
        lines = await examined(world)
    assert [line for line in lines if "app token" in line[1]][-1] == (result, f"Socket Mode: {said}")
    assert {found for found, _ in lines} - {"ok", "note"} == {result} - {"ok", "note"}


async def test_an_app_token_that_opens_no_socket(world, failures):
    world.slack.fails_next("apps.connections.open", "missing_scope")
    (said,) = await failures(world)
    assert said.startswith("Socket Mode: SLACK_APP_TOKEN: Slack rejects it (missing_scope).")


async def test_over_http_no_socket_is_asked_for(world, examined):
    lines = await examined(world, SLACK_APP_TOKEN=None, SLACK_SIGNING_SECRET=world.slack.signing_secret)
    assert lines[0] == ("ok", "Settings: complete, for HTTP.")
    assert "apps.connections.open" not in {call.method for call in world.slack.calls}


async def test_a_feldera_that_does_not_answer(world, failures):
    await world.feldera.goes_down()
    (said,) = await failures(world)
    assert said.startswith(f"Feldera at {world.feldera.url}: No connection to Feldera at ")


async def test_a_key_that_may_not_clear(tmp_path, examined, failures):
    """Feldera: keys are `read` unless one asks for more."""
    world = World(tmp_path)
    world.feldera = FelderaSimulator(world.clock, api_keys={"apikey:r": "read", "apikey:w": "write"})
    async with world.slack, world.feldera:
        assert await failures(world, FELDERA_API_KEY="apikey:r") == [
            "Feldera: the bot has the role read in the tenant default, but a clear needs the role write. Create an API key with that role."
        ]
        assert await failures(world, FELDERA_AUTH_TOKEN_COMMAND="echo apikey:r") == [
            (
                "Feldera: the bot has the role read in the tenant default, but a clear needs the role write. "
                "Have the token command print tokens of an account with that role."
            )
        ]
        lines = await examined(world, FELDERA_API_KEY="apikey:w")
        assert ("ok", "Feldera: the bot has the role write in the tenant default, which can clear.") in lines
        (said,) = await failures(world, FELDERA_API_KEY="apikey:x")
        assert said == (
            f"Feldera at {world.feldera.url}: Feldera rejects the bot's credentials (401), which it also does while it "
            "cannot reach its database. Try again in 20 s; if it persists, check the credentials."
        )


async def test_a_tenant_that_is_not_the_one_that_is_set(tmp_path, failures):
    """Feldera ignores it beside an API key: the bot would act on another tenant than the one it was meant for."""
    world = World(tmp_path)
    world.feldera = FelderaSimulator(world.clock, api_keys={"apikey:w": "write"})
    async with world.slack, world.feldera:
        assert await failures(world, FELDERA_API_KEY="apikey:w", FELDERA_TENANT="default") == []
        assert await failures(world, FELDERA_API_KEY="apikey:w", FELDERA_TENANT="team-b") == [
            (
                "Feldera: Feldera answers for its tenant default, and team-b is set; an API key has a tenant of its own. "
                "Set FELDERA_TENANT to that tenant, or use credentials of the other one."
            )
        ]


async def test_a_key_that_others_can_read_on_its_way(world, examined):
    lines = await examined(world, FELDERA_HOST="http://feldera.invalid", FELDERA_API_KEY="apikey:k")
    (said,) = [sentence for result, sentence in lines if result == "note" and "plain HTTP" in sentence]
    assert said == (
        "Feldera: The key or token goes to another machine over plain HTTP: anyone on the way can read it. "
        "Use https:// where you can."
    )


async def test_secrets_that_others_may_read(world, examined):
    env = world.folder / ".env"
    env.touch(mode=0o600)
    assert not [said for _, said in await examined(world) if ".env" in said]
    env.chmod(0o640)
    said = "Settings: other users of this machine can read .env, which holds secrets. Run `chmod 600 .env`."
    assert ("note", said) in await examined(world)


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
        said = await examined(world, PIPELINE_BOT_TARGETS__PROD__HOST=other)
    assert ("ok", f"Feldera default: 0.337.0 (Open source) answers at {world.feldera.url}.") in said
    assert (
        "ok",
        "Feldera default: the bot has the role admin in the tenant default, which can clear.",
    ) in said
    failed = "\n".join(sentence for result, sentence in said if result == "FAIL")
    for begin in (
        f"Feldera prod at {other}: No connection to Feldera at ",
        "Feldera: Requests are under way on orders, which these settings do not reach",
        "Access: The rule on users matches no pipeline: ",
        "Access: U0ANA is operator on orders-*, which matches no pipeline: ",
        f"Access: {MATCHES_MORE}",
    ):
        assert begin in failed


async def test_two_targets_are_one_feldera(world, failures):
    assert await failures(world, PIPELINE_BOT_TARGETS__PROD__HOST=world.feldera.url) == [
        "Feldera prod is the same Feldera and tenant as default. Remove one of them from the settings."
    ]


async def test_the_checks_for_programs(world):
    """With the same exit status; the number of problems is what a person is told at the end."""
    async with world.bot("doctor", "--json", FELDERA_HOST=None) as process:
        document = json.loads(await process.rest_of_output())
        assert await process.ends() == 1
    assert document["problems"] == 1
    assert document["checks"][0] == {"result": "fail", "message": "Settings: FELDERA_HOST is missing."}
    assert {check["result"] for check in document["checks"]} == {"ok", "note", "fail"}
