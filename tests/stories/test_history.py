"""`/pipeline history`: the record in pages, newest first; everybody sees what concerns pipelines they may see."""

from inline_snapshot import snapshot

from bot.domain.events import Event, EventKind
from bot.engine.handlers.access_commands import HISTORY_READ
from bot.store import audit_log
from bot.store.connection.database import open_database, writing
from tests.workspace import Teammate, Workspace


def test_the_record_of_a_pipeline(workspace: Workspace) -> None:
    """From the preview to the end, and who was told no in between; each with a link to the card."""
    ana, eve = workspace.operator("ana"), workspace.stranger("eve")
    ana.clears("orders", "schema change")
    workspace.passes(seconds=10)
    eve.types("/pipeline clear orders")
    assert ana.types("/pipeline history orders") == snapshot(
        """\
*The record of orders*
🚫 Mar 2, 2026 at 3:00:10 AM: refused @eve: to clear `orders` (no grant)
✅ Mar 2, 2026 at 3:00:02 AM: `orders`: ended (cleared) · its thread
⏳ Mar 2, 2026 at 3:00:00 AM: `orders`: accepted by Feldera · its thread
📤 Mar 2, 2026 at 3:00:00 AM: `orders`: sent · its thread
✓ Mar 2, 2026 at 3:00:00 AM: `orders`: confirmed by @ana · its thread
💬 Mar 2, 2026 at 3:00:00 AM: `orders`: previewed by @ana: reason `schema change` · its thread\
"""
    )
    workspace.card()
    workspace.thread()


def test_the_record_of_changes_of_access(workspace: Workspace) -> None:
    """An admin reads who gave what to whom, by chat or by the shell, and what was there before."""
    root, ana = workspace.admin("root"), workspace.stranger("ana")
    workspace.user_group("oncall")
    root.types("/pipeline grant @ana operator orders for 12h on call")
    root.types("/pipeline grant @oncall approver orders")
    root.types("/pipeline revoke @ana operator orders")
    root.types("/pipeline rule orders approvals=2")
    root.types("/pipeline rule orders approvals=3 reason=required")
    root.types("/pipeline rule orders off")
    root.types("/pipeline freeze orders for 4h release day")
    root.types("/pipeline unfreeze orders")
    root.types("/pipeline grant @root operator orders")
    assert root.types("/pipeline history").split("\n") == snapshot(
        [
            "*The record of everything*",
            "🚫 Mar 2, 2026 at 3:00:00 AM: refused @root: to grant *operator* of @root on `orders` (own favour)",
            "🧊 Mar 2, 2026 at 3:00:00 AM: unfrozen `orders` by @root: before until Mar 2, 2026 at 7:00:00 AM by @root: `release day`",
            "🧊 Mar 2, 2026 at 3:00:00 AM: frozen `orders` by @root: until Mar 2, 2026 at 7:00:00 AM, reason `release day`",
            "📏 Mar 2, 2026 at 3:00:00 AM: rule dropped `orders` by @root: before approvals=3 reason=required",
            "📏 Mar 2, 2026 at 3:00:00 AM: rule set `orders` by @root: rule approvals=3 reason=required, before approvals=2",
            "📏 Mar 2, 2026 at 3:00:00 AM: rule set `orders` by @root: rule approvals=2",
            "🔑 Mar 2, 2026 at 3:00:00 AM: revoked *operator* of @ana on `orders` by @root: before number 2 by @root, until Mar 2, 2026 at 3:00:00 PM (`on call`)",
            "🔑 Mar 2, 2026 at 3:00:00 AM: granted *approver* of @oncall on `orders` by @root",
            "🔑 Mar 2, 2026 at 3:00:00 AM: granted *operator* of @ana on `orders` by @root: until Mar 2, 2026 at 3:00:00 PM, note `on call`",
            "🔑 Mar 2, 2026 at 3:00:00 AM: granted *admin* of @root on `*` by `shell:owner`",
        ]
    )
    assert ana.types("/pipeline history") == snapshot("""\
*The record of everything*
Nothing that you may see.\
""")


def test_entries_of_an_earlier_version(workspace: Workspace) -> None:
    """They say what was there before in a sentence, which is shown as it stands."""
    root, ana = workspace.admin("root"), workspace.stranger("ana")
    what_was = {
        EventKind.REVOKED: f"number 2 by T0ACME/{ana.actor.user}, until revoked (<!here>)",
        EventKind.RULE_DROPPED: "approvals=2 matching=`x`",
        EventKind.UNFROZEN: "until 2026-03-02T07:00:00+00:00 by shell:root: release day",
    }
    db = open_database(workspace.database)
    with writing(db):
        for kind, before in what_was.items():
            data = {"pattern": "orders", "before": before}
            audit_log.append(db, Event(kind, workspace.clock.now(), data, root.actor))
    db.close()
    assert root.types("/pipeline history").split("\n") == snapshot(
        [
            "*The record of everything*",
            "🧊 Mar 2, 2026 at 3:00:00 AM: unfrozen `orders` by @root: before `until 2026-03-02T07:00:00+00:00 by shell:root: release day`",
            "📏 Mar 2, 2026 at 3:00:00 AM: rule dropped `orders` by @root: before `approvals=2 matching=ˋxˋ`",
            "🔑 Mar 2, 2026 at 3:00:00 AM: revoked `orders` by @root: before `number 2 by T0ACME/U03ANA, until revoked (<!here>)`",
            "🔑 Mar 2, 2026 at 3:00:00 AM: granted *admin* of @root on `*` by `shell:owner`",
        ]
    )


