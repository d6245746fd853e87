"""What a clear would destroy, shown to one person, and why there may be nothing to confirm."""

from datetime import timedelta

from inline_snapshot import snapshot

from tests.workspace import Workspace


def test_what_a_clear_would_destroy_is_shown_to_the_caller_alone(workspace: Workspace) -> None:
    """Going back from Slack's own question sends nothing either, and the button still works."""
    ana, ben = workspace.operator("ana"), workspace.operator("ben")
    before = workspace.clock.now() - timedelta(days=2)
    workspace.feldera.adds("sessions", checkpoints=(None, 96_000_000), since=before)
    shown = ana.asks("/pipeline clear sessions the schema changed")
    assert "⏹️ Stopped some time ago (Feb 28, 2026 at 3:00 AM)" in shown
    assert "*A clear deletes*\nthe storage, with 2 checkpoints (size unknown)\n" in shown
    assert ben.reads() == []
    ana.clicks("Clear sessions", confirms=False)
    assert "with 2 checkpoints (size unknown), and cannot be undone." in (ana.last_confirm or "")
    workspace.passes(minutes=1)
    assert workspace.cards() == []
    ana.clicks("Clear sessions")
    ana.reads()
    workspace.passes(seconds=10)
    assert workspace.thread()[-1] == "✅ Cleared `sessions` after 2 seconds. @ana"


def test_never_mind(workspace: Workspace) -> None:
    """The preview turns into a word that nothing was sent; a press of its other button, on a slow screen, does nothing."""
    ana = workspace.operator("ana")
    ana.asks("/pipeline clear orders")
    confirm = ana.finds("Clear orders")
    assert ana.told("Never mind") == [
        "OK: the clear of `orders` was not requested, and nothing was sent to Feldera."
    ]
    ana.presses(confirm)
    assert ana.reads() == ["The clear of `orders` was already dropped: nothing was sent to Feldera."]
    workspace.passes(minutes=1)
    assert workspace.cards() == []
    assert workspace.sent == []


def test_never_mind_after_the_confirmation(workspace: Workspace) -> None:
    """A clear that was confirmed cannot be dropped any more: the answer says where to follow it."""
    ana = workspace.operator("ana")
    ana.asks("/pipeline clear orders")
    never_mind = ana.finds("Never mind")
    ana.told("Clear orders")
    ana.presses(never_mind)
    assert ana.reads() == snapshot(
        [
            "The clear of `orders` was already confirmed by @ana some time ago (Mar 2, 2026 at 3:00 AM): follow it in its thread."
        ]
    )
    assert ana.links() == [workspace.permalink()]
    workspace.passes(seconds=10)
    ana.presses(never_mind)
    assert ana.reads() == snapshot(
        [
            "This ended some time ago (Mar 2, 2026 at 3:00 AM). ✅ Cleared `orders` after 2 seconds. See its thread."
        ]
    )
    workspace.thread()


def test_an_unknown_pipeline_with_close_names(workspace: Workspace) -> None:
    """Only those that the caller may see are offered; names are case-sensitive."""
    for name in ("orders-eu", "orders-us", "orderly", "payments"):
        workspace.feldera.adds(name)
    ana, ben = workspace.operator("ana", pattern="orders*"), workspace.operator("ben", pattern="order*")
    unknown = [ana.asks("/pipeline clear orders-uk"), ben.asks("/pipeline clear orderl")]
    unknown += [ana.asks(f"/pipeline {typed}") for typed in ("clear orders-US", "status orders-EU")]
    assert [text.partition("Did you mean ")[2] for text in unknown] == snapshot(
        [
            "`orders-us`, `orders-eu` or `orders`?",
            "`orderly`, `orders` or `orders-us`?",
            "`orders-us`, `orders-eu` or `orders`?",
            "`orders-eu`, `orders-us` or `orders`?",
        ]
    )
    assert workspace.operator("cleo").asks("/pipeline clear warehouse") == snapshot(
        "❌ Feldera has no pipeline `warehouse` (names are case-sensitive)."
    )


