"""Command line: play the run of one seed, or of many, and print what does not balance."""

import sys
from functools import partial
from multiprocessing import get_context

import click

from tests.chaos.plan import DAY
from tests.chaos.run import played

RUNS_PER_PROCESS = 25


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--seed", type=int, required=True, help="The seed of the run, or of the first one.")
@click.option("--minutes", default=DAY, show_default=True, help="How much time a run simulates.")
@click.option("--runs", default=1, show_default=True, help="How many runs, with the seeds that follow.")
@click.option("--jobs", default=1, show_default=True, help="How many runs at once.")
def main(seed: int, minutes: int, runs: int, jobs: int) -> None:
    """Play simulated days of a whole team with every fault; exit with 1 if the books of one do not balance."""
    failed = 0
    with get_context("spawn").Pool(jobs, maxtasksperchild=RUNS_PER_PROCESS) as pool:
        for report in pool.imap_unordered(partial(played, minutes=minutes), range(seed, seed + runs)):
            click.echo(report)
            failed += bool(report.complaints)
    click.echo(f"{runs} runs, {failed} of them do not balance")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
