"""`doctor`, against a Slack and a Feldera over HTTP and a database on the disk: each thing that can be wrong."""

import re
import sqlite3
import stat
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient
from sqlite_utils import Database

from bot.cli.doctor.checks import checks
from bot.clock import SteadyClock, SystemClock
from bot.domain.access.changes import GrantRole, RevokeRole, SetRule
from bot.domain.access.lint.principals import NOBODY_IS_ADMIN
from bot.domain.access.permissions import Group, Role
from bot.domain.access.rules import Rule
from bot.domain.bot_time import ClockRecord, Jump
from bot.domain.events import Event, EventKind
from bot.domain.ids import Actor, ChannelId, GroupId, TeamId, UserId
from bot.domain.operations.operation import State
from bot.simulator.feldera import FelderaSimulator
from bot.simulator.slack import SlackSimulator
from bot.store import operations
from bot.store.bot_state import record_clock
from bot.store.connection.database import open_database
from bot.store.schema.migrations import migrations
from bot.store.shell_store import Administration
from tests.clock import MovableClock
from tests.processes.world import World
from tests.store.samples import ANA, START, becomes, proposed

pytestmark = pytest.mark.anyio


@pytest.fixture
async def world(tmp_path):
    """Everything is as it should be, and the bot has not run yet."""
    world = World(tmp_path)
    async with world.slack, world.feldera:
        yield world


@pytest.fixture
def examined(environment):
    """What came of each check, and the sentence."""

    async def examine(world, *, clock=None, **changed):
        with environment.context() as settings:
            for name, value in world.settings(**changed).items():
                settings.setenv(name, value)
            found = [check async for check in checks(clock or SystemClock())]
        return [(check.result.value, check.sentence) for check in found]

    return examine


@pytest.fixture
def failures(examined):
    async def failed(world, **changed):
        return [sentence for result, sentence in await examined(world, **changed) if result == "FAIL"]

    return failed


def administers(world, *changes):
    with Administration.open(world.database) as administration:
        administration.administer(*changes, by="shell:root", now=world.clock.now())


def actor(person):
    return Actor(TeamId(person.team_id), UserId(person.id))


async def test_a_bot_that_is_set_up_well_has_nothing_to_put_right(world, examined):
    """Every check is said, so that one knows what was looked at."""
    ana = world.slack.adds_person("ana")
    administers(world, GrantRole(actor(ana), Role.ADMIN, "*"))
    assert await examined(world) == [
        ("ok", "Settings: complete, for Socket Mode."),
        ("ok", "Slack: the bot token is of the workspace Acme (T0ACME)."),
        ("ok", "Slack: the bot token has every scope it needs."),
        ("ok", "Clock: this machine agrees with Slack."),
        ("ok", "Socket Mode: the app token opens connections."),
        ("ok", f"Feldera: 0.337.0 (Open source) answers at {world.feldera.url}."),
        ("ok", "Feldera: the bot has the role admin in the tenant default, which may clear."),
        (
            "ok",
            (
                "Audit log: consistent up to entry 1, not anchored. To prove that it was not rewritten, give a head to "
                "`pipeline-bot audit verify --head`. The bot logs one daily, and posts it to PIPELINE_BOT_AUDIT_CHANNEL if "
                "that is set."
            ),
        ),
        ("ok", "Database: pipeline-bot.db can be written."),
        ("ok", "Access: nothing is wrong with grants (1) and rules (0)."),
    ]
    assert {call.method for call in world.slack.calls} == {"auth.test", "apps.connections.open", "users.info"}
    assert all(request.method == "GET" for request in world.feldera.requests)


async def test_it_creates_no_database(world, examined):
    lines = await examined(world)
    assert lines[-2] == (
        "note",
        "Database: there is no pipeline-bot.db yet; the first grant or the first run creates it.",
    )
    assert not world.database.exists()


async def test_the_command_says_each_check_in_a_line_beside_a_running_bot(world):
    """Exit status 0: nothing is to be put right."""
    async with world.serving_bot(), world.bot("doctor") as process:
        said = await process.rest_of_output()
        assert (await process.ends(), process.stderr) == (0, "")
    assert said.splitlines()[:2] == [
        "ok    Settings: complete, for Socket Mode.",
        "ok    Slack: the bot token is of the workspace Acme (T0ACME).",
    ]
    *rest, last = said.splitlines()
    assert {line[:6] for line in rest} == {"ok    "}
    assert last == (
        "note  Access: nothing is granted to anybody: nobody may do anything. `pipeline-bot grant` gives the first."
    )