def test_pages(workspace: Workspace) -> None:
    """Ten entries a page; *Older* turns the page into the next, and the last one has no button."""
    root = workspace.admin("root")
    ana = workspace.operator("ana")
    for number in range(23):
        ana.types(f"/pipeline grant @root viewer p{number}")
    pages = [ana.types("/pipeline history @ana")]
    while "[Older]" in pages[-1]:
        ana.clicks("Older")
        pages += ana.reads()
    assert [page.count("refused") for page in pages] == [10, 10, 3]
    numbers = [
        int(word[1:])
        for page in pages
        for word in page.replace("`", "").split()
        if word[1:].isdigit() and word[0] == "p"
    ]
    assert numbers == sorted(numbers, reverse=True)
    assert len(numbers) == 23
    assert root.types("/pipeline history @ana").count("refused") == 10
    assert ana.types("/pipeline history").count("refused") == 10
    ana.clicks("Older")
    (second,) = ana.reads()
    assert second.count("refused") == 10


def test_pages_of_one_pipeline(workspace: Workspace) -> None:
    """The next page is of the same pipeline, also of one with the longest name there can be."""
    name = f"everything-{'x' * 52}"
    ana, eve = workspace.viewer("ana"), workspace.stranger("eve")
    for _ in range(11):
        eve.types(f"/pipeline status {name}")
        eve.types("/pipeline status orders")
    first = ana.types(f"/pipeline history {name}")
    assert first.count(name) == 11  # with the title
    ana.clicks("Older")
    (second,) = ana.reads()
    assert second.count(name) == 2
    assert "orders" not in first + second
    assert "[Older]" not in second


def test_the_record_of_a_person(workspace: Workspace) -> None:
    """What they did themselves, as far as the reader may see it."""
    ana, ben = workspace.operator("ana"), workspace.viewer("ben", pattern="reports")
    workspace.feldera.adds("reports")
    ana.asks("/pipeline clear orders")
    ana.clicks("Never mind")
    ana.reads()
    ben.types("/pipeline clear reports")
    assert ana.types("/pipeline history @ana") == snapshot(
        """\
*The record of @ana*
↩️ Mar 2, 2026 at 3:00:00 AM: `orders`: ended (withdrawn) by @ana
💬 Mar 2, 2026 at 3:00:00 AM: `orders`: previewed by @ana\
"""
    )
    assert ben.types("/pipeline history @ana") == snapshot("""\
*The record of @ana*
Nothing that you may see.\
""")
    assert ben.types("/pipeline history @ben") == snapshot("""\
*The record of @ben*
🚫 Mar 2, 2026 at 3:00:00 AM: refused @ben: to clear `reports` (no grant)\
""")
    assert ana.types("/pipeline history @ben") == snapshot("""\
*The record of @ben*
🚫 Mar 2, 2026 at 3:00:00 AM: refused @ben: to clear `reports` (no grant)\
""")


def test_who_sees_what(workspace: Workspace) -> None:
    """A pipeline's record is for those who may see it: same answer whether there is one or not."""
    ana, eve = workspace.operator("ana"), workspace.viewer("eve", pattern="reports-*")
    ana.asks("/pipeline clear orders")
    existing = eve.types("/pipeline history orders")
    assert existing == snapshot(
        "🚫 You may not see `orders`: that takes the role *viewer*, *requester*, *operator*, *approver* or *responder* on it. An admin of this bot can grant it. You are `U03EVE`."
    )
    assert eve.types("/pipeline history nowhere") == existing.replace("orders", "nowhere")
    assert "orders" not in eve.types("/pipeline history @ana")
    narrow = workspace.admin("ada", pattern="reports-*")
    workspace.rules("orders", "approvals=2")
    workspace.rules("reports-*", "approvals=2")
    assert narrow.types("/pipeline history") == snapshot("""\
*The record of everything*
📏 Mar 2, 2026 at 3:00:00 AM: rule set `reports-*` by `shell:owner`: rule approvals=2
🔑 Mar 2, 2026 at 3:00:00 AM: granted *admin* of @ada on `reports-*` by `shell:owner`
🔑 Mar 2, 2026 at 3:00:00 AM: granted *viewer* of @eve on `reports-*` by `shell:owner`\
""")


