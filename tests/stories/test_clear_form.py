"""A clear without typing: the form, the menu of pipelines, what it shows of the choice, and what submitting it does."""

from inline_snapshot import snapshot

from bot.domain.access.permissions import Role

CONFIRMED = "Clear a pipeline\n⏳ Confirmed. Follow the clear of `orders` in its thread.\n[Close]"


def test_a_clear_from_the_form_to_the_last_line(workspace, oli):
    """`/pipeline clear` alone opens a form; choosing shows what goes; submitting is the confirmation."""
    workspace.feldera.adds("users", running=True)
    assert oli.opens_form() == snapshot("""\
Clear a pipeline
Pipeline: ____
Also do, in the same request: ☐ Stop it first ☐ Start it afterwards
Nothing happens until you press *Clear*. Only you see this.
Reason: ____
(It is shown on the card.)
[Never mind] [Clear]\
""")
    assert oli.looks_for("") == ["orders", "users"]
    assert oli.picks("orders") == snapshot("""\
Clear a pipeline
Pipeline: orders
Also do, in the same request: ☐ Stop it first ☐ Start it afterwards
Nothing happens until you press *Clear*. Only you see this.
*Deployment*
⏹️ Stopped some time ago (Mar 2, 2026 at 3:00 AM)
*Storage*
💾 holds data: 3 checkpoints, 7.0 MiB
*A clear deletes*
the storage, with 3 checkpoints (7.0 MiB)
⚠️ `orders` loses all its state, and is empty when it runs again. This *cannot be undone*.
Its card goes to #ops.
Reason: ____
(It is shown on the card.)
[Never mind] [Clear]\
""")
    assert workspace.cards() == []
    assert oli.submits(Reason="schema change") == CONFIRMED
    workspace.passes(seconds=10)
    assert "\nRequested by @oli: `schema change`\n" in workspace.card()
    assert workspace.thread()[-1] == "✅ Cleared `orders` after 2 seconds. @oli"
    assert oli.screen == CONFIRMED
    assert workspace.feldera.clears["orders"] == 1
    assert workspace.record() == snapshot(
        [
            "03:00 proposed by oli [op]: pipeline=orders reason=schema change reviewed=…",
            "03:00 confirmed by oli [op]: grant=1",
            "03:00 sent [op]: grant=1",
            "03:00 accepted [op]",
            "03:00 ended [op]: ending=cleared",
        ]
    )


def test_the_shortcut_has_no_channel(workspace, oli):
    """Chosen from anywhere in Slack: the card goes to the person, and the form tells where it will be."""
    assert oli.uses_shortcut("Clear a pipeline").startswith("Clear a pipeline\nPipeline: ____")
    assert "\nIts card goes to our direct messages.\n" in oli.chooses("orders")
    assert oli.submits() == CONFIRMED
    workspace.passes(seconds=10)
    assert workspace.cards() == []
    assert "✅ Cleared after" in workspace.card(oli.dm)
    assert workspace.thread(oli.dm)[-1] == "✅ Cleared `orders` after 2 seconds. @oli"


def test_the_form_tells_who_is_asked_and_where(workspace, ana):
    """A request goes to the channel of its rule, from wherever it was asked; if nobody could approve, that is said."""
    ana.uses_shortcut("Clear a pipeline")
    nobody = "⚠️ Nobody can approve it now: you cannot approve your own request, and nobody else has the role *approver* on this pipeline. Ask an admin to grant it to somebody else."
    shown = ana.chooses("orders")
    assert "\n🙋 Needs approval from 1 other person within 1 h, or it expires.\n" in shown
    assert f"\nIts card goes to our direct messages. · {nobody}\n" in shown
    approvals = workspace.slack.adds_channel("approvals")
    oncall = workspace.user_group("oncall", workspace.approver("ben"))
    workspace.rules(
        "ord*", f"approvals=2 channel={approvals.id} group={oncall.id} within=2h cancel-window=30s"
    )
    shown = ana.chooses("orders")
    assert (
        "\n🙋 Needs approval from 2 other people within 2 h, or it expires. After the last approval it waits 30 s before it is sent to Feldera; until then you, or anybody else who can request or approve it, can cancel it on its card.\n"
        in shown
    )
    assert "\nIts card goes to #approvals and asks @oncall. · Who may approve: @ben.\n" in shown
    assert shown.endswith("[Never mind] [Ask for approval]")
    assert ana.submits() == CONFIRMED.replace("⏳ Confirmed", "🙋 Requested")
    assert "🙋 Waiting for approval, requested" in workspace.card(approvals)
    assert workspace.cards(ana.dm) == []
    assert workspace.sent == []


