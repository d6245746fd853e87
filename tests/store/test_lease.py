"""One bot per database file, and the second one is told who the first is."""

import json
import os
import socket
import stat
import subprocess
import sys

import pytest

from bot.store.connection.lease import lease
from bot.store.errors import DatabaseInUse, DatabaseUnusable
from bot.store.shell_store import Administration
from tests.clock import START
from tests.store.samples import at

HOLDS_IT = """
import sys
from pathlib import Path
from bot.store.connection.lease import lease
from tests.clock import START

with lease(Path(sys.argv[1]), START):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(path):
    """Another process that holds the lease."""
    command = [sys.executable, "-c", HOLDS_IT, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # noqa: S603 - our own
        assert process.stdout.readline() == b"held\n"
        yield process
        process.kill()
        process.wait(timeout=10)


def takes_it(path):
    with lease(path, at(5)):
        return json.loads(path.with_name("bot.db.lock").read_text())


def test_a_second_bot_is_told_who_the_first_one_is(path, holder):
    with pytest.raises(DatabaseInUse) as refused:
        takes_it(path)
    assert refused.value.message == (
        f"The database {path} is in use by another bot: process {holder.pid} on {socket.gethostname()}, "
        "since 2026-03-02 03:00 UTC. Stop that one first."
    )


def test_a_killed_bot_leaves_no_lock(path, holder):
    """SIGKILL: the operating system gives the lock back, and the next bot signs in its stead, over whatever was there."""
    holder.kill()
    holder.wait(timeout=10)
    path.with_name("bot.db.lock").write_text("a longer text " * 50)
    assert takes_it(path) == {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "since": "2026-03-02T03:05:00.000000+00:00",
        "database": [path.stat().st_dev, path.stat().st_ino],
    }


def test_a_link_to_the_database_is_the_same_database(path, tmp_path):
    link = tmp_path / "link.db"
    link.symlink_to(path)
    with lease(path, START), pytest.raises(DatabaseInUse):
        takes_it(link)


def test_it_can_be_taken_again_once_it_was_given_back(path):
    assert takes_it(path) == takes_it(path)


@pytest.mark.parametrize(
    "signature",
    [
        b"",
        b"{",
        b"[]",
        b'{"pid": 1, "host": "a", "since": "long ago"}',
        b'{"pid": 1, "host": "a", "since": 5}',
        b'{"pid": 1, "host": "a", "since": "0001-01-01T00:00:00+23:00"}',
    ],
)
def test_a_holder_that_has_not_signed_yet_is_still_the_holder(path, holder, signature):
    """Locked this very instant, or signed with nonsense: refused all the same, without saying by whom."""
    assert holder.poll() is None
    path.with_name("bot.db.lock").write_bytes(signature)
    with pytest.raises(DatabaseInUse) as refused:
        takes_it(path)
    assert refused.value.message == f"The database {path} is in use by another bot. Stop that one first."


def test_the_lock_file_is_private(path):
    before = os.umask(0)
    try:
        takes_it(path)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.with_name("bot.db.lock").stat().st_mode) == 0o600


def test_the_shell_needs_no_lease(path, holder):
    assert holder.poll() is None
    with Administration.open(path) as shell:
        assert shell.grants() == ()


def test_a_missing_directory_is_named(tmp_path):
    with pytest.raises(DatabaseUnusable, match="nowhere is not a directory"):
        takes_it(tmp_path / "nowhere" / "bot.db")
    assert not (tmp_path / "nowhere").exists()


def test_a_lock_file_that_points_elsewhere_is_not_followed(path, tmp_path):
    """Whoever planted the link would have the bot overwrite a file of its owner's."""
    victim = tmp_path / "diary"
    victim.write_text("dear diary")
    path.with_name("bot.db.lock").symlink_to(victim)
    with pytest.raises(DatabaseUnusable):
        takes_it(path)
    assert victim.read_text() == "dear diary"
