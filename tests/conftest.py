import os

import pytest
from hypothesis import settings

# How long an example takes is the machine's affair: a busy one must not fail a property.
settings.register_profile("here", deadline=None)
settings.load_profile("here")


@pytest.fixture
def anyio_backend() -> str:
    """`@pytest.mark.anyio` tests run on asyncio, as the bot does."""
    return "asyncio"


@pytest.fixture
def environment(monkeypatch, tmp_path):
    """An empty environment, as far as the bot is concerned, in an empty folder."""
    for name in os.environ:
        # Without a home nothing is remembered from one command, or one run of the tests, to the next.
        ours = name.startswith(("SLACK_", "FELDERA_", "PIPELINE_BOT_", "XDG_")) or name == "HOME"
        if ours or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return monkeypatch


def pytest_xdist_auto_num_workers() -> int:
    """For `-n auto`: two more than there are processors, since many tests wait for a process of their own.

    Six at most: a container may be given less than it sees, and real processes are waited for by the clock.
    """
    return min(os.cpu_count() or 1, 4) + 2


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--crash-matrix",
        choices=["part", "all"],
        default="part",
        help="kill the bot at each seam once (part), or at each in every scenario (all: takes many minutes)",
    )
    parser.addoption("--pictures", help="take the documents' pictures again, into this folder: docs/images")
    parser.addoption(
        "--fuzz-minutes", type=float, help="fuzz each test of tests/fuzz for so long, with examples of chance"
    )
    parser.addoption(
        "--fuzz-seed", type=int, help="repeat the examples of tests/fuzz that failed with this seed"
    )
