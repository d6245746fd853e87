"""`/pipeline list --running`, `--stopped` and `--busy`: only some of the pipelines, on every page."""

from inline_snapshot import snapshot

from tests.stories.test_list import shape
from tests.workspace import Workspace


def test_by_state(workspace: Workspace) -> None:
    """Running and stopped leave nothing out; busy is what is being changed, or what a request holds or waits for."""
    oli, ben = workspace.viewer("oli"), workspace.requester("ben")
    workspace.feldera.adds("payments", running=True)
    workspace.feldera.adds("reports", provision_takes=60)
    workspace.feldera.someone_starts("reports")
    workspace.feldera.adds("users")
    ben.requests("users")
    workspace.passes(seconds=1)
    found = {flags: oli.asks(f"/pipeline list {flags}") for flags in ("--running", "--stopped", "--busy")}
    assert {flags: shape(answer) for flags, answer in found.items()} == {
        "--running": ["*2 pipelines you can see* (running)", "payments", "reports"],
        "--stopped": ["*2 pipelines you can see* (stopped)", "orders", "users"],
        "--busy": ["*2 pipelines you can see* (busy)", "reports", "users"],
    }
    either = oli.asks("/pipeline list --busy --running")
    assert shape(either) == ["*3 pipelines you can see* (running or busy)", "payments", "users"]
    assert oli.asks("/pipeline list orders --running") == (
        "No running pipeline that you can see matches `orders` (names are case-sensitive)."
    )
    workspace.threads()


def test_a_state_holds_for_all_pages(workspace: Workspace) -> None:
    oli = workspace.viewer("oli")
    for number in range(30):
        workspace.feldera.adds(f"prod-{number:02}", running=number % 2 == 0)
    oli.asks("/pipeline list prod-* --running --busy")
    title = "*Pipelines you can see* matching `prod-*` (running or busy)"
    assert shape(*oli.told("Next")) == [f"{title}: 13 to 15 of 15", "prod-24", "prod-28", "[Previous]"]
    assert shape(*oli.told("Previous")) == [f"{title}: 1 to 12 of 15", "prod-00", "prod-22", "[Next]"]


def test_one_that_cannot_be_read_is_listed_whatever_its_state(workspace: Workspace) -> None:
    oli = workspace.viewer("oli")
    workspace.feldera.answers_next(200, body=[{"name": "odd", "storage_status": 7}])
    assert oli.asks("/pipeline list --stopped") == snapshot("""\
*1 pipeline you can see* (stopped)
❔ `odd`: Feldera's answer does not have the form this bot knows.
[Details]
A pipeline that cannot be read is listed whatever its state.\
""")
