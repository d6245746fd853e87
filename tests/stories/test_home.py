"""The App Home of a person: what waits for them, what they asked for, what goes on, and nothing that is not theirs."""

from inline_snapshot import snapshot

from bot.domain.events import Event, EventKind
from tests.workspace import Workspace


def test_what_waits_for_an_approver(workspace: Workspace) -> None:
    """Whoever opens Home reads what they have to decide, with what it destroys and why, and the buttons for it."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders", "schema change, see INC-42")
    assert ben.opens_home() == snapshot("""\
Waiting for you
*Clear orders* · `ID1` · its thread
*State*
🙋 Waiting for approval.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
*Approvals*
0 of 1
*Until*
Mar 2, 2026 at 4:00:00 AM
Reason: schema change, see INC-42
[Approve] [Deny]
Your access
🔑 number 2, *approver* on `*`
Only you see this page. It follows what happens for an hour after you opened it or pressed a button on it. `/pipeline help` shows all that I can do.\
""")
    workspace.card()


def test_three_people_see_three_pages(workspace: Workspace) -> None:
    """Each reads what is theirs: the requester's own with *Withdraw*, the approver's to decide, and others' pipelines not at all."""
    workspace.feldera.adds("payments")
    ana, ben = workspace.requester("ana"), workspace.approver("ben", pattern="orders")
    vic = workspace.viewer("vic", pattern="pay*")
    ana.requests("orders", "schema change")
    ana.requests("payments")
    workspace.passes(seconds=5)
    ana.reads()
    assert ana.opens_home() == snapshot("""\
Waiting for you
✅ Nothing waits for you.
Your requests
*Clear orders* · `ID1` · its thread
🙋 Waiting for approval. Asked for by @ana Mar 2, 2026 at 3:00:00 AM. 0 of 1 approvals until Mar 2, 2026 at 4:00:00 AM.
[Withdraw]
*Clear payments* · `ID2` · its thread
🙋 Waiting for approval. Asked for by @ana Mar 2, 2026 at 3:00:00 AM. 0 of 1 approvals until Mar 2, 2026 at 4:00:00 AM.
[Withdraw]
Your access
🔑 number 1, *requester* on `*`
Only you see this page. It follows what happens for an hour after you opened it or pressed a button on it. `/pipeline help` shows all that I can do.\
""")
    assert "orders" in ben.opens_home()
    assert "payments" not in ben.home()
    assert vic.opens_home() == snapshot("""\
Waiting for you
✅ Nothing waits for you.
Under way
*Clear payments* · `ID2` · its thread
🙋 Waiting for approval. Asked for by @ana Mar 2, 2026 at 3:00:00 AM. 0 of 1 approvals until Mar 2, 2026 at 4:00:00 AM.
Your access
🔑 number 3, *viewer* on `pay*`
Only you see this page. It follows what happens for an hour after you opened it or pressed a button on it. `/pipeline help` shows all that I can do.\
""")
    assert len(workspace.cards()) == 2


def test_somebody_who_only_administers(workspace: Workspace) -> None:
    """An admin's role shows them no pipeline: nothing but their access, and the freezes on it."""
    ana, root = workspace.requester("ana"), workspace.admin("root", pattern="orders*")
    workspace.freezes("orders", hours=4)
    workspace.freezes("payments", hours=4)
    workspace.feldera.adds("users")
    ana.requests("users")
    assert root.opens_home() == snapshot("""\
Waiting for you
✅ Nothing waits for you.
Freezes
• `orders`: 🧊 until Mar 2, 2026 at 7:00:00 AM: `release day`
Your access
🔑 number 2, *admin* on `orders*`
Only you see this page. It follows what happens for an hour after you opened it or pressed a button on it. `/pipeline help` shows all that I can do.\
""")
    workspace.card()


