"""`/pipeline history`: requests and changes of access in pages, newest first; everybody sees what they may see."""

from inline_snapshot import snapshot

from bot.domain.events import Event, EventKind
from bot.engine.handlers.look.history import HISTORY_READ
from bot.store import audit_log
from bot.store.archive.archiving import Order, archive
from bot.store.connection.database import open_database, writing

EVERYTHING = "*History*"
AGE = "some time ago (Mar 2, 2026 at 3:00 AM)"
NOTHING = "Nothing that you can see."
REPORTS = f"🚫 denied @eve: clear `reports` (no grant) {AGE}"
UNSEEN = "🚫 You may not see `orders`: you need one of the roles *viewer*, *requester*, *operator*, *approver* or *responder*"


def pages_of(person, typed):
    """The first page, and each that *Older* turns it into: the last one has no button."""
    pages = [person.types(typed)]
    while "[Older]" in pages[-1]:
        pages += person.told("Older")
    return pages


def test_the_record_of_a_pipeline(workspace):
    """From the preview to the end, and who was told no in between; each with a link to the card."""
    ana, eve = workspace.operator("ana"), workspace.adds_person("eve")
    ana.clears("orders", "schema change")
    workspace.passes(seconds=10)
    eve.types("/pipeline clear orders")
    assert ana.types("/pipeline history orders") == snapshot("""\
*History of `orders`*
🚫 denied @eve: clear `orders` (no grant) some time ago (Mar 2, 2026 at 3:00 AM)
✅ Cleared: clear of `orders`, requested by @ana some time ago (Mar 2, 2026 at 3:00 AM), took 2 seconds
[Details]\
""")
    assert workspace.follows() == "✅ Cleared"


def test_the_record_of_changes_of_access(workspace):
    """An admin reads who gave what to whom, by chat or by the shell, and what was there before."""
    root, ana = workspace.admin("root"), workspace.adds_person("ana")
    workspace.user_group("oncall")
    for change in (
        "grant @ana operator orders for 12h on call",
        "grant @oncall approver orders",
        "revoke @ana operator orders",
        "rule orders approvals=2",
        "rule orders approvals=3 reason=required",
        "rule orders off",
        "freeze orders for 4h release day",
        "unfreeze orders",
        "grant @root operator orders",
    ):
        root.types(f"/pipeline {change}")
    title, *lines = root.types("/pipeline history").split("\n")
    assert title == EVERYTHING
    assert [line.replace(f" {AGE}", "") for line in lines] == snapshot(
        [
            "🚫 denied @root: grant @root *operator* on `orders` (own access)",
            "🧊 unfrozen `orders` by @root: before frozen by @root until Mar 2, 2026 at 7:00 AM: `release day`",
            "🧊 frozen `orders` by @root: until Mar 2, 2026 at 7:00 AM, reason `release day`",
            "📏 rule dropped `orders` by @root: before approvals=3 reason=required",
            "📏 rule set `orders` by @root: rule approvals=3 reason=required, before approvals=2",
            "📏 rule set `orders` by @root: rule approvals=2",
            "🔑 revoked @ana *operator* on `orders` by @root: before grant #2 by @root, ends Mar 2, 2026 at 3:00 PM, note: `on call`",
            "🔑 granted @oncall *approver* on `orders` by @root",
            "🔑 granted @ana *operator* on `orders` by @root: until Mar 2, 2026 at 3:00 PM, note `on call`",
            "🔑 granted @root *admin* on `*` by `shell:owner`",
        ]
    )
    assert ana.types("/pipeline history") == f"{EVERYTHING}\n{NOTHING}"


def test_entries_of_an_earlier_version(workspace):
    """They say what was there before in a sentence, which is shown as it stands."""
    root, ana = workspace.admin("root"), workspace.adds_person("ana")
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
            "*History*",
            "🧊 unfrozen `orders` by @root some time ago (Mar 2, 2026 at 3:00 AM): before `until 2026-03-02T07:00:00+00:00 by shell:root: release day`",
            "📏 rule dropped `orders` by @root some time ago (Mar 2, 2026 at 3:00 AM): before `approvals=2 matching=ˋxˋ`",
            "🔑 revoked `orders` by @root some time ago (Mar 2, 2026 at 3:00 AM): before `number 2 by T0ACME/U03ANA, until revoked (<!here>)`",
            "🔑 granted @root *admin* on `*` by `shell:owner` some time ago (Mar 2, 2026 at 3:00 AM)",
        ]
    )


def test_pages(workspace):
    """Ten entries a page; none is missing or there twice."""
    root, ana = workspace.admin("root"), workspace.operator("ana")
    for number in range(23):
        ana.types(f"/pipeline grant @root viewer p{number}")
    pages = pages_of(ana, "/pipeline history @ana")
    assert [page.count("denied") for page in pages] == [10, 10, 3]
    words = "".join(pages).replace("`", "").split()
    numbers = [int(word[1:]) for word in words if word[0] == "p" and word[1:].isdigit()]
    assert numbers == list(reversed(range(23)))
    assert root.types("/pipeline history @ana").count("denied") == 10
    ana.types("/pipeline history")
    assert ana.told("Older")[0].count("denied") == 10


