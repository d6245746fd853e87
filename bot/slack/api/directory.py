"""Directory of the workspace's people: whether they are members, and which of the given user groups they are in.

Whatever Slack does not say clearly counts against the person, with the reason as text. It trusts what Slack says about
the bot's own workspace and no other; it grants nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog
from pydantic import BaseModel, ConfigDict, ValidationError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.domain.access.permissions import Group, Kind, Membership
from bot.domain.ids import Actor, GroupId, TeamId, UserId
from bot.engine.ports import Caller, Clock, Mark, Unresolved
from bot.engine.rate_budget import RateBudget
from bot.slack.api.error_text import UNREADABLE, must_wait, why_refused, why_silent
from bot.slack.api.lookup_cache import GOOD_FOR, LookupCache, LookupFailed, LookupQueue
from bot.slack.api.rate_limits import RateLimits
from bot.slack.api.web_api import CallRateLimited, CallRefused, CallSucceeded, CallUnanswered, ask

log = structlog.get_logger(__name__)

ANSWERED_WITHIN = 1.5  # seconds; an ack has three, also for other work
SLACKBOT = "USLACKBOT"  # Slack does not report it as a bot

_USERS_INFO = "users.info"
_GROUP_USERS = "usergroups.users.list"
# Slack allows 100 and 20 a minute. Display leaves some for what people do, and both leave some for sending.
_FOR_DISPLAY = {_USERS_INFO: 50, _GROUP_USERS: 10}
_FOR_PEOPLE = {_USERS_INFO: 80, _GROUP_USERS: 15}
_MOST = {Caller.DISPLAY: _FOR_DISPLAY, Caller.PEOPLE: _FOR_PEOPLE, Caller.ACCESS: _FOR_PEOPLE}
_DISPLAY_GOOD_FOR = timedelta(minutes=10)
_NEVER = datetime.min.replace(tzinfo=UTC)
_NOBODY = frozenset({"user_not_found", "user_not_visible", "users_not_found"})
# There is no such user group, or no user group at all.
_NO_GROUP = frozenset({"no_such_subteam", "subteam_not_found", "plan_upgrade_required", "paid_teams_only"})


class _GridUser(BaseModel):
    """Slack: `users.info` → `user.enterprise_user`, on Enterprise Grid; `teams` are workspaces of the Grid."""

    model_config = ConfigDict(strict=True)

    teams: list[TeamId]


class _User(BaseModel):
    """Slack: `users.info` → `user`. Slack omits the restrictions for deactivated people only."""

    model_config = ConfigDict(strict=True)

    id: str
    team_id: str | None = None
    enterprise_user: _GridUser | None = None
    deleted: bool
    is_bot: bool | None = None
    is_restricted: bool | None = None
    is_ultra_restricted: bool | None = None
    is_stranger: bool = False
    tz: object = None  # anything: no decision about access may fail because of it

    def belongs_to(self, workspace: TeamId) -> bool:
        """On a Grid, `team_id` proves nothing: it is another home workspace, the Grid, or a former workspace."""
        if self.enterprise_user is not None:
            return workspace in self.enterprise_user.teams
        return self.team_id == workspace


class _Users(BaseModel):
    """Slack: `usergroups.users.list`."""

    model_config = ConfigDict(strict=True)

    users: list[UserId]


@dataclass(frozen=True, slots=True)
class _Profile:
    """What is kept of a person; `tz` is empty where Slack names no time zone."""

    kind: Kind
    tz: str = ""


class PeopleDirectory:
    """Adapter for `bot.engine.ports.Directory`, for the workspace `home_team`.

    `client` must not wait out a rate limit by itself: it is built without that retry handler. `within` is in seconds.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        clock: Clock,
        home_team: TeamId,
        *,
        within: float = ANSWERED_WITHIN,
    ) -> None:
        self._client = client
        self._clock = clock
        self._home_team = home_team
        self._pace = RateLimits(clock)
        self._budget = RateBudget(clock)
        self._turns = LookupQueue()
        self._profiles: LookupCache[_Profile] = LookupCache(clock, within, self._turns)
        self._members: LookupCache[frozenset[UserId]] = LookupCache(clock, within, self._turns)

    @property
    def home_team(self) -> TeamId:
        return self._home_team

    def mark(self) -> Mark:
        return self._turns.next()

    async def memberships(
        self,
        actors: Iterable[Actor],
        groups: frozenset[Group],
        *,
        since: Mark | None = None,
        caller: Caller = Caller.PEOPLE,
    ) -> Mapping[Actor, Membership]:
        """Each one's kind, and which of `groups` they are in. Other workspaces' people: no lookup, no group."""
        everybody = tuple(dict.fromkeys(actors))
        ours = [actor for actor in everybody if actor.team == self._home_team]
        asked = (
            self._oldest_first(group.group for group in groups if group.team == self._home_team)
            if ours
            else []
        )
        profiles, members = await asyncio.gather(
            asyncio.gather(*(self._profile(actor.user, since, caller) for actor in ours)),
            asyncio.gather(*(self._users_in(group, since, caller) for group in asked)),
        )
        found = dict(zip(asked, members, strict=True))
        known = {
            actor: _standing(actor, profile, found) for actor, profile in zip(ours, profiles, strict=True)
        }
        return {actor: known.get(actor) or Membership(actor, Kind.OUTSIDER) for actor in everybody}

    async def members(self, group: Group, *, caller: Caller = Caller.PEOPLE) -> frozenset[Actor] | Unresolved:
        """Everybody in the group. Slack may still list deactivated people."""
        if group.team != self._home_team:
            return Unresolved("it is of another workspace")
        users = await self._users_in(group.group, None, caller)
        if isinstance(users, LookupFailed):
            return Unresolved(users.why, exists=users.code not in _NO_GROUP, retry_after=users.retry_after)
        return frozenset(Actor(self._home_team, user) for user in users)

    async def time_zone(self, actor: Actor) -> tzinfo | Unresolved:
        """The time zone of the person's profile, if it is in the tz database."""
        profile = await self._profile(actor.user, None, Caller.PEOPLE)
        if isinstance(profile, LookupFailed):
            return Unresolved(profile.why)
        try:
            return ZoneInfo(profile.tz)
        except (ZoneInfoNotFoundError, ValueError, OSError):  # the name of a folder of the database: OSError
            no_zone = "the Slack profile has no time zone"
            return Unresolved(f"this bot does not know {profile.tz}" if profile.tz else no_zone, exists=False)

    async def _profile(self, user: UserId, since: Mark | None, caller: Caller) -> _Profile | LookupFailed:
        async def ask() -> _Profile | LookupFailed:
            said = await self._ask(_USERS_INFO, caller, lambda: self._client.users_info(user=user))
            if isinstance(said, LookupFailed):
                return _Profile(Kind.OUTSIDER) if said.code in _NOBODY else said
            return _profile(user, said, self._home_team)

        since, good_for = self._has_to_be(_USERS_INFO, since, caller)
        return await self._profiles.of(user, ask, since=since, caller=caller, good_for=good_for)

    async def _users_in(
        self, group: GroupId, since: Mark | None, caller: Caller
    ) -> frozenset[UserId] | LookupFailed:
        async def ask() -> frozenset[UserId] | LookupFailed:
            said = await self._ask(
                _GROUP_USERS, caller, lambda: self._client.usergroups_users_list(usergroup=group)
            )
            return said if isinstance(said, LookupFailed) else _users(said)

        since, good_for = self._has_to_be(_GROUP_USERS, since, caller)
        return await self._members.of(group, ask, since=since, caller=caller, good_for=good_for)

    def _oldest_first(self, groups: Iterable[GroupId]) -> list[GroupId]:
        """If the rate limit does not allow all of them, each is looked up in turn, and none is left out for good."""
        return sorted(groups, key=lambda group: (self._members.answered_at(group) or _NEVER, group))

    def _has_to_be(self, method: str, since: Mark | None, caller: Caller) -> tuple[Mark | None, timedelta]:
        """How new an answer must be for this caller: while display or people must wait, a cached one has to do."""
        if caller in {Caller.SENDING, Caller.ACCESS} or not self._wait(method, caller):
            return since, GOOD_FOR
        return None, _DISPLAY_GOOD_FOR if caller is Caller.DISPLAY else GOOD_FOR

    def _wait(self, method: str, caller: Caller) -> timedelta:
        """How long this caller must wait: Slack said so, or its share of the minute is used up."""
        held = self._pace.free_at((method, caller))
        wait = timedelta() if held is None else held - self._clock.now()
        if caller is Caller.SENDING:
            return wait
        return max(wait, self._budget.free_in(method, _MOST[caller][method]))

    async def _ask(
        self, method: str, caller: Caller, call: Callable[[], Awaitable[AsyncSlackResponse]]
    ) -> Mapping[str, Any] | LookupFailed:
        """Slack's answer. While this caller must wait, no call is made for it."""
        wait = self._wait(method, caller)
        if wait:
            return LookupFailed(must_wait(wait.total_seconds()), transient=True, retry_after=wait)
        if caller is not Caller.SENDING:
            self._budget.takes(method, _MOST[caller][method])
        answer = await ask(call())
        match answer:
            case CallSucceeded(said):
                return said
            case CallRateLimited(seconds):
                held = timedelta(seconds=seconds)
                self._pace.hold(held, (method, caller))
                log.warning("slack_asks_us_to_wait", method=method, caller=str(caller), seconds=seconds)
                return LookupFailed(must_wait(seconds), transient=True, retry_after=held)
            case CallRefused(error):
                if error not in _NOBODY:
                    log.warning("slack_refused", method=method, error=error)
                return LookupFailed(why_refused(answer), error)
            case CallUnanswered(why):
                log.warning("slack_did_not_answer", method=method, why=why)
                return LookupFailed(why_silent(answer), transient=True)


