"""Feldera's own Python SDK doing what the bot does: `clear_storage` on many pipelines, each waiting in a thread.

`python -m tests.benchmarks.sdk URL NAME…` says the SDK's version, and each name as soon as its storage is cleared. It
needs the package `feldera`, and nothing of ours.
"""

import sys
import time
from importlib.metadata import version
from threading import Lock, Thread

from feldera import FelderaClient

from tests.benchmarks.processes import says


def main(url: str, names: list[str]) -> None:
    says({"version": version("feldera")})
    client, one_at_a_time = FelderaClient(url), Lock()

    def clear(name: str) -> None:
        client.clear_storage(name)
        with one_at_a_time:
            says({"cleared": name, "at": time.time()})

    # Daemons: whoever started this ends it in the middle of their waits.
    threads = [Thread(target=clear, args=[name], daemon=True) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
