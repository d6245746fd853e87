"""Feldera's list of pipelines: each row by itself, by name, in slices."""

import asyncio
import json

import pytest

from bot.domain.ids import PipelineName
from bot.domain.pipelines.pipeline import Problem, ProblemKind
from bot.feldera import answers
from bot.feldera import pipeline_list as listing
from bot.feldera.http.problems import NOT_AS_KNOWN
from bot.feldera.pipeline_list import ListedPipelines
from tests.feldera.replies import ORDERS, pipeline, reply, seen

PAYMENTS = PipelineName("payments")


def listed(rows):
    found = asyncio.run(answers.look_at_all(reply(200, rows)))
    assert isinstance(found, ListedPipelines)
    return found


def test_all_pipelines_come_by_name():
    other = "0198d2a4-5e0b-7c11-9c2e-2d9d1f0a7b11"
    assert listed([pipeline(), pipeline(name="payments", id=other)]) == {
        ORDERS: seen(),
        PAYMENTS: seen(PAYMENTS, id=other),
    }
    assert listed([]) == listed(b" [ ] ") == {}


@pytest.mark.parametrize(
    "changes", [{"storage_status": None}, {"program_status_since": "yesterday"}, {"id": ""}]
)
def test_a_pipeline_that_cannot_be_read_hides_no_other(changes):
    assert listed([pipeline(), pipeline(name="payments", **changes)]) == {
        ORDERS: seen(),
        PAYMENTS: NOT_AS_KNOWN,
    }


ODD_NAMES = [b"null", b'""', b'"or/ders"', b'"orders\\n"', b'"\xff"', b'"' + b"n" * 101 + b'"']


@pytest.mark.parametrize(
    "odd", [b"null", b"{}", b'"orders"', b"9" * 5_000, *(b'{"name": %s}' % name for name in ODD_NAMES)]
)
def test_a_row_without_a_name_is_left_out_and_counted(odd):
    """One odd name must not spoil the list of all the others."""
    rows = b"[" + b" , ".join([odd, json.dumps(pipeline()).encode(), odd]) + b"]"
    found = listed(rows)
    assert found == {ORDERS: seen()}
    assert found.unreadable == 2


@pytest.mark.parametrize("name", ["n" * 100, "_orders", "orders_", "-orders", "-", "_"])
def test_pipelines_keep_their_old_names(name):
    """Feldera limited new names in June 2026: to 63 characters, and a letter or digit at both ends."""
    old = PipelineName(name)
    found = listed([pipeline(name=name), pipeline()])
    assert found == {old: seen(old), ORDERS: seen()}
    assert found.unreadable == 0


def test_of_two_of_one_name_neither_is_believed():
    found = listed([pipeline(), pipeline(id="twin"), pipeline(name="payments"), pipeline(id="third")])
    assert found == {
        ORDERS: Problem(ProblemKind.UNEXPECTED, "Feldera's list has two pipelines of this name."),
        PAYMENTS: seen(PAYMENTS),
    }


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"null", b"[", b"[,]", b"[1", b"[1,", b"[1,]", b"[1 2]", b"[1]]", b"[1]x", b"[" * 10**5],
)
def test_what_is_no_list_is_a_problem(body):
    """Or one that breaks off: what it lacks is not known."""
    reply_ = reply(200, body)
    assert asyncio.run(answers.look_at_all(reply_)) == NOT_AS_KNOWN
    assert asyncio.run(answers.ids(reply_)) == NOT_AS_KNOWN


def test_ids_are_those_that_can_be_read():
    one, other = (f"0198d2a4-5e0b-7c11-9c2e-2d9d1f0a7b1{number}" for number in (1, 2))
    unreadable = [{}, None, *(pipeline(id=id_) for id_ in (7, "\n", "a", f"{one}0"))]
    rows = [pipeline(id=one), *unreadable, pipeline(id=other, name=None)]
    assert asyncio.run(answers.ids(reply(200, rows))) == {one, other}


async def _meanwhile(reading):
    """How often other work gets its turn while this is read."""
    turns = 0
    read = asyncio.create_task(reading)
    while not read.done():
        turns += 1
        await asyncio.sleep(0)
    await read
    return turns


@pytest.mark.parametrize("read", [answers.look_at_all, answers.ids])
def test_a_long_list_is_read_in_slices(read):
    """Fifty thousand rows in one go held everybody up for seconds: other work gets its turn between slices."""
    row = b'{"id": "%d", "name": "p-%d", "filler": "%s"}'
    body = b"[" + b",".join(row % (number, number, b"x" * 40) for number in range(50_000)) + b"]"
    assert asyncio.run(_meanwhile(read(reply(200, body)))) >= len(body) // listing.SLICE
