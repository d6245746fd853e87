"""A production installation, which does not have the simulators."""

import shutil

import pytest

from tests.processes.world import ROOT, running

SAID = (
    "The simulated Slack and Feldera are not part of this installation; to have them, run "
    "`pip install --editable .` in a clone of the repository."
)
IMPORTS_ALL = """
import bot, importlib, pkgutil
for module in pkgutil.walk_packages(bot.__path__, "bot."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
"""


@pytest.fixture
def installed(tmp_path):
    """The settings of a command that runs such an installation in this folder."""
    shutil.copytree(ROOT / "bot", tmp_path / "bot", ignore=shutil.ignore_patterns("simulator", "__pycache__"))
    return {"PYTHONPATH": str(tmp_path)}


@pytest.mark.anyio
@pytest.mark.parametrize("command", ["sandbox", "demo"])
async def test_what_needs_the_simulators_says_how_to_have_them(tmp_path, installed, command):
    async with running("-m", "bot", command, folder=tmp_path, settings=installed) as process:
        assert await process.ends() == 2
        assert process.stderr == SAID


@pytest.mark.anyio
@pytest.mark.parametrize("command", ["sandbox", "demo"])
async def test_their_help_needs_nothing(tmp_path, installed, command):
    async with running("-m", "bot", command, "--help", folder=tmp_path, settings=installed) as process:
        assert await process.ends() == 0, process.stderr


@pytest.mark.anyio
async def test_no_module_needs_them(tmp_path, installed):
    async with running("-c", IMPORTS_ALL, folder=tmp_path, settings=installed) as process:
        assert await process.ends() == 0, process.stderr
