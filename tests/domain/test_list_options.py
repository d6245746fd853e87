"""`list [PATTERN] [--running] [--stopped] [--busy]`: every way to type it, and what is refused."""

import pytest

from bot.domain.commands import parse
from bot.domain.commands.model import List
from bot.domain.errors import Misunderstood
from bot.domain.pipelines.state_filters import StateFilter

RUNNING, STOPPED, BUSY = StateFilter


@pytest.mark.parametrize(
    ("typed", "pattern", "states"),
    [
        ("", "*", set()),
        ("prod-*", "prod-*", set()),
        ("--running", "*", {RUNNING}),
        ("prod-* --stopped", "prod-*", {STOPPED}),
        ("--busy prod-*", "prod-*", {BUSY}),
        ("—Running prod-* -busy", "prod-*", {RUNNING, BUSY}),
        ("`--stopped`", "*", {STOPPED}),
        ("running", "running", set()),
        ("`-odd-*` --busy --busy", "-odd-*", {BUSY}),
    ],
)
def test_a_list_is_read(typed, pattern, states):
    """Anywhere and in any order, in any case, with the dashes of a phone; a quoted pattern may begin with one."""
    assert parse(f"list {typed}") == List(pattern, frozenset(states))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("--stoped", "I do not know the option `--stoped`. Did you mean `--stopped`?"),
        ("prod-* --paused", "I do not know the option `--paused`."),
        ("--running=yes", "I do not know the option `--running=yes`. Did you mean `--running`?"),
        ("prod-* test-*", "`test-*` is too much here."),
        ("--", "I do not know the option `--`."),
    ],
)
def test_what_is_no_list_is_told(typed, said):
    with pytest.raises(Misunderstood) as refused:
        parse(f"list {typed}")
    assert refused.value.message.startswith(said)
    assert "`/pipeline list [PATTERN] [--running] [--stopped] [--busy]`" in refused.value.message
