"""Carries out a Dockerfile's steps in clean roots, where no container engine is: by bubblewrap, as root.

Each stage has a root of its own, in which there is nothing but what its steps put there, this machine's `/usr` and `/etc`, which cannot be
written, and its Python as `/usr/local`, where the official image has it. So it proves that the steps succeed on a Debian, that they
take nothing else from this machine, and that what they make runs as the image says. It does not prove what the base image has.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from fnmatch import fnmatch
from pathlib import Path

from tests.deployment.dockerfile import Copy, Run, Stage

BWRAP = shutil.which("bwrap") or "/usr/bin/bwrap"
PATH = "/usr/local/bin:/usr/bin:/bin"
PIP_CACHE = "/pip-cache"  # in the root of a stage
FOR_THE_NETWORK = (
    "PIP_CERT",
    "PIP_INDEX_URL",
    "PIP_FIND_LINKS",
    "PIP_TRUSTED_HOST",
    "SSL_CERT_FILE",
    "HTTPS_PROXY",
    "https_proxy",
)
APART = ("--unshare-ipc", "--unshare-pid", "--unshare-uts", "--die-with-parent", "--new-session")


class StepFailed(Exception):  # noqa: N818 - named for what happened
    """A step ended with another status than 0; it has what the step said."""


class Image:
    """`folder` gets a root for each stage. The context is read as `.dockerignore` lets Docker see it."""

    def __init__(self, stages: list[Stage], context: Path, folder: Path) -> None:
        self._stages, self._context, self._folder = stages, context, folder
        self._seen = [
            line[1:] for line in (context / ".dockerignore").read_text().splitlines() if line.startswith("!")
        ]

    @property
    def last(self) -> Stage:
        return self._stages[-1]

    def build(self) -> None:
        """Carry out all steps.

        Raises:
            StepFailed: what Docker would fail at, too.
        """
        for stage in self._stages:
            root = self._root_of(stage)
            # The Python is found by the image's user, too: bubblewrap would make the folders on its way for root alone.
            for each in ("usr", "etc", "proc", "dev", "tmp", sys.base_prefix.lstrip("/")):
                (root / each).mkdir(parents=True, exist_ok=True)
            for each in ("bin", "lib", "lib64", "sbin"):
                (root / each).symlink_to(f"usr/{each}")
            for step in stage.steps:
                if isinstance(step, Copy):
                    self._copy(step, root)
                else:
                    self._run(step, root)

    def run(
        self, script: str, settings: Mapping[str, str], *, within: float
    ) -> subprocess.CompletedProcess[str]:
        """A shell script as `docker run --read-only --network none` would run it, with an empty volume each time.

        The image's user, no capability, and nothing that can be written but its volume and `/tmp`.
        """
        root, data = self._root_of(self.last), self._folder / "volume"
        shutil.rmtree(data, ignore_errors=True)
        shutil.copytree(root / "data", data)
        shutil.copystat(root / "data", data)
        uid, gid = self.last.user.split(":")
        os.chown(data, int(uid), int(gid))
        drop = [
            "setpriv",
            f"--reuid={uid}",
            f"--regid={gid}",
            "--clear-groups",
            "--no-new-privs",
            "--bounding-set=-all",
        ]
        writable = ["--bind", str(data), "/data", "--perms", "1777", "--tmpfs", "/tmp"]  # noqa: S108 - the image's
        return _bwrap(
            ["--ro-bind", str(root), "/", *writable, "--unshare-net", "--chdir", self.last.folder],
            {"PATH": PATH, **self.last.environment, **settings},
            [*drop, "sh", "-euc", script],
            within=within,
        )

    def _root_of(self, stage: Stage) -> Path:
        return self._folder / (stage.name or "final")

    def _copy(self, step: Copy, root: Path) -> None:
        origin = self._context if not step.stage else self._folder / step.stage
        target = root / step.target.lstrip("/")
        for source in step.sources:
            if not step.stage and not any(
                source == each or fnmatch(source, f"{each}/*") for each in self._seen
            ):
                raise StepFailed(f"COPY: .dockerignore hides {source}")
            path = origin / source.lstrip("/")
            if path.is_dir():
                ignored = shutil.ignore_patterns("__pycache__") if not step.stage else None
                shutil.copytree(path, target, symlinks=True, ignore=ignored, dirs_exist_ok=True)
            elif path.is_file():
                target.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, target)
            else:
                raise StepFailed(f"COPY: there is no {source}")

    def _run(self, step: Run, root: Path) -> None:
        (root / step.folder.lstrip("/")).mkdir(parents=True, exist_ok=True)
        given = {name: os.environ[name] for name in FOR_THE_NETWORK if name in os.environ}
        given["PIP_CACHE_DIR"] = PIP_CACHE
        cache = Path(os.environ.get("PIP_CACHE_DIR", Path.home() / ".cache" / "pip"))
        kept = ["--bind", str(cache), PIP_CACHE] if cache.is_dir() else []
        done = _bwrap(
            ["--bind", str(root), "/", *kept, "--chdir", step.folder],
            {"PATH": PATH, "HOME": "/root", **given, **step.environment},
            ["sh", "-ec", step.command],
            within=300,
        )
        if done.returncode:
            raise StepFailed(f"RUN {step.command}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def _bwrap(
    mounts: list[str], environment: Mapping[str, str], command: list[str], *, within: float
) -> subprocess.CompletedProcess[str]:
    own = sys.base_prefix
    python = [] if own == "/usr" else ["--ro-bind", own, own]  # where its own libpython is looked for
    local = (
        ["--tmpfs", "/usr/local", "--symlink", "/usr/bin/python3", "/usr/local/bin/python"]
        if own == "/usr"
        else ["--ro-bind", own, "/usr/local"]
    )
    variables = [word for name, value in environment.items() for word in ("--setenv", name, value)]
    system = [
        "--ro-bind",
        "/usr",
        "/usr",
        *local,
        "--ro-bind",
        "/etc",
        "/etc",
        "--proc",
        "/proc",
        "--dev",
        "/dev",
        *python,
    ]
    return subprocess.run(  # noqa: S603 - the Dockerfile's own steps
        [BWRAP, *APART, *mounts[:3], *system, *mounts[3:], "--clearenv", *variables, "--", *command],
        capture_output=True,
        text=True,
        check=False,
        timeout=within,
        stdin=subprocess.DEVNULL,
    )
