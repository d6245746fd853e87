"""Files that only their owner may read."""

from pathlib import Path

import pytest

from bot.private_files import OpenToOthers, close_to_others, is_open_to_others


def test_a_file_that_is_not_ours_to_close_is_refused():
    """What the kernel tells of a process is open to everybody, and nobody's to change."""
    with pytest.raises(OpenToOthers) as refused:
        close_to_others(Path("/proc/self/status"))
    assert refused.value.message == (
        "Other users of this machine can read /proc/self/status, and this user cannot change that (Operation not permitted). "
        "Have its owner run `chmod 600 /proc/self/status`."
    )


def test_a_file_that_is_not_there_is_open_to_nobody(tmp_path):
    assert not is_open_to_others(tmp_path / "nothing")
