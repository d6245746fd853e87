"""Who may do what: no unless somebody said yes, asked at the command, at the click and right before the request."""

from dataclasses import replace

import pytest
from inline_snapshot import snapshot

from bot.domain.access.permissions import Role
from bot.domain.events import EventKind
from bot.simulator.slack import Button, NotPossibleError
from tests.workspace import Teammate, Workspace

FORGED_ID = "AAAAAAAAAAAAAAAAAAAAAA"
NOT_YOURS = "🚫 Only the person who made the request can use this button."
OF_ANOTHER_TIME = "This button is too old to work, so pressing it did nothing. `/pipeline pending` lists the requests that wait for approval or review."
NO_CLEAR = "🚫 You may not clear `orders`: you need the role *requester*, *operator* or *responder* on `orders`. {}No admin in Slack can grant it: ask the person who runs the bot to run this on the bot's server: `pipeline-bot grant {} requester orders`."
PERMISSION_ENDED = (
    "❌ `orders` was not cleared: @oli lost the role for it after confirming it. Nothing was sent to Feldera."
    " Somebody who has the role can request it again with `/pipeline clear orders`: it first shows what would be deleted."
)


def confirms_while_feldera_is_away(workspace: Workspace, oli: Teammate) -> None:
    """So that time passes between the click and the request."""
    oli.asks("/pipeline clear orders")
    workspace.feldera_goes_down()
    oli.clicks("Clear orders")
    oli.reads()


def nothing_was_sent(workspace: Workspace) -> None:
    workspace.passes(minutes=1)
    assert workspace.cards() == []
    assert workspace.sent == []


def forged(button: Button, **changes: str) -> Button:
    """The button as somebody with a tool of their own would send it."""
    return replace(button, element={**button.element, **changes})


def test_nothing_is_allowed_to_a_stranger(workspace: Workspace) -> None:
    """Default deny: the answer names the role it takes and who can grant it, and Feldera is not even asked."""
    eve = workspace.adds_person("eve")
    assert eve.types("/pipeline clear orders") == NO_CLEAR.format("", "U02EVE")
    assert eve.types("/pipeline status orders") == snapshot(
        "🚫 You may not see `orders`: you need one of the roles *viewer*, *requester*, *operator*, *approver* or *responder* on `orders`. No admin in Slack can grant it: ask the person who runs the bot to run this on the bot's server: `pipeline-bot grant U02EVE viewer orders`."
    )
    assert eve.reads() == []
    assert workspace.feldera.requests == []


def test_a_refusal_leaks_nothing(workspace: Workspace) -> None:
    """Whoever may not see a pipeline cannot tell from the answer whether there is one, or who works on it."""
    oli, eve = workspace.operator("oli"), workspace.operator("eve", pattern="reports-*")
    workspace.feldera.sticks_clearing("orders")
    oli.clears("orders")
    for verb in ("clear", "status"):
        existing = eve.types(f"/pipeline {verb} orders")
        assert existing.replace("orders", "nowhere") == eve.types(f"/pipeline {verb} nowhere")
    workspace.threads()


def test_a_grant_that_has_lapsed_is_named(workspace: Workspace) -> None:
    """Whoever was on call until an hour ago reads which grant ended, and when."""
    oli = workspace.operator("oli", pattern="ord*", hours=12)
    workspace.passes(hours=11, minutes=59)
    assert oli.asks("/pipeline status orders").startswith("orders\n")
    workspace.passes(hours=1)
    lapsed = "Your role *operator* on `ord*` ended some time ago (Mar 2, 2026 at 3:00 PM). "
    assert oli.types("/pipeline clear orders") == NO_CLEAR.format(lapsed, "U02OLI")