def test_the_menu_has_what_the_person_may_see(workspace, oli):
    """And nothing else, whatever is typed; the likeliest first, with its state below it."""
    for name in ("orders-eu", "eu-orders", "preorders"):
        workspace.feldera.adds(name)
    workspace.feldera.adds("payments", running=True)
    pat = workspace.operator("pat", pattern="*orders-*")
    oli.opens_form()
    assert oli.looks_for("ORD") == ["orders", "orders-eu", "eu-orders", "preorders"]
    assert oli.looks_for("zzzz") == []
    assert oli.looks_for("paymnets") == ["payments"]
    (option,) = workspace.slack.deliveries[-1].ack.body["options"]
    assert (option["value"], option["description"]["text"]) == ("payments", "▶️ Running · 💾 holds data")
    pat.opens_form()
    assert pat.looks_for("") == ["orders-eu"]
    assert pat.looks_for("payments") == []


def test_ten_thousand_pipelines(workspace, oli):
    """A menu of a hundred at most, and nobody waits for more to be read than is shown."""
    workspace.feldera.adds_many(f"tenant-{number:05}" for number in range(10_000))
    oli.opens_form()
    assert oli.looks_for("")[:2] == ["orders", "tenant-00000"]
    assert len(oli.looks_for("tenant")) == 100
    assert oli.looks_for("04711") == ["tenant-04711"]


def test_every_letter_is_answered_and_feldera_asked_once(workspace, oli):
    """For all that is typed within five seconds, by whoever types; what is new since then is found after that."""
    pat = workspace.operator("pat")
    oli.opens_form()
    before = len(workspace.feldera.requests)
    pat.opens_form()
    for typed in ("", "o", "or", "ord"):
        assert oli.looks_for(typed) == pat.looks_for(typed) == ["orders"]
    workspace.feldera.adds("orders-eu")
    assert oli.looks_for("ord") == ["orders"]
    assert len(workspace.feldera.requests) == before
    workspace.passes(seconds=6)
    assert oli.looks_for("ord") == ["orders", "orders-eu"]
    assert len(workspace.feldera.requests) == before + 1


def test_nothing_to_see(workspace):
    """Whoever may see no pipeline is told so, instead of a menu without options; it is recorded."""
    eve, gus = workspace.adds_person("eve"), workspace.adds_person("gus", guest=True)
    pat = workspace.operator("pat", pattern="users-*")
    workspace.grants(gus, Role.OPERATOR)
    no = "Clear a pipeline\n🚫 There is no pipeline that you are allowed to see: "
    assert eve.opens_form().startswith(f"{no}you need one of the roles *viewer*, *requester*,")
    assert gus.uses_shortcut("Clear a pipeline").startswith(f"{no}guests of this workspace cannot do")
    assert pat.opens_form().startswith(
        "Clear a pipeline\nThere is no pipeline that you can see. `/pipeline whoami`"
    )
    assert workspace.record() == snapshot(
        [
            "03:00 refused by eve: action=view pattern=* why=no_grant",
            "03:00 refused by gus: action=view pattern=* why=not_a_member",
        ]
    )


def test_another_choice(workspace, oli):
    """What is shown follows the choice; the reason that was typed stays. Closing the form does nothing."""
    workspace.feldera.adds("archive", storage="Cleared")
    workspace.feldera.adds("users", running=True)
    workspace.rules("users", r"reason=required matching=INC-\d+")
    oli.opens_form()
    oli.chooses("orders")
    nothing = "✅ `archive` is already cleared."
    assert oli.chooses("archive").splitlines()[4:6] == [nothing, "Reason: ____"]
    runs = "✋ `users` must be stopped before it can be cleared: it is Running, started some time ago (Mar 2, 2026 at 3:00 AM)."
    assert oli.chooses("users").splitlines()[4].startswith(f"{runs} Tick *Stop it first*")
    said = oli.submits(Reason="INC-7")
    assert "Pipeline: users\n⚠ users is not stopped: tick Stop it first, or choose another.\n" in said
    assert runs in said
    assert "7.0 MiB" in oli.chooses("orders")
    oli.closes_modal()
    workspace.passes(minutes=1)
    assert workspace.record() == []
    oli.opens_form()
    oli.chooses("users")
    oli.submits(Reason="INC-8")
    oli.chooses("orders")
    oli.submits()
    assert ": `INC-8`\n" in workspace.card()
    workspace.passes(seconds=10)
    workspace.thread()