async def test_the_command_ends_with_1_if_anything_is_to_be_put_right(world):
    world.slack.refuses_tokens()
    async with world.bot("doctor", FELDERA_HOST=None) as process:
        said = (await process.rest_of_output()).splitlines()
        assert (await process.ends(), process.stderr) == (1, "")
    assert said[:2] == [
        "FAIL  Settings: FELDERA_HOST is missing.",
        "FAIL  Slack: SLACK_BOT_TOKEN: Slack answers invalid_auth to it.",
    ]
    assert said[-1] == "2 to put right."


async def test_a_clock_that_is_wrong(world, examined):
    """Signatures are checked by it, and a bot that starts takes the time from it."""
    lines = await examined(world, clock=MovableClock(datetime.now(UTC) - timedelta(minutes=7)))
    (said,) = [sentence for result, sentence in lines if result == "FAIL"]
    match = re.fullmatch(r"Clock: this machine is (\d+) s behind Slack\. Set it by NTP: .*", said)
    assert 418 <= int(match[1]) <= 422


async def test_all_that_is_wrong_with_the_settings_is_said_and_the_rest_is_checked(world, examined, failures):
    """The database needs none of them."""
    administers(world)
    assert await failures(world, SLACK_BOT_TOKEN="xoxp-hush", FELDERA_HOST=None, SLACK_APP_TOKEN=None) == [
        "Settings: SLACK_BOT_TOKEN: must begin with xoxb- or xoxe.xoxb-.",
        "Settings: FELDERA_HOST is missing.",
        "Settings: SLACK_APP_TOKEN (for Socket Mode) or SLACK_SIGNING_SECRET (for HTTP) is missing: set one of them.",
    ]
    lines = await examined(world, FELDERA_HOST=None)
    assert ("ok", "Slack: the bot token has every scope it needs.") in lines
    assert ("ok", "Database: pipeline-bot.db can be written.") in lines


async def test_a_token_that_does_not_work(world, failures):
    world.slack.refuses_tokens()
    assert await failures(world) == ["Slack: SLACK_BOT_TOKEN: Slack answers invalid_auth to it."]


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
                "Add them to the app as in app_manifest.yml, and install it again."
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


async def test_other_bots_on_the_same_app_token(world, failures):
    """Slack deals out what people do among all of them."""
    async with connections(world.slack, 2):
        (said,) = await failures(world)
    assert said == (
        "Socket Mode: the app has 2 connections besides the one of this check: more than one bot runs on this app token, "
        "and each gets only a part of the commands and clicks. Stop all but one, or give each an app of its own."
    )


async def test_a_bot_on_another_database(world, examined):
    """It may be the one that is meant to run, seen from another machine; or a second one is about to be started here."""
    async with connections(world.slack, 1):
        found = await examined(world)
    assert [sentence for result, sentence in found if "on this app token" in sentence] == [
        (
            "Socket Mode: a bot runs on this app token, but not on this database. Another one would get only a part of the "
            "commands and clicks."
        )
    ]


async def test_an_app_that_has_all_its_connections(world, failures):
    async with connections(world.slack, 10):
        assert await failures(world) == [
            "Socket Mode: Slack says that the app has too many WebSockets open: too many bots run on one app token."
        ]


async def test_an_app_token_that_opens_no_socket(world, failures):
    world.slack.fails_next("apps.connections.open", "missing_scope")
    (said,) = await failures(world)
    assert said.startswith("Socket Mode: SLACK_APP_TOKEN: Slack answers missing_scope to it.")


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
            "Feldera: the bot has the role read in the tenant default, and clearing takes write. Give it another API key."
        ]
        assert await failures(world, FELDERA_AUTH_TOKEN_COMMAND="echo apikey:r") == [
            (
                "Feldera: the bot has the role read in the tenant default, and clearing takes write. "
                "Have the token command print tokens of somebody who has it."
            )
        ]
        lines = await examined(world, FELDERA_API_KEY="apikey:w")
        assert ("ok", "Feldera: the bot has the role write in the tenant default, which may clear.") in lines
        (said,) = await failures(world, FELDERA_API_KEY="apikey:x")
        assert said == (
            f"Feldera at {world.feldera.url}: Feldera rejects the bot's credentials (401), which it also does while it "
            "cannot reach its database. Run this again in 20 s: if it says the same then, check the credentials."
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
                "Set that tenant, or give the bot credentials of the other one."
            )
        ]


async def test_tls_to_a_feldera_of_plain_http(world, failures):
    (said,) = await failures(world, FELDERA_HOST=world.feldera.url.replace("http://", "https://"))
    assert said.endswith("speaks plain HTTP, not TLS: Feldera's host must begin with http:// then.")


async def test_a_key_that_others_can_read_on_its_way(world, examined):
    lines = await examined(world, FELDERA_HOST="http://feldera.invalid", FELDERA_API_KEY="apikey:k")
    (said,) = [sentence for result, sentence in lines if result == "note" and "plain HTTP" in sentence]
    assert said == (
        "Feldera: The key or token goes to another machine over plain HTTP: anyone on the way can read it. "
        "Use https:// where you can."
    )


