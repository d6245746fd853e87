"""Somebody clears a pipeline, from the command to the last line."""

from tests.workspace import Workspace


def test_a_clear_from_the_command_to_the_last_line(workspace: Workspace) -> None:
    """Command, preview, confirmation, card, thread, and the person mentioned at the end."""
    ana = workspace.operator("ana")
    print(ana.types("/pipeline clear orders schema change"))
    print(ana.reads())
    ana.clicks("Clear orders")
    print(ana.last_confirm)
    print(ana.reads())
    workspace.passes(seconds=10)
    print(workspace.card())
    print(workspace.thread())
    assert workspace.feldera.clears["orders"] == 1
