"""`python -m tests.crash_matrix`: run the whole crash matrix, one scenario of it, or one case."""

import asyncio
import sys
import time

import click

from tests.crash_matrix.matrix import AT_ONCE, Case, all_cases, run
from tests.crash_matrix.scenarios import SCENARIOS


@click.command()
@click.argument("case", required=False)
@click.option(
    "--scenario", type=click.Choice(list(SCENARIOS)), multiple=True, help="Only this scenario; repeatable."
)
@click.option("--at-once", default=AT_ONCE, show_default=True, help="Cases that run side by side.")
def main(case: str | None, scenario: tuple[str, ...], at_once: int) -> None:
    """Kill the bot at each seam of each scenario, and check the books.

    CASE is one alone, as a failure names it: "plain: before commit operations.change (sent) #1". It is tried
    three times, and reported if the bot never comes there: some seams depend on how fast the machine is.
    """
    try:
        alone = None if case is None else Case.named(case)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    sys.exit(asyncio.run(_run(alone, scenario or tuple(SCENARIOS), at_once)))


async def _run(alone: Case | None, scenarios: tuple[str, ...], at_once: int) -> int:
    began, failed, missed = time.monotonic(), 0, 0
    cases = [alone] if alone else await all_cases(scenarios)
    async for result in run(cases, at_once=at_once):
        if result.failure:
            failed += 1
            click.echo(f"FAILED {result.case}\n{result.failure}")
        elif not result.was_killed:
            missed += 1
            click.echo(f"never came there: {result.case}")
    seconds = time.monotonic() - began
    click.echo(f"{len(cases)} cases in {seconds:.0f} s: {failed} failed, {missed} never came there")
    return 1 if failed else 0


if __name__ == "__main__":
    main()
