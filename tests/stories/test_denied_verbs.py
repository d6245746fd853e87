"""Whoever may not do something reads what it was that they may not do, whichever verb or button it was."""

import pytest

from bot.domain.commands import VERBS
from bot.domain.events import EventKind
from tests.workspace import Workspace

DENIED = {  # by a viewer, who sees the request but may do nothing about it
    "clear orders": "clear `orders`",
    "clear orders --restart": "stop, clear and start `orders`",
    "clear orders --break-glass INC-1 lag": "break the glass for `orders`",
    "stop orders": "stop `orders`",
    "start orders": "start `orders`",
    "approve ID": "approve a clear of `orders`",
    "deny ID not now": "deny a clear of `orders`",
    "sign-off ID": "sign off a clear of `orders`",
    "grant @vic operator orders": "grant *operator* on `orders`",
    "revoke @vic viewer *": "revoke *viewer* on `*`",
    "rule orders approvals=2": "set a rule on `orders`",
    "rule orders off": "drop the rule on `orders`",
    "freeze orders for 4h release": "freeze `orders`",
    "unfreeze orders": "unfreeze `orders`",
    "can-i clear orders": "clear `orders`",
}
UNSEEN = {  # by somebody who may not even see it
    "status orders": "see `orders`",
    "history orders": "see `orders`",
    "list": "see any pipeline",
}
OF_ONES_OWN = {"pending", "whoami", "grants", "rules", "help", "withdraw"}
"""They show what the person may see, or undo what they did themselves: there is no role to be lacking."""


@pytest.fixture
def asked(workspace: Workspace) -> Workspace:
    workspace.rules("orders", "approvals=1 break-glass=allowed")
    workspace.requester("ana").requests("orders")
    workspace.card()
    return workspace


@pytest.mark.parametrize(("typed", "what"), DENIED.items())
def test_a_viewer(asked: Workspace, typed: str, what: str) -> None:
    vic = asked.viewer("vic")
    said = vic.types(f"/pipeline {typed.replace('ID', asked.request())}")
    assert said.startswith(f"🚫 You may not {what}: that takes the role ")
    if not typed.startswith("can-i"):
        assert len(asked.record(EventKind.REFUSED)) == 1


@pytest.mark.parametrize(("typed", "what"), UNSEEN.items())
def test_a_stranger(asked: Workspace, typed: str, what: str) -> None:
    said = asked.stranger("eve").types(f"/pipeline {typed}")
    assert said.startswith(f"🚫 You may not {what}: that takes the role ")


def test_no_verb_was_forgotten() -> None:
    tried = {typed.split()[0] for typed in (*DENIED, *UNSEEN)}
    assert tried | OF_ONES_OWN == {verb.word for verb in VERBS}


def test_whoever_did_not_ask_takes_nothing_back(asked: Workspace) -> None:
    vic = asked.viewer("vic")
    assert vic.types(f"/pipeline withdraw {asked.request()}") == (
        "🚫 Only @ana, who asked for the clear of `orders`, can take it back."
    )


@pytest.mark.parametrize(("label", "what"), [("Approve", "approve"), ("Deny", "deny")])
def test_the_buttons_of_a_request(asked: Workspace, label: str, what: str) -> None:
    (said,) = asked.viewer("vic").told(label)
    assert said.startswith(f"🚫 You may not {what} a clear of `orders`: that takes the role ")
