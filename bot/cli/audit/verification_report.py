"""The report of a verification of the audit log, in words and as JSON.

"Intact" is said only of what a head that was saved elsewhere proves; without one the entries are "consistent".
"""

from collections.abc import Iterable

from bot.cli.audit.verification_state import Verification, entries
from bot.cli.output import counted
from bot.domain.audit_chain import END_REMOVED, OTHER_HASH, Checked, Head

_WANTED = (
    "To prove more, give a head that was saved elsewhere, with --head ID:HASH or --heads-from FILE: "
    "`pipeline-bot audit verify --help` explains them."
)


def in_words(verification: Verification, where: Iterable[str], archived: Iterable[str] = ()) -> str:
    """Lines: the verdict first. `where` says where heads were saved, for somebody who gave none.

    `archived` says where earlier entries are.
    """
    checked = verification.checked
    if checked.broken is not None:
        verdict = f"Audit log: broken at entry {checked.broken.id}, which {checked.broken.why}."
        contradicts = verification.contradicts()
        lines = [verdict, _before(checked), verification.not_read(), contradicts or _if_restored(checked)]
    elif checked.anchor is None:
        lines = [consistent(checked), *_newest(checked), verification.not_read(), _WANTED, *where]
    else:
        lines = [_intact(checked, checked.anchor), *_newest(checked), verification.not_read()]
    return "\n".join(filter(None, (*lines, *archived)))


def as_document(verification: Verification) -> dict[str, object]:
    """For programs.

    `intact_up_to` is the last entry whose head was given; `not_read_up_to`, the last one verified before;
    `archived_up_to`, the last one that is in an archive.
    """
    checked = verification.checked
    result = "broken" if checked.broken else "not_anchored" if checked.anchor is None else "intact"
    return {
        "result": result,
        "entries": checked.newest[0],
        "head": None if checked.broken else head_as_typed(checked.newest),
        "intact_up_to": checked.anchor,
        "not_read_up_to": checked.after or None,
        "archived_up_to": checked.archived or None,
        "broken": None if checked.broken is None else {"entry": checked.broken.id, "why": checked.broken.why},
    }


def head_as_typed(newest: Head) -> str:
    return f"{newest[0]}:{newest[1]}"


def consistent(checked: Checked) -> str:
    """The verdict on a log with no head to compare it with."""
    newest, after = checked.newest[0], checked.not_read
    if newest == 0:
        return "Audit log: no entries, not anchored."
    if newest == after:
        return f"Audit log: consistent, not anchored: no entries after entry {after}."
    read = f"{entries(after + 1, newest)}" if after else _counted(newest)
    return (
        f"Audit log: consistent ({read}), not anchored: this does not show whether all entries were rewritten, or the "
        "newest ones removed."
    )


def _intact(checked: Checked, anchor: int) -> str:
    newest, after = checked.newest[0], checked.not_read
    if anchor <= after:
        verdict = f"Audit log: entry {anchor} matches the head that you gave."
    elif after:
        verdict = f"Audit log: intact ({entries(after + 1, anchor)}): entry {anchor} matches the head that you gave."
    elif newest == anchor:
        verdict = f"Audit log: intact ({_counted(newest)}): entry {anchor} matches the head that you gave."
    else:
        verdict = f"Audit log: intact up to entry {anchor}, which matches the head that you gave."
    proved = max(anchor, after)
    if newest == proved:
        return verdict
    verb = "is" if newest == proved + 1 else "are"
    return f"{verdict} {entries(proved + 1, newest).capitalize()} {verb} consistent, not anchored."


def _counted(number: int) -> str:
    return counted(number, "entry", "entries")


def _newest(checked: Checked) -> list[str]:
    return [f"Head: {head_as_typed(checked.newest)}"] if checked.newest[0] else []


def _if_restored(checked: Checked) -> str:
    """What to do if the log does not have the head that was given; empty if it is broken in another way."""
    if checked.broken is None or checked.broken.why not in {END_REMOVED, OTHER_HASH}:
        return ""
    return (
        "If somebody has restored a backup since that head was saved, this is expected: give a head that was saved before "
        "the backup."
    )


def _before(checked: Checked) -> str:
    newest, anchor = checked.newest[0], checked.anchor
    if newest == checked.not_read:
        return (
            "No entry before it is consistent." if newest == 0 else "No entry before it was read this time."
        )
    proved = "" if anchor is None else f"; intact up to entry {anchor}, which matches the head that you gave"
    return f"Consistent before it: {entries(checked.not_read + 1, newest)}{proved}."
