"""An outcome is told only if Feldera, asked for that very pipeline of the tenant it was reviewed on, proves it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from bot.domain.pipelines.pipeline import DEFAULT_TENANT
from bot.simulator.feldera import FelderaSimulator
from tests.workspace import Workspace

THEIRS = "0198d2a4-5e0b-7c11-9c2e-2d9d1f0a7b10"
FIRST, SECOND = "apikey:first", "apikey:second"
CLEARED = ["✅ Cleared `orders` after 2 seconds. @ana", "✅ Cleared `users` after 2 seconds. @ana"]
ELSEWHERE = "🔌 Feldera gives me no usable answer (`this is another Feldera, or another tenant, than the one it was reviewed on`). Whether what I sent took effect shows once it answers. I keep trying. The person who runs the bot should check `FELDERA_HOST`, the tenant and the key."


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """The bot's token is what stands in a file; Feldera has two stopped pipelines, `orders` and `users`.

    The bot asks for a list where there are several: by its measurements that is cheaper.
    """
    token = tmp_path / "token"
    token.write_text(FIRST)
    workspace = Workspace(tmp_path, token_command=f"cat {token}")
    workspace.feldera.gives_key(FIRST, workspace.feldera)
    workspace.has_measured(one_look=1.0, one_list=0.1)
    for name in ("orders", "users"):
        workspace.feldera.adds(name)
    yield workspace
    workspace.threads()  # each story asserts what it is about; the rest is others'
    workspace.closes()


def another_tenant(workspace: Workspace) -> FelderaSimulator:
    """Somebody else's, which has `users`."""
    theirs = FelderaSimulator(workspace.clock, tenant_id=THEIRS, installation=1)
    theirs.adds("users")
    return theirs


def sends_in_vain(workspace: Workspace) -> None:
    """Both are confirmed, and their requests never reach Feldera."""
    ana = workspace.operator("ana")
    for name in ("orders", "users"):
        workspace.feldera.drops_the_next_request()
        ana.clears(name)
        workspace.passes(seconds=2)  # Slack takes one message a second
    ana.reads()


def ends(workspace: Workspace) -> list[str]:
    return [lines[-1] for lines in workspace.threads()]


def both_end(workspace: Workspace) -> None:
    workspace.passes(minutes=2)
    assert ends(workspace) == CLEARED
    assert workspace.feldera.clears == {"orders": 1, "users": 1}


def test_an_empty_list_proves_no_clear(workspace: Workspace) -> None:
    """Both requests were lost. One list without a row proves nothing: each pipeline is requested by its name."""
    sends_in_vain(workspace)
    workspace.feldera.lists_nothing()
    workspace.passes(seconds=10)
    assert workspace.feldera.clears == {}
    assert all("no answer yet" in card for card in workspace.cards())
    both_end(workspace)


def test_a_list_that_lacks_one_proves_nothing_of_it(workspace: Workspace) -> None:
    """Nor of a request that waits for its clear to be done."""
    ana = workspace.operator("ana")
    for name in ("orders", "users"):
        workspace.feldera.sticks_clearing(name)
        ana.clears(name)
    workspace.feldera.leaves_out("users", times=100)
    workspace.passes(seconds=30)
    ana.reads()
    assert all("Clearing, began" in card for card in workspace.cards())
    for name in ("orders", "users"):
        workspace.feldera.unsticks(name)
    workspace.passes(minutes=1)
    assert all(line.startswith("✅ Cleared") for line in ends(workspace))


def test_a_list_that_lacks_one_refuses_nothing(workspace: Workspace) -> None:
    """Two are confirmed and due at the same moment: an empty list does not make them unknown."""
    ana = workspace.operator("ana")
    workspace.rules("*", "approvals=0 cancel-window=20s")
    ana.clears("orders")
    ana.clears("users")
    workspace.feldera.lists_nothing()
    both_end(workspace)
    ana.reads()


def test_a_token_that_was_renewed_for_another_tenant(workspace: Workspace, tmp_path: Path) -> None:
    """There one is unknown, and the other is another, which says nothing of these; nothing is sent there either."""
    sends_in_vain(workspace)
    theirs = another_tenant(workspace)
    workspace.feldera.gives_key(SECOND, theirs)
    workspace.feldera.someone_deletes_the_key(FIRST)
    (tmp_path / "token").write_text(SECOND)
    workspace.passes(minutes=2)
    assert ends(workspace) == [ELSEWHERE.format("orders"), ELSEWHERE.format("users")]
    workspace.feldera.gives_key(FIRST, workspace.feldera)
    workspace.feldera.someone_deletes_the_key(SECOND)
    (tmp_path / "token").write_text(FIRST)
    both_end(workspace)
    assert theirs.clears == {}