def test_a_clear_under_way(workspace: Workspace) -> None:
    """Home follows it from the approval to the end without anybody opening it again."""
    workspace.feldera.sticks_clearing("orders")
    ana, ben, vic = workspace.requester("ana"), workspace.approver("ben"), workspace.viewer("vic")
    vic.opens_home()
    ana.requests("orders")
    ben.told("Approve")
    workspace.passes(seconds=30)
    assert vic.home() == snapshot("""\
Waiting for you
✅ Nothing waits for you.
Under way
*Clear orders* · `ID1` · its thread
⏳ Clearing since Mar 2, 2026 at 3:00:00 AM. Asked for by @ana Mar 2, 2026 at 3:00:00 AM.
Your access
🔑 number 3, *viewer* on `*`
Only you see this page. It follows what happens for an hour after you opened it or pressed a button on it. `/pipeline help` shows all that I can do.\
""")
    workspace.feldera.unsticks("orders")
    workspace.passes(minutes=1)
    assert vic.home() == snapshot("""\
Waiting for you
✅ Nothing waits for you.
Lately
Mar 2, 2026 at 3:00:34 AM: ✅ Cleared `orders` after 34 seconds. Asked for by @ana, in its thread.
`/pipeline history` shows the whole record.
Your access
🔑 number 3, *viewer* on `*`
Only you see this page. It follows what happens for an hour after you opened it or pressed a button on it. `/pipeline help` shows all that I can do.\
""")
    workspace.card()
    workspace.thread()


def test_a_plan_of_several_steps(workspace: Workspace) -> None:
    """Whoever has to decide reads the whole of it and what each step costs; then how far it is."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.types("/pipeline clear orders --restart schema change")
    ana.reads()
    ana.clicks("Ask for approval")
    workspace.passes(seconds=2)
    ana.reads()
    assert ben.opens_home().partition("Your access")[0] == snapshot("""\
Waiting for you
*Stop, clear and start orders* · `ID1` · its thread
*State*
🙋 Waiting for approval.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
*A stop loses*
nothing: it is stopped, or stopping, already
*Approvals*
0 of 1
*Until*
Mar 2, 2026 at 4:00:00 AM
Reason: schema change
[Approve] [Deny]
""")
    ben.clicks_home("Approve")
    workspace.passes(seconds=4)
    assert ben.home().partition("Your access")[0] == snapshot("""\
Waiting for you
✅ Nothing waits for you.
Under way
*Stop, clear and start orders* · `ID1` · its thread
⏳ Starting since Mar 2, 2026 at 3:00:04 AM (Provisioning). Asked for by @ana Mar 2, 2026 at 3:00:00 AM.
""")
    workspace.passes(seconds=30)
    assert ben.home().partition("Your access")[0] == snapshot("""\
Waiting for you
✅ Nothing waits for you.
Lately
Mar 2, 2026 at 3:00:07 AM: ✅ Started `orders` after 2 seconds: it runs. All is done, in 5 seconds: stopped already, cleared and started. Asked for by @ana, in its thread.
`/pipeline history` shows the whole record.
""")
    workspace.card()
    workspace.thread()


def test_a_request_that_waits_for_others(workspace: Workspace) -> None:
    """Whoever approved is not asked again, sees that it still waits, and may yet deny it."""
    workspace.rules("orders", "approvals=2")
    ana, ben, vic = workspace.requester("ana"), workspace.approver("ben"), workspace.viewer("vic")
    ana.requests("orders")
    ben.opens_home()
    vic.opens_home()
    ben.told("Approve")
    workspace.passes(seconds=5)
    assert ben.home().partition("Your access")[0] == snapshot("""\
Waiting for you
✅ Nothing waits for you.
Under way
*Clear orders* · `ID1` · its thread
🙋 Waiting for approval. Asked for by @ana Mar 2, 2026 at 3:00:00 AM. 1 of 2 approvals until Mar 2, 2026 at 4:00:00 AM.
[Deny]
""")
    assert vic.home().partition("Your access")[0] == snapshot("""\
