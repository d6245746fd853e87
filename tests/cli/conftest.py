"""The command as an operator types it, in an empty folder and an environment of nothing but the settings of a test."""

import logging
from dataclasses import dataclass
from datetime import timedelta

import pytest
import structlog
from click.testing import CliRunner

from bot.cli.doctor.shell_context import WITHIN, shell_context
from bot.cli.main import cli
from bot.clock import SystemClock
from bot.diagnostics.checks import checks
from bot.domain.diagnosis import CheckStatus, with_status
from bot.engine.examination import examine
from bot.settings_source import SettingsSource
from bot.store.shell_store import Administration
from tests.processes.world import World


@dataclass(frozen=True, slots=True)
class Said:
    """What a command printed, and how it ended; apart from `stderr`, whether it named its database there."""

    status: int
    stdout: str
    stderr: str
    names_database: bool


NAMED = ("Database: ", "Created the database ")  # what a command says of its database, on standard error


class Shell:
    """In this process, which is ten times as quick; that it is the same in one of its own is shown elsewhere."""

    def __init__(self, folder):
        self.folder = folder
        self.database = folder / "pipeline-bot.db"

    def types(self, *arguments, stdin=None, **settings):
        """`pipeline-bot …`. It never ends in a traceback."""
        done = CliRunner().invoke(cli, arguments, input=stdin, env=settings, prog_name="pipeline-bot")
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        lines = done.stderr.splitlines(keepends=True)
        complaints = [line for line in lines if not line.startswith(NAMED)]
        return Said(done.exit_code, done.stdout, "".join(complaints), len(complaints) < len(lines))

    def does(self, *arguments, **settings):
        """The output of a command that ends well and complains of nothing."""
        said = self.types(*arguments, **settings)
        assert (said.status, said.stderr) == (0, ""), said
        return said.stdout

    def is_refused(self, *arguments, status=2, **settings):
        """The error of a command that prints nothing else: of wrong usage (2), or of what failed (1)."""
        said = self.types(*arguments, **settings)
        assert (said.status, said.stdout) == (status, ""), said
        assert said.stderr.startswith("error: "), said
        return said.stderr.removeprefix("error: ")

    def fails(self, *arguments, **settings):
        return self.is_refused(*arguments, status=1, **settings)

    def begins(self):
        """There is a database, with nothing in it."""
        self.administration().close()

    def administration(self):
        return Administration.open(self.database)


@pytest.fixture
def shell(environment, tmp_path):  # noqa: ARG001 - the environment is that of the commands
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield Shell(tmp_path)
    root.handlers[:], root.level = before, level
    structlog.reset_defaults()


@pytest.fixture
async def world(tmp_path):
    """For `doctor`: everything is as it should be, and the bot has not run yet."""
    world = World(tmp_path)
    async with world.slack, world.feldera:
        yield world


@pytest.fixture
def examined(environment):
    """The results of `doctor`'s checks."""

    async def examined(world, *, clock=None, within=WITHIN, lookups_within=timedelta(0), **changed):
        with environment.context() as settings:
            for name, value in world.settings(**changed).items():
                settings.setenv(name, value)
            source = SettingsSource()
            async with shell_context(clock or SystemClock(), source, lookups_within, within) as context:
                return await examine(checks(context))

    return examined


@pytest.fixture
def failures(examined):
    """The check, what it found and what it advises, of each that failed."""

    async def failed(world, **changed):
        found = with_status(await examined(world, **changed), CheckStatus.FAILED)
        return [(each.name, each.found, each.advice) for each in found]

    return failed
