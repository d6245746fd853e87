"""Reads the results of `doctor`'s checks, for its tests."""

from bot.domain.diagnosis import CheckStatus


def of_check(results, name):
    """The status, what was found and the advice, of each result of this check."""
    return [(each.status.value, each.found, each.advice) for each in results if each.name == name]


def only(results, name):
    (found,) = of_check(results, name)
    return found


def statuses(results):
    """How each check ended that did not pass."""
    return {each.name: each.status.value for each in results if each.status is not CheckStatus.OK}
