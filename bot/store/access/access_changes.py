"""Changes of grants, rules and freezes: written in one transaction with their audit log entries, or not at all.

The domain decides whether a person may make one, inside the transaction, on the access data read in it. The shell needs
no permission, and its changes are recorded too. An entry says what was there before; a change without effect has none.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from sqlite_utils import Database

from bot.domain.access.changes import (
    AccessChange,
    DropRule,
    EditRule,
    GrantRole,
    RemoveFreeze,
    RevokeRole,
    SetFreeze,
    SetRule,
    WantedChange,
    audit_data,
    kind_of,
    pattern_of,
    resolved,
)
from bot.domain.access.patterns import checked_pattern
from bot.domain.access.permissions import Grant, Membership
from bot.domain.access.rules import Freeze, Rule
from bot.domain.audit_values import BEFORE, Previous, PreviousFreeze, json_of, previous_grants
from bot.domain.events import Event
from bot.domain.pipelines.targets import ONE, Targets
from bot.engine.ports import Authorize, NotAuthorized
from bot.store import audit_log
from bot.store.access import access_snapshot, grants, rules_and_freezes
from bot.store.connection.database import writing

Plan = Callable[[tuple[Grant, ...], tuple[Rule, ...]], Iterable[AccessChange]]
"""Pure: from the grants, lapsed ones too, and the rules to the changes to make."""


def administer(  # noqa: PLR0913 - what a change is, and who makes it
    db: Database,
    wanted: WantedChange,
    authorize: Authorize,
    *,
    membership: Membership,
    by: str,
    targets: Targets = ONE,
) -> Event:
    """See `Store.administer`."""
    _check_pattern(wanted, targets)
    with writing(db):
        access_data = access_snapshot.about(db, {membership.actor: membership})
        try:
            event = authorize(access_data)
        except NotAuthorized as refused:
            audit_log.append(db, refused.refusal)
            refusal = refused
        else:
            return _made(db, resolved(wanted, access_data.rules), event, by=by)[0]
    raise refusal


def administer_from_the_shell(
    db: Database, changes: Iterable[WantedChange], *, by: str, now: datetime, targets: Targets = ONE
) -> tuple[Event, ...]:
    """Make the changes, all or none, and return their events; a change without effect has none.

    Raises:
        BadPattern: no pipeline could match one of the patterns.
    """
    with writing(db):
        return _all_made(db, changes, by=by, now=now, targets=targets)


def rearrange(
    db: Database, plan: Plan, *, by: str, now: datetime, targets: Targets = ONE
) -> tuple[Event, ...]:
    """`administer_from_the_shell`, with the changes that `plan` makes from the grants and rules in the transaction.

    Raises:
        BadPattern: no pipeline could match one of the patterns.
    """
    with writing(db):
        wanted = plan(grants.unrevoked(db), rules_and_freezes.rules(db))
        return _all_made(db, wanted, by=by, now=now, targets=targets)


def _all_made(
    db: Database, changes: Iterable[WantedChange], *, by: str, now: datetime, targets: Targets
) -> tuple[Event, ...]:
    recorded: list[Event] = []
    for wanted in changes:
        _check_pattern(wanted, targets)
        change = resolved(wanted, rules_and_freezes.rules(db) if isinstance(wanted, EditRule) else ())
        event = Event(kind_of(change), now, {**audit_data(change), "shell": by})
        made, changed = _made(db, change, event, by=by)
        recorded += [made] if changed else []
    return tuple(recorded)


def _check_pattern(wanted: WantedChange, targets: Targets) -> None:
    # What is removed exists already, whatever patterns an earlier version accepted.
    if isinstance(wanted, EditRule):
        if not wanted.edit.values.says_nothing:
            checked_pattern(wanted.edit.pattern, targets)
    elif isinstance(wanted, GrantRole | SetRule | SetFreeze):
        checked_pattern(pattern_of(wanted), targets)


def _made(db: Database, change: AccessChange, event: Event, *, by: str) -> tuple[Event, bool]:
    """The event with `before`, and whether anything changed: only then is it recorded."""
    before, changes = _before(db, change, event.at)
    event = replace(event, data={**event.data, BEFORE: json_of(before)})
    if changes:
        number = _make(db, change, entry_id=audit_log.head(db)[0] + 1, by=by, now=event.at)
        if number is not None:  # later entries refer to the grant by it
            event = replace(event, data={**event.data, "number": number})
        audit_log.append(db, event)
    return event, changes


def _before(db: Database, change: AccessChange, now: datetime) -> tuple[Previous | None, bool]:
    """What the change would replace, find already there or remove, and whether it would change anything."""
    match change:
        case GrantRole():
            same = grants.same_in_force(db, change, now)
            return (None, True) if same is None else (previous_grants([same]), False)
        case RevokeRole():
            meant = grants.meant_by(db, change)
            return previous_grants(meant), bool(meant)
        case SetRule(wanted):
            rule = rules_and_freezes.rule_on(db, wanted.pattern)
            return rule, rule != wanted
        case DropRule(pattern):
            rule = rules_and_freezes.rule_on(db, pattern)
            return rule, rule is not None
        case SetFreeze(pattern, until, reason):
            freeze = rules_and_freezes.freeze_on(db, pattern, now)
            as_wanted = freeze is not None and (freeze.until, freeze.reason) == (until, reason)
            return _previous(freeze), not as_wanted
        case RemoveFreeze(pattern):
            freeze = rules_and_freezes.freeze_on(db, pattern, now)
            return _previous(freeze), freeze is not None


def _make(db: Database, change: AccessChange, *, entry_id: int, by: str, now: datetime) -> int | None:
    """Carry the change out, and return the number of the new grant, if it is one."""
    match change:
        case GrantRole():
            return grants.add(db, change, by=by, now=now)
        case RevokeRole():
            grants.revoke(db, change, by=by, now=now)
        case SetRule(rule):
            rules_and_freezes.set_rule(db, rule)
        case DropRule(pattern):
            rules_and_freezes.drop_rule(db, pattern)
        case SetFreeze():
            rules_and_freezes.store_freeze(db, change, entry_id=entry_id, by=by, now=now)
        case RemoveFreeze(pattern):
            rules_and_freezes.lift(db, pattern, now)
    return None


def _previous(freeze: Freeze | None) -> PreviousFreeze | None:
    return None if freeze is None else PreviousFreeze.of(freeze)
