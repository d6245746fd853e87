"""`audit verify`, `audit head` and `audit export` for programs: `--json`, with the exit statuses that people get."""

import json

import pytest

from tests.cli.test_audit_commands import tampers


@pytest.fixture
def record(shell):
    """Three entries."""
    for approvals in "123":
        shell.does("rule", "prod-*", f"approvals={approvals}")
    return shell


def test_a_verification_for_programs(record):
    """The exit status is the same; the document has no sentence that a program would have to read."""
    number, newest = record.does("audit", "head").strip().split(":")
    head = f"{number}:{newest}"
    assert json.loads(record.does("audit", "head", "--json")) == {"entry": 3, "hash": newest}
    whole = {"entries": 3, "head": head, "not_read_up_to": None, "archived_up_to": None, "broken": None}
    said = record.types("audit", "verify", "--json")
    assert (said.status, said.stderr) == (3, "")
    assert json.loads(said.stdout) == {"result": "not_anchored", "intact_up_to": None, **whole}
    said = record.does("audit", "verify", "--json", "--head", head)
    assert json.loads(said) == {"result": "intact", "intact_up_to": 3, **whole}
    tampers(record, "UPDATE events SET data = '[]' WHERE id = 2")
    said = record.types("audit", "verify", "--json")
    assert (said.status, json.loads(said.stdout)) == (
        1,
        {
            "result": "broken",
            "entries": 1,
            "head": None,
            "intact_up_to": None,
            "not_read_up_to": None,
            "archived_up_to": None,
            "broken": {"entry": 2, "why": "was changed: it cannot be read as an entry"},
        },
    )


def test_an_export_is_json_unless_it_is_csv(record):
    assert record.does("audit", "export", "--json") == record.does("audit", "export")
    said = record.is_refused("audit", "export", "--json", "--format", "csv")
    assert said.startswith("--json and --format csv exclude each other.")
