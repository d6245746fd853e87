"""`can-i` and `whoami`: what decides, told to the one who asks and to nobody else, without touching anything."""

from inline_snapshot import snapshot

from bot.domain.access.permissions import Role


def test_an_operator_reads_the_verdict_first(workspace):
    """Then what to do, then what decided. During a freeze nothing says that they can."""
    ana = workspace.operator("ana", pattern="ord*")
    workspace.rules("prod-*", "approvals=2")
    assert ana.types("/pipeline can-i clear orders") == snapshot("""\
✅ Yes, you can clear `orders` without approval.
Type `/pipeline clear orders reason…`.
🔑 Decided by grant #1, *operator* on `ord*`.
📏 No rule matches, so a requester or responder needs 1 approval, and an operator none.\
""")
    workspace.rules("orders", "approvals=1 reason=required")
    workspace.freezes("ord*", hours=2)
    assert ana.types("/pipeline can-i clear orders") == snapshot("""\
⛔ Not now: `orders` is frozen until Mar 2, 2026 at 5:00 AM (`release day`). Until then no clear, stop or start, not even break-glass.
When the freeze ends, type `/pipeline clear orders reason…` (with 1 approval).
An admin can remove the freeze: `/pipeline unfreeze ord*`.
⚠️ Nobody else can approve it at present: an admin can grant the role *approver*.
🔑 Decided by grant #1, *operator* on `ord*`.
📏 Rule `orders`: 1 approval, a reason is required.\
""")


def test_a_requester_hears_what_the_strictest_rules_say(workspace, ana):
    """Without a rule it takes one approval."""
    verdict = ana.types("/pipeline can-i clear orders").split("\n")[0]
    assert verdict == "🙋 Yes, you can clear `orders` with 1 approval."
    workspace.approver("ben")
    workspace.grants_group(workspace.user_group("leads"), Role.APPROVER)
    workspace.rules("ord*", "approvals=2 within=30m reason=required")
    workspace.rules("*", "approvals=1 within=2h matching=INC-\\d+")
    assert ana.types("/pipeline can-i clear orders") == snapshot("""\
🙋 Yes, you can clear `orders` with 2 approvals from @ben or @leads.
Type `/pipeline clear orders reason…`. The request expires if it is not approved within 30m.
🔑 Decided by grant #1, *requester* on `*`.
📏 Rules `ord*`, `*`: 2 approvals, the reason must contain a match for the regular expression `INC-\\d+`.\
""")


def test_a_responder_hears_of_the_emergency_way(workspace, ana):
    """Only where a rule allows it, and only who may."""
    rio = workspace.responder("rio")
    emergency = "\n🚨 In an emergency: `/pipeline clear orders --break-glass INCIDENT reason…`.\n"
    for rule, is_told in ((None, False), ("*", True), ("orders", False)):
        if rule:
            workspace.rules(rule, f"break-glass={'allowed' if is_told else 'forbidden'}")
        assert (emergency in rio.types("/pipeline can-i clear orders")) is is_told
        assert "break-glass" not in ana.types("/pipeline can-i clear orders")


def test_a_stranger_and_a_viewer_are_denied(workspace):
    """The same whether there is such a pipeline or not; a grant that ended is named."""
    eve, vic = workspace.adds_person("eve"), workspace.viewer("vic")
    oli = workspace.operator("oli", pattern="ord*", hours=1)
    workspace.rules("orders", "approvals=2")
    no = "🚫 No, you cannot clear `orders`: you need the role *requester*, *operator* or *responder* on `orders`."
    assert vic.types("/pipeline can-i clear orders").startswith(no)
    said = eve.types("/pipeline can-i clear orders")
    assert said == snapshot("""\
🚫 No, you cannot clear `orders`: you need the role *requester*, *operator* or *responder* on `orders`. No admin in Slack can grant it: ask the person who runs the bot to run this on the bot's server: `pipeline-bot grant U02EVE requester orders`.\
""")
    assert eve.types("/pipeline can-i clear nowhere") == said.replace("orders", "nowhere")
    workspace.passes(hours=2)
    lapsed = " Your role *operator* on `ord*` ended some time ago (Mar 2, 2026 at 4:00 AM)."
    assert oli.types("/pipeline can-i clear orders").startswith(f"{no}{lapsed}")


