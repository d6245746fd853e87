"""A clear without typing: the form, the menu of pipelines, what it shows of the choice, and what submitting it does."""

from inline_snapshot import snapshot

from bot.domain.access.permissions import Role
from tests.workspace import Workspace


def test_a_clear_from_the_form_to_the_last_line(workspace: Workspace) -> None:
    """`/pipeline clear` alone opens a form; choosing shows what goes; submitting is the confirmation."""
    ana = workspace.operator("ana")
    workspace.feldera.adds("users", running=True)
    assert ana.opens_form() == snapshot("""\
Clear a pipeline
Pipeline: ____
In the same request: ☐ Stop it first ☐ Start it afterwards
Nothing happens unless you press the button below. Only you see this.
Reason: ____
(It is shown on the card.)
[Never mind] [Clear]\
""")
    assert ana.looks_for("") == snapshot(["orders", "users"])
    assert ana.picks("orders") == snapshot("""\
Clear a pipeline
Pipeline: orders
In the same request: ☐ Stop it first ☐ Start it afterwards
Nothing happens unless you press the button below. Only you see this.
*Deployment*
⏹️ Stopped since Mar 2, 2026 at 3:00:00 AM
*Storage*
💾 in use, 3 checkpoints, 7.0 MiB
*A clear would destroy*
the storage, with 3 checkpoints (7.0 MiB)
⚠️ Clearing dissociates the pipeline's storage, which can delete it: its checkpoints and state are gone for good, and the next start begins from nothing. It *cannot be cancelled*.
Its card goes to #ops.
Reason: ____
(It is shown on the card.)
[Never mind] [Clear]\
""")
    assert workspace.cards() == []
    assert ana.submits(Reason="schema change") == snapshot("""\
Answer
⏳ Confirmed. Follow `orders` in its thread.
[Close]\
""")
    workspace.passes(seconds=10)
    assert workspace.card() == snapshot("""\
Clear orders
*State*
✅ Cleared.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
Reason: schema change
✓ Confirmed by @ana · Mar 2, 2026 at 3:00:00 AM
✓ Request sent · Mar 2, 2026 at 3:00:00 AM
✓ Feldera reports the storage as cleared · Mar 2, 2026 at 3:00:02 AM
✅ Cleared `orders` after 2 seconds.
Id `ID1`\
""")
    assert workspace.thread() == snapshot(
        [
            "📤 Sent the request to Feldera, Mar 2, 2026 at 3:00:00 AM.",
            "⏳ Feldera accepted it, Mar 2, 2026 at 3:00:00 AM: the storage is being cleared. From here it cannot be cancelled.",
            "✅ Cleared `orders` after 2 seconds. @ana",
        ]
    )
    assert ana.screen == snapshot("""\
Answer
⏳ Confirmed. Follow `orders` in its thread.
[Close]\
""")
    assert workspace.feldera.clears["orders"] == 1
    assert workspace.record() == snapshot(
        [
            "03:00 proposed by ana [op]: pipeline=orders reason=schema change reviewed=…",
            "03:00 confirmed by ana [op]: grant=1",
            "03:00 sent [op]: grant=1",
            "03:00 accepted [op]",
            "03:00 ended [op]: ending=cleared",
        ]
    )


def test_the_shortcut_has_no_channel(workspace: Workspace) -> None:
    """Chosen from anywhere in Slack: the card goes to the person, and the form tells where it will be."""
    ana = workspace.operator("ana")
    assert ana.uses_shortcut("Clear a pipeline").startswith("Clear a pipeline\nPipeline: ____")
    assert "\nIts card goes to our direct messages.\n" in ana.chooses("orders")
    assert ana.submits() == snapshot("""\
Answer
⏳ Confirmed. Follow `orders` in its thread.
[Close]\
""")
    workspace.passes(seconds=10)
    assert workspace.cards() == []
    assert "✅ Cleared." in workspace.card(ana.dm)
    assert workspace.thread(ana.dm)[-1] == snapshot("✅ Cleared `orders` after 2 seconds. @ana")