Waiting for you
✅ Nothing waits for you.
Under way
*Clear orders* · `ID1` · its thread
🙋 Waiting for approval. Asked for by @ana Mar 2, 2026 at 3:00:00 AM. 1 of 2 approvals until Mar 2, 2026 at 4:00:00 AM.
""")
    workspace.card()
    workspace.thread()


def test_a_broken_glass(workspace: Workspace) -> None:
    """It waits for an approver to sign it off, also after its clear is done; not for the one who broke it."""
    workspace.rules("orders", "break-glass=allowed")
    rio, ben = workspace.responder("rio"), workspace.approver("ben")
    rio.breaks_glass("orders")
    workspace.passes(seconds=10)
    assert ben.opens_home().partition("Lately")[0] == snapshot("""\
Waiting for you
*Clear orders* · `ID1` · its thread
*State*
✅ Cleared.
*Requested by*
@rio
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
*Glass broken for*
`INC-123`
Reason: lag alarm at night
🚨 The glass was broken, and no approver has signed it off yet: look at what was done and why, then sign it off.
[Sign off]
""")
    assert rio.opens_home().partition("Lately")[0] == snapshot("""\
Waiting for you
✅ Nothing waits for you.
Your requests
*Clear orders* · `ID1` · its thread
✅ Cleared. Asked for by @rio Mar 2, 2026 at 3:00:00 AM. 🚨 The glass was broken, and no approver has signed it off yet.
""")
    workspace.card()
    workspace.thread()


def test_an_operation_that_needs_a_human(workspace: Workspace) -> None:
    """It waits for whoever may clear the pipeline, the one who asked for it included."""
    ana, vic = workspace.operator("ana"), workspace.viewer("vic")
    for _ in range(3):
        workspace.feldera.drops_the_next_request()
    ana.clears("orders")
    workspace.passes(minutes=2)
    assert ana.opens_home().partition("Your access")[0] == snapshot("""\
Waiting for you
*Clear orders* · `ID1` · its thread
*State*
⚠️ Needs a human.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
⚠️ I need a human. Known: the request was sent 3 times, Feldera never confirmed it, and `orders` is as it was. Not known: whether a request is still on its way. What to do: look at `orders` in Feldera; once you are sure that nothing is under way, press *Close*. Then `/pipeline clear orders` starts afresh.
[Close]
""")
    assert vic.opens_home().partition("Your access")[0] == snapshot("""\
Waiting for you
✅ Nothing waits for you.
Under way
*Clear orders* · `ID1` · its thread
⚠️ Needs a human. Asked for by @ana Mar 2, 2026 at 3:00:00 AM.
""")
    workspace.card()
    workspace.thread()


def test_a_freeze_comes_and_goes(workspace: Workspace) -> None:
    """It stands on the page of whom it concerns, and leaves it the moment it ends."""
    vic, root = workspace.viewer("vic"), workspace.admin("root")
    vic.opens_home()
    root.types("/pipeline freeze orders* for 20m release day")
    workspace.passes(seconds=5)
    assert vic.home() == snapshot("""\
Waiting for you
✅ Nothing waits for you.
Freezes
• `orders*`: 🧊 until Mar 2, 2026 at 3:20:00 AM: `release day`
Your access
🔑 number 1, *viewer* on `*`
Only you see this page. It follows what happens for an hour after you opened it or pressed a button on it. `/pipeline help` shows all that I can do.\
""")
    workspace.passes(minutes=19, seconds=54)
    assert "Freezes" in vic.home()
    workspace.passes(seconds=2)
    assert "Freezes" not in vic.home()


def test_what_ended_lately_in_a_busy_record(workspace: Workspace) -> None:
    """The newest few hundred entries are read; what ended before is for `history` to show."""
    ana, vic = workspace.operator("ana"), workspace.viewer("vic")
    ana.clears("orders")
    workspace.passes(seconds=10)

    async def much_else(entries: int) -> None:
        for _ in range(entries):
            await workspace.bot.store.note(Event(EventKind.REFUSED, workspace.clock.now()))

    workspace.run(much_else(150))
    assert "✅ Cleared `orders`" in vic.opens_home()
    workspace.run(much_else(400))
    workspace.passes(minutes=1)
    assert "Lately" not in vic.home()
    workspace.card()
    workspace.thread()
