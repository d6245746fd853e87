"""Output that goes on until somebody ends it: by a signal, or by closing the pipe that they read it from."""

import os
import select
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_MILLISECONDS = 1000


@contextmanager
def ends_quietly() -> Iterator[None]:
    """SIGINT, SIGTERM and a closed pipe end the body of this context, and are no errors."""
    # Both: a shell lets what it runs in the background ignore SIGINT.
    before = {
        each: signal.signal(each, signal.default_int_handler) for each in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    except (KeyboardInterrupt, BrokenPipeError):
        # What is still buffered is for nobody: writing it at the exit would wait for a reader that has stopped reading.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def reader_left_within(seconds: float) -> bool:
    """Wait that long; return at once, and true, when nobody reads standard output any more."""
    output = select.poll()
    output.register(sys.stdout, 0)  # errors and hang-ups are always reported
    return bool(output.poll(seconds * _MILLISECONDS))
