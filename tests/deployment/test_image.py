"""The image, as far as a machine without a container engine can prove it: its steps, and the bot that runs from what they made.

Skipped unless `DEPLOYMENT_TESTS=required`, which `.ci/run` sets: it installs from PyPI, and needs bubblewrap. Skipped without root, too.
"""

import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.deployment.clean_root import Image, StepFailed
from tests.deployment.dockerfile import Copy, Run, stages

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "docs" / "deploy" / "Dockerfile"
needs_clean_root = pytest.mark.skipif(
    os.environ.get("DEPLOYMENT_TESTS") != "required" or os.geteuid() != 0,
    reason="needs PyPI, bubblewrap and root: DEPLOYMENT_TESTS=required",
)
NOWHERE = {
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SLACK_APP_TOKEN": "xapp-1",
    "SLACK_API_URL": "http://127.0.0.1:9/api/",
    "FELDERA_HOST": "http://127.0.0.1:9",
    "HTTP_PROXY": "http://127.0.0.1:9",
}
STORY = """
{health} 2>/dev/null && echo "healthy before it runs"
{bot} 2>/data/log & bot=$!
until {health} 2>/dev/null; do kill -0 $bot || {{ cat /data/log; exit 1; }}; done
echo healthy
touch /opt/pipeline-bot/written 2>/dev/null && echo "its own code can be written"
stat --format '%n %a %u' /data/pipeline-bot.db
kill -TERM $bot; wait $bot && echo "stopped well"
"""


def lint(path: Path) -> subprocess.CompletedProcess[str]:
    hadolint = Path(sys.executable).with_name("hadolint")
    found = str(hadolint) if hadolint.exists() else shutil.which("hadolint")
    assert found is not None
    return subprocess.run([found, path], capture_output=True, text=True, check=False)  # noqa: S603 - hadolint


def test_hadolint_has_nothing_to_say():
    done = lint(DOCKERFILE)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("USER 10001:10001\n", "USER root\n", "DL3002"),
        ("WORKDIR /src\n", "WORKDIR src\n", "DL3000"),
        ('ENTRYPOINT ["pipeline-bot"]', "ENTRYPOINT pipeline-bot", "DL3025"),
        ("HEALTHCHECK --interval=30s", "HEALTHCHEK --interval=30s", "unexpected"),
    ],
)
def test_hadolint_notices(tmp_path, right, wrong, said):
    text = DOCKERFILE.read_text()
    assert text.count(right) == 1
    broken = tmp_path / "Dockerfile"
    broken.write_text(text.replace(right, wrong))
    done = lint(broken)
    assert done.returncode != 0
    assert said in done.stdout + done.stderr


def test_the_last_stage_is_nobody_who_owns_anything():
    assert stages(DOCKERFILE)[-1].user == "10001:10001"


def test_the_context_leaves_secrets_out():
    """An allowlist: what nobody thought of is not in the image either."""
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    assert lines[0] == "*"
    assert all(line.startswith("!") or line == "**/__pycache__" for line in lines[1:])


@needs_clean_root
def test_the_image_builds_and_the_bot_in_it_is_healthy_and_stops(tmp_path):
    """With a read-only root, as the image's user, without any capability; and `HTTP_PROXY` is not asked about health."""
    image = Image(stages(DOCKERFILE), ROOT, tmp_path)
    image.build()
    last = image.last
    script = STORY.format(health=shlex.join(last.health), bot=shlex.join([*last.command, *last.arguments]))
    done = image.run(script, NOWHERE, within=120)
    assert (done.stdout, done.returncode) == (
        "healthy\n/data/pipeline-bot.db 600 10001\nstopped well\n",
        0,
    ), done.stderr


@needs_clean_root
@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("README.md app_manifest.yml", "README.md missing.yml", "hides missing.yml"),
        ("install -d -o 10001", "installs -d -o 10001", "installs: not found"),
        ("COPY --from=build /opt/pipeline-bot ", "COPY --from=build /opt/bot ", "there is no /opt/bot"),
    ],
)
def test_a_step_that_docker_would_fail_at_is_noticed(tmp_path, right, wrong, said):
    """Without what takes long: what the failing step needs is in the context alone."""
    broken = tmp_path / "Dockerfile"
    text = DOCKERFILE.read_text()
    assert text.count(right) == 1
    broken.write_text(text.replace(right, wrong))
    quick = [
        replace(stage, steps=tuple(step for step in stage.steps if not installs(step)))
        for stage in stages(broken)
    ]
    if "installs " in wrong:
        quick = [replace(quick[-1], steps=tuple(step for step in quick[-1].steps if isinstance(step, Run)))]
    with pytest.raises(StepFailed, match=said):
        Image(quick, ROOT, tmp_path).build()


def installs(step: Run | Copy) -> bool:
    return isinstance(step, Run) and "pip install" in step.command


@needs_clean_root
def test_a_package_with_another_hash_is_refused(tmp_path):
    """The lock of an image that somebody tampered with, or whose package was replaced."""
    lock = tmp_path / "docs/deploy/otel-requirements.txt"
    lock.parent.mkdir(parents=True)
    shutil.copy(ROOT / ".dockerignore", tmp_path)
    shutil.copy(ROOT / "docs/deploy/build-requirements.txt", lock.parent)
    lock.write_text("sniffio==1.3.1 --hash=sha256:" + "0" * 64 + "\n")
    first = stages(DOCKERFILE)[0]
    image = Image([replace(first, steps=first.steps[:2])], tmp_path, tmp_path / "roots")
    with pytest.raises(StepFailed, match="HASHES"):
        image.build()