def test_the_shortcut_where_a_rule_names_a_channel(workspace: Workspace) -> None:
    """A request goes to the channel of its rule, from wherever it was asked."""
    approvals = workspace.slack.adds_channel("approvals")
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    oncall = workspace.user_group("oncall", ben)
    workspace.rules("ord*", f"approvals=2 channel={approvals.id} group={oncall.id} within=2h stop=30s")
    ana.uses_shortcut("Clear a pipeline")
    assert ana.chooses("orders") == snapshot("""\
Clear a pipeline
Pipeline: orders
In the same request: ☐ Stop it first ☐ Start it afterwards
Nothing happens unless you press the button below. Only you see this.
*Deployment*
⏹️ Stopped since Mar 2, 2026 at 3:00:00 AM
*Storage*
💾 in use, 3 checkpoints, 7.0 MiB
*A clear would destroy*
the storage, with 3 checkpoints (7.0 MiB)
⚠️ Clearing dissociates the pipeline's storage, which can delete it: its checkpoints and state are gone for good, and the next start begins from nothing. It *cannot be cancelled*.
🙋 It takes 2 approvals by other people, within 2h. It can be stopped for 30s before it is sent.
Its card goes to #approvals and asks @oncall. · Who may approve: @ben.
Reason: ____
(It is shown on the card.)
[Never mind] [Ask for approval]\
""")
    assert ana.submits(Reason="schema change") == snapshot("""\
Answer
🙋 Asked. Follow `orders` in its thread.
[Close]\
""")
    assert workspace.card(approvals) == snapshot("""\
Clear orders
*State*
🙋 Waiting for approval.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
*Approvals*
0 of 2
*Until*
Mar 2, 2026 at 5:00:00 AM
*Asked*
@oncall
Reason: schema change
✓ Asked for by @ana · Mar 2, 2026 at 3:00:00 AM
⏳ 2 more approvals
○ Request to Feldera
○ Storage cleared
Id `ID1`
[Approve] [Deny] [Withdraw]\
""")
    assert workspace.cards(ana.dm) == []
    assert workspace.sent == []


def test_nobody_could_approve(workspace: Workspace) -> None:
    """The form says so before anything is asked."""
    ana = workspace.requester("ana")
    ana.opens_form()
    assert ana.chooses("orders").splitlines()[-5:] == snapshot(
        [
            "🙋 It takes 1 approval by another person, within 1h.",
            "Its card goes to #ops. · ⚠️ Nobody else has the right to approve it now: an admin of this bot can grant it.",
            "Reason: ____",
            "(It is shown on the card.)",
            "[Never mind] [Ask for approval]",
        ]
    )


def test_the_menu_has_what_the_person_may_see(workspace: Workspace) -> None:
    """And nothing else, whatever is typed; the likeliest first."""
    for name in ("orders-eu", "eu-orders", "preorders", "payments"):
        workspace.feldera.adds(name)
    ana, ben = workspace.operator("ana"), workspace.operator("ben", pattern="*orders-*")
    ana.opens_form()
    assert ana.looks_for("orders") == ["orders", "orders-eu", "eu-orders", "preorders"]
    assert ana.looks_for("ORD") == ["orders", "orders-eu", "eu-orders", "preorders"]
    assert ana.looks_for("paymnets") == ["payments"]
    assert ana.looks_for("zzzz") == []
    ben.opens_form()
    assert ben.looks_for("") == ["orders-eu"]
    assert ben.looks_for("payments") == []


def test_the_menu_tells_the_state(workspace: Workspace) -> None:
    """Below each name, as signs and words."""
    ana = workspace.operator("ana")
    workspace.feldera.adds("users", running=True)
    workspace.feldera.adds("archive", storage="Cleared")
    ana.opens_form()
    ana.looks_for("")
    options = workspace.slack.deliveries[-1].ack.body["options"]
    assert [(each["value"], each["description"]["text"]) for each in options] == snapshot(
        [
            ("archive", "⏹️ Stopped · ⬜ cleared"),
            ("orders", "⏹️ Stopped · 💾 in use"),
            ("users", "▶️ Running · 💾 in use"),
        ]
    )


def test_ten_thousand_pipelines(workspace: Workspace) -> None:
    """A menu of a hundred at most, and nobody waits for more to be read than is shown."""
    workspace.feldera.adds_many(f"tenant-{number:05}" for number in range(10_000))
    ana = workspace.operator("ana")
    ana.opens_form()
    assert ana.looks_for("")[:2] == ["orders", "tenant-00000"]
    assert len(ana.looks_for("tenant")) == 100
    assert ana.looks_for("04711") == ["tenant-04711"]


