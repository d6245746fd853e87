"""`webhooks list` and `webhooks seek`, and `audit export` as the receivers get it."""

import json
import sqlite3
from contextlib import closing

import pytest

from tests.webhooks.receiver import SECRET

RECEIVERS = {
    "PIPELINE_BOT_WEBHOOKS__SIEM__URL": "https://siem.example.com/hook?token=hush",
    "PIPELINE_BOT_WEBHOOKS__SIEM__SECRET": SECRET,
}


@pytest.fixture
def record(shell):
    """Three entries."""
    for approvals in "123":
        shell.does("rule", "prod-*", f"approvals={approvals}")
    return shell


def test_a_receiver_that_the_bot_has_not_met_yet(record):
    said = record.does("webhooks", "list", **RECEIVERS)
    assert said.splitlines() == [
        "Receiver    Host              Last entry    Behind    Waiting since",
        "siem        siem.example.com  –             –         –",
    ]


def test_moving_a_receiver(record):
    said = record.does("webhooks", "seek", "siem", "--after", "1", **RECEIVERS)
    assert said == "siem gets the entries after 1 next: 2 entries.\n"
    (found,) = json.loads(record.does("webhooks", "list", "--json", **RECEIVERS))
    assert (found["last_entry"], found["entries_behind"]) == (1, 2)


@pytest.mark.parametrize(
    ("entry", "behind", "why"),
    [
        (
            2,
            1,
            "siem is on hold: Entry 3 does not follow entry 2. 1 entry waits until `webhooks seek` moves it.",
        ),
        (
            9,
            None,
            (
                "siem is on hold: The audit log ends at entry 3, and the receiver was sent entry 9. "
                "How many entries wait is not known. Nothing is sent until `webhooks seek` moves it."
            ),
        ),
    ],
)
def test_a_receiver_on_hold_is_not_called_up_to_date(record, entry, behind, why):
    record.does("webhooks", "seek", "siem", "--after", "3", **RECEIVERS)
    cursor = json.dumps({"entry": entry, "hash": "0" * 64})
    with closing(sqlite3.connect(record.database)) as by_hand, by_hand:
        by_hand.execute("UPDATE workspace SET value = ? WHERE key = 'webhook cursor siem'", (cursor,))
    *table, last = record.does("webhooks", "list", **RECEIVERS).splitlines()
    assert table[-1].split()[2:4] == [str(entry), "?" if behind is None else str(behind)]
    assert last == why
    (found,) = json.loads(record.does("webhooks", "list", "--json", **RECEIVERS))
    assert found["entries_behind"] == behind
    assert why.startswith(f"siem is on hold: {found['held']}")


def test_a_receiver_that_was_removed_is_kept_until_it_is_forgotten(record):
    """By accident, or for a day: it would miss entries."""
    record.does("webhooks", "seek", "siem", "--after", "3", **RECEIVERS)
    row = record.does("webhooks", "list").splitlines()[1]
    assert row.split() == ["siem", "not", "in", "the", "settings", "3", "0", "–"]
    said = record.is_refused("webhooks", "forget", "siem", **RECEIVERS)
    assert said.startswith("siem is a receiver of PIPELINE_BOT_WEBHOOKS. Remove it from the settings")
    assert record.does("webhooks", "forget", "siem").startswith("Forgot siem.")
    assert record.is_refused("webhooks", "forget", "siem") == "Nothing is known of a receiver 'siem'.\n"


def test_what_cannot_be_moved(record):
    said = record.is_refused("webhooks", "seek", "chat", "--after", "1", **RECEIVERS)
    assert said.startswith("'chat' is not a receiver of PIPELINE_BOT_WEBHOOKS. There are siem.")
    said = record.fails("webhooks", "seek", "siem", "--after", "4", **RECEIVERS)
    assert said == "The audit log has no entry 4: the newest one is 3.\n"


def test_without_webhooks(record):
    said = record.does("webhooks", "list")
    assert said == "There are no webhooks: PIPELINE_BOT_WEBHOOKS__NAME__URL and so on set one.\n"


def events(record, *options):
    said = record.does("audit", "export", "--format", "cloudevents", *options)
    return [json.loads(line) for line in said.splitlines()]


def test_an_export_of_events(record):
    found = events(record)
    assert [event["type"] for event in found] == ["pipeline_bot.access.rule_set"] * 3
    lines = [json.loads(line) for line in record.does("audit", "export").splitlines()]
    assert [event["id"] for event in found] == [line["hash"] for line in lines]
    assert [event["data"]["details"] for event in found] == [line["data"] for line in lines]


def test_an_export_after_an_entry(record):
    assert [event["data"]["entry"] for event in events(record, "--after", "2")] == [3]
    assert [json.loads(line)["id"] for line in record.does("audit", "export", "--after=1").splitlines()] == [
        2,
        3,
    ]
    assert events(record, "--after", "3") == []
    said = record.fails("audit", "export", "--after", "4")
    assert said == "The audit log has no entry 4: the newest one is 3.\n"


def test_an_export_is_filtered_and_redacted_as_webhooks_are(record):
    assert events(record, "--events", "access.granted, request.ended") == []
    assert events(record, "--pipelines", "orders") == []
    assert "shell" not in events(record, "--redact", "people")[0]["data"]["details"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--since", "7d", "--after", "1"), "--since and --after exclude each other."),
        (("--redact", "text"), "--events, --pipelines and --redact are for --format cloudevents."),
        (
            ("--format", "cloudevents", "--redact", "all"),
            "'all' cannot be left out: write text or people, or both.",
        ),
        (
            ("--format", "cloudevents", "--events", "ended"),
            "'ended' is no type of events, such as request.ended",
        ),
        (("--format", "cloudevents", "--pipelines", "a$"), "'a$' is not a valid pipeline pattern"),
    ],
)
def test_options_that_do_not_go_together(record, options, said):
    assert said in record.is_refused("audit", "export", *options)
