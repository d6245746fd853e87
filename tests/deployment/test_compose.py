"""The Compose file: valid by the Compose Specification's schema, and as closed as the manifests."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deployment.dockerfile import stages

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docs" / "deploy" / "compose.yaml"
BOT: dict[str, Any] = yaml.safe_load(FILE.read_text())["services"]["bot"]
IMAGE = stages(ROOT / "docs" / "deploy" / "Dockerfile")[-1]


def checked(path: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", path]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - check-jsonschema


def test_compose_knows_each_key():
    done = checked(FILE)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("right", "wrong"), [("read_only: true", "readonly: true"), ("pids_limit: 256", "pids_limit: [many]")]
)
def test_a_file_that_compose_would_refuse_is_noticed(tmp_path, right, wrong):
    text = FILE.read_text()
    assert text.count(right) == 1
    broken = tmp_path / "compose.yaml"
    broken.write_text(text.replace(right, wrong))
    assert checked(broken).returncode == 1


def test_it_builds_the_image_of_this_repository_from_all_of_it():
    build = BOT["build"]
    context = (FILE.parent / build["context"]).resolve()
    assert context == ROOT
    assert (context / build["dockerfile"]).is_file()


def test_it_can_write_to_its_volume_alone_and_gains_nothing():
    assert BOT["read_only"] is True
    assert BOT["volumes"] == [f"data:{IMAGE.folder}"]
    assert BOT["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in BOT["security_opt"]


def test_metrics_are_for_this_machine_alone():
    port = IMAGE.environment["PIPELINE_BOT_ADMIN_LISTEN"].rpartition(":")[2]
    assert BOT["ports"] == [f"127.0.0.1:{port}:{port}"]


def test_it_gives_the_bot_the_time_that_it_takes_to_stop():
    assert int(BOT["stop_grace_period"].removesuffix("s")) >= 15
