"""The checks in a running bot, where no command would get through: a database that is gone, and another bot beside it."""

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.diagnostics.access import access
from bot.diagnostics.running_bot import RunningBot
from bot.domain.access.lint.findings import Finding
from bot.domain.access.lint.linter import lint
from bot.domain.diagnosis import CheckResult, CheckStatus
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


def test_a_count_that_slack_does_not_allow_now(workspace: Workspace) -> None:
    """The bot stays connected, and says why it does not know."""
    workspace.bot.transport.counted_within = 0.0
    workspace.slack.rate_limits("apps.connections.open", retry_after=30)
    results = workspace.run(doctor_of(workspace).examine())
    (found,) = [each for each in results if each.name == "slack connections"]
    assert found.status is CheckStatus.UNKNOWN
    assert found.found.startswith("This bot is connected. Others could not be counted: ")
    assert "30 s" in found.found
    assert workspace.bot.transport.is_connected


def test_grants_and_rules_are_linted_beside_the_event_loop(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thousands of them take seconds. Meanwhile people get their answers."""
    threads: list[threading.Thread] = []

    def lint_noting_the_thread(*about: Any, **also: Any) -> tuple[Finding, ...]:
        threads.append(threading.current_thread())
        return lint(*about, **also)

    monkeypatch.setattr("bot.diagnostics.access.lint", lint_noting_the_thread)
    workspace.operator("ana")
    workspace.run(access(doctor_of(workspace)))
    assert len(threads) == 1
    assert threading.current_thread() not in threads


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