def test_a_grant_that_ends_between_the_preview_and_the_click(workspace: Workspace) -> None:
    """The click is decided afresh: the preview turns into a refusal, and with a new grant it counts again."""
    oli = workspace.operator("oli", minutes=10)
    oli.asks("/pipeline clear orders")
    confirm = oli.finds("Clear orders")
    workspace.passes(minutes=11)
    oli.presses(confirm)
    lapsed = "Your role *operator* on `*` ended some time ago (Mar 2, 2026 at 3:10 AM). "
    assert oli.reads() == [f"{NO_CLEAR.format(lapsed, 'U02OLI')} Nothing was sent to Feldera."]
    workspace.grants(oli, Role.OPERATOR)
    workspace.revokes(oli)
    oli.presses(confirm)
    assert oli.reads()[0].endswith("grant U02OLI requester orders`. Nothing was sent to Feldera.")
    nothing_was_sent(workspace)
    workspace.grants(oli, Role.OPERATOR)
    oli.presses(confirm)
    oli.reads()
    workspace.passes(seconds=10)
    assert workspace.feldera.clears["orders"] == 1
    workspace.threads()


def test_a_grant_revoked_between_the_click_and_the_request(workspace: Workspace, oli: Teammate) -> None:
    """The last check is right before the request is sent: confirmed while it was allowed is not enough."""
    confirms_while_feldera_is_away(workspace, oli)
    workspace.passes(minutes=1)
    workspace.revokes(oli)
    workspace.feldera_comes_back()
    workspace.passes(minutes=1)
    assert workspace.card() == snapshot("""\
Clear orders
❌ Not cleared: @oli lost the role for it after confirming it · some time ago (Mar 2, 2026 at 3:01 AM).
Nothing was sent to Feldera. Somebody who has the role can request it again with `/pipeline clear orders`.
Requested by @oli
Id `ID1`\
""")
    assert [line[0] for line in workspace.thread()] == ["🔌", "🔌", "❌"]
    assert workspace.thread()[-1] == f"{PERMISSION_ENDED} @oli"
    assert workspace.sent == []


def test_what_happens_after_the_request_changes_nothing(workspace: Workspace, oli: Teammate) -> None:
    """What was sent is watched to its end, and its end is told, though whoever asked lost the right and is gone."""
    workspace.feldera.sticks_clearing("orders")
    oli.clears("orders")
    workspace.passes(seconds=5)
    workspace.revokes(oli)
    oli.person.is_deactivated()
    workspace.feldera.unsticks("orders")
    workspace.passes(seconds=30)
    assert workspace.thread()[-1] == "✅ Cleared `orders` after 8 seconds. @oli"
    workspace.card()


def test_somebody_elses_preview(workspace: Workspace) -> None:
    """Only who was shown a preview can use it, however much another may, and never a person of another company."""
    oli, ben = workspace.operator("oli"), workspace.operator("ben")
    ext = workspace.adds_person("ext", team="T0OTHER")
    oli.asks("/pipeline clear orders")
    with pytest.raises(NotPossibleError):
        ben.finds("Clear orders")
    for label in ("Clear orders", "Never mind"):
        for other in (ben, ext):
            other.presses(oli.finds(label))
            assert other.reads() == [NOT_YOURS]
    nothing_was_sent(workspace)
    oli.clicks("Clear orders")
    oli.reads()
    workspace.passes(seconds=10)
    assert workspace.feldera.clears["orders"] == 1
    workspace.threads()


def test_a_forged_operation(workspace: Workspace, oli: Teammate) -> None:
    """A button's value is only looked up: one that nobody was ever given does nothing."""
    oli.asks("/pipeline clear orders")
    for value in (FORGED_ID, "", "orders", "'; DROP TABLE operations; --", "x" * 2000):
        oli.presses(forged(oli.finds("Clear orders"), value=value))
        assert oli.reads() == [OF_ANOTHER_TIME]
        oli.asks("/pipeline clear orders")
    nothing_was_sent(workspace)
    refused = workspace.record(EventKind.REFUSED)
    assert len(refused) == 5
    assert refused[2] == "03:00 refused by oli: action=confirm request=orders why=unknown_request"


def test_a_button_of_another_time(workspace: Workspace, oli: Teammate) -> None:
    """An action that this version of the bot does not know is answered, not ignored."""
    oli.asks("/pipeline clear orders")
    oli.presses(forged(oli.finds("Clear orders"), action_id="approve_clear"))
    assert oli.reads() == [OF_ANOTHER_TIME]
    refused = ["03:00 refused by oli: button=approve_clear why=unknown_button"]
    assert workspace.record(EventKind.REFUSED) == refused
    nothing_was_sent(workspace)