def test_a_button_is_no_way_around(workspace: Workspace) -> None:
    """The next page is decided afresh: a right that ended since shows nothing more."""
    ana, eve = workspace.viewer("ana"), workspace.stranger("eve")
    for _ in range(11):
        eve.types("/pipeline status orders")
    ana.types("/pipeline history orders")
    workspace.revokes(ana)
    ana.clicks("Older")
    assert ana.reads() == snapshot(
        [
            "🚫 You may not see `orders`: that takes the role *viewer*, *requester*, *operator*, *approver* or *responder* on it. An admin of this bot can grant it. You are `U02ANA`."
        ]
    )


def test_hostile_words_in_the_record(workspace: Workspace) -> None:
    """What people typed is shown as what it is: no mention rings, no link leads anywhere."""
    root = workspace.admin("root")
    workspace.stranger("ana")
    root.types(
        "/pipeline freeze orders for 1h `<!channel>` *<https://evil.example|win>* @ana &amp; \u202egnp.exe"
    )
    root.types("/pipeline rule orders matching=<!here|`*x*`>")
    assert root.types("/pipeline history orders") == snapshot(
        "🚫 You may not see `orders`: that takes the role *viewer*, *requester*, *operator*, *approver* or *responder* on it. An admin of this bot can grant it. You are `U02ROOT`."
    )
    assert root.types("/pipeline history").split("\n") == snapshot(
        [
            "*The record of everything*",
            "🚫 Mar 2, 2026 at 3:00:00 AM: refused @root: to see `orders` (no grant)",
            "📏 Mar 2, 2026 at 3:00:00 AM: rule set `orders` by @root: rule matching=`<!here|ˋ*x*ˋ>`",
            "🧊 Mar 2, 2026 at 3:00:00 AM: frozen `orders` by @root: until Mar 2, 2026 at 4:00:00 AM, reason `ˋ<!channel>ˋ *<win>* @ana &amp; gnp.exe`",
            "🔑 Mar 2, 2026 at 3:00:00 AM: granted *admin* of @root on `*` by `shell:owner`",
        ]
    )
    assert root.types("/pipeline rules").split("\n") == snapshot(
        [
            "*Rules and freezes*",
            "📏 `orders`: matching=`<!here|ˋ*x*ˋ>`",
            "`orders`: 🧊 until Mar 2, 2026 at 4:00:00 AM: `ˋ<!channel>ˋ *<win>* @ana &amp; gnp.exe`",
            "Without a rule a requester needs 1 approval, an operator none.",
        ]
    )


def many_are_refused(workspace: Workspace, count: int, *, by: Teammate) -> None:
    """As if they had typed it all the long years."""
    db = open_database(workspace.database)
    data = {"pipeline": "orders", "action": "clear", "why": "no_grant"}
    with writing(db):
        for _ in range(count):
            audit_log.append(db, Event(EventKind.REFUSED, workspace.clock.now(), data, by.actor))
    db.close()


def test_a_page_reads_only_so_much(workspace: Workspace) -> None:
    """However long the record is: where little of it is for the person, the page says so, and *Older* reads on."""
    eve, ana = workspace.stranger("eve"), workspace.viewer("ana", pattern="reports")
    eve.types("/pipeline clear reports")
    many_are_refused(workspace, HISTORY_READ, by=eve)
    assert ana.types("/pipeline history") == snapshot("""\
*The record of everything*
Nothing for you among 1,000 entries: *Older* looks further.
[Older]\
""")
    ana.clicks("Older")
    assert ana.reads() == snapshot(
        [
            """\
*The record of everything*
🚫 Mar 2, 2026 at 3:00:00 AM: refused @eve: to clear `reports` (no grant)\
"""
        ]
    )
    eve.types("/pipeline clear reports")
    assert ana.types("/pipeline history") == snapshot("""\
*The record of everything*
🚫 Mar 2, 2026 at 3:00:00 AM: refused @eve: to clear `reports` (no grant)
Nothing else for you among 1,000 entries: *Older* looks further.
[Older]\
""")


def test_whoever_has_no_role_has_nothing_read(workspace: Workspace) -> None:
    """Their own deeds are found at once, and those of others are not looked for."""
    eve, ben, gus = workspace.stranger("eve"), workspace.stranger("ben"), workspace.viewer("gus")
    many_are_refused(workspace, HISTORY_READ + 1, by=eve)
    gus.person.becomes_a_guest()
    for person in (ben, gus):
        # Had it been read through, they would be told how far.
        assert person.types("/pipeline history").split("\n")[1:] == ["Nothing that you may see."]
        assert "Nothing that you may see." in person.types("/pipeline history @eve")
    ben.types("/pipeline clear orders")
    assert ben.types("/pipeline history").count("refused") == 1


def test_no_entry_falls_between_two_pages(workspace: Workspace) -> None:
    """However long the entries are: each is on one page, whole."""
    root = workspace.admin("root")
    for number in range(12):
        for approvals in (2, 3):
            requirements = f"approvals={approvals} within=2h remind=30m stop=30s"
            root.types(f"/pipeline rule p-{number} {requirements} matching={'INC-[0-9]+ ' * 8}")
    pages = [root.types("/pipeline history")]
    while "[Older]" in pages[-1]:
        root.clicks("Older")
        pages += root.reads()
    assert sum(page.count("rule set") for page in pages) == 24
