"""Asking a directory, over a simulated Slack, who somebody is."""

from bot.domain.access.permissions import Group
from bot.domain.ids import Actor
from bot.slack.api.directory import PeopleDirectory
from tests.simulator.slack_apps import client_of

HOME = "T0ACME"


def directory(slack, clock, **more):
    """A directory whose client repeats nothing on its own."""
    return PeopleDirectory(client_of(slack), clock, HOME, **more)


def actor(person):
    return Actor(person.team_id, person.id)


async def look_at(people, person, groups, *, fresh=False):
    """One person's standing."""
    return (await people.memberships([person], groups, since=people.mark() if fresh else None))[person]


def some(*groups):
    return frozenset(Group(HOME, group.id) for group in groups)


def asked(slack):
    """What Slack was asked, in any order."""
    return sorted((call.method, *call.args.values()) for call in slack.calls)