@pytest.mark.parametrize("tells", ["its tenant", "no tenant any more"])
def test_an_address_that_answers_for_another_feldera(workspace: Workspace, tells: str) -> None:
    """While the bot runs: what is found there under the same name, or is not, ends nothing and is sent nothing.

    Nor is a proxy that hides the session a Feldera of before there were sessions.
    """
    sends_in_vain(workspace)
    theirs = another_tenant(workspace)
    if tells == "no tenant any more":
        theirs.is_downgraded()
    workspace.feldera.gives_key(FIRST, theirs)
    workspace.passes(minutes=2)
    assert ends(workspace) == [ELSEWHERE.format("orders"), ELSEWHERE.format("users")]
    workspace.feldera.gives_key(FIRST, workspace.feldera)
    both_end(workspace)
    assert theirs.clears == {}


def test_a_login_of_several_tenants(workspace: Workspace) -> None:
    """It is nobody's tenant: what is wrong, and what to do, is said; nothing is proved, refused or sent meanwhile."""
    sends_in_vain(workspace)
    workspace.feldera.login_is_ambiguous()
    workspace.passes(minutes=2)
    assert ends(workspace)[0] == snapshot(
        "🔌 Feldera gives me no usable answer (`The bot's login belongs to several tenants of Feldera, and names none of them.`). Whether what I sent took effect shows once it answers. I keep trying. The person who runs the bot should set `FELDERA_TENANT`, or give the bot an API key."
    )
    assert workspace.operator("ben").asks("/pipeline status orders") == snapshot(
        "❌ I cannot look at `orders` now: Feldera cannot tell which tenant's pipelines to show (`The bot's login belongs to several tenants of Feldera, and names none of them.`). The person who runs the bot should set `FELDERA_TENANT`, or give the bot an API key. Nothing was sent to Feldera."
    )
    workspace.feldera.login_is_ambiguous(ambiguous=False)
    both_end(workspace)


def test_a_request_that_an_ambiguous_login_turned_away(workspace: Workspace) -> None:
    """Feldera turns it away before it does anything, and a repetition is right once the login is."""
    ambiguous = {"message": "Several tenants", "error_code": "AmbiguousTenantMembership", "details": {}}
    workspace.feldera.answers_next(400, body=ambiguous, method="POST")
    workspace.operator("ana").clears("orders")
    workspace.passes(minutes=1)
    assert workspace.thread()[1:3] == snapshot(
        [
            "⏸️ Feldera could not accept the clear of `orders` yet (`The bot's login belongs to several tenants of Feldera, and names none of them.`). I try again until Feldera accepts it, or until the request expires.",
            "📤 Sent the clear of `orders` to Feldera again at 3:00:02 AM: the previous call has shown no effect.",
        ]
    )
    assert workspace.thread()[-1] == CLEARED[0]


def test_files_that_stay(workspace: Workspace) -> None:
    """Feldera's local runner reports storage as cleared where deleting the files failed: it is told as its report."""
    workspace.feldera.leaves_files("orders")
    workspace.operator("ana").clears("orders")
    workspace.passes(minutes=1)
    assert workspace.feldera.pipeline("orders").has_files_left
    assert (
        "\nDeleted, as Feldera reports: the storage, which held 3 checkpoints (7.0 MiB) at the preview.\n"
        in workspace.card()
    )


@pytest.mark.parametrize("is_lost", [True, False], ids=["lost", "arrived"])
def test_another_feldera_of_the_same_default_tenant(tmp_path: Path, *, is_lost: bool) -> None:
    """Without authentication nothing but a pipeline's id tells two of them apart: what is not there proves nothing."""
    workspace = Workspace(tmp_path, tenant_id=DEFAULT_TENANT)
    ana = workspace.operator("ana")
    workspace.feldera.adds("orders", clear_takes=600)
    if is_lost:
        workspace.feldera.drops_the_next_request()
    ana.clears("orders")
    workspace.feldera.answers_as(FelderaSimulator(workspace.clock, installation=7))
    workspace.passes(minutes=2)
    lines = workspace.thread()
    assert workspace.last_reply().startswith(
        "⚠️ Needs attention: the clear of `orders`.\nKnown: the clear was sent to Feldera once. Since then `orders` is gone, or another"
    )
    assert not any(line.startswith("✅") for line in lines)
    workspace.feldera.answers_as(workspace.feldera)
    workspace.passes(minutes=20)
    assert workspace.thread()[-1].startswith("✅ Cleared") == (not is_lost)
    assert workspace.feldera.clears == ({} if is_lost else {"orders": 1})
    ana.reads()
    workspace.closes()
