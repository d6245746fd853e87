"""Durations and sizes as people say them."""

import pytest

from bot.slack.text.quantities import duration, size


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (8, "8 seconds"),
        (60, "1 minute"),
        (125, "2 minutes and 5 seconds"),
        (600, "10 minutes"),
        (4200, "1 hour and 10 minutes"),
        (3661, "1 hour, 1 minute and 1 second"),
        (2 * 86400, "2 days"),
    ],
)
def test_durations(seconds, said):
    """As people say them, to the second."""
    assert duration(seconds) == said


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "0 Bytes"),
        (1, "1 Byte"),
        (512, "512 Bytes"),
        (1536, "1.5 KiB"),
        (3 * 2**20, "3.0 MiB"),
        (5 * 2**40, "5.0 TiB"),
    ],
)
def test_sizes(count, said):
    """In binary units, named as such."""
    assert size(count) == said