async def test_a_variable_that_is_almost_one_of_the_bots(world, failures):
    assert (
        "Settings: FELDERA_APIKEY in the environment is none of the bot's variables. Did you mean FELDERA_API_KEY? "
        "Rename it, or take it out."
    ) in await failures(world, FELDERA_APIKEY="apikey:k")


async def test_a_database_that_is_none(world, examined):
    """What could not be read is not called fine."""
    world.database.write_text("Dear diary")
    result, said = (await examined(world))[-1]
    assert result == "FAIL"
    assert said.startswith("Database: The database pipeline-bot.db cannot be used: file is not a database")


async def test_a_database_in_a_folder_that_is_none(world, examined):
    """The first grant could not create it."""
    place = world.folder / "nowhere" / "bot.db"
    assert (await examined(world, PIPELINE_BOT_DATABASE=str(place)))[-1] == (
        "FAIL",
        (
            f"Database: The database {place} cannot be used: {place.parent} is no directory. "
            "Create it, or choose another place for the database."
        ),
    )


async def test_secrets_that_others_may_read(world, examined):
    env = world.folder / ".env"
    env.touch(mode=0o600)
    assert not [said for _, said in await examined(world) if ".env" in said]
    env.chmod(0o640)
    assert (
        "note",
        "Settings: others on this machine may read .env, which holds secrets. `chmod 600 .env`.",
    ) in await examined(world)


async def test_a_database_that_others_may_read(world, examined):
    """Doctor only names it; the bot takes the right from them when it starts."""
    world.operator("ana")
    world.database.chmod(0o644)
    assert (
        "note",
        f"Database: others on this machine may read {world.database}. `chmod 600 {world.database}`.",
    ) in await examined(world)
    assert stat.S_IMODE(world.database.stat().st_mode) == 0o644


async def test_a_database_of_an_older_version(world, failures):
    """It is not migrated by looking at it, and nothing is claimed of what is in it."""
    world.database.unlink(missing_ok=True)
    with closing(sqlite3.connect(world.database)) as connection:
        old = Database(connection, execute_plugins=False)
        later = [migration.name for migration in migrations.pending(old)][1:]
        migrations.apply(old, stop_before=later)
    [said] = await failures(world)
    assert "was last used by an older version of the bot" in said
    with closing(sqlite3.connect(world.database)) as connection:
        assert [
            each.name for each in migrations.pending(Database(connection, execute_plugins=False))
        ] == later


async def test_a_record_that_was_tampered_with(world, failures):
    administers(
        world,
        SetRule(Rule("*", approvals=0)),
        SetRule(Rule("*", approvals=1, ask_channel=ChannelId("C0OPS"))),
    )
    with open_database(world.database) as db:
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {name}")
        db.execute("UPDATE events SET by_user = 'U0EVE', by_team = 'T1' WHERE id = 1")
    said = await failures(world)
    assert said[0].startswith("Audit log: entry 1 is not what was written")


async def test_a_grant_that_somebody_wrote_into_the_database(world, examined):
    """Past the record: the chain is whole, and yet the grant is none that was given."""
    ana, eve = world.slack.adds_person("ana"), world.slack.adds_person("eve")
    day = world.clock.now() + timedelta(days=9000)
    administers(
        world,
        GrantRole(actor(ana), Role.ADMIN, "*"),
        GrantRole(actor(eve), Role.VIEWER, "*", day, "on call"),
        RevokeRole(actor(eve), Role.VIEWER, "*"),
        GrantRole(actor(eve), Role.VIEWER, "*", day, "on call"),
    )
    assert not [said for _, said in await examined(world) if said.startswith("Audit log: it has no entry")]
    with open_database(world.database) as db:
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {name}")
        db.execute("UPDATE grants SET role = 'admin' WHERE revoked_at IS NULL AND note = 'on call'")
    said = [each for each in await examined(world) if each[1].startswith("Audit log: it has no entry")]
    assert said == [
        (
            "note",
            (
                f"Audit log: it has no entry that gave grant 3 ({eve.id} is admin on *): it is from before there was an "
                "audit log, or somebody wrote it into the database. If nobody knows why it is there, revoke it."
            ),
        )
    ]


async def test_a_database_of_another_workspace(world, failures):
    with Administration.open(world.database) as administration:
        administration.remember_team(TeamId("T0OLD"))
    assert await failures(world) == [
        (
            "Database: it was last used in the workspace T0OLD, and what is granted there counts for nobody in T0ACME. "
            "Is it the right file, and the right token?"
        )
    ]


