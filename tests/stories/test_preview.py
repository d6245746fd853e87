"""What a clear would destroy, shown to one person, and why there may be nothing to confirm."""

from datetime import timedelta

from inline_snapshot import snapshot

from tests.workspace import Workspace


def test_what_a_clear_would_destroy(workspace: Workspace) -> None:
    """Both statuses with their since, each checkpoint and byte, the warning, and two buttons, for the caller alone."""
    ana, ben = workspace.operator("ana"), workspace.operator("ben")
    workspace.feldera.adds(
        "sessions", checkpoints=(None, 96_000_000), since=workspace.clock.now() - timedelta(days=2)
    )
    assert ana.asks("/pipeline clear sessions the schema changed") == snapshot("""\
*Clear `sessions`?* Nothing happens unless you press the button. Only you see this.
*Deployment*
⏹️ Stopped since Feb 28, 2026 at 3:00:00 AM
*Storage*
💾 in use, 2 checkpoints, size unknown
*A clear would destroy*
the storage, with 2 checkpoints (size unknown)
Reason: the schema changed
⚠️ Clearing dissociates the pipeline's storage, which can delete it: its checkpoints and state are gone for good, and the next start begins from nothing. It *cannot be cancelled*.
[Clear sessions] [Never mind]\
""")
    assert ben.reads() == []
    assert workspace.cards() == []


def test_slack_itself_asks_once_more(workspace: Workspace) -> None:
    """The dialog names the pipeline and what goes; whoever goes back has sent nothing, and may still press."""
    ana = workspace.operator("ana")
    ana.asks("/pipeline clear orders")
    ana.clicks("Clear orders", confirms=False)
    assert ana.last_confirm == snapshot("""\
Clear orders?
This destroys the storage, with 3 checkpoints (7.0 MiB). It cannot be cancelled.
[Clear] [Go back]\
""")
    workspace.passes(minutes=1)
    assert workspace.cards() == []
    ana.clicks("Clear orders")
    ana.reads()
    workspace.passes(seconds=10)
    assert workspace.thread()[-1] == snapshot("✅ Cleared `orders` after 2 seconds. @ana")
    workspace.card()


def test_never_mind(workspace: Workspace) -> None:
    """The preview turns into a word that nothing was sent, and its buttons are gone."""
    ana = workspace.operator("ana")
    ana.asks("/pipeline clear orders")
    ana.clicks("Never mind")
    assert ana.reads() == snapshot(["Never mind, then: nothing was sent, and `orders` is as it was."])
    workspace.passes(minutes=1)
    assert workspace.cards() == []
    assert workspace.feldera.clears["orders"] == 0


def test_a_confirmation_after_never_mind(workspace: Workspace) -> None:
    """Whoever dropped a preview and then presses its other button, on a slow screen, has dropped it."""
    ana = workspace.operator("ana")
    ana.asks("/pipeline clear orders")
    confirm = ana.finds("Clear orders")
    ana.clicks("Never mind")
    ana.reads()
    ana.presses(confirm)
    assert ana.reads() == snapshot(["This was dropped already: nothing was sent, and `orders` is as it was."])
    workspace.passes(minutes=1)
    assert workspace.feldera.clears["orders"] == 0


def test_never_mind_after_the_confirmation(workspace: Workspace) -> None:
    """A clear that was confirmed cannot be dropped any more: the answer says where to follow it."""
    ana = workspace.operator("ana")
    ana.asks("/pipeline clear orders")
    never_mind = ana.finds("Never mind")
    ana.clicks("Clear orders")
    ana.reads()
    ana.presses(never_mind)
    assert ana.reads() == snapshot(
        ["This was confirmed already, Mar 2, 2026 at 3:00:00 AM by @ana: follow it in its thread."]
    )
    assert ana.links() == [workspace.permalink()]
    workspace.passes(seconds=10)
    ana.presses(never_mind)
    assert ana.reads() == snapshot(
        ["This is over since Mar 2, 2026 at 3:00:02 AM. ✅ Cleared `orders` after 2 seconds. See its thread."]
    )
    workspace.card()
    workspace.thread()