def test_pages_of_one_pipeline(workspace):
    """Also of one with the longest name there can be; each is decided afresh: a right that ended shows nothing more."""
    name = f"everything-{'x' * 52}"
    ana, eve = workspace.viewer("ana"), workspace.adds_person("eve")
    for _ in range(11):
        eve.types(f"/pipeline status {name}")
        eve.types("/pipeline status orders")
    first, second = pages_of(ana, f"/pipeline history {name}")
    assert (first.count(name), second.count(name)) == (11, 2)  # with the title
    assert "orders" not in first + second
    ana.types("/pipeline history orders")
    workspace.revokes(ana)
    (said,) = ana.told("Older")
    assert said.startswith(UNSEEN)


def test_pages_keep_their_place_while_entries_are_added(workspace):
    """*Older* goes on where the page ended, and *Newer* shows what is right above it, whatever was added meanwhile."""
    ana = workspace.operator("ana")

    def tries(numbers):
        for number in numbers:
            ana.types(f"/pipeline grant @ana viewer p{number}")

    def numbers_on(page):
        words = page.replace("`", "").split()
        return [int(word[1:]) for word in words if word[0] == "p" and word[1:].isdigit()]

    tries(range(25))
    ana.types("/pipeline history")
    tries(range(25, 30))
    pages = [*ana.told("Older"), *ana.told("Older")]
    tries(range(30, 33))
    pages += [page for _ in range(3) for page in ana.told("Newer")]
    assert [numbers_on(page) for page in pages] == [
        [*range(14, 4, -1)],
        [*range(4, -1, -1)],
        [*range(14, 4, -1)],
        [*range(24, 14, -1)],
        [*range(32, 22, -1)],
    ]
    assert [page.rpartition("\n")[2] for page in pages] == [
        "[Newer] [Older]",
        "[Newer]",
        "[Newer] [Older]",
        "[Newer] [Older]",
        "[Older]",
    ]


def test_the_history_of_a_person(workspace):
    """What they requested or were denied, as far as the reader may see it; a preview that nobody confirmed is neither."""
    ana, ben = workspace.operator("ana"), workspace.viewer("ben", pattern="reports")
    workspace.feldera.adds("reports")
    ana.asks("/pipeline clear orders")
    ana.told("Never mind")
    ben.types("/pipeline clear reports")
    assert ana.types("/pipeline history @ana") == f"*History of @ana*\n{NOTHING}"
    ana.clears("orders")
    assert ana.types("/pipeline history @ana") == snapshot("""\
*History of @ana*
⏳ Under way: clear of `orders`, requested by @ana some time ago (Mar 2, 2026 at 3:00 AM)
[Details]\
""")
    workspace.threads()
    assert ben.types("/pipeline history @ana") == f"*History of @ana*\n{NOTHING}"
    his = f"*History of @ben*\n{REPORTS.replace('eve', 'ben')}"
    assert ana.types("/pipeline history @ben") == ben.types("/pipeline history @ben") == his


def test_who_sees_what(workspace):
    """A pipeline's record is for those who may see it: same answer whether there is one or not."""
    ana, eve = workspace.operator("ana"), workspace.viewer("eve", pattern="reports-*")
    ana.asks("/pipeline clear orders")
    existing = eve.types("/pipeline history orders")
    assert existing.startswith(UNSEEN)
    assert eve.types("/pipeline history nowhere") == existing.replace("orders", "nowhere")
    assert "orders" not in eve.types("/pipeline history @ana")
    ada = workspace.admin("ada", pattern="reports-*")
    workspace.rules("orders", "approvals=2")
    workspace.rules("reports-*", "approvals=2")
    assert ada.types("/pipeline history") == snapshot("""\
*History*
📏 rule set `reports-*` by `shell:owner` some time ago (Mar 2, 2026 at 3:00 AM): rule approvals=2
🔑 granted @ada *admin* on `reports-*` by `shell:owner` some time ago (Mar 2, 2026 at 3:00 AM)
🔑 granted @eve *viewer* on `reports-*` by `shell:owner` some time ago (Mar 2, 2026 at 3:00 AM)\
""")


