"""A process that dies in the middle of a transaction has done nothing."""

import subprocess
import sys

from bot.domain.operations.operation import State
from bot.store import operations
from tests.store.samples import PROPOSED, change, confirmed, proposed

DIES_BEFORE_ITS_COMMIT = """
import sys
from pathlib import Path
from bot.domain.access.authorization import AccessData
from bot.store import operations
from bot.store.connection.database import open_database, writing
from tests.store.samples import confirmed

db = open_database(Path(sys.argv[1]))
with writing(db):
    operation = operations.find(db, "op-1")
    operations.record(db, operation, confirmed()(operation, AccessData(freezes=())))
    assert operations.live_on(db, "orders") is not None
    print("written", flush=True)
    sys.stdin.read()
"""


def test_killed_before_the_commit_nothing_has_happened(path, db):
    """SIGKILL when the row and its event are written: the old row, no event, and nobody is locked out."""
    operations.propose(db, proposed(), PROPOSED)
    command = [sys.executable, "-c", DIES_BEFORE_ITS_COMMIT, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as bot:  # noqa: S603 - our own
        assert bot.stdout.readline() == b"written\n"
        bot.kill()
        bot.wait(timeout=10)
    assert operations.find(db, "op-1") == proposed()
    assert db.table("events").count == 1
    change(db, "op-1", confirmed())
    assert operations.live_on(db, "orders").state is State.READY
