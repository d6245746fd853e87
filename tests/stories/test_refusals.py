"""Feldera does not take the request: refused for good, or put off and tried again, and which of the two is told right."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from tests.workspace import Workspace

KEY = "apikey:" + "k" * 128
SENT = "📤 Sent the clear of `orders` to Feldera at 3:0"


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Workspace]:
    """A Feldera that asks for a key, and the bot has one."""
    workspace = Workspace(tmp_path, feldera_key=KEY)
    workspace.feldera.adds("orders")
    yield workspace
    workspace.closes()


def somebody_starts_it(workspace: Workspace) -> None:
    workspace.feldera.someone_starts("orders")


def somebody_clears_and_deletes_it(workspace: Workspace) -> None:
    workspace.feldera.someone_clears("orders")
    workspace.clock.passes(seconds=2)
    workspace.feldera.someone_deletes("orders")


@pytest.mark.parametrize(
    ("happens", "end"),
    [
        (
            somebody_starts_it,
            "❌ `orders` was not cleared: Feldera refused, saying `Cannot transition storage status from 'in_use' to 'clearing' with resources status 'stopped' and desired status 'provisioned'. Storage status cannot be changed unless the pipeline is fully stopped.` (`StorageStatusImmutableUnlessStopped`). @ana",
        ),
        (
            somebody_clears_and_deletes_it,
            "❌ Not cleared: Feldera has no pipeline `orders` any more; somebody deleted or renamed it. @ana",
        ),
    ],
)
def test_changed_between_the_look_and_the_request(
    workspace: Workspace, happens: Callable[[Workspace], None], end: str
) -> None:
    """No look is quick enough: Feldera's own check decides, and its sentence is passed on."""
    ana = workspace.operator("ana")
    ana.asks("/pipeline clear orders")
    workspace.feldera.hangs("POST")
    workspace.while_feldera_hangs(ana.clicking("Clear orders"), lambda: happens(workspace))
    ana.reads()
    workspace.passes(minutes=1)
    sent, ended = workspace.thread()
    assert sent.startswith(SENT)
    assert ended == end
    assert "\nThis request deleted nothing." in workspace.card()
    assert len(workspace.sent) == 1


def test_a_lock_that_takes_too_long(workspace: Workspace) -> None:
    """503 `LockTookTooLong` undoes the request: it is made again, no sooner than Feldera asks (5 s)."""
    workspace.feldera.is_locked(3)
    workspace.operator("ana").clears("orders")
    assert "⏳ Confirmed" in workspace.card()
    workspace.passes(minutes=1)
    assert [line.split()[0] for line in workspace.thread()] == ["📤", "⏸️", "📤", "⏳", "✅"], (
        "each is said once"
    )
    assert workspace.thread()[1:3] == snapshot(
        [
            "⏸️ Feldera could not accept the clear of `orders` yet (`The lock required for this operation took too long to acquire. Try this operation again later.`). I try again until Feldera accepts it, or until the request expires.",
            "📤 Sent the clear of `orders` to Feldera again at 3:00:05 AM: the previous call has shown no effect.",
        ]
    )
    assert workspace.thread()[-1] == "✅ Cleared `orders` after 2 seconds. @ana"
    assert len(workspace.sent) == 4
    assert all(later - earlier >= timedelta(seconds=5) for earlier, later in pairwise(workspace.sent))
    assert workspace.feldera.clears["orders"] == 1


def test_a_card_that_changed_without_a_line_is_shown_too(workspace: Workspace) -> None:
    """A repetition that is no news still moves the card between "sent" and "not sent yet": the announcing loop hears of it."""
    workspace.feldera.is_locked(1000)
    workspace.operator("ana").clears("orders")
    workspace.passes(minutes=1)
    bot = workspace.bot
    bot.announcements.wake.clear()
    workspace.clock.passes(seconds=20)
    workspace.run(bot.driver.tick())
    workspace.run(bot.driver.finished())
    assert bot.announcements.wake.is_set()
    assert "Feldera has not taken it so far" in workspace.card()
    workspace.thread()


def test_a_key_that_may_only_read(tmp_path: Path) -> None:
    """403: the preview works, the clear does not, and the person learns whom to ask for what."""
    workspace = Workspace(tmp_path, feldera_key=KEY, feldera_role="read")
    workspace.feldera.adds("orders")
    workspace.operator("ana").clears("orders")
    workspace.passes(minutes=1)
    assert workspace.thread()[-1] == snapshot(
        "❌ `orders` was not cleared: Feldera rejects this bot's credentials: `Insufficient permissions: this action requires the 'write' role, but the caller has 'read'` (`InsufficientPermissions`). Tell the person who runs the bot: it needs a valid API key with Feldera's role `write`. @ana"
    )
    assert len(workspace.sent) == 1
    workspace.closes()