def test_an_unknown_pipeline_with_close_names(workspace: Workspace) -> None:
    """Close names are offered, but only those that the caller may see."""
    for name in ("orders-eu", "orders-us", "orderly", "payments"):
        workspace.feldera.adds(name)
    ana = workspace.operator("ana", pattern="orders*")
    assert ana.asks("/pipeline clear orders-uk") == snapshot(
        "❌ Feldera has no pipeline `orders-uk` (upper and lower case count). Did you mean `orders-us`, `orders-eu` or `orders`?"
    )
    ben = workspace.operator("ben", pattern="order*")
    assert ben.asks("/pipeline clear orderl") == snapshot(
        "❌ Feldera has no pipeline `orderl` (upper and lower case count). Did you mean `orderly`, `orders` or `orders-us`?"
    )


def test_an_unknown_pipeline_like_no_other(workspace: Workspace) -> None:
    """Without a close name nothing is guessed."""
    ana = workspace.operator("ana")
    assert ana.asks("/pipeline clear warehouse") == snapshot(
        "❌ Feldera has no pipeline `warehouse` (upper and lower case count)."
    )


def test_upper_and_lower_case_count(workspace: Workspace) -> None:
    """Feldera's names are case-sensitive: `Orders` is offered as `orders`, never taken for it."""
    ana = workspace.operator("ana")
    assert ana.asks("/pipeline clear Orders") == snapshot(
        "❌ Feldera has no pipeline `Orders` (upper and lower case count). Did you mean `orders`?"
    )
    assert ana.asks("/pipeline clear ORDERS") == snapshot(
        "❌ Feldera has no pipeline `ORDERS` (upper and lower case count). Did you mean `orders`?"
    )


def test_not_stopped(workspace: Workspace) -> None:
    """A pipeline that runs must be stopped first, which is offered to whoever may, with what that loses."""
    ana = workspace.operator("ana")
    workspace.feldera.adds("payments", running=True, since=workspace.clock.now() - timedelta(days=3))
    assert ana.asks("/pipeline clear payments") == snapshot(
        """\
✋ `payments` must be stopped before it can be cleared. It is Running since Feb 27, 2026 at 3:00:00 AM. I can stop it first, as one request: that loses what came since the last checkpoint, of Feb 27, 2026 at 3:00:00 AM.
[Stop it and clear] [Never mind]\
"""
    )


def test_stopping_is_not_stopped(workspace: Workspace) -> None:
    """On its way down it is not stopped yet: what Feldera wants of it is said too."""
    ana = workspace.operator("ana")
    workspace.feldera.adds("payments", running=True, stop_takes=60)
    workspace.feldera.someone_stops("payments")
    assert ana.asks("/pipeline clear payments") == snapshot(
        "✋ `payments` must be stopped before it can be cleared. It is stopping: Running since Mar 2, 2026 at 3:00:00 AM, wanted Stopped since Mar 2, 2026 at 3:00:00 AM. Once it is Stopped, type `/pipeline clear payments` again."
    )


def test_an_early_start_is_not_stopped(workspace: Workspace) -> None:
    """It says `Stopped` while somebody has asked it to start: Feldera would refuse, and so does the bot."""
    ana = workspace.operator("ana")
    workspace.feldera.adds("reports", program_status="CompilingRust")
    workspace.feldera.someone_starts("reports")
    assert ana.asks("/pipeline clear reports") == snapshot(
        """\
✋ `reports` must be stopped before it can be cleared. Somebody has asked it to start: it is Stopped since Mar 2, 2026 at 3:00:00 AM, wanted Running since Mar 2, 2026 at 3:00:00 AM. I can stop it first, as one request: that loses what came since the last checkpoint, of Mar 2, 2026 at 3:00:00 AM.
[Stop it and clear] [Never mind]\
"""
    )


