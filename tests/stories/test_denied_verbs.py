"""Whoever may not do something reads what it was that they may not do, whichever verb or button it was."""

import pytest

from bot.domain.commands import VERBS
from bot.domain.events import EventKind

DENIED = {  # by a viewer, who sees the request but may do nothing about it
    "clear orders": "clear `orders`",
    "clear orders --restart": "stop, clear and start `orders`",
    "clear orders --break-glass INC-1 lag": "clear `orders` as break-glass",
    "stop orders": "stop `orders`",
    "start orders": "start `orders`",
    "approve ID": "approve a clear of `orders`",
    "deny ID not now": "deny a clear of `orders`",
    "review ID": "review a clear of `orders`",
    "grant @vic operator orders": "grant *operator* on `orders`",
    "revoke @vic viewer *": "revoke *viewer* on `*`",
    "rule orders approvals=2": "set a rule on `orders`",
    "rule orders off": "drop the rule on `orders`",
    "freeze orders for 4h release": "freeze `orders`",
    "unfreeze orders": "unfreeze `orders`",
}
UNSEEN = {  # by somebody who may not even see it
    "status orders": "You may not see `orders`",
    "history orders": "You may not see `orders`",
    "doctor": "You may not check the bot",
    "list": "There is no pipeline that you are allowed to see",
}
OF_ONES_OWN = {"pending", "whoami", "grants", "rules", "help", "withdraw", "can-i"}
"""They show what the person may see, or undo what they did themselves: there is no role to be lacking."""


@pytest.fixture
def vic(workspace, ana):
    """A viewer of the pipeline on which a request waits."""
    workspace.rules("orders", "approvals=1 break-glass=allowed")
    ana.requests("orders")
    workspace.card()
    return workspace.viewer("vic")


def test_a_viewer(workspace, vic):
    """By command and by button; each no is on the record, once."""
    no = "🚫 You may not {}: you need "
    for typed, what in DENIED.items():
        said = vic.types(f"/pipeline {typed.replace('ID', workspace.request())}")
        assert said.startswith(no.format(what)), typed
    assert len(workspace.record(EventKind.REFUSED)) == len(DENIED)
    for label in ("Approve", "Deny…"):
        (said,) = vic.told(label)
        assert said.startswith(no.format(f"{label.lower().rstrip('…')} a clear of `orders`"))
    assert vic.types(f"/pipeline withdraw {workspace.request()}") == (
        "🚫 Only @ana, who requested the clear of `orders`, can withdraw it. You may be able to keep it from being sent with *Deny…* or *Cancel request* on its card."
    )


@pytest.mark.parametrize(("typed", "what"), UNSEEN.items())
def test_a_stranger(workspace, typed, what):
    said = workspace.adds_person("eve").types(f"/pipeline {typed}")
    assert said.startswith(f"🚫 {what}: you need ")


def test_no_verb_was_forgotten():
    tried = {typed.split()[0] for typed in (*DENIED, *UNSEEN)}
    assert tried | OF_ONES_OWN == {verb.word for verb in VERBS}
