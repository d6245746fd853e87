"""A clear that is stuck: what is unusual goes by the pipeline's own past, people are mentioned, and the thread stays short."""

from datetime import timedelta

import pytest
from inline_snapshot import snapshot

from tests.workspace import Teammate, Workspace

MOMENTS = [
    *(timedelta(seconds=seconds) for seconds in (30, 60, 120, 200, 300, 600)),
    *(timedelta(minutes=minutes) for minutes in (20, 30, 45)),
    *(timedelta(hours=hours) for hours in (1, 2, 4, 6, 12, 18, 24, 30)),
]


@pytest.fixture
def ana(workspace: Workspace) -> Teammate:
    return workspace.operator("ana")


def sticks(workspace: Workspace, ana: Teammate) -> None:
    workspace.feldera.sticks_clearing("orders")
    ana.clears("orders")


def sees(workspace: Workspace, *moments: timedelta) -> None:
    """Time passes, of which the bot is given these moments alone, counted from the card: its looks in between find nothing new."""
    began = workspace.channel.messages[0].history[0].at
    for moment in moments:
        workspace.clock.moves_to(began + moment)
        workspace.settles()


def has_cleared(workspace: Workspace, ana: Teammate, *seconds: float) -> None:
    """Earlier clears of `orders`, each of which took so long; then it has run, and is stopped again."""
    for took in seconds:
        sticks(workspace, ana)
        workspace.passes(seconds=took)
        workspace.feldera.unsticks("orders")
        workspace.passes(seconds=20)
        workspace.threads()
        for happens in (workspace.feldera.someone_starts, workspace.feldera.someone_stops):
            happens("orders")
            workspace.leaps(minutes=1)


def unusual(workspace: Workspace) -> list[str]:
    """When it is said that it takes unusually long, and the sentence up to the runner's word."""
    lines = [line for line in workspace.timed_thread() if "🐌" in line]
    assert all(line.endswith("I keep watching. @ana") for line in lines)
    return [line.partition(" Feldera reports that its runner")[0] for line in lines]


def test_stuck_for_thirty_hours(workspace: Workspace, ana: Teammate) -> None:
    """Ten lines, of which the first unusual one mentions ana, and each from an hour on the group of the rule."""
    oncall = workspace.user_group("oncall", workspace.adds_person("bob"))
    workspace.rules("orders", f"group={oncall.id}")
    sticks(workspace, ana)
    workspace.passes(seconds=1)
    sees(workspace, *MOMENTS)
    assert workspace.timed_thread()[2:] == snapshot(
        [
            "0:00:30  ⏳ Still clearing `orders` after 30 seconds.",
            "0:01:00  ⏳ Still clearing `orders` after 1 minute.",
            "0:02:00  ⏳ Still clearing `orders` after 2 minutes.",
            "0:03:20  🐌 The clear of `orders` is taking unusually long: 3 minutes and 20 seconds so far. Feldera reports that its runner is healthy. Feldera repeats a clear until it succeeds, and it cannot be cancelled. I keep watching. @ana",
            "0:05:00  ⏳ Still clearing `orders` after 5 minutes.",
            "0:10:00  ⏳ Still clearing `orders` after 10 minutes.",
            "0:30:00  ⏳ Still clearing `orders` after 30 minutes.",
            "1:00:00  ⏳ Still clearing `orders` after 1 hour. @oncall",
            "6:00:00  ⏳ Still clearing `orders` after 6 hours. @oncall",
            "1 day, 0:00:00  ⏳ Still clearing `orders` after 1 day. @oncall",
        ]
    )


def test_stuck_where_no_rule_names_a_group(workspace: Workspace, ana: Teammate) -> None:
    sticks(workspace, ana)
    sees(workspace, timedelta(seconds=200), timedelta(hours=1))
    workspace.passes(seconds=1)
    assert workspace.thread()[-1] == "⏳ Still clearing `orders` after 1 hour. @ana"


def test_unusual_is_what_takes_three_times_as_long_as_ever(workspace: Workspace, ana: Teammate) -> None:
    """The longest of its last ten counts, and the sentence says how long that was."""
    has_cleared(workspace, ana, 15, 20, 10)
    sticks(workspace, ana)
    workspace.passes(minutes=3)
    assert unusual(workspace) == [
        "0:01:08.266667  🐌 The clear of `orders` is taking unusually long: 1 minute and 8 seconds so far (usually 22 s at most)."
    ]


def test_the_requester_hears_of_it_elsewhere(workspace: Workspace) -> None:
    """Whose card stands in another channel is told directly, too."""
    rae, ben = workspace.requester("rae"), workspace.approver("ben")
    approvals = workspace.slack.adds_channel("approvals")
    workspace.rules("orders", f"approvals=1 channel={approvals.id}")
    workspace.feldera.sticks_clearing("orders")
    rae.requests("orders")
    ben.told("Approve")
    workspace.passes(minutes=4)
    said, about = rae.dms()[-1].split("\n")
    assert said.startswith(
        "🐌 The clear of `orders` is taking unusually long: 3 minutes and 9 seconds so far."
    )
    assert about == "This is about the clear of `orders`: see its thread."
    workspace.thread(approvals)