def test_every_letter_is_answered_and_feldera_asked_once(workspace: Workspace) -> None:
    """For all that is typed within five seconds, by whoever types; what is new since then is found after that."""
    ana, ben = workspace.operator("ana"), workspace.operator("ben")
    ana.opens_form()
    before = len(workspace.feldera.requests)
    ben.opens_form()
    for typed in ("", "o", "or", "ord"):
        assert ana.looks_for(typed) == ben.looks_for(typed) == ["orders"]
    workspace.feldera.adds("orders-eu")
    assert ana.looks_for("ord") == ["orders"]
    assert len(workspace.feldera.requests) == before
    workspace.passes(seconds=6)
    assert ana.looks_for("ord") == ["orders", "orders-eu"]
    assert len(workspace.feldera.requests) == before + 1


def test_nothing_to_see(workspace: Workspace) -> None:
    """Whoever may see no pipeline is told so, instead of a menu without options."""
    eve = workspace.stranger("eve")
    assert eve.opens_form() == snapshot("""\
Answer
🚫 You may not see any pipeline: that takes the role *viewer*, *requester*, *operator*, *approver* or *responder* on it. An admin of this bot can grant it. You are `U02EVE`.
[Close]\
""")
    guest = workspace.stranger("gus", guest=True)
    workspace.grants(guest, Role.OPERATOR)
    assert guest.uses_shortcut("Clear a pipeline") == snapshot("""\
Answer
🚫 You may not see any pipeline: guests of this workspace may do nothing here, whatever is granted to them.
[Close]\
""")
    ana = workspace.operator("ana", pattern="users-*")
    assert ana.opens_form() == snapshot("""\
Answer
There is no pipeline that you may see. `/pipeline whoami` shows what is granted to you; an admin of this bot can grant more.
[Close]\
""")
    assert workspace.record() == snapshot(
        [
            "03:00 refused by eve: action=view pattern=* why=no_grant",
            "03:00 refused by gus: action=view pattern=* why=not_a_member",
        ]
    )


def test_another_choice(workspace: Workspace) -> None:
    """What is shown follows the choice; the reason that was typed stays."""
    ana = workspace.operator("ana")
    workspace.feldera.adds("archive", storage="Cleared")
    workspace.feldera.adds("users", running=True)
    workspace.rules("users", r"reason=required matching=INC-\d+")
    ana.opens_form()
    ana.chooses("orders")
    assert ana.chooses("archive") == snapshot("""\
Clear a pipeline
Pipeline: archive
In the same request: ☐ Stop it first ☐ Start it afterwards
Nothing happens unless you press the button below. Only you see this.
✅ Nothing to clear: the storage of `archive` is cleared.
Reason: ____
(It is shown on the card.)
[Never mind] [Clear]\
""")
    assert ana.chooses("users") == snapshot("""\
Clear a pipeline
Pipeline: users
In the same request: ☐ Stop it first ☐ Start it afterwards
Nothing happens unless you press the button below. Only you see this.
✋ `users` must be stopped before it can be cleared: it is Running since Mar 2, 2026 at 3:00:00 AM. Tick *Stop it first* to ask for both at once.
Reason: ____
(It is shown on the card.)
[Never mind] [Clear]\
""")
    assert ana.submits(Reason="INC-7") == snapshot("""\
Clear a pipeline
Pipeline: users
⚠ users is not stopped: tick Stop it first, or choose another.
In the same request: ☐ Stop it first ☐ Start it afterwards
Nothing happens unless you press the button below. Only you see this.
✋ `users` must be stopped before it can be cleared: it is Running since Mar 2, 2026 at 3:00:00 AM. Tick *Stop it first* to ask for both at once.
Reason: INC-7
(It is shown on the card.)
[Never mind] [Clear]\
""")
    assert "7.0 MiB" in ana.chooses("orders")
    ana.submits()
    assert "Reason: INC-7" in workspace.card()
    workspace.passes(seconds=10)
    workspace.thread()


def test_never_mind(workspace: Workspace) -> None:
    """Closing the form does nothing, and leaves nothing behind."""
    ana = workspace.operator("ana")
    ana.opens_form()
    ana.chooses("orders")
    ana.closes_modal()
    workspace.passes(minutes=1)
    assert workspace.record() == []
    assert workspace.feldera.clears["orders"] == 0
