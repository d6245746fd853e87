"""`freeze … until 18:00` is read by the clock of whoever typed it, as their Slack profile says, and echoed with it."""

from inline_snapshot import snapshot

from tests.workspace import Teammate, Workspace

FROZEN = ": no clear, stop or start, not even break-glass. Reason: `release day`."


def admin(workspace: Workspace, name: str, tz: str | None) -> Teammate:
    somebody = workspace.admin(name)
    somebody.profile.tz = tz
    return somebody


def until(somebody: Teammate, when: str) -> str:
    """What is echoed of the end; the story begins at 03:00 UTC on a Monday, March 2."""
    said = somebody.types(f"/pipeline freeze prod-* until {when} release day")
    return said.removeprefix("✅ 🧊 `prod-*` is frozen until ").partition(FROZEN)[0]


def test_by_the_clock_of_whoever_typed_it(workspace: Workspace) -> None:
    """East and west of Greenwich, today or tomorrow there, on a day that is named, and as written with a zone."""
    ada, noa = admin(workspace, "ada", "Europe/Berlin"), admin(workspace, "noa", "America/Los_Angeles")
    assert [
        until(ada, when) for when in ("18:00", "3:59", "2026-03-04T08:00", "18:00Z", "2026-03-04T08:00+05:30")
    ] == (
        snapshot(
            [
                "18:00 Europe/Berlin, today (in 14 h)",
                "03:59 Europe/Berlin, tomorrow (in 23 h 59 min)",
                "08:00 Europe/Berlin, on Mar 4, 2026 (in 2 d 4 h)",
                "Mar 2, 2026 at 6:00 PM (in 15 h)",
                "Mar 4, 2026 at 2:30 AM (in 1 d 23 h)",
            ]
        )
    )
    assert [until(noa, when) for when in ("20:15", "18:00")] == snapshot(
        ["20:15 America/Los_Angeles, today (in 1 h 15 min)", "18:00 America/Los_Angeles, tomorrow (in 23 h)"]
    )
    assert workspace.record()[-1].endswith("until=2026-03-03T02:00:00+00:00")


def test_a_length_names_no_zone(workspace: Workspace) -> None:
    """Nothing is looked up for it, and what is left is said all the same."""
    ada = admin(workspace, "ada", None)
    assert ada.types("/pipeline freeze prod-* for 90m release day") == snapshot(
        "✅ 🧊 `prod-*` is frozen until Mar 2, 2026 at 4:30 AM (in 1 h 30 min): no clear, stop or start, not even break-glass. Reason: `release day`."
    )


def test_a_zone_that_is_not_known_is_not_guessed(workspace: Workspace) -> None:
    ada, ben = admin(workspace, "ada", None), admin(workspace, "ben", "Mars/Olympus")
    assert [until(somebody, "18:00") for somebody in (ada, ben)] == snapshot(
        [
            "🤔 Your time zone is not known (the Slack profile has no time zone), so I cannot tell when that is. Type a length (`for 4h`) or a time in UTC (`until 2026-11-25T08:00Z`).",
            "🤔 Your time zone is not known (this bot does not know Mars/Olympus), so I cannot tell when that is. Type a length (`for 4h`) or a time in UTC (`until 2026-11-25T08:00Z`).",
        ]
    )
    workspace.slack.fails_next("users.info", "internal_error", times=20)
    cleo = admin(workspace, "cleo", "Europe/Berlin")
    assert until(cleo, "18:00") == snapshot(
        "🤔 Your time zone cannot be checked right now (Slack is in trouble), so I cannot tell when that is. Type a length (`for 4h`) or a time in UTC (`until 2026-11-25T08:00Z`)."
    )
    assert workspace.record() == []


def test_a_night_in_which_the_clocks_are_set(workspace: Workspace) -> None:
    """A time that comes twice, or never, is refused with what can be pasted; the next morning it is one again."""
    ada = admin(workspace, "ada", "Europe/Berlin")
    assert until(ada, "2026-03-29T02:30") == snapshot(
        "🤔 There is no 02:30 on 2026-03-29 in Europe/Berlin: the clocks skip it that day. Name another time."
    )
    workspace.leaps(days=237)  # to October 25, 03:00 UTC
    assert until(ada, "2026-10-25T02:30") == snapshot(
        "🤔 02:30 on 2026-10-25 in Europe/Berlin comes twice, because the clocks go back: type `2026-10-25T00:30Z` or `2026-10-25T01:30Z`."
    )
    assert until(ada, "02:30") == snapshot("02:30 Europe/Berlin, tomorrow (in 22 h 30 min)")


def test_what_is_pasted_to_undo_it_means_the_same_to_everybody(workspace: Workspace) -> None:
    """It names UTC, whoever pastes it."""
    ada, noa = admin(workspace, "ada", "Europe/Berlin"), admin(workspace, "noa", "America/Los_Angeles")
    until(ada, "18:00")
    undo = ada.types("/pipeline unfreeze prod-*").rpartition("Undo: ")[2].strip("`")
    assert undo == "/pipeline freeze prod-* until 2026-03-02T17:00Z release day"
    assert noa.types(undo) == snapshot(
        "✅ 🧊 `prod-*` is frozen until Mar 2, 2026 at 5:00 PM (in 14 h): no clear, stop or start, not even break-glass. Reason: `release day`."
    )
