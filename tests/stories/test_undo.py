"""What removes something says how to undo it, in one command that can be pasted; what removes nothing says what was meant."""

import re

import pytest
from inline_snapshot import snapshot

from bot.domain.access.permissions import Role
from tests.teammate import Teammate
from tests.workspace import Workspace


@pytest.fixture
def root(workspace: Workspace) -> Teammate:
    return workspace.admin("root")


def undoing(answer: str) -> list[str]:
    return re.findall(r"^Undo: `(.*)`$", answer, re.MULTILINE)


@pytest.mark.parametrize(
    ("made", "removed", "lists"),
    [
        (
            "rule prod-* approvals=2 channel=#ops group=@leads matching=INC-\\d+ or so",
            "rule prod-* off",
            "rules",
        ),
        ("rule prod-* within=2h", "rule prod-* within=", "rules"),
        ("freeze ord* until 18:00 release day, see INC-7", "unfreeze ord*", "rules"),
        ("freeze ord* for 4h release day", "unfreeze ord*", "rules"),
        ("grant @leads approver ord* for 12h on call", "revoke @leads approver ord*", "grants ord*"),
        ("grant @eve operator orders", "revoke @eve operator orders", "grants @eve"),
    ],
)
def test_what_was_removed_comes_back_as_it_was(
    workspace: Workspace, root: Teammate, made: str, removed: str, lists: str
) -> None:
    workspace.user_group("leads")
    workspace.adds_person("eve")
    assert root.types(f"/pipeline {made}").startswith("✅")
    there = root.types(f"/pipeline {lists}")
    (undo,) = undoing(root.types(f"/pipeline {removed}"))
    assert root.types(f"/pipeline {lists}") != there
    assert root.types(undo).startswith("✅")
    assert re.sub(r"#\d+", "", root.types(f"/pipeline {lists}")) == re.sub(r"#\d+", "", there)


def test_a_grant_comes_back_for_the_time_that_was_left(workspace: Workspace, root: Teammate) -> None:
    """One command for each grant that still had an effect."""
    eve = workspace.adds_person("eve")
    for lasts, note in (("for 1h", "expires"), ("for 3h", "on call"), ("", "")):
        root.types(f"/pipeline grant @eve operator orders {lasts} {note}".strip())
    workspace.passes(hours=1, minutes=30)
    assert undoing(root.types("/pipeline revoke @eve operator orders")) == snapshot(
        ["/pipeline grant U03EVE operator orders for 90m on call", "/pipeline grant U03EVE operator orders"]
    )
    assert eve.types("/pipeline clear orders").startswith("🚫")


def test_what_was_probably_meant_is_offered(workspace: Workspace, root: Teammate) -> None:
    """The whole command, for what the admin may remove; a rule of which a key goes stays a rule."""
    eve = workspace.adds_person("eve")
    workspace.grants(eve, Role.OPERATOR, "orders-*")
    workspace.grants(eve, Role.VIEWER, "orders")
    workspace.rules("prod-*", "approvals=2 within=2h")
    workspace.freezes("prod-eu", hours=2)
    typed = (
        "revoke @eve operator orders",
        "rule prod off",
        "rule prod within=",
        "unfreeze prod-*",
        "unfreeze orders",
    )
    assert [root.types(f"/pipeline {each}") for each in typed] == snapshot(
        [
            "Nothing to change: there is no grant of *operator* on `orders` to @eve. Did you mean `/pipeline revoke U03EVE operator orders-*` or `/pipeline revoke U03EVE viewer orders`?",
            "Nothing to change: there is no rule on `prod`. Did you mean `/pipeline rule prod-* off`?",
            "Nothing to change: there is no rule on `prod`. Did you mean `/pipeline rule prod-* within=`?",
            "Nothing to change: there is no freeze on `prod-*`. Did you mean `/pipeline unfreeze prod-eu`?",
            "Nothing to change: there is no freeze on `orders`. `/pipeline rules` lists what there is.",
        ]
    )
    assert workspace.record() == []


def test_nothing_is_offered_that_somebody_else_administers(workspace: Workspace) -> None:
    ada = workspace.admin("ada", pattern="orders")
    workspace.rules("orders-*", "approvals=2")
    answer = ada.types("/pipeline rule orders off")
    assert "orders-*" not in answer
    assert answer.startswith("Nothing to change")
