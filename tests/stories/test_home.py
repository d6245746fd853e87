"""The App Home of a person: what waits for them, what they asked for, what goes on, and nothing that is not theirs."""

from inline_snapshot import snapshot

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
• number 2, *approver* on `*`
Only you see this page. It is kept up to date for an hour after you opened it or pressed a button on it; then open it again. `/pipeline help` shows all that I can do.\
""")
    workspace.card()
