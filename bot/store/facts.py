"""What a decision rests on, read in one moment: grants, rules, freezes, and how much somebody has asked for already.

Nothing in here decides, and nothing is remembered from one reading to the next: a right that was taken away is gone
from the next decision on.
"""

from collections.abc import Mapping

from sqlite_utils import Database

from bot.domain.access import Standing
from bot.domain.authority import Facts
from bot.domain.names import Actor, OperationId
from bot.domain.operations import Operation
from bot.store import grants, policies


def about(db: Database, standings: Mapping[Actor, Standing]) -> Facts:
    """The facts about these people; `open_requests` are all of theirs."""
    with db.atomic():  # several reads of one moment
        return _facts(db, standings, sum(_open_requests(db, actor) for actor in standings))


def behind(db: Database, operation: Operation, standings: Mapping[Actor, Standing]) -> Facts:
    """The facts about these people, in the transaction at hand; `open_requests` are the requester's other ones."""
    return _facts(db, standings, _open_requests(db, operation.requester, other_than=operation.id))


def _facts(db: Database, standings: Mapping[Actor, Standing], open_requests: int) -> Facts:
    return Facts(
        grants=grants.weighing_on(db, standings),
        rules=policies.rules(db),
        freezes=policies.freezes(db),
        standings=standings,
        open_requests=open_requests,
    )


def _open_requests(db: Database, of: Actor, other_than: OperationId | None = None) -> int:
    (count,) = db.execute(
        "SELECT count(*) FROM operations WHERE state = 'awaiting_approval'"
        " AND requester_team = ? AND requester_user = ? AND id IS NOT ?",
        (of.team, of.user, other_than),
    ).fetchone()
    return int(count)
