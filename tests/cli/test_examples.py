"""Every command that the shell prints, in an error, a hint or help, is accepted as it is printed."""

import ast
import contextlib
import re
import shlex
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import click
import pytest

from bot.cli.main import cli
from bot.domain.access.changes import GrantRole, SetFreeze, SetRule
from bot.domain.access.permissions import Role
from bot.domain.access.rules import Rule
from bot.domain.operations.operation import State
from tests.cli.test_options import commands
from tests.cli.waiting import stands
from tests.store.samples import ANA, proposed

BOT = Path(__file__).parents[2] / "bot"
EXAMPLE = re.compile(r"`(pipeline-bot [^`\n]+)`|^Undo: (pipeline-bot .+)$", re.MULTILINE)
HOME = ("--team", "T0ACME")


def examples(text):
    return [quoted or undo for quoted, undo in EXAMPLE.findall(text)]


def parses(command):
    """Whether click takes it, without running it: `run` would not end."""
    program, *words = shlex.split(command)
    assert program == "pipeline-bot"
    with contextlib.suppress(click.exceptions.Exit):  # after `--help`
        group, context = cli, cli.make_context("pipeline-bot", list(words))
        while isinstance(group, click.Group):
            name, group, words = group.resolve_command(context, [*context._protected_args, *context.args])
            context = group.make_context(name, list(words), parent=context)
    return True


def literals():
    """Each text of the program that may hold an example, but for docstrings, which nobody is shown."""
    for file in BOT.rglob("*.py"):
        tree = ast.parse(file.read_text())
        docstrings = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                # What is filled in makes the command only if `command_as_typed` does, which quotes it.
                yield (
                    file.name,
                    "".join(part.value if isinstance(part, ast.Constant) else "\n" for part in node.values),
                )
            elif (
                isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
            ):
                yield file.name, node.value


def test_every_example_that_is_written_in_the_program_is_accepted():
    found = {(example, name) for name, text in literals() for example in examples(text)}
    found = {
        (example, name) for example, name in found if "{" not in example
    }  # filled in, and run in test_record.py
    assert len(found) > 8
    for example, name in sorted(found):
        assert parses(example), name


@pytest.mark.parametrize(("words", "command"), list(commands()), ids=str)
def test_every_example_in_help_is_accepted(words, command):
    del words
    for example in examples(command.help or ""):
        assert parses(example)


@pytest.fixture
def set_up(world):
    """A database with a grant, a rule, a freeze and a request."""
    ana = replace(ANA, team=world.slack.adds_person("ana").team_id)
    with_end = GrantRole(
        ana, Role.OPERATOR, "orders-*", world.clock.now() + timedelta(hours=12), "it's `on call`"
    )
    world.administers(
        with_end,
        GrantRole(ana, Role.VIEWER, "-x*"),
        SetRule(Rule("prod-*", approvals=2)),
        SetFreeze("ord*", world.clock.now() + timedelta(hours=2), "release day"),
    )
    stands(world, proposed("7fk2qa5x"), State.SUCCEEDED)
    return world


SITUATIONS = [
    ("grants",),
    ("rules",),
    ("doctor",),
    ("audit", "verify"),
    ("audit", "verify", "--head", "x"),
    ("deny", "zzz", "no"),
    ("deny", "", "no"),
    ("deny", "7fk2", "no"),
    ("grant", "U0ANA", "viewer", "*", "for", "12h", "on", "call"),
    ("grant", "U0ANA", "boss", "*"),
    ("revoke", "U0ANA", "operator", "orders", *HOME),
    ("revoke", "U0NOBODY", "operator", "zzz", *HOME),
    ("revoke", "U0ANA", "operator", "orders-*", *HOME),
    ("revoke", *HOME, "--", "U0ANA", "viewer", "-x*"),
    ("rule", "prod", "off"),
    ("rule", "zzz", "off"),
    ("rule", "prod-*", "quorum=1"),
    ("rule", "prod-*", "off"),
    ("unfreeze", "ord"),
    ("unfreeze", "zzz"),
    ("unfreeze", "ord*"),
    ("claer",),
]


async def run(world, *words, **settings):
    async with world.bot(*words, **settings) as process:
        status = await process.ends()
        return status, f"{await process.rest_of_output()}\n{process.stderr}"


async def accepts(world, text):
    """Runs each example in the text; how many there were."""
    found = examples(text)
    for example in found:
        program, *words = shlex.split(example)
        assert program == "pipeline-bot"
        if words != ["run"]:
            status, said = await run(world, *words)
            assert status != 2, (example, said)
            assert "Traceback" not in said
    return len(found)


@pytest.mark.anyio
async def test_every_example_that_is_printed_is_accepted(set_up):
    """The commands to undo come last of each kind, since they are really run."""
    found = {words: await accepts(set_up, (await run(set_up, *words))[1]) for words in SITUATIONS}
    silent = {words for words, number in found.items() if not number}
    assert silent == {("grants",), ("rules",)}


@pytest.mark.anyio
@pytest.mark.parametrize(
    "command", [("grants",), ("revoke", "U0ANA", "viewer", "*"), ("doctor",)], ids=" ".join
)
async def test_what_is_printed_before_there_is_a_database_is_accepted(world, command):
    """In another file, whose name has a space: the example is about that one."""
    other = world.folder / "other bot.db"
    _, said = await run(world, *command, "--database", str(other))
    assert f"`pipeline-bot grant --database '{other}' U0123ABCD admin '*'`" in said
    assert await accepts(world, said)
    assert other.exists()
    assert not world.database.exists()