def test_why_there_is_nothing_to_confirm(workspace: Workspace) -> None:
    """Running, stopping, about to start, cleared, cleared and starting, being cleared: only a stop first is offered."""
    ana, feldera = workspace.operator("ana"), workspace.feldera
    feldera.adds("running", running=True, since=workspace.clock.now() - timedelta(days=3))
    feldera.adds("stopping", running=True, stop_takes=60)
    feldera.someone_stops("stopping")
    feldera.adds("starting", program_status="CompilingRust")
    feldera.someone_starts("starting")
    feldera.adds("cleared", storage="Cleared")
    feldera.adds("both", storage="Cleared", program_status="CompilingRust")
    feldera.someone_starts("both")
    feldera.adds("clearing", clear_takes=60)
    feldera.someone_clears("clearing")
    names = ("running", "stopping", "starting", "cleared", "both", "clearing")
    assert [ana.asks(f"/pipeline clear {name}") for name in names] == snapshot(
        [
            """\
✋ `running` must be stopped before it can be cleared. It is Running, started some time ago (Feb 27, 2026 at 3:00 AM). *Stop it and clear…* first shows a preview of both, as one request. The stop loses everything after the last checkpoint, some time ago (Feb 27, 2026 at 3:00 AM); the clear deletes its storage.
[Stop it and clear…] [Never mind]\
""",
            "✋ `stopping` is still stopping, so it cannot be cleared yet. Once it is stopped, type `/pipeline clear stopping` again.",
            """\
✋ `starting` must be stopped before it can be cleared. It is still Stopped, but somebody asked it to start some time ago (Mar 2, 2026 at 3:00 AM). *Stop it and clear…* first shows a preview of both, as one request. The stop loses everything after the last checkpoint, some time ago (Mar 2, 2026 at 3:00 AM); the clear deletes its storage.
[Stop it and clear…] [Never mind]\
""",
            "✅ `cleared` is already cleared.",
            "✅ `both` is already cleared. It is still Stopped, but somebody asked it to start some time ago (Mar 2, 2026 at 3:00 AM).",
            "⏳ `clearing` is already being cleared, but not through this bot. `/pipeline status clearing` shows whether it is done.",
        ]
    )


def test_another_operation_is_live(workspace: Workspace) -> None:
    """Who, since when, and a link to its card; while Slack makes that wait, the answer does not pretend a thread."""
    ana, ben = workspace.operator("ana"), workspace.operator("ben")
    workspace.feldera.sticks_clearing("orders")
    workspace.slack.rate_limits("chat.postMessage", retry_after=60)
    ana.clears("orders")
    assert ben.asks("/pipeline clear orders") == snapshot(
        "✋ Another request is open on `orders`: @ana requested a clear some time ago (Mar 2, 2026 at 3:00 AM). Follow it in its card, which is about to be posted."
    )
    workspace.passes(minutes=2)
    assert ana.reads() == ["⏳ Confirmed. Follow the clear of `orders` in its thread."]
    assert ben.asks("/pipeline clear orders").endswith("Follow it in its thread.")
    assert ben.links() == [workspace.permalink()]
    workspace.thread()


def test_a_preview_is_good_for_half_an_hour(workspace: Workspace) -> None:
    """After that nothing is sent, and what to type is said; it can still be dropped."""
    ana = workspace.operator("ana")
    ana.asks("/pipeline clear orders")
    confirm, never_mind = ana.finds("Clear orders"), ana.finds("Never mind")
    workspace.passes(minutes=2)
    ana.asks("/pipeline clear orders again")
    workspace.passes(minutes=29)
    ana.presses(confirm)
    assert ana.reads() == [
        "⌛ This preview is more than 30 minutes old, and things may have changed. Nothing was sent to Feldera. To request it again, type `/pipeline clear orders`."
    ]
    ana.presses(never_mind)
    assert ana.reads()[0].startswith("OK: the clear of `orders` was not requested")
    assert workspace.sent == []
    ana.told("Clear orders")
    workspace.passes(seconds=10)
    assert ": `again`\n" in workspace.card()
    assert workspace.thread()[-1].startswith("✅ Cleared")


def test_what_cannot_be_looked_at_cannot_be_shown(workspace: Workspace) -> None:
    """Down, behind a failing proxy, busy, or without the right key: why is said, and that nothing changed."""
    ana = workspace.operator("ana")
    workspace.feldera_goes_down()
    answers = [ana.asks(f"/pipeline {verb} orders") for verb in ("clear", "status")]
    workspace.feldera_comes_back()
    workspace.feldera.proxy_fails()
    answers.append(ana.asks("/pipeline clear orders"))
    workspace.feldera.is_locked(method="GET")
    answers.append(ana.asks("/pipeline clear orders"))
    workspace.feldera.answers_next(401, content_type=None, headers={"WWW-Authenticate": "Bearer"})
    answers.append(ana.asks("/pipeline clear orders"))
    assert answers == snapshot(
        [
            "❌ I cannot look at `orders` now: Feldera does not answer (`No connection to Feldera at feldera.example.`). Try again in a minute. Nothing was sent to Feldera.",
            "❌ I cannot look at `orders` now: Feldera does not answer (`No connection to Feldera at feldera.example.`). Try again in a minute. Nothing was sent to Feldera.",
            "❌ I cannot look at `orders` now: Feldera does not answer (`Feldera cannot be reached through its proxy (502).`). Try again in a minute. Nothing was sent to Feldera.",
            "❌ I cannot look at `orders` now: Feldera is busy (`The lock required for this operation took too long to acquire. Try this operation again later.`). Try again in a minute. Nothing was sent to Feldera.",
            "❌ I cannot look at `orders` now: Feldera does not let this bot in (`Feldera does not accept the bot's credentials (401).`). The person who runs the bot should check its credentials. Nothing was sent to Feldera.",
        ]
    )