def test_hostile_words_in_the_record(workspace):
    """What people typed is shown as what it is: no mention rings, no link leads anywhere."""
    root = workspace.admin("root")
    workspace.adds_person("ana")
    evil = "`<!channel>` *<https://evil.example|win>* @ana &amp; \u202egnp.exe"
    root.types(f"/pipeline freeze orders for 1h {evil}")
    root.types("/pipeline rule orders matching=<!here|`*x*`>")
    rule, reason = "matching=`<!here|ˋ*x*ˋ>`", "`ˋ<!channel>ˋ *<win>* @ana &amp; gnp.exe`"
    assert root.types("/pipeline history").split("\n")[1:3] == [
        f"📏 rule set `orders` by @root {AGE}: rule {rule}",
        f"🧊 frozen `orders` by @root {AGE}: until Mar 2, 2026 at 4:00 AM, reason {reason}",
    ]
    assert root.types("/pipeline rules").split("\n")[1:3] == [
        f"📏 `orders`: {rule}",
        f"🧊 `orders`: frozen by @root until Mar 2, 2026 at 4:00 AM: {reason}",
    ]


def many_are_refused(workspace, count, *, by):
    """As if they had typed it all the long years."""
    db = open_database(workspace.database)
    data = {"pipeline": "orders", "action": "clear", "why": "no_grant"}
    with writing(db):
        for _ in range(count):
            audit_log.append(db, Event(EventKind.REFUSED, workspace.clock.now(), data, by.actor))
    db.close()


def test_a_page_reads_only_so_much(workspace):
    """However long the record is: where little of it is for the person, the page says so, and *Older* reads on."""
    eve, ana = workspace.adds_person("eve"), workspace.viewer("ana", pattern="reports")
    eve.types("/pipeline clear reports")
    many_are_refused(workspace, HISTORY_READ, by=eve)
    hidden = "hidden: they are on pipelines that you are not allowed to see."
    further = f"entries on this page are {hidden} Other pages may have entries that you can see.\n[Older]"
    assert ana.types("/pipeline history") == f"{EVERYTHING}\nAll 1,000 {further}"
    assert ana.told("Older") == [f"{EVERYTHING}\n{REPORTS}\n[Newer]"]
    upward = (
        f"entries on this page are {hidden} Other pages may have entries that you can see.\n[Newer] [Older]"
    )
    assert ana.told("Newer") == [f"{EVERYTHING}\nAll 1,000 {upward}"]
    assert ana.told("Newer") == [f"{EVERYTHING}\nAll 1,000 {further}"]
    eve.types("/pipeline clear reports")
    assert (
        ana.types("/pipeline history") == f"{EVERYTHING}\n{REPORTS}\nSome entries here are {hidden}\n[Older]"
    )


def test_whoever_has_no_role_has_nothing_read(workspace):
    """Their own deeds are found at once, and those of others are not looked for."""
    eve, ben, gus = workspace.adds_person("eve"), workspace.adds_person("ben"), workspace.viewer("gus")
    many_are_refused(workspace, HISTORY_READ + 1, by=eve)
    gus.person.becomes_a_guest()
    for person in (ben, gus):
        # Had it been read through, they would be told how far.
        assert person.types("/pipeline history").split("\n")[1:] == [NOTHING]
        assert NOTHING in person.types("/pipeline history @eve")
    ben.types("/pipeline clear orders")
    assert ben.types("/pipeline history").count("denied") == 1


def test_no_entry_falls_between_two_pages(workspace):
    """However long the entries are: each is on one page, whole."""
    root = workspace.admin("root")
    for number in range(12):
        for approvals in (2, 3):
            requirements = f"approvals={approvals} within=2h remind=30m cancel-window=30s"
            root.types(f"/pipeline rule p-{number} {requirements} matching={'INC-[0-9]+ ' * 8}")
    pages = pages_of(root, "/pipeline history")
    assert sum(page.count("rule set") for page in pages) == 24


def test_what_was_archived_is_said_where_the_list_ends(workspace, tmp_path):
    """And of an id that nobody can find any more; what is newer is listed as before."""
    ana = workspace.operator("ana")
    ana.clears("orders", "schema change")
    workspace.passes(minutes=1)
    workspace.adds_person("eve").types("/pipeline clear orders")
    now = workspace.clock.now()
    assert archive(workspace.database, tmp_path / "old.db", Order(now, now, "shell:root")).operations == 1
    assert ana.types("/pipeline history orders") == snapshot("""\
*History of `orders`*
🚫 denied @eve: clear `orders` (no grant) some time ago (Mar 2, 2026 at 3:01 AM)
Requests up to Mar 2, 2026 at 3:00 AM were archived some time ago (Mar 2, 2026 at 3:01 AM). The person who runs the bot can look them up in the archive.\
""")
    assert ana.types("/pipeline withdraw 7fk2qa") == snapshot(
        "❌ You can see no request whose id begins with `7fk2qa`. `/pipeline pending` lists the requests that wait for approval or review. Requests up to Mar 2, 2026 at 3:00 AM were archived some time ago (Mar 2, 2026 at 3:01 AM). The person who runs the bot can look them up in the archive."
    )
    assert workspace.follows() == "✅ Cleared"
