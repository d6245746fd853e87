"""Checks of access: grants and rules, and the people and groups of Slack that they name."""

from datetime import datetime
from pathlib import Path

from slack_sdk.web.async_client import AsyncWebClient

from bot.cli.current_time import clock_of
from bot.cli.doctor.check import Check, fine, note, wrong
from bot.cli.options import first_grant
from bot.cli.output import counted
from bot.clock import SteadyClock
from bot.domain.access.lint.findings import Finding, Roster, Severity
from bot.domain.access.lint.linter import lint
from bot.domain.access.permissions import Grant
from bot.domain.access.rules import Freeze, Rule
from bot.domain.errors import UserError
from bot.domain.pipelines.targets import Targets
from bot.engine.ports import Clock
from bot.engine.principal_lookup import survey
from bot.settings_source import SettingsSource
from bot.slack.api.app_check import AppCheck
from bot.slack.api.directory import PeopleDirectory
from bot.store.shell_store import Administration


async def access_checks(  # noqa: PLR0913 - what grants, people and targets are read from
    path: Path,
    clock: Clock,
    targets: Targets,
    *,
    client: AsyncWebClient | None,
    app: AppCheck | None,
    source: SettingsSource,
) -> list[Check]:
    granted = _granted(path)
    if granted is None:
        return []
    grants, rules, freezes, now = granted
    roster, said = Roster(), []
    if client is not None and app is not None:
        roster = await survey(PeopleDirectory(client, clock, app.workspace.team), grants, rules, now)
    elif grants:
        said.append(note("Access: people were not looked up in Slack."))
    findings = lint(grants, rules, roster, now, targets, freezes=freezes)
    said += [_found(finding) for finding in findings]
    if not grants:
        said.append(note(f"Access: no one has access yet. Grant the first role: `{first_grant(source)}`."))
    elif not findings:
        said.append(
            fine(f"Access: no problems in {counted(len(grants), 'grant')} and {counted(len(rules), 'rule')}.")
        )
    return said


def _granted(path: Path) -> tuple[tuple[Grant, ...], tuple[Rule, ...], tuple[Freeze, ...], datetime] | None:
    """None, of a database that cannot be read: that was said before, and proves nothing about access."""
    if not path.exists():
        return ((), (), (), SteadyClock.of_this_machine().now()) if path.parent.is_dir() else None
    try:
        with Administration.reading(path) as administration:
            now = clock_of(administration).now()
            return administration.grants(), administration.rules(), administration.freezes(now), now
    except UserError:
        return None


def _found(finding: Finding) -> Check:
    sentence = f"Access: {finding.sentence}"
    return note(sentence) if finding.severity is Severity.NOTICE else wrong(sentence)
