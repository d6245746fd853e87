"""The parts of a shutdown, one after the other, leave time for what has no deadline of its own."""

from bot import shutdown_times

SERVICE_MANAGERS_WAIT = 10.0  # seconds: what the bot promises, and the default of Docker
LEFT = 1.5  # seconds: to close the database, and for Python to end


def test_the_longest_shutdown_ends_in_time():
    parts = {name: seconds for name, seconds in vars(shutdown_times).items() if name.isupper()}
    beside_others = parts.pop("LOSS_REPORT")
    first = ("DELIVERIES", "LOOPS", "BACKGROUND_TASKS")
    begins = max(beside_others, sum(parts.pop(name) for name in first))
    # aiohttp waits twice for connections that are cut off, and there are two servers.
    cut_off = 2 * 2 * parts.pop("HTTP_SERVER_CUT_OFF")
    assert begins + cut_off + sum(parts.values()) <= SERVICE_MANAGERS_WAIT - LEFT
