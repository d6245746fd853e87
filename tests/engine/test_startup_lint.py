"""What is wrong with who may do what is in the log as soon as the bot serves."""

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.domain.access.changes import GrantRole, SetRule
from bot.domain.access.permissions import Kind, Role
from bot.domain.access.rules import Rule
from bot.domain.ids import Actor
from bot.engine.loops.startup_lint import StartupLint
from bot.slack.api.directory import PeopleDirectory
from bot.store.shell_store import Administration
from tests.clock import START
from tests.simulator.slack_apps import client_of

pytestmark = pytest.mark.anyio


async def linted(store, slack, clock):
    with capture_logs() as lines:
        await StartupLint(store, PeopleDirectory(client_of(slack), clock, "T0ACME"), clock).run()
    return lines


async def test_findings_are_warnings_and_notices_are_not(tmp_path, store, slack, clock):
    """With the people as Slack knows them now."""
    ana, ben = slack.adds_person("ana"), slack.adds_person("ben", guest=True)
    with Administration.open(tmp_path / "bot.db") as administration:
        administration.administer(
            GrantRole(Actor(ana.team_id, ana.id), Role.OPERATOR, "*", START + timedelta(hours=12)),
            GrantRole(Actor(ben.team_id, ben.id), Role.APPROVER, "*"),
            SetRule(Rule("prod-*", approvals=1, ask_channel="C0OPS")),
            by="shell:root",
            now=START,
        )
    lines = await linted(store, slack, clock)
    assert [(line["log_level"], line["severity"], line["finding"].partition(",")[0]) for line in lines] == [
        ("warning", "problem", "The rule on prod-* needs 1 approval"),
        ("warning", "warning", f"{ben.id} is a guest: the grant (approver on *) has no effect. Revoke it."),
        ("info", "notice", "No one is admin: grants"),
        ("info", "notice", f"{ana.id} is operator on * only until 2026-03-02 15:00 UTC. To extend it"),
    ]


async def test_a_database_without_a_grant_is_fine(store, slack, clock):
    """As at the first start: nothing to say, and nobody to ask Slack about."""
    assert (await linted(store, slack, clock), slack.calls) == ([], [])


async def test_it_leaves_lookups_in_slack_to_what_people_do(tmp_path, store, slack, clock):
    """Slack allows about a hundred a minute, and there can be more grants than that."""
    people = [Actor(person.team_id, person.id) for person in map(slack.adds_person, map(str, range(91)))]
    with Administration.open(tmp_path / "bot.db") as administration:
        grants = [GrantRole(person, Role.VIEWER, "*") for person in people[1:]]
        administration.administer(*grants, by="shell:root", now=START)
    directory = PeopleDirectory(client_of(slack), clock, "T0ACME")
    with capture_logs() as lines:
        await StartupLint(store, directory, clock).run()
    assert [(line["log_level"], line["event"]) for line in lines] == [
        ("info", "access_partly_looked_up"),
        ("info", "access_finding"),  # that nobody is admin
    ]
    assert lines[0]["meaning"].startswith("Slack was asked about 50 of 90 people; the rest were not")
    found = await directory.memberships(people[:1], frozenset())
    assert found[people[0]].kind is Kind.MEMBER