def _profile(user: UserId, said: Mapping[str, Any], home_team: TeamId) -> _Profile | LookupFailed:
    try:
        profile = _User.model_validate(said.get("user"))
    except ValidationError:
        return LookupFailed(UNREADABLE)
    if profile.id != user:
        return LookupFailed(UNREADABLE)
    kind = _kind(profile, home_team)
    return kind if isinstance(kind, LookupFailed) else _Profile(kind, str(profile.tz or ""))


def _kind(profile: _User, home_team: TeamId) -> Kind | LookupFailed:
    """A member only if Slack rules out every other kind: an omitted flag does not count as false."""
    if profile.team_id is None and profile.enterprise_user is None:
        return LookupFailed(UNREADABLE)
    if profile.is_stranger or not profile.belongs_to(home_team):
        return Kind.OUTSIDER
    if profile.deleted:
        return Kind.DEACTIVATED
    if profile.is_bot or profile.id == SLACKBOT:
        return Kind.BOT
    if profile.is_restricted or profile.is_ultra_restricted:
        return Kind.GUEST
    if None in {profile.is_bot, profile.is_restricted, profile.is_ultra_restricted}:
        return LookupFailed(UNREADABLE)
    return Kind.MEMBER


def _standing(
    actor: Actor,
    profile: _Profile | LookupFailed,
    members: Mapping[GroupId, frozenset[UserId] | LookupFailed],
) -> Membership:
    failures = [answer for answer in (profile, *members.values()) if isinstance(answer, LookupFailed)]
    return Membership(
        actor,
        Kind.UNKNOWN if isinstance(profile, LookupFailed) else profile.kind,
        groups=frozenset(
            group
            for group, users in members.items()
            if not isinstance(users, LookupFailed) and actor.user in users
        ),
        unresolved_groups=frozenset(
            group for group, users in members.items() if isinstance(users, LookupFailed)
        ),
        why="; ".join(dict.fromkeys(failed.why for failed in failures)),
        transient=any(failed.transient for failed in failures),
        retry_after=max(
            (failed.retry_after for failed in failures if failed.retry_after is not None), default=None
        ),
    )


def _users(said: Mapping[str, Any]) -> frozenset[UserId] | LookupFailed:
    try:
        return frozenset(_Users.model_validate(said).users)
    except ValidationError:
        return LookupFailed(UNREADABLE)
