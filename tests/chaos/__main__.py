"""Command line: play the runs of one seed or of many, several at once, and print what did not balance."""

import argparse
import sys
from functools import partial
from multiprocessing import get_context

from tests.chaos.plan import DAY
from tests.chaos.run import played

RUNS_PER_PROCESS = 25


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, required=True, help="the seed of the (first) run")
    parser.add_argument(
        "--minutes", type=int, default=DAY, help="how much time a run simulates; a day, if not said"
    )
    parser.add_argument("--runs", type=int, default=1, help="how many runs, with the seeds that follow")
    parser.add_argument("--jobs", type=int, default=1, help="how many at once")
    options = parser.parse_args()
    seeds = range(options.seed, options.seed + options.runs)
    failed = 0
    with get_context("spawn").Pool(options.jobs, maxtasksperchild=RUNS_PER_PROCESS) as pool:
        for report in pool.imap_unordered(partial(played, minutes=options.minutes), seeds):
            print(report, flush=True)  # noqa: T201 - what this command is for
            failed += bool(report.complaints)
    print(f"{options.runs} runs, {failed} of them do not balance")  # noqa: T201
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
