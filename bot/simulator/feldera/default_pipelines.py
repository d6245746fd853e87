"""The default pipelines of a simulated Feldera that runs on its own, one for each case worth trying."""

from datetime import timedelta

from bot.simulator.feldera.simulator import FelderaSimulator

MEBIBYTE = 1024 * 1024


def default_pipelines(feldera: FelderaSimulator) -> None:
    """Add them, each in its state for some minutes, hours or days."""
    now = feldera.clock.now()
    feldera.adds(
        "orders",
        checkpoints=(310 * MEBIBYTE, 322 * MEBIBYTE, 327 * MEBIBYTE),
        clear_takes=4.0,
        since=now - timedelta(hours=2),
    )
    feldera.adds(
        "payments", running=True, checkpoints=(48 * MEBIBYTE, 51 * MEBIBYTE), since=now - timedelta(days=3)
    )
    feldera.adds("archive", storage="Cleared", since=now - timedelta(days=40))
    feldera.adds(
        "broken",
        program_status="SqlError",
        program_error="Error in SQL statement: Object 'ORDRES' not found",
        checkpoints=(12 * MEBIBYTE,),
        since=now - timedelta(hours=5),
    )
    feldera.adds(
        "sessions", checkpoints=(None, 96 * MEBIBYTE), clear_takes=20.0, since=now - timedelta(minutes=25)
    )
    feldera.adds(
        "reports", storage="Cleared", program_status="CompilingRust", since=now - timedelta(minutes=1)
    )