def test_already_cleared(workspace: Workspace) -> None:
    """There is nothing to clear, and so nothing to confirm."""
    ana = workspace.operator("ana")
    workspace.feldera.adds("archive", storage="Cleared")
    assert ana.asks("/pipeline clear archive") == snapshot(
        "✅ Nothing to clear: the storage of `archive` is cleared."
    )


def test_cleared_and_starting(workspace: Workspace) -> None:
    """A cleared pipeline whose start waits for its program: nothing to clear, and it is starting."""
    ana = workspace.operator("ana")
    before = workspace.clock.now() - timedelta(minutes=1)
    workspace.feldera.adds("reports", storage="Cleared", program_status="CompilingRust", since=before)
    workspace.feldera.someone_starts("reports")
    workspace.passes(minutes=1)
    assert ana.asks("/pipeline clear reports") == snapshot(
        "✅ Nothing to clear: the storage of `reports` is cleared. Somebody has asked the pipeline to start: it is Stopped since Mar 2, 2026 at 2:59:00 AM, wanted Running since Mar 2, 2026 at 3:00:00 AM."
    )


def test_being_cleared_by_somebody_else(workspace: Workspace) -> None:
    """A clear that did not come from here is nobody's to confirm; how to learn of its end is said."""
    ana = workspace.operator("ana")
    workspace.feldera.adds("sessions", clear_takes=60)
    workspace.feldera.someone_clears("sessions")
    assert ana.asks("/pipeline clear sessions") == snapshot(
        "⏳ `sessions` is being cleared already, and not by me. `/pipeline status sessions` shows when it is done."
    )


def test_another_operation_is_live(workspace: Workspace) -> None:
    """Who, since when, and a link that leads to the very card."""
    ana, ben = workspace.operator("ana"), workspace.operator("ben")
    workspace.feldera.sticks_clearing("orders")
    ana.clears("orders")
    workspace.passes(minutes=1, seconds=10)
    assert ben.asks("/pipeline clear orders") == snapshot(
        "✋ Another operation holds `orders`: @ana asked for a clear Mar 2, 2026 at 3:00:00 AM. Follow it in its thread."
    )
    assert ben.links() == [workspace.permalink()]
    workspace.card()
    workspace.thread()


def test_another_operation_whose_card_is_not_up_yet(workspace: Workspace) -> None:
    """While Slack makes the card wait, there is no thread to link to, and the answer does not pretend one."""
    ana, ben = workspace.operator("ana"), workspace.operator("ben")
    workspace.slack.rate_limits("chat.postMessage", retry_after=60)
    assert ana.clears("orders") == snapshot(
        ["⏳ Confirmed. The card of `orders` goes up now; nothing is sent before it stands."]
    )
    assert ben.asks("/pipeline clear orders") == snapshot(
        "✋ Another operation holds `orders`: @ana asked for a clear Mar 2, 2026 at 3:00:00 AM. Follow it in its card, which is about to be posted."
    )
    workspace.passes(minutes=2)
    assert ana.reads() == snapshot(["⏳ Confirmed. Follow `orders` in its thread."])
    workspace.card()
    workspace.thread()


def test_somebody_else_was_faster(workspace: Workspace) -> None:
    """Two previews of one pipeline: the second confirmation learns who holds it, and sends nothing."""
    ana, ben = workspace.operator("ana"), workspace.operator("ben")
    workspace.feldera.sticks_clearing("orders")
    ana.asks("/pipeline clear orders")
    ben.asks("/pipeline clear orders")
    ana.clicks("Clear orders")
    ana.reads()
    workspace.passes(seconds=20)
    ben.clicks("Clear orders")
    assert ben.reads() == snapshot(
        [
            "✋ Another operation holds `orders`: @ana asked for a clear Mar 2, 2026 at 3:00:00 AM. Follow it in its thread."
        ]
    )
    assert ben.links() == [workspace.permalink()]
    workspace.card()
    workspace.thread()


