"""Wheel and sdist, built and installed as people install them: into empty environments, from the lock, and used from there.

Skipped unless `DEPLOYMENT_TESTS=required`, which `.ci/run` sets: it installs from PyPI.
"""

import json
import os
import re
import signal
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import httpx
import pytest

from tests.deployment.test_lock import BASE, pins

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
FROM_THE_START = {"pip", "setuptools"}  # what an empty environment has; setuptools until Python 3.12

pytestmark = pytest.mark.skipif(
    os.environ.get("DEPLOYMENT_TESTS") != "required", reason="installs from PyPI: DEPLOYMENT_TESTS=required"
)


def run(*command: str | Path, folder: Path) -> str:
    """What it says on standard output; its environment is this one without anything of Python's."""
    done = subprocess.run(  # noqa: S603 - commands of this test
        command, cwd=folder, env=without_python(), capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def without_python() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel that was built from it."""
    folder = tmp_path_factory.mktemp("built")
    build = [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT]
    done = subprocess.run(build, capture_output=True, text=True, check=False)  # noqa: S603 - build
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return folder


def wheel_in(folder: Path) -> Path:
    (wheel,) = folder.glob("*.whl")
    return wheel


def test_the_wheel_has_every_file_of_the_package(built):
    """The page of the sandbox, its scenarios and the manifest are no modules, and would be missed only by people."""
    source = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "bot").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    packed = {name for name in zipfile.ZipFile(wheel_in(built)).namelist() if name.startswith("bot/")}
    assert packed == source
    assert "bot/simulator/web/static/index.html" in packed


def test_the_wheel_in_an_empty_environment_plays_the_demo(built, tmp_path):
    """As pipx and uvx install it, but from the lock; then it has nothing that the lock does not name."""
    run(sys.executable, "-m", "venv", tmp_path / "empty", folder=tmp_path)
    scripts, elsewhere = tmp_path / "empty" / "bin", tmp_path / "elsewhere"
    elsewhere.mkdir()
    pip = scripts / "pip"
    run(pip, "install", "--require-hashes", "--only-binary", ":all:", "-r", ROOT / BASE, folder=tmp_path)
    run(pip, "install", "--no-index", wheel_in(built), folder=tmp_path)
    assert "No broken requirements" in run(pip, "check", folder=tmp_path)
    there = {
        each["name"].lower().replace("_", "-")
        for each in json.loads(run(pip, "list", "--format=json", folder=tmp_path))
    }
    locked = {pin.name for pin in pins((ROOT / BASE).read_text()) if pin.is_for_this_machine}
    assert there - FROM_THE_START == (locked | {"pipeline-bot"}) - FROM_THE_START
    shown = run(scripts / "pipeline-bot", "demo", folder=elsewhere).splitlines()
    assert shown[0] == "SIMULATED — no real Slack, no real Feldera"
    assert shown[-1] == "— Clears that Feldera carried out: clicks 1, sales 1, users 1, visits 1."
    assert list(elsewhere.iterdir()) == []


def test_the_commands_of_the_readme_work_in_the_sdist(built, tmp_path):
    """First those of *Install*, then those of *Try it*, which answers with the sandbox's page."""
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as packed:
        packed.extractall(tmp_path, filter="data")
    (clone,) = tmp_path.iterdir()
    run("bash", "-euc", commands_after(r"\*\*Install the bot\*\*"), folder=clone)
    assert run(clone / ".venv/bin/pipeline-bot", "--version", folder=tmp_path).startswith(
        "pipeline-bot, version "
    )
    trying = f"{commands_after('## Try it').strip()} --port 0"
    with subprocess.Popen(  # noqa: S603 - README's command
        ["bash", "-euc", trying],  # noqa: S607
        cwd=clone,
        env=without_python(),
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as sandbox:
        try:
            assert sandbox.stdout is not None
            address = next(filter(None, (re.search(r"http://[\d.:]+/", line) for line in sandbox.stdout)))
            assert "<title>" in httpx.get(address[0]).text
        finally:
            os.killpg(sandbox.pid, signal.SIGTERM)


def commands_after(heading: str) -> str:
    block = re.search(rf"{heading}.*?```sh\n(.*?)```", README, re.DOTALL)
    assert block is not None
    return block[1]
