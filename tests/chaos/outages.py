"""What lasts in a chaos run until it is over: outages, a database that takes nothing, a process that is gone, a wrong clock."""

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from aiohttp import web

from bot.domain.errors import UserError
from bot.engine.ports import StoreUnavailable
from bot.simulator.feldera.api.faults import Handler
from tests.chaos.cast import TARGETS
from tests.chaos.keys import Keys
from tests.chaos.kinds import METHODS
from tests.chaos.world import ChaosWorld

LOCK_WAITED = 10  # milliseconds that the bot waits for another process's lock: by default 5 s, of real time
SLACK_AWAY = 20.0  # seconds after a start while Slack happened to be down
SLOW = 0.7  # seconds for each answer of a slow Feldera
REFUSED = "restricted_action"
SOCKET_FAULTS_MOST = 2  # a run: each is waited for in real time
WITHOUT_SOCKETS = frozenset({"slack down", "slack tokens_refused"})

_Switch = tuple[Callable[[], object], Callable[[], object]]
"""How it begins, and how it ends."""


class Outages:
    def __init__(self, world: ChaosWorld) -> None:
        self.world = world
        self.lasting: set[str] = set()
        self.keys = Keys(world)
        self.socket_faults_left = SOCKET_FAULTS_MOST
        self._lock: sqlite3.Connection | None = None

    def begins(self, name: str) -> None:
        """Unless it lasts already; and two Felderas do not change places, which nobody can tell from what they answer."""
        swaps = name.endswith("another_tenant") and any(
            each.endswith("another_tenant") for each in self.lasting
        )
        if name not in self.lasting and not swaps:
            self.lasting.add(name)
            if name == "slack down":
                self.world.breaks.append(self.world.clock.now())
            self._switches()[name][0]()

    def over(self, name: str) -> None:
        if name in self.lasting:
            self.lasting.discard(name)
            self._switches()[name][1]()
            if name in WITHOUT_SOCKETS:
                self._until_connected()

    def _until_connected(self) -> None:
        """While Slack gives no new WebSocket there is nothing to wait for: the end of that waits."""
        if self.lasting.isdisjoint(WITHOUT_SOCKETS):
            self.world.until_connected()

    def _switches(self) -> dict[str, _Switch]:
        slack, run = self.world.slack, self.world.run
        leads, channel = self.world.groups["leads"], self.world.channel
        found: dict[str, _Switch] = {
            "slack down": (lambda: run(slack.goes_down()), lambda: run(slack.comes_back())),
            "slack tokens_refused": (slack.refuses_tokens, slack.accepts_tokens),
            "slack no_user_groups": (slack.downgrades_plan, slack.upgrades_plan),
            "slack group_disabled": (leads.is_disabled, leads.is_enabled),
            "slack channel_archived": (channel.archive, partial(setattr, channel, "archived", False)),
            "slack bot_removed": (channel.bot_leaves, channel.bot_joins),
            "slack posting_restricted": (
                channel.restricts_posting,
                partial(setattr, channel, "posting_restricted", False),
            ),
            "slack no_direct_messages": (
                slack.disables_messages_tab,
                partial(setattr, slack.workspace, "messages_tab", True),
            ),
            "slack no_home": (slack.disables_home_tab, partial(setattr, slack.workspace, "home_tab", True)),
            "slack replaces": (
                partial(slack.replaces_after_commands, "replaces"),
                partial(slack.replaces_after_commands, "adds"),
            ),
            "slack refuses_to_replace": (
                partial(slack.replaces_after_commands, "refuses"),
                partial(slack.replaces_after_commands, "adds"),
            ),
        }
        found |= {
            f"slack {method} refused": (
                partial(slack.refuses, method, REFUSED),
                partial(slack.refuses_no_more, method),
            )
            for method in {*METHODS}
        }
        for target in TARGETS:
            feldera, key = self.world.felderas[target], partial(self.keys.follow, target, self.lasting)
            found |= {
                f"{target} down": (_run(run, feldera.goes_down), _run(run, feldera.comes_back)),
                f"{target} database_down": (feldera.loses_its_database, feldera.finds_its_database),
                f"{target} runner_down": (
                    partial(feldera.runner_is, False),
                    partial(feldera.runner_is, True),
                ),
                f"{target} another_tenant": (key, key),
                f"{target} key_deleted": (key, key),
                f"{target} key_read_only": (key, key),
                f"{target} answers_cut": (
                    partial(feldera.is_behind, _cut),
                    partial(feldera.is_behind, None),
                ),
                f"{target} login_ambiguous": (
                    feldera.login_is_ambiguous,
                    partial(feldera.login_is_ambiguous, ambiguous=False),
                ),
                f"{target} slow": (
                    partial(feldera.is_slow, timedelta(seconds=SLOW)),
                    partial(feldera.is_slow, timedelta(0)),
                ),
                f"{target} old_version": (feldera.is_downgraded, feldera.is_upgraded),
            }
        return found

    def may_disconnect(self) -> bool:
        self.socket_faults_left -= 1
        return self.world.is_up and (self.world._over_http or self.socket_faults_left >= 0)

    def disconnects(self, break_it: Callable[[], object]) -> None:
        if self.may_disconnect():
            break_it()
            self._until_connected()

    def database_fault(self, kind: str) -> None:
        """Locked by another process, on a full disk, or on a disk that turned read-only."""
        if not self.world.is_up or any(each.startswith("database") for each in self.lasting):
            return
        self.lasting.add(f"database {kind}")
        try:
            if kind == "locked":
                store = self.world.bot.store
                self.world.run(store._write(lambda db: db.execute(f"PRAGMA busy_timeout = {LOCK_WAITED}")))
                self._lock = sqlite3.connect(self.world.database, isolation_level=None)
                self._lock.execute("BEGIN IMMEDIATE")
            elif kind == "full":
                self.world.disk_fills_up()
            else:
                self.world.disk_takes_nothing()
        except StoreUnavailable:
            self.database_fault_ends()

    def database_fault_ends(self) -> None:
        kinds = {each for each in self.lasting if each.startswith("database")}
        self.lasting -= kinds
        if self._lock is not None:
            self._lock.rollback()
            self._lock.close()
            self._lock = None
        if self.world.is_up and "database full" in kinds:
            self.world.disk_has_room_again()
        if self.world.is_up and "database read_only" in kinds:
            self.world.disk_takes_all_again()

    def bot_dies(self, *, reboots: bool) -> None:
        """`reboots`: the whole machine, unless its wall clock is wrong: the bot would not believe that one."""
        if self.world.is_up:
            self.world.dies()
            if reboots and self.world.machine.wall() == self.world.clock.now():
                self.world.machine.reboots()

    def bot_starts(self, without_slack: int = 0) -> None:
        """It waits until Slack answers, which it does after so many seconds, or a few if it happens to be down.

        With two Felderas, or it does not start; and if Slack refuses its tokens, only once that is mended.
        """
        self.world.next = None
        if self.world.is_up:
            return
        self.database_fault_ends()
        for target in TARGETS:
            self.over(f"{target} another_tenant")
        if without_slack:
            self.begins("slack down")
        try:
            self._starts(without_slack or SLACK_AWAY)
        except UserError:
            if "slack tokens_refused" not in self.lasting:
                raise
            self.over("slack tokens_refused")
            self._starts(SLACK_AWAY)

    def _starts(self, slack_away: float) -> None:
        if "slack down" in self.lasting:
            self.lasting.discard("slack down")
            self.world.starts_without_slack(slack_away)
        else:
            self.world.starts()

    def wall_clock_jumps(self, minutes: int) -> None:
        if self.world.is_up:
            self.world.wall_clock_jumps(minutes=minutes)
        else:
            self.world.machine.wall_clock_jumps(minutes=minutes)


async def _cut(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Something between that passes on half of each answer."""
    answer = await handler(request)
    assert isinstance(answer, web.Response)
    body = bytes(answer.body or b"") if isinstance(answer.body, bytes) else b""
    return web.Response(status=answer.status, body=body[: len(body) // 2], content_type=answer.content_type)


def _run(run: Callable[[Any], object], work: Callable[[], Any]) -> Callable[[], object]:
    return lambda: run(work())
