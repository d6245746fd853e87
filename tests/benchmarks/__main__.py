"""The command. What it prints last is how the bot's acks compare with a bare Bolt's."""

import asyncio
import json
import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import structlog

from tests.benchmarks import report
from tests.benchmarks.measuring import measured
from tests.benchmarks.plan import ACKS, KINDS, QUICK, SDK, Plan
from tests.benchmarks.sdk_beside import sdk_beside


def _numbers(
    _context: click.Context, _parameter: click.Parameter, text: str | None
) -> tuple[int, ...] | None:
    if text is None:
        return None
    if not all(part.isdecimal() for part in text.split(",")):
        raise click.BadParameter("numbers with commas between, such as 0,100")
    return tuple(map(int, text.split(",")))


def _kinds(_context: click.Context, _parameter: click.Parameter, text: str | None) -> frozenset[str] | None:
    if text is None:
        return None
    chosen = frozenset(text.split(","))
    if not chosen <= set(KINDS):
        raise click.BadParameter(f"some of {','.join(KINDS)}")
    return chosen


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--quick", is_flag=True, help="A few seconds of everything: whether it runs. Its numbers say little."
)
@click.option("--live", callback=_numbers, metavar="N,…", help="Numbers of live operations.")
@click.option("--rate", type=click.FloatRange(min=1), metavar="N", help="Deliveries a second.")
@click.option("--seconds", type=click.FloatRange(min=0.1), metavar="N", help="How long each load lasts.")
@click.option("--only", callback=_kinds, metavar="KIND,…", help=f"Some of {', '.join(KINDS)}.")
@click.option(
    "--sdk-python", metavar="FILE", help="A Python that has Feldera's SDK; without one it is left out."
)
@click.option(
    "--json", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write all numbers there."
)
def main(
    *, quick: bool, only: frozenset[str] | None, sdk_python: str | None, file: Path | None, **given: Any
) -> None:
    """Measure the bot beside a bare Bolt app, and print tables in Markdown."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    changes = {name: value for name, value in given.items() if value is not None}
    if only is not None:
        changes["kinds"] = only
    results = asyncio.run(_run(replace(QUICK if quick else Plan(), **changes), sdk_python, file))
    wrong = [problem for level in results["levels"] for problem in _unanswered(level)]
    if wrong:
        raise click.ClickException(" ".join(wrong))


async def _run(plan: Plan, sdk_python: str | None, file: Path | None) -> dict[str, Any]:
    """All that is measured; the file has what there is so far, since a whole run takes long."""
    click.echo(report.machine())
    results: dict[str, Any] = {"machine": report.machine(), "levels": []}
    for live in plan.live:
        click.echo(f"… {live:,} live operations", err=True)
        results["levels"].append(await measured(plan, live))
        _write(results, file)
    if SDK in plan.kinds and plan.sdk_pipelines and sdk_python is not None:
        click.echo("… Feldera's Python SDK", err=True)
        results[SDK] = await sdk_beside(plan, sdk_python)
        _write(results, file)
    click.echo(report.tables(results))
    return results


def _write(results: dict[str, Any], file: Path | None) -> None:
    if file is not None:
        file.write_text(json.dumps(results, indent=1) + "\n")


def _unanswered(level: dict[str, Any]) -> list[str]:
    """What is wrong at any speed. Approvals are not counted here: a busy machine's may come later."""
    kinds = [kind for kind in ACKS if kind in level]
    return [f"No {kind} was answered with 200." for kind in kinds if not level[kind]["answered"]]


if __name__ == "__main__":
    main(prog_name="python -m tests.benchmarks")
