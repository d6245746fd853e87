"""The type of options such as `--since`: a duration back from now, or a date."""

from datetime import datetime, timedelta

import click

from bot.domain import durations


class Since(click.ParamType[timedelta | datetime]):
    """`7d`, or `2026-11-25`, or a time on that day."""

    name = "duration|date"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta | datetime:
        span = durations.span(str(value))
        since = durations.moment(str(value)) if span is None else span
        if not isinstance(since, timedelta | datetime):
            self.fail(
                f"{value!r} is not a valid duration, such as 7d, or date, such as 2026-11-25.", param, ctx
            )
        return since