def test_a_preview_goes_stale(workspace: Workspace) -> None:
    """After half an hour it is not trusted any more; nothing is sent, and what to type is said."""
    ana = workspace.operator("ana")
    ana.asks("/pipeline clear orders")
    confirm, never_mind = ana.finds("Clear orders"), ana.finds("Never mind")
    workspace.passes(minutes=31)
    ana.presses(confirm)
    assert ana.reads() == snapshot(
        [
            "⌛ This preview is more than 30 minutes old, and things may have changed. Nothing was sent. Type `/pipeline clear orders` to look again."
        ]
    )
    ana.presses(never_mind)
    assert ana.reads() == snapshot(["Never mind, then: nothing was sent, and `orders` is as it was."])
    assert workspace.feldera.clears["orders"] == 0


def test_a_preview_is_good_for_half_an_hour(workspace: Workspace) -> None:
    """A click in the 29th minute counts."""
    ana = workspace.operator("ana")
    ana.asks("/pipeline clear orders")
    workspace.passes(minutes=29)
    ana.clicks("Clear orders")
    ana.reads()
    workspace.passes(seconds=10)
    assert workspace.feldera.clears["orders"] == 1
    workspace.card()
    workspace.thread()


def test_two_previews_of_one_person(workspace: Workspace) -> None:
    """Typing it twice shows it twice; whichever is confirmed first counts, and the other says so."""
    ana = workspace.operator("ana")
    ana.asks("/pipeline clear orders first")
    first = ana.finds("Clear orders")
    ana.asks("/pipeline clear orders second")
    ana.clicks("Clear orders")
    assert ana.reads() == snapshot(["⏳ Confirmed. Follow `orders` in its thread."])
    ana.presses(first)
    assert ana.reads() == snapshot(
        [
            "✋ Another operation holds `orders`: @ana asked for a clear Mar 2, 2026 at 3:00:00 AM. Follow it in its thread."
        ]
    )
    workspace.passes(seconds=10)
    assert "Reason: second" in workspace.card()
    assert workspace.feldera.clears["orders"] == 1
    workspace.thread()


def test_feldera_is_down_at_the_preview(workspace: Workspace) -> None:
    """What cannot be looked at cannot be shown: the answer says so, and that nothing changed."""
    ana = workspace.operator("ana")
    workspace.run(workspace.feldera.goes_down())
    assert ana.asks("/pipeline clear orders") == snapshot(
        "❌ I cannot look at `orders` now: Feldera does not answer (`No connection to Feldera at feldera.example.`). Try again in a minute. Nothing has been changed."
    )
    assert ana.asks("/pipeline status orders") == snapshot(
        "❌ I cannot look at `orders` now: Feldera does not answer (`No connection to Feldera at feldera.example.`). Try again in a minute. Nothing has been changed."
    )


def test_a_proxy_answers_at_the_preview(workspace: Workspace) -> None:
    """A gateway's error page is an outage like any other."""
    ana = workspace.operator("ana")
    workspace.feldera.proxy_fails()
    assert ana.asks("/pipeline clear orders") == snapshot(
        "❌ I cannot look at `orders` now: Feldera does not answer (`Feldera cannot be reached through its proxy (502).`). Try again in a minute. Nothing has been changed."
    )


def test_feldera_is_locked_at_the_preview(workspace: Workspace) -> None:
    """A busy Feldera is said to be busy."""
    ana = workspace.operator("ana")
    workspace.feldera.is_locked(method="GET")
    assert ana.asks("/pipeline clear orders") == snapshot(
        "❌ I cannot look at `orders` now: Feldera is busy (`The lock required for this operation took too long to acquire. Try this operation again later.`). Try again in a minute. Nothing has been changed."
    )


def test_feldera_does_not_know_this_bot(workspace: Workspace) -> None:
    """A key that Feldera does not accept is for whoever runs the bot to mend, and the answer says so."""
    ana = workspace.operator("ana")
    workspace.feldera.answers_next(401, content_type=None, headers={"WWW-Authenticate": "Bearer"})
    assert ana.asks("/pipeline clear orders") == snapshot(
        "❌ I cannot look at `orders` now: Feldera does not let this bot in (`Feldera does not accept the bot's credentials (401).`). Whoever runs the bot should check its credentials. Nothing has been changed."
    )
