"""What an approver alone reads after an approval or a denial, in whole, for stories that are about something else."""


def approved(given: int = 1, pipeline: str = "orders", *, by: str = "ana") -> str:
    """The last approval that was needed."""
    said = f"👍 Approved: clear of `{pipeline}`, requested by @{by} ({given} of {given})."
    return f"{said} It is sent now, after a last check. See its thread."


def approved_first(
    given: int = 1, needed: int = 2, *, left: str = "1 h", before: str = "Mar 2, 2026 at 4:00 AM"
) -> str:
    """An approval that others must follow."""
    missing = needed - given
    more = "One more approval is" if missing == 1 else f"{missing} more approvals are"
    said = f"👍 Approved: clear of `orders`, requested by @ana ({given} of {needed})."
    return f"{said} {more} needed within {left}, before {before}. See its thread."


DENIED = (
    "❌ Denied: clear of `orders`, requested by @ana. Nothing was sent; @ana is told why. See its thread."
)
