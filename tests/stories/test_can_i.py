"""`can-i` and `whoami`: what decides, told to the one who asks and to nobody else, without touching anything."""

from inline_snapshot import snapshot

from bot.domain.access.permissions import Role
from tests.workspace import Workspace


def test_an_operator_without_rules(workspace: Workspace) -> None:
    """Yes, at once; by which grant, and that no rule has a say."""
    ana = workspace.operator("ana", pattern="ord*")
    assert ana.types("/pipeline can-i clear orders") == snapshot("""\
✅ You may clear `orders` yourself. By grant number 1, *operator* on `ord*`.
📏 Rules that decide: none, so the usual holds.\
""")


def test_a_requester_asks(workspace: Workspace) -> None:
    """Without a rule it takes one approval; with rules, what the strictest of them say."""
    ana = workspace.requester("ana")
    assert ana.types("/pipeline can-i clear orders") == snapshot("""\
🙋 You may ask to clear `orders`: it takes 1 approval by others, within 1h. By grant number 1, *requester* on `*`.
📏 Rules that decide: none, so the usual holds.\
""")
    workspace.rules("ord*", "approvals=2 within=30m reason=required")
    workspace.rules("*", "approvals=1 within=2h matching=INC-\\d+")
    assert ana.types("/pipeline can-i clear orders") == snapshot("""\
🙋 You may ask to clear `orders`: it takes 2 approvals by others, within 30m. By grant number 1, *requester* on `*`.
📏 Rules that decide: `*`, `ord*`.
✍️ It takes a reason that matches `INC-\\d+`.\
""")


def test_a_rule_over_an_operator(workspace: Workspace) -> None:
    """An operator under a rule asks like everybody."""
    ana = workspace.operator("ana")
    workspace.rules("prod-*", "approvals=2")
    workspace.rules("orders", "approvals=1 reason=required")
    assert ana.types("/pipeline can-i clear orders") == snapshot("""\
🙋 You may ask to clear `orders`: it takes 1 approval by others, within 1h. By grant number 1, *operator* on `*`.
📏 Rules that decide: `orders`.
✍️ It takes a reason.\
""")


def test_a_responder_hears_of_the_emergency_way(workspace: Workspace) -> None:
    """Only where a rule allows it, and only who may."""
    ana, ben = workspace.responder("ana"), workspace.requester("ben")
    assert "break-glass" not in ana.types("/pipeline can-i clear orders")
    workspace.rules("*", "break-glass=allowed")
    assert ana.types("/pipeline can-i clear orders") == snapshot("""\
🙋 You may ask to clear `orders`: it takes 1 approval by others, within 1h. By grant number 1, *responder* on `*`.
📏 Rules that decide: `*`.
🚨 In an emergency: `/pipeline clear orders --break-glass INCIDENT reason…`.\
""")
    assert "break-glass" not in ben.types("/pipeline can-i clear orders")
    workspace.rules("orders", "break-glass=forbidden")
    assert "break-glass" not in ana.types("/pipeline can-i clear orders")


def test_a_freeze_is_told(workspace: Workspace) -> None:
    """Allowed, and yet not now."""
    ana = workspace.operator("ana")
    workspace.freezes("ord*", hours=2)
    assert ana.types("/pipeline can-i clear orders") == snapshot("""\
Frozen 🧊 until Mar 2, 2026 at 5:00:00 AM: `release day`. Until then nothing new starts, not by breaking the glass either.
✅ You may clear `orders` yourself. By grant number 1, *operator* on `*`.
📏 Rules that decide: none, so the usual holds.\
""")


def test_a_stranger_and_a_viewer_are_denied(workspace: Workspace) -> None:
    """No, and the roles that would do; the same whether there is such a pipeline or not."""
    eve, vic = workspace.stranger("eve"), workspace.viewer("vic")
    workspace.rules("orders", "approvals=2")
    assert eve.types("/pipeline can-i clear orders") == snapshot(
        "🚫 You may not clear `orders`: that takes the role *requester*, *operator* or *responder* on it. An admin of this bot can grant it. You are `U02EVE`."
    )
    assert eve.types("/pipeline can-i clear nowhere") == eve.types("/pipeline can-i clear orders").replace(
        "orders", "nowhere"
    )
    assert vic.types("/pipeline can-i clear orders").startswith("🚫 You may not clear `orders`")


def test_a_grant_that_ended_is_named(workspace: Workspace) -> None:
    """Which one, and when."""
    ana = workspace.operator("ana", pattern="ord*", hours=1)
    workspace.passes(hours=2)
    assert ana.types("/pipeline can-i clear orders") == snapshot(
        "🚫 You may not clear `orders`: that takes the role *requester*, *operator* or *responder* on it. Your *operator* on `ord*` ended Mar 2, 2026 at 4:00:00 AM. An admin of this bot can grant it. You are `U02ANA`."
    )


def test_asking_touches_nothing(workspace: Workspace) -> None:
    """Feldera is not asked, and a question is no event."""
    ana, eve = workspace.operator("ana"), workspace.stranger("eve")
    for somebody in (ana, eve):
        somebody.types("/pipeline can-i clear orders")
        somebody.types("/pipeline whoami")
    assert workspace.feldera.requests == []
    assert workspace.record() == []


