"""Entries of access changes: values are read back as they were stored, and those of earlier versions still fit the chain."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.access.changes import DropRule, SetRule
from bot.domain.access.rules import Rule
from bot.domain.audit_values import PreviousFreeze, PreviousGrant, json_of, previous_in
from bot.domain.events import Event, EventKind
from bot.store import audit_log, audit_verification
from bot.store.connection.database import open_database, writing
from bot.store.shell_store import Administration
from tests.rules import any_rules
from tests.store.samples import at

texts = st.text(max_size=20) | st.sampled_from(["until x by y: z", "; number 2 by a, until revoked", "{}"])
moments = st.integers(0, 10_000_000).map(lambda seconds: at(seconds / 60))
grants = st.builds(
    PreviousGrant, st.integers(1), st.sampled_from(["viewer", "admin"]), texts, st.none() | moments, texts
)
previous_values = (
    st.tuples(st.sampled_from([EventKind.RULE_SET, EventKind.RULE_DROPPED]), any_rules())
    | st.tuples(
        st.sampled_from([EventKind.FROZEN, EventKind.UNFROZEN]),
        st.builds(PreviousFreeze, st.just("orders-*"), moments, texts, texts),
    )
    | st.tuples(
        st.sampled_from([EventKind.GRANTED, EventKind.REVOKED]),
        st.lists(grants, min_size=1, max_size=3).map(tuple),
    )
)

# As the version before wrote them, with a sentence for what was there before.
OLD = [
    (
        "revoked",
        (
            '{"before": "number 1 by shell:root, until revoked; number 2 by shell:root, until 2026-03-02T04:30:00+00:00'
            ' (on call <@U1>)", "pattern": "orders-*", "role": "operator", "shell": "shell:root", "team": "T1", "user": "U0ANA"}'
        ),
    ),
    (
        "rule_set",
        (
            '{"before": null, "pattern": "orders-*", "rule": "approvals=2 channel=C0OPS matching=INC-\\\\d+ é",'
            ' "shell": "shell:root"}'
        ),
    ),
    (
        "rule_dropped",
        '{"before": "approvals=2 channel=C0OPS matching=INC-\\\\d+ é", "pattern": "orders-*", "shell": "shell:root"}',
    ),
    (
        "unfrozen",
        (
            '{"before": "until 2026-03-02T04:00:00+00:00 by shell:root: release: day", "pattern": "orders-*",'
            ' "shell": "shell:root"}'
        ),
    ),
]
HASHES = [
    "aa35f2f218b1aa29b6194aa7fc7648a2f63b0c8611d02aa470f4aab81b70001e",
    "b2aa6ee7958854567bb55afbfaee46cd35876846f448e2276f3542202347a2ea",
    "52e9a955c31f65eb2f1fe85545d3c8657bc28e232f56ac0293957ba509fbca4e",
    "dddfa170760388144409c1467bacf1a390e9ec8f21f96814426b8a16ce7a5d42",
]


@pytest.fixture(scope="module")
def one_db(tmp_path_factory):
    with open_database(tmp_path_factory.mktemp("values") / "bot.db") as database:
        yield database


@given(previous_values)
def test_any_values_are_read_back(one_db, kind_and_previous):
    """Whatever people wrote into a reason, a note or an expression."""
    kind, previous = kind_and_previous
    pattern = previous.pattern if isinstance(previous, Rule) else "orders-*"
    before = audit_log.head(one_db)
    with writing(one_db):
        audit_log.append(one_db, Event(kind, at(0), {"pattern": pattern, "before": json_of(previous)}))
    (row,) = one_db.query("SELECT * FROM events ORDER BY id DESC LIMIT 1")
    assert previous_in(audit_log.event_of(row)) == previous
    assert audit_verification.verify(one_db, [before, audit_log.head(one_db)], earlier=before).broken is None


@pytest.fixture
def old_path(path):
    with open_database(path) as db, writing(db):
        for number, ((kind, data), link) in enumerate(zip(OLD, HASHES, strict=True), start=1):
            db.execute(
                "INSERT INTO events (id, kind, at, data, hash) VALUES (?, ?, ?, ?, ?)",
                (number, kind, f"2026-03-02T03:0{number}:00.000000+00:00", data, link),
            )
    return path


def test_entries_of_an_earlier_version_fit_the_chain(old_path):
    """With the hashes that they had; what is recorded now follows them, and nothing of their text is taken apart."""
    with Administration.open(old_path) as shell:
        assert (shell.verify().broken, shell.head()) == (None, (len(OLD), HASHES[-1]))
        shell.administer(SetRule(Rule("orders-*", approvals=2)), by="shell:root", now=at(10))
        shell.administer(DropRule("orders-*"), by="shell:root", now=at(11))
        assert shell.verify(heads=[(len(OLD), HASHES[-1])]).broken is None
        *old, _, dropped = [entry.event for entry in shell.entries()]
    assert [previous_in(event) for event in old] == [None] * len(OLD)
    assert previous_in(dropped) == Rule("orders-*", approvals=2)
