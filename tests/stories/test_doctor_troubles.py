"""The checks in a running bot, where no command would get through: a database that is gone, and another bot beside it."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.diagnostics.access import access
from bot.diagnostics.running_bot import RunningBot
from bot.domain.access.changes import GrantRole, SetRule
from bot.domain.access.lint.findings import Roster
from bot.domain.access.lint.linter import lint
from bot.domain.access.permissions import Role
from bot.domain.access.rules import Rule
from bot.domain.diagnosis import CheckResult, CheckStatus
from bot.domain.ids import Actor, TeamId, UserId
from bot.store.store import SqliteStore
from tests.workspace import Workspace


def doctor_of(workspace: Workspace) -> RunningBot:
    """Of the bot that runs."""
    bot = workspace.bot
    doctor = RunningBot.of(
        workspace._settings(),
        workspace.machine.clock(),
        bot.transport.client,
        bot.feldera,
        bot.handlers.authorizer.people,
        store=bot.store.diagnosis,
        readiness=bot.readiness,
    )
    doctor.socket = bot.transport
    return doctor


async def with_another(workspace: Workspace, doctor: RunningBot) -> tuple[CheckResult, ...]:
    """What is found while another bot is on the same app token."""
    slack = workspace.slack
    opened = await AsyncWebClient(base_url=slack.url).apps_connections_open(app_token=slack.app_token)
    async with aiohttp.ClientSession() as session, session.ws_connect(opened["url"]):
        await slack.until(lambda: slack.connections == 2)
        return await doctor.examine()


def test_another_bot_that_came_later(workspace: Workspace) -> None:
    """The connections are counted again when somebody asks, and noted for the shell."""
    doctor = doctor_of(workspace)
    before = workspace.run(workspace.bot.store.diagnosis.facts(workspace.clock.now())).connections
    workspace.bot.transport.counted_within = 0.0
    results = workspace.run(with_another(workspace, doctor))
    (found,) = [each for each in results if each.name == "slack connections"]
    assert found.status is CheckStatus.FAILED
    assert found.found.startswith("The app has 1 other connection: more than one bot uses this app token")
    workspace.settles()
    after = workspace.run(workspace.bot.store.diagnosis.facts(workspace.clock.now())).connections
    assert (before.others, after.others) == (0, 1)


def test_many_grants_and_rules_keep_nobody_waiting(workspace: Workspace) -> None:
    """Linting them takes long. Meanwhile others have their turns."""
    team = TeamId(workspace.slack.workspace.team_id)
    people = [Actor(team, UserId(f"U{number:05}")) for number in range(600)]
    workspace.administers(
        *(GrantRole(each, Role.APPROVER, f"team{number % 200}-*") for number, each in enumerate(people)),
        *(SetRule(Rule(f"team{number}-prod-*", approvals=2)) for number in range(200)),
    )
    doctor = doctor_of(workspace)
    facts, now = workspace.run(doctor.store.facts(workspace.clock.now())), workspace.clock.now()
    began = time.perf_counter()
    lint(facts.grants, facts.rules, Roster(), now, freezes=())
    takes = time.perf_counter() - began

    async def longest_turn() -> float:
        longest, check = 0.0, asyncio.ensure_future(access(doctor))
        while not check.done():
            before = time.perf_counter()
            await asyncio.sleep(0)
            longest = max(longest, time.perf_counter() - before)
        assert len(await check) > 1
        return longest

    assert workspace.run(longest_turn()) < takes / 2


def test_a_database_that_is_gone(workspace: Workspace, tmp_path: Path) -> None:
    """Each check that needs it says so; Slack and Feldera are checked all the same."""
    path = tmp_path / "another.db"
    store = SqliteStore.open(path)
    path.unlink()
    found = workspace.run(replace(doctor_of(workspace), store=store.diagnosis).examine())
    workspace.run(closes(store))
    status = {each.name: each.status for each in found}
    for name in ("database", "audit log", "disk"):
        assert status[name] is CheckStatus.FAILED
    for name in ("backup", "requests", "access", "slack channels", "bot's time"):
        assert status[name] is CheckStatus.UNKNOWN
    for name in ("slack token", "slack scopes", "feldera", "feldera role"):
        assert status[name] is CheckStatus.OK


async def closes(store: SqliteStore) -> None:
    """What is lost stays open, so that SQLite writes nothing into whatever is at the path now."""
    await store.aclose()