async def test_what_is_wrong_with_who_may_do_what(world, examined, failures):
    """With the people as Slack knows them now; what needs no action does not fail."""
    ana, ben = world.slack.adds_person("ana"), world.slack.adds_person("ben")
    leads = world.slack.adds_user_group("leads", [ana, ben])
    administers(
        world,
        GrantRole(actor(ana), Role.REQUESTER, "*", world.clock.now() + timedelta(hours=12)),
        GrantRole(Group(TeamId(ana.team_id), GroupId(leads.id)), Role.APPROVER, "*"),
        SetRule(Rule("*", approvals=1, ask_group=GroupId(leads.id))),
    )
    lines = await examined(world)
    assert {result for result, _ in lines} == {"ok", "note"}
    assert re.fullmatch(rf"Access: {ana.id} is requester on \* only until .* UTC\. If .*", lines[-1][1])
    ben.is_deactivated()
    (said,) = await failures(world)
    assert said.startswith(f"Access: The rule on * asks for 1 approval, which {ana.id} can never get")


async def test_what_waits_for_people(world, examined):
    """Requests are worth knowing; a broken glass without a signature is, too, and after a day it is to be put right."""
    request = replace(proposed("7fk2qa5x"), requester=ANA)
    glass = replace(proposed("b2k7aa5x", pipeline="users"), incident="INC-7")
    with open_database(world.database) as db:
        for operation, state in ((request, State.AWAITING_APPROVAL), (glass, State.SUCCEEDED)):
            operations.propose(db, operation, Event(EventKind.PROPOSED, START, by=ANA))
            event = Event(EventKind.CONFIRMED, START, by=ANA)
            operations.change(
                db, operation.id, becomes(event, state=state, confirmed_at=START), memberships={}
            )
    unsigned = (
        "Requests: nobody has signed off that U0ANA broke the glass of users for INC-7. "
        "An approver does it with `/pipeline sign-off b2k7aa`."
    )
    it_is(world, START + timedelta(hours=23))
    lines = await examined(world)
    assert ("note", "Requests: waiting for approval: 7fk2qa on orders.") in lines
    assert ("note", unsigned) in lines
    it_is(world, START + timedelta(days=1))
    assert ("FAIL", unsigned) in await examined(world)


def it_is(world, time, jump=None):
    """By the bot, which runs on this machine."""
    record = replace(ClockRecord.first(SteadyClock.of_this_machine().reading()), time=time, jump=jump)
    with open_database(world.database) as db:
        record_clock(db, record)


async def test_a_wall_clock_that_was_set_under_the_bot(world, examined):
    """The jump is told for a week, and the difference that it left for as long as there is one."""
    now = datetime.now(UTC)
    it_is(world, now, Jump(now - timedelta(days=6), timedelta(hours=3)))
    jump = (
        f"Clock: the wall clock of the bot's machine was set forward by 3 h 0 min at {now - timedelta(days=6):%Y-%m-%d %H:%M} "
        "UTC of the bot's time. Nothing lapsed or was sent sooner by that."
    )
    assert of_the_clock(await examined(world)) == [("note", jump)]
    it_is(world, now - timedelta(hours=3), Jump(now - timedelta(days=8), timedelta(hours=3)))
    ((result, said),) = of_the_clock(await examined(world))
    assert result == "FAIL"
    assert re.fullmatch(
        r"Clock: the bot's own time is 3 h 0 min behind this machine's clock\. Set that by NTP\. If it is right already, stop "
        r"the bot and let `pipeline-bot clock reset` show what would become of the bot's time\.",
        said,
    )


def of_the_clock(lines):
    return [line for line in lines if line[1].startswith("Clock:") and "agrees with Slack" not in line[1]]


async def test_a_broken_glass_of_which_nothing_came_needs_no_signature(world, examined):
    glass = replace(proposed("b2k7aa5x"), incident="INC-7")
    with open_database(world.database) as db:
        operations.propose(db, glass, Event(EventKind.PROPOSED, START, by=ANA))
        event = Event(EventKind.CONFIRMED, START, by=ANA)
        operations.change(db, glass.id, becomes(event, state=State.READY, confirmed_at=START), memberships={})
    assert not [said for _, said in await examined(world) if said.startswith("Requests")]


async def test_an_import_looks_the_people_up(world):
    """Who never passes is said before it is made."""
    ben = world.slack.adds_person("ben", guest=True)
    file = world.folder / "access.yml"
    file.write_text(f"team: T0ACME\ngrants:\n- {{user: {ben.id}, role: viewer, pattern: orders}}\n")
    async with world.bot("access", "import", "access.yml") as process:
        assert await process.ends() == 0
        assert await process.rest_of_output() == f"+ grant {ben.id} viewer orders\n"
    assert process.stderr.splitlines() == [
        f"There is no database at {world.database} yet.",
        f"warning: {ben.id} is a guest, and what is granted to them (viewer on orders) never counts. Leave it out.",
        f"notice: {NOBODY_IS_ADMIN}",
        "1 change to make. Nothing was changed; --yes does.",
    ]
