"""A database of an earlier version, with rows in it: each is the operation that it was, and goes on."""

from dataclasses import asdict

import pytest

from bot.domain.ids import PipelineId
from bot.domain.operations.fingerprints import Fingerprint
from bot.domain.operations.inputs import HistoryRead
from bot.domain.operations.machine.state_machine import advance
from bot.domain.operations.operation import State
from bot.domain.operations.plans import CLEAR, StepName
from bot.domain.pipelines.pipeline import Change, Checkpoints, PipelineEvents, Storage
from bot.store import operations
from bot.store.connection.database import open_database
from tests.clock import START
from tests.domain.samples import pipeline
from tests.store.old_rows import write_before
from tests.store.samples import CARD, PROPOSED, at, becomes, change, proposed

OPERATIONS = {
    "op-cleared": {"state": State.SUCCEEDED, "ended_at": at(20), "pipeline": "sales"},
    "op-refused": {"state": State.REFUSED, "ended_at": at(30), "pipeline": "sales"},
    "op-waits": {"state": State.WAITING, "accepted_at": at(3), "sends": 1, "pipeline": "orders"},
    "op-asked": {"state": State.AWAITING_APPROVAL, "needed": 1, "pipeline": "clicks"},
}


def as_it_was(name, **fields):
    return proposed(
        name,
        confirmed_at=at(1),
        ready_at=at(1),
        version=3,
        rendered_version=3,
        card=CARD,
        posts=1,
        **fields,
    )


@pytest.fixture(name="db")
def a_carried_on_database(path):
    write_before(path, 2, [as_it_was(name, **fields) for name, fields in OPERATIONS.items()])
    with open_database(path) as db:
        yield db


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_is_the_clear_that_it_was(db, name):
    """Nothing before it and nothing after it; of what was reviewed, what was known then."""
    found = operations.find(db, name)
    cleared_at = at(20) if name == "op-cleared" else None
    assert found == as_it_was(name, cleared_at=cleared_at, **OPERATIONS[name])
    assert (found.plan, found.step, found.done, found.found) == (CLEAR, 0, (), None)
    assert (found.previewed.wanted_since, found.previewed.was_wanted) == (None, False)


def test_the_last_clear_is_known(db):
    """Whatever succeeded until then was one."""
    assert operations.last_cleared_at(db, "sales") == at(20)
    assert operations.last_cleared_at(db, "orders") is None


def test_it_goes_on(db):
    """A clear that was under way may end, and counts."""
    change(db, "op-waits", becomes(state=State.SUCCEEDED, ended_at=at(40), cleared_at=at(40)))
    assert operations.last_cleared_at(db, "orders") == at(40)


def test_what_was_reviewed_is_kept_to_the_last_field(db):
    """Equality is by what a clear is bound to; a stop needs the rest, too."""
    reviewed = Fingerprint(
        id=PipelineId("p-9"),
        status_since=START,
        checkpoints=Checkpoints(1, None),
        wanted_since=at(1),
        was_wanted=True,
        cleared=True,
        last_checkpoint_at=at(2),
        recorded_at=at(3),
    )
    operations.propose(db, proposed("op-new", pipeline="new", previewed=reviewed, found=reviewed), PROPOSED)
    kept = operations.find(db, "op-new")
    assert asdict(kept.previewed) == asdict(kept.found) == asdict(reviewed)


def test_a_plan_whose_stop_was_sent_before_goes_by_the_events_of_its_review(path):
    """The version before noted no events right before the stop: nothing is made up for it, and nothing is lost."""
    reviewed = Fingerprint(
        id=PipelineId("p-9"),
        status_since=START,
        checkpoints=Checkpoints(1, None),
        wanted_since=START,
        was_wanted=True,
        recorded_at=at(1),
    )
    plan = (StepName.STOP, StepName.CLEAR)
    begun = as_it_was(
        "op-stops", state=State.WAITING, plan=plan, previewed=reviewed, accepted_at=at(2), sends=1
    )
    write_before(path, 3, [begun])
    with open_database(path) as db:
        found = operations.find(db, "op-stops")
        assert asdict(found) == asdict(begun)
        assert (found.attempt.events_read, found.attempt.proof_from) == (None, None)
        stopped = pipeline(id=PipelineId("p-9"), status_since=at(4), resources_desired_since=at(3))
        events = [Change(at(4), Storage.IN_USE, wanted=False), Change(at(1), Storage.IN_USE, wanted=True)]
        read = HistoryRead(PipelineEvents(tuple(events)), Fingerprint.of(stopped))
        change(db, "op-stops", lambda operation, _access_data: advance(operation, read, at(5)))
        after = operations.find(db, "op-stops")
        assert (after.state, after.step_name) == (State.READY, StepName.CLEAR)