def test_what_to_ask(workspace: Workspace) -> None:
    """A clear, a stop and a start can be asked about, and only of a name that could be one."""
    ana = workspace.operator("ana")
    assert ana.types("/pipeline can-i") == snapshot(
        "🤔 Ask about a clear, a stop or a start: type `/pipeline can-i clear|stop|start NAME`."
    )
    assert ana.types("/pipeline can-i pause orders") == snapshot(
        "🤔 Ask about a clear, a stop or a start: type `/pipeline can-i clear|stop|start NAME`."
    )
    assert ana.types("/pipeline can-i clear") == snapshot(
        "🤔 Which pipeline? Type `/pipeline can-i clear|stop|start NAME`, for example `/pipeline can-i clear orders`."
    )
    assert ana.types("/pipeline can-i clear or/ders") == snapshot(
        "🤔 `or/ders` cannot be the name of a pipeline: 1 to 100 letters, digits, `-` and `_`. Type `/pipeline can-i clear|stop|start NAME`."
    )
    assert ana.types("/pipeline can-i clear orders please") == snapshot(
        "🤔 `can-i` takes one pipeline name and nothing after it. Type `/pipeline can-i clear|stop|start orders`."
    )
    assert ana.types("/pipeline whoami now") == snapshot(
        "🤔 `now` is too much here. Type `/pipeline whoami`."
    )


def test_whether_one_may_stop_or_start(workspace: Workspace) -> None:
    """Rules hold for a stop, which loses data, and not for a start."""
    ana, ria = workspace.operator("ana"), workspace.requester("ria")
    workspace.rules("orders", "approvals=2 reason=required")
    assert [
        who.types(f"/pipeline can-i {verb} orders") for who in (ana, ria) for verb in ("stop", "start")
    ] == snapshot(
        [
            """\
🙋 You may ask to stop `orders`: it takes 2 approvals by others, within 1h. By grant number 1, *operator* on `*`.
📏 Rules that decide: `orders`.
✍️ It takes a reason.\
""",
            """\
✅ You may start `orders` yourself. By grant number 1, *operator* on `*`.
📏 Rules that decide: `orders`.\
""",
            """\
🙋 You may ask to stop `orders`: it takes 2 approvals by others, within 1h. By grant number 2, *requester* on `*`.
📏 Rules that decide: `orders`.
✍️ It takes a reason.\
""",
            """\
🙋 You may ask to start `orders`: it takes 1 approval by others, within 1h. By grant number 2, *requester* on `*`.
📏 Rules that decide: `orders`.\
""",
        ]
    )


def test_who_am_i(workspace: Workspace) -> None:
    """All that is granted to a person: by name, by group, for a while, and what has lapsed."""
    ana = workspace.operator("ana", pattern="ord*", hours=1)
    workspace.grants(ana, Role.VIEWER)
    workspace.grants(ana, Role.APPROVER, "prod-*", hours=12)
    workspace.grants_group(workspace.user_group("oncall", ana), Role.RESPONDER, "prod-*")
    workspace.grants_group(workspace.user_group("leads"), Role.APPROVER)
    workspace.passes(hours=2)
    assert ana.types("/pipeline whoami") == snapshot("""\
You are @ana, `U02ANA` of `T0ACME`: a member.
🔑 number 1, *operator* on `ord*` until Mar 2, 2026 at 4:00:00 AM (lapsed)
🔑 number 2, *viewer* on `*`
🔑 number 3, *approver* on `prod-*` until Mar 2, 2026 at 3:00:00 PM
🔑 number 4, *responder* on `prod-*` through @oncall\
""")


def test_the_answer_is_for_one(workspace: Workspace) -> None:
    """Nobody else in the channel sees a word of it."""
    ana, ben = workspace.operator("ana"), workspace.operator("ben")
    ana.types("/pipeline can-i clear orders")
    ana.types("/pipeline whoami")
    assert workspace.channel.messages == []
    assert ben.reads() == []


def test_can_i_agrees_with_the_clear(workspace: Workspace) -> None:
    """What it promises is what then happens: the same decision behind both."""
    root = workspace.admin("root")
    people = {
        "operator": workspace.operator("ana"),
        "requester": workspace.requester("ben"),
        "viewer": workspace.viewer("cora"),
        "approver": workspace.approver("dan"),
        "responder": workspace.responder("eva"),
        "admin": root,
    }
    for said in ("off", "approvals=0", "approvals=2"):
        root.types(f"/pipeline rule orders {said}")
        for somebody in people.values():
            promised = somebody.types("/pipeline can-i clear orders")
            somebody.types("/pipeline clear orders")
            shown = somebody.reads()
            labels = [label for label in ("Clear orders", "Ask for approval") if label in "".join(shown)]
            expected = (
                []
                if promised.startswith("🚫")
                else ["Clear orders" if "yourself" in promised else "Ask for approval"]
            )
            assert labels == expected, (said, somebody.name)


def test_more_rules_than_a_message_holds(workspace: Workspace) -> None:
    """However many rules match and however long they are, each answer that names them is given, cut."""
    ana, rae = workspace.requester("ana"), workspace.responder("rae")
    for number in range(31):
        pattern = f"{'*' * (150 - number)}"
        workspace.rules(pattern, f"break-glass=forbidden matching={number:03}{'x' * 90}")
    answers = [
        ana.types("/pipeline can-i clear orders"),
        ana.asks("/pipeline clear orders because"),
        rae.asks("/pipeline clear orders --break-glass INC-1 because"),
    ]
    assert [" more" in answer for answer in answers] == [True, True, True]
    assert max(len(answer) for answer in answers) <= 3_000
