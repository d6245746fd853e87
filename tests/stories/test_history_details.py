"""*Details* of a request in `/pipeline history`: all that happened to it, for those who may see its pipeline."""

from dataclasses import replace

from inline_snapshot import snapshot

from bot.domain.events import EventKind
from tests.stories.test_history import UNSEEN


def test_the_details_of_a_request(workspace):
    """What happened to it, in order; as an answer of its own, so that the list stays."""
    ana, ben, cleo = workspace.requester("ana"), workspace.approver("ben"), workspace.viewer("cleo")
    ana.requests("orders", "schema change")
    ana.types(f"/pipeline approve {workspace.request()}")
    ben.approves(workspace.request())
    workspace.passes(seconds=10)
    cleo.types("/pipeline history orders")
    (details,) = cleo.told("Details")
    assert details == snapshot("""\
✅ Cleared: clear of `orders`, requested by @ana some time ago (Mar 2, 2026 at 3:00 AM), took 2 seconds · `ID1` · Thread
Reason: schema change
💬 @ana looked at the preview some time ago (Mar 2, 2026 at 3:00 AM)
🙋 requested by @ana some time ago (Mar 2, 2026 at 3:00 AM)
🚫 denied @ana: approve it (no grant) some time ago (Mar 2, 2026 at 3:00 AM)
👍 approved by @ben some time ago (Mar 2, 2026 at 3:00 AM)
📤 sent some time ago (Mar 2, 2026 at 3:00 AM)
⏳ accepted by Feldera some time ago (Mar 2, 2026 at 3:00 AM)
✅ ended (cleared) some time ago (Mar 2, 2026 at 3:00 AM)\
""")
    assert cleo.links() == [workspace.permalink()]
    workspace.revokes(cleo)
    assert cleo.told("Details")[0].startswith(UNSEEN)
    assert workspace.record(EventKind.REFUSED)[-1].endswith(
        "refused by cleo: action=view pipeline=orders why=no_grant"
    )
    assert ana.types("/pipeline history @ben") == snapshot("""\
*History of @ben*
✅ Cleared: clear of `orders`, requested by @ana some time ago (Mar 2, 2026 at 3:00 AM), took 2 seconds, approved by @ben
[Details]\
""")
    workspace.threads()


def test_details_that_do_not_exist(workspace):
    """A button from elsewhere, or a preview that nobody confirmed: the same answer, on record."""
    ana = workspace.operator("ana")
    workspace.feldera.adds("payments")
    ana.clears("orders")
    ana.asks("/pipeline start payments")
    preview = ana.finds("Start payments").element["value"]
    ana.types("/pipeline history")
    button = ana.finds("Details")
    for said in ("a2" * 12, preview):
        ana.presses(replace(button, element={**button.element, "value": said}))
        assert ana.reads() == snapshot(
            [
                "This button is too old to work, so pressing it did nothing. `/pipeline pending` lists the requests that wait for approval or review."
            ]
        )
    assert len(workspace.record(EventKind.REFUSED)) == 2
    workspace.threads()
