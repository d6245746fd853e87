"""How long the doors are fuzzed: some examples that are the same each time, or others for as long as `--fuzz-minutes` says."""

import random
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

Check = Callable[[Any], None]
PLAYED: Counter[str] = Counter()  # examples, by test, of a run with `--fuzz-minutes` or `--fuzz-seed`
# An example is a conversation with a whole bot: it takes long, and draws much.
CHECKS_OFF = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]


def repeatable(check: Check, example: st.SearchStrategy[Any], examples: int) -> None:
    """The same examples each time, as CI needs them; what fails is shown as it was drawn."""
    phases = [Phase.generate]
    always = settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        phases=phases,
        suppress_health_check=CHECKS_OFF,
    )
    always(given(example)(check))()


def from_seed(check: Check, example: st.SearchStrategy[Any], examples: int, number: int) -> None:
    """The examples of this number, shrunk if one fails."""
    varied = settings(max_examples=examples, database=None, print_blob=True, suppress_health_check=CHECKS_OFF)
    try:
        seed(number)(varied(given(example)(check)))()
    except BaseException as error:
        error.add_note(f"To repeat these {examples} examples: pytest with this test and --fuzz-seed {number}")
        raise


def counted(check: Check, test: str) -> Check:
    def counts(example: Any) -> None:
        PLAYED[test] += 1
        check(example)

    return counts


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for test, examples in PLAYED.items():
        terminalreporter.write_line(f"{test}: {examples} examples")


@pytest.fixture
def fuzz(request: pytest.FixtureRequest) -> Callable[..., None]:
    """`fuzz(check, example, examples=…)`: `check` is called with data to draw from, for each example."""
    minutes, number = request.config.getoption("fuzz_minutes"), request.config.getoption("fuzz_seed")

    def fuzzes(check: Check, example: st.SearchStrategy[Any], *, examples: int) -> None:
        varied = counted(check, request.node.name)
        if number is not None:
            from_seed(varied, example, examples, number)
            return
        if not minutes:
            repeatable(check, example, examples)
            return
        until = time.monotonic() + 60 * minutes
        while time.monotonic() < until:
            from_seed(varied, example, examples, random.SystemRandom().randrange(2**32))

    return fuzzes