def test_a_key_that_was_deleted(guarded: Workspace) -> None:
    """401 again and again, with nothing sent yet: waiting will not help, so it ends and names the credentials."""
    ana = guarded.operator("ana")
    ana.asks("/pipeline clear orders")
    guarded.feldera.someone_deletes_the_key(KEY)
    ana.told("Clear orders")
    guarded.passes(minutes=1)
    assert guarded.thread() == [
        "❌ `orders` was not cleared: Feldera rejects this bot's credentials: `Feldera does not accept the bot's credentials (401).`. Tell the person who runs the bot: it needs a valid API key with Feldera's role `write`. @ana"
    ]
    assert "\nNothing was sent to Feldera. Tell the person who runs the bot: " in guarded.card()
    assert guarded.sent == []


def test_a_key_that_was_deleted_while_the_clear_goes_on(guarded: Workspace) -> None:
    """What Feldera accepted goes on without the bot: it says that it cannot look, and never that the clear failed."""
    guarded.feldera.sticks_clearing("orders")
    guarded.operator("ana").clears("orders")
    guarded.feldera.someone_deletes_the_key(KEY)
    guarded.passes(minutes=5)
    guarded.leaps(minutes=55)
    assert guarded.thread()[2:] == [
        "🔌 Feldera gives me no usable answer (`Feldera does not accept the bot's credentials (401).`). The clear goes on without me. I keep trying. The person who runs the bot should check its Feldera credentials."
    ]
    assert "Feldera became unreachable some time ago (Mar 2, 2026 at 3:00 AM)." in guarded.card()


def a_proxy_fails(workspace: Workspace) -> None:
    workspace.feldera.proxy_fails(method="POST")


def a_login_page_answers(workspace: Workspace) -> None:
    to = "https://login.example.com/?state=s3cret"
    workspace.feldera.answers_next(302, headers={"Location": to}, method="POST")


@pytest.mark.parametrize(
    ("happens", "said"),
    [
        (a_proxy_fails, "Feldera cannot be reached through its proxy (502)."),
        (a_login_page_answers, "The address of Feldera leads elsewhere, to login.example.com (302)."),
    ],
)
def test_something_else_answers_the_request(
    workspace: Workspace, happens: Callable[[Workspace], None], said: str
) -> None:
    """It proves nothing, since the request may have got through: the bot looks before it repeats."""
    happens(workspace)
    workspace.operator("ana").clears("orders")
    workspace.passes(minutes=1)
    assert workspace.thread()[1:3] == [
        f"❔ Feldera gave no usable answer to the clear of `orders` (`{said}`). I check whether it took effect before I send anything again.",
        "📤 Sent the clear of `orders` to Feldera again at 3:00:15 AM: the previous call has shown no effect.",
    ]
    assert workspace.thread()[-1] == "✅ Cleared `orders` after 2 seconds. @ana"
    assert workspace.feldera.clears["orders"] == 1


def test_an_address_at_which_something_else_answers(workspace: Workspace) -> None:
    """A web page with 200 is not Feldera: nothing is sent there, and the setting to check is named."""
    ana = workspace.operator("ana")
    ana.asks("/pipeline clear orders")
    workspace.feldera.answers_next(200, body=b"<!doctype html><p>Welcome", content_type="text/html", times=20)
    ana.told("Clear orders")
    workspace.passes(minutes=1)
    assert workspace.thread() == snapshot(
        [
            "🔌 Feldera gives me no usable answer (`Something other than the Feldera API answers at its address.`). The clear of `orders` has not been sent yet. I keep trying until the request expires. The person who runs the bot should check `FELDERA_HOST`.",
            "❌ `orders` was not cleared: what answers at Feldera's address is not Feldera (`Something other than the Feldera API answers at its address.`). The person who runs the bot should check `FELDERA_HOST`. @ana",
        ]
    )
    assert workspace.sent == []


def test_a_request_to_which_no_feldera_answers_404(workspace: Workspace) -> None:
    """404 without Feldera's error code says nothing about the pipeline, only about the address."""
    workspace.feldera.answers_next(404, body=b"404 page not found", content_type="text/plain", method="POST")
    workspace.operator("ana").clears("orders")
    workspace.passes(minutes=1)
    assert workspace.thread()[-1] == snapshot(
        "❌ `orders` was not cleared: what answers at Feldera's address is not Feldera (`There is no Feldera API at its address (404).`). The person who runs the bot should check `FELDERA_HOST`. @ana"
    )
    assert len(workspace.sent) == 1
