"""The locks pin all that pyproject.toml asks for, within its ranges and with hashes, and the base lock pins nothing else."""

import ast
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
BASE, BUILD, CI = "docs/deploy/requirements.txt", "docs/deploy/build-requirements.txt", ".ci/requirements.txt"
OTEL = "docs/deploy/otel-requirements.txt"
EXTRAS = PYPROJECT["project"]["optional-dependencies"]
ASKED = {
    BASE: PYPROJECT["project"]["dependencies"],
    OTEL: [*PYPROJECT["project"]["dependencies"], *EXTRAS["otel"]],
    BUILD: PYPROJECT["build-system"]["requires"],
    CI: [
        *PYPROJECT["project"]["dependencies"],
        *PYPROJECT["build-system"]["requires"],
        *(each for extra in EXTRAS.values() for each in extra),
    ],
}
USED_UNSEEN = {"sniffio", "tzdata"}  # httpcore imports the one, and zoneinfo reads the other


@dataclass(frozen=True, slots=True)
class Pin:
    requirement: Requirement
    hashes: int

    @property
    def name(self) -> str:
        return canonicalize_name(self.requirement.name)

    @property
    def version(self) -> str:
        (specifier,) = self.requirement.specifier
        assert specifier.operator == "=="
        return specifier.version

    @property
    def is_for_this_machine(self) -> bool:
        return self.requirement.marker is None or self.requirement.marker.evaluate()


def pins(text: str) -> list[Pin]:
    lines = re.sub(r"\\\n", " ", text).splitlines()
    return [
        Pin(Requirement(re.sub(r"\s--hash=\S+", "", line)), line.count("--hash=sha256:"))
        for line in lines
        if line and not line.startswith("#")
    ]


def unmet(asked: Iterable[str], locked: Iterable[Pin]) -> Iterator[str]:
    """What is asked for, and not pinned within its range."""
    versions: dict[str, list[str]] = {}
    for pin in locked:
        versions.setdefault(pin.name, []).append(pin.version)
    for wanted in map(Requirement, asked):
        if wanted.url is not None or wanted.name == PYPROJECT["project"]["name"]:
            continue
        found = versions.get(canonicalize_name(wanted.name), [])
        if not found or not all(wanted.specifier.contains(version, prereleases=True) for version in found):
            yield str(wanted)


def closure(asked: Iterable[str]) -> set[str]:
    """The names of all that these need on this machine, as the installed packages say."""
    found: set[tuple[str, str]] = set()
    waiting = [(Requirement(each), "") for each in asked]
    while waiting:
        wanted, extra = waiting.pop()
        if wanted.marker is not None and not wanted.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(wanted.name)
        for each in {"", *wanted.extras} - {known for seen, known in found if seen == name}:
            found.add((name, each))
            waiting += [(Requirement(needed), each) for needed in requires(name) or ()]
    return {name for name, _ in found}


@pytest.mark.parametrize("lock", ASKED)
def test_a_lock_pins_what_pyproject_asks_for(lock):
    missing = list(unmet(ASKED[lock], pins((ROOT / lock).read_text())))
    assert missing == [], "write the locks again: .ci/lock"


@pytest.mark.parametrize("lock", ASKED)
def test_each_pin_has_hashes_and_the_file_says_how_it_was_made(lock):
    text = (ROOT / lock).read_text()
    assert [pin.name for pin in pins(text) if not pin.hashes] == []
    command = text.splitlines()[1].removeprefix("#").split()
    assert (command[:3], command[-2:]) == (["uv", "pip", "compile"], ["-o", lock])
    assert {"--universal", "--generate-hashes"} <= set(command)


def test_what_is_tested_is_what_people_install():
    tested = {(pin.name, pin.version) for pin in pins((ROOT / CI).read_text())}
    for lock in (BASE, OTEL, BUILD):
        assert {(pin.name, pin.version) for pin in pins((ROOT / lock).read_text())} - tested == set()


@pytest.mark.parametrize("lock", [BASE, OTEL])
def test_a_lock_of_the_bot_has_nothing_that_the_bot_does_not_need(lock):
    locked = {pin.name for pin in pins((ROOT / lock).read_text()) if pin.is_for_this_machine}
    assert locked == closure(ASKED[lock])


def test_the_group_for_the_lock_is_what_building_takes():
    assert PYPROJECT["dependency-groups"]["build"] == PYPROJECT["build-system"]["requires"]


def test_the_bot_itself_imports_each_of_its_dependencies():
    """So that none of them is there for the sandbox alone."""
    modules = packages_distributions()
    files = (path for path in (ROOT / "bot").rglob("*.py") if "simulator" not in path.parts)
    used = {
        canonicalize_name(each) for path in files for name in imports(path) for each in modules.get(name, ())
    }
    named = {canonicalize_name(Requirement(each).name) for each in ASKED[BASE]}
    assert named - used - USED_UNSEEN == set()


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Import(names=names):
                yield from (each.name.partition(".")[0] for each in names)
            case ast.ImportFrom(module=str(module), level=0):
                yield module.partition(".")[0]


def test_a_lock_that_pyproject_outgrew_is_noticed():
    locked = pins(
        "httpx==0.28.1 \\\n    --hash=sha256:00\nclick==8.5.1 ; sys_platform == 'win32' --hash=sha256:00\n"
    )
    assert list(unmet(["httpx>=0.28,<1", "click>=8,<9"], locked)) == []
    assert list(unmet(["httpx>=0.29", "anyio>=4"], locked)) == ["httpx>=0.29", "anyio>=4"]
