"""The shell beside a bot of several Felderas: it checks names by the same settings, and examines each Feldera."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.cli.doctor.checks import checks
from bot.clock import SystemClock
from bot.domain.access.changes import GrantRole, SetFreeze, SetRule
from bot.domain.access.permissions import Role
from bot.domain.access.rules import Rule
from bot.domain.events import Event, EventKind
from bot.domain.ids import TeamId
from bot.domain.operations.operation import State
from bot.simulator.feldera import FelderaSimulator
from bot.store import operations
from bot.store.connection.database import open_database
from bot.store.shell_store import Administration
from tests.processes.world import World
from tests.store.samples import ANA, START, becomes, proposed

TARGETS = {"PIPELINE_BOT_TARGETS__PROD__HOST": "prod", "PIPELINE_BOT_TARGETS__STAGING__HOST": "staging"}
NONE = (
    "'orders*' matches no pipeline: their names begin with a target here, as in prod/orders*, or */orders* for every "
    "target. The targets are prod, staging.\n"
)

FREEZE = "There is a freeze on p*, which matches every pipeline of prod by now. Add one on prod/… if that is not meant."


def test_a_grant_on_names_with_targets(shell):
    said = shell.does("grant", "U0ANA", "operator", "prod/*", "--team", "T1", **TARGETS)
    assert said == "Granted: U0ANA is operator on prod/*, until revoked (number 1).\n"
    assert shell.is_refused("grant", "U0ANA", "operator", "orders*", "--team", "T1", **TARGETS) == NONE
    assert "prod/*" in shell.does("grants", "prod/orders", **TARGETS)
    assert shell.does("grants", "staging/orders", **TARGETS) == "No grants for staging/orders.\n"


def test_rules_and_freezes_on_names_with_targets(shell):
    """What stands from before can be dropped."""
    shell.does("rule", "orders*", "approvals=2")
    shell.does("freeze", "orders*", "for", "1h", "move")
    assert shell.is_refused("rule", "orders*", "approvals=3", **TARGETS) == NONE
    assert shell.is_refused("freeze", "orders*", "for", "1h", "move", **TARGETS) == NONE
    assert shell.does("rule", "prod/*", "approvals=2", **TARGETS) == "Rule on prod/*: approvals=2.\n"
    assert shell.does("rule", "orders*", "off", **TARGETS).startswith("No rule on orders* any more.")
    assert shell.does("unfreeze", "orders*", **TARGETS).startswith("No freeze on orders* any more.")


def test_a_file_of_names_with_targets(shell):
    file = shell.folder / "access.yml"
    file.write_text("rules:\n- {pattern: prod/*, approvals: 2}\n- {pattern: orders*, approvals: 1}\n")
    assert shell.is_refused("access", "import", "access.yml", **TARGETS) == f"access.yml: Line 3: {NONE}"
    file.write_text("rules:\n- {pattern: prod/*, approvals: 2}\n")
    assert shell.types("access", "import", "access.yml", "--yes", **TARGETS).status == 0
    assert "prod/*" in shell.does("access", "export", **TARGETS)


@pytest.mark.anyio
async def test_doctor_examines_each_and_names_what_was_left_behind(environment, tmp_path):
    """One that is down, and what was written before there were targets: a rule, a grant, an operation."""
    world = World(tmp_path)
    async with world.slack, world.feldera, FelderaSimulator(world.clock, installation=1) as second:
        first, other = world.feldera.url, second.url
        with Administration.open(world.database) as administration:
            ana = replace(ANA, team=TeamId("T0ACME"))
            old = GrantRole(ana, Role.OPERATOR, "orders-*"), SetRule(Rule("users", break_glass=False))
            administration.administer(*old, by="shell:root", now=START)
        with open_database(world.database) as db:
            operations.propose(db, proposed("7fk2qa5x"), Event(EventKind.PROPOSED, START, by=ANA))
            asked = Event(EventKind.CONFIRMED, START, by=ANA)
            waits = becomes(asked, state=State.AWAITING_APPROVAL, confirmed_at=START)
            operations.change(db, "7fk2qa5x", waits, memberships={})
        for name, value in world.settings(PIPELINE_BOT_TARGETS__PROD__HOST=second.url).items():
            environment.setenv(name, value)
        await second.goes_down()
        said = [(check.result.value, check.sentence) async for check in checks(SystemClock())]
    assert ("ok", f"Feldera default: 0.337.0 (Open source) answers at {first}.") in said
    assert (
        "ok",
        "Feldera default: the bot has the role admin in the tenant default, which may clear.",
    ) in said
    failed = [sentence for result, sentence in said if result == "FAIL"]
    assert failed[0].startswith(f"Feldera prod at {other}: No connection to Feldera at ")
    assert failed[1].startswith(
        "Felderas: Something is still under way on orders, and with these settings nobody could"
    )
    assert any(
        sentence.startswith("Access: The rule on users holds for no pipeline: ") for sentence in failed
    )
    assert any(
        sentence.startswith("Access: U0ANA is operator on orders-*, which matches no pipeline: ")
        for sentence in failed
    )


def test_an_import_names_a_freeze_that_matches_more(shell):
    """A file says nothing of freezes; what is wrong with those that stand is said all the same."""
    shell.does("freeze", "p*", "for", "1h", "move")
    (shell.folder / "access.yml").write_text("rules: []\n")
    said = shell.types("access", "import", "access.yml", **TARGETS)
    assert [line for line in said.stderr.splitlines() if "freeze" in line] == [f"warning: {FREEZE}"]


@pytest.mark.anyio
async def test_doctor_names_a_freeze_that_matches_more(environment, tmp_path):
    """As the bot itself does when it starts; one that is over is left in peace."""
    world = World(tmp_path)
    async with world.slack, world.feldera, FelderaSimulator(world.clock, installation=1) as second:
        now = world.clock.now()
        with Administration.open(world.database) as administration:
            for pattern, hours in (("p*", 1), ("pr*", -1)):
                freeze = SetFreeze(pattern, now + timedelta(hours=hours), "move")
                administration.administer(freeze, by="shell:root", now=now - timedelta(hours=2))
        for name, value in world.settings(PIPELINE_BOT_TARGETS__PROD__HOST=second.url).items():
            environment.setenv(name, value)
        said = [(check.result.value, check.sentence) async for check in checks(SystemClock())]
    assert [each for each in said if "freeze" in each[1]] == [("FAIL", f"Access: {FREEZE}")]


@pytest.mark.anyio
async def test_doctor_says_that_two_targets_are_one_feldera(environment, tmp_path):
    world = World(tmp_path)
    async with world.slack, world.feldera:
        for name, value in world.settings(PIPELINE_BOT_TARGETS__PROD__HOST=world.feldera.url).items():
            environment.setenv(name, value)
        said = [(check.result.value, check.sentence) async for check in checks(SystemClock())]
    assert [sentence for result, sentence in said if result == "FAIL"] == [
        "Feldera prod is the same Feldera and tenant as default. Take one of them out of the settings."
    ]
