"""The systemd unit: its keys are known, its exposure is low, and what it says of paths and times fits the bot.

Debian's package `systemd` has systemd-analyze. Without it those tests are skipped, except in `.ci/run`, which installs it.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "docs" / "deploy" / "systemd" / "pipeline-bot.service"
SYSTEM_UNITS = next(
    (each for each in map(Path, ("/usr/lib/systemd/system", "/lib/systemd/system")) if each.is_dir()), None
)
EXPOSURE_MOST = 15  # tenths; of 100, which is a unit without any restriction

Analyze = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def analyze() -> Analyze:
    found = shutil.which("systemd-analyze")
    if found is None or SYSTEM_UNITS is None:
        why = "there is no systemd-analyze on the PATH"
        if os.environ.get("DEPLOYMENT_TESTS") == "required":
            pytest.fail(f"{why}, and DEPLOYMENT_TESTS=required", pytrace=False)
        pytest.skip(why)
    return lambda *arguments: subprocess.run(  # noqa: S603 - systemd-analyze
        [found, *arguments], capture_output=True, text=True, check=False
    )


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """The root of a machine where the bot is installed as the unit has it."""
    (tmp_path / "etc/systemd/system").mkdir(parents=True)
    program = tmp_path / keys(UNIT.read_text())["ExecStart"].split()[0].lstrip("/")
    program.parent.mkdir(parents=True)
    shutil.copy("/bin/true", program)
    if SYSTEM_UNITS is not None:
        shutil.copytree(SYSTEM_UNITS, tmp_path / "usr/lib/systemd/system", symlinks=True)
    return tmp_path


def keys(text: str) -> dict[str, str]:
    return dict(re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE))


def said_of(analyze: Analyze, machine: Path, text: str) -> str:
    (machine / "etc/systemd/system" / UNIT.name).write_text(text)
    done = analyze("verify", "--man=no", f"--root={machine}", f"/etc/systemd/system/{UNIT.name}")
    return done.stdout + done.stderr + (f"status {done.returncode}" if done.returncode else "")


def test_systemd_understands_each_line(analyze, machine):
    assert said_of(analyze, machine, UNIT.read_text()) == ""


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("ProtectHome=yes", "ProtectHom=yes", "Unknown key"),
        ("WatchdogSec=60", "WatchdogSec=soon", "Failed to parse"),
        ("/opt/pipeline-bot/bin/pipeline-bot run", "/opt/bot run", "not executable"),
        ("WantedBy=multi-user.target", "Restarts=always", "Unknown key"),
    ],
)
def test_a_unit_that_systemd_would_misread_is_noticed(analyze, machine, right, wrong, said):
    text = UNIT.read_text()
    assert text.count(right) == 1
    assert said in said_of(analyze, machine, text.replace(right, wrong))


def exposure(analyze: Analyze, unit: Path) -> subprocess.CompletedProcess[str]:
    return analyze("security", "--offline=true", f"--threshold={EXPOSURE_MOST}", unit)


def test_its_exposure_is_low(analyze):
    done = exposure(analyze, UNIT)
    assert done.returncode == 0, done.stdout[-400:]


def test_a_unit_with_less_restrictions_is_noticed(analyze, tmp_path):
    weaker = tmp_path / UNIT.name
    weaker.write_text(
        UNIT.read_text().replace("CapabilityBoundingSet=\n", "").replace("SystemCallFilter=", "#")
    )
    assert exposure(analyze, weaker).returncode != 0


def test_it_gives_the_bot_the_time_that_it_takes_to_stop():
    """Ten seconds is what `run` promises."""
    assert int(keys(UNIT.read_text())["TimeoutStopSec"]) >= 15


def test_the_page_installs_into_the_folders_of_the_unit():
    page, unit = (ROOT / "docs" / "operate.md").read_text(), keys(UNIT.read_text())
    venv = unit["ExecStart"].removesuffix("/bin/pipeline-bot run")
    assert f"python3 -m venv {venv}\n" in page
    assert f"--home-dir {unit['WorkingDirectory']} " in page
    assert unit["WorkingDirectory"] == f"/var/lib/{unit['StateDirectory']}"
    assert (
        f"useradd --system --home-dir {unit['WorkingDirectory']} --shell /usr/sbin/nologin {unit['User']}"
        in page
    )