def test_asking_touches_nothing_and_the_answer_is_for_one(workspace):
    """Feldera is not asked, a question is no event, and nobody else in the channel sees a word of it."""
    oli, eve, ben = workspace.operator("oli"), workspace.adds_person("eve"), workspace.operator("ben")
    for somebody in (oli, eve):
        somebody.types("/pipeline can-i clear orders")
        somebody.types("/pipeline whoami")
    assert workspace.feldera.requests == []
    assert workspace.record() == []
    assert workspace.channel.messages == []
    assert ben.reads() == []


def test_rules_hold_for_a_stop_which_loses_data_and_not_for_a_start(workspace, ana):
    oli = workspace.operator("oli")
    workspace.rules("orders", "approvals=2 reason=required")
    told = [who.types(f"/pipeline can-i {verb} orders") for who in (oli, ana) for verb in ("stop", "start")]
    assert [said.split("\n")[0] for said in told] == snapshot(
        [
            "🙋 Yes, you can stop `orders` with 2 approvals.",
            "✅ Yes, you can start `orders` without approval.",
            "🙋 Yes, you can stop `orders` with 2 approvals.",
            "🙋 Yes, you can start `orders` with 1 approval.",
        ]
    )
    assert ["a reason is required" in said for said in told] == [True, False, True, False]


def test_who_am_i(workspace):
    """All that is granted to a person: by name, by group, for a while, and what has lapsed."""
    ana = workspace.operator("ana", pattern="ord*", hours=1)
    workspace.grants(ana, Role.VIEWER)
    workspace.grants(ana, Role.APPROVER, "prod-*", hours=12)
    workspace.grants_group(workspace.user_group("oncall", ana), Role.RESPONDER, "prod-*")
    workspace.grants_group(workspace.user_group("leads"), Role.APPROVER)
    workspace.passes(hours=2)
    assert ana.types("/pipeline whoami") == snapshot("""\
You are @ana (`U02ANA` of the workspace `T0ACME`): a member of this workspace.
✗ *operator* on `ord*` (grant #1) expired some time ago (Mar 2, 2026 at 4:00 AM)
🔑 *viewer* on `*` (grant #2, no expiry)
🔑 *approver* on `prod-*` (grant #3, until Mar 2, 2026 at 3:00 PM)
🔑 *responder* on `prod-*` through @oncall (grant #4, no expiry)\
""")


def test_can_i_agrees_with_the_clear(workspace):
    """What it promises is what then happens: the same decision behind both."""
    people = [getattr(workspace, role.value)(role.value) for role in Role]
    for rule in (None, "approvals=0", "approvals=2"):
        if rule:
            workspace.rules("orders", rule)
        for somebody in people:
            promised = somebody.types("/pipeline can-i clear orders")
            shown = somebody.types("/pipeline clear orders")
            labels = [label for label in ("Clear orders", "Ask for approval") if label in shown]
            promises = ["Clear orders" if "without approval" in promised else "Ask for approval"]
            assert labels == ([] if promised.startswith("🚫") else promises), (rule, somebody.name)


def test_more_rules_than_a_message_holds(workspace, ana):
    """However many rules match and however long they are, each answer that names them is given, cut."""
    rae = workspace.responder("rae")
    for number in range(31):
        workspace.rules("*" * (150 - number), f"break-glass=forbidden matching={number:03}{'x' * 90}")
    answers = [
        ana.types("/pipeline can-i clear orders"),
        ana.asks("/pipeline clear orders because"),
        rae.asks("/pipeline clear orders --break-glass INC-1 because"),
    ]
    assert [" more" in answer for answer in answers] == [True, True, True]
    assert max(len(answer) for answer in answers) <= 3_000
