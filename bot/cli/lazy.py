"""A command group that imports each command only when it is typed: `--help` and mistakes are answered at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from typing import Any

import click
from click.shell_completion import CompletionItem


@dataclass(frozen=True, slots=True)
class LazyCommand:
    """A command in a module, by its variable's name there, and its section and line in the list of commands."""

    module: str
    name: str
    section: str
    summary: str

    def load(self) -> click.Command:
        command = getattr(import_module(self.module), self.name)
        if not isinstance(command, click.Command):
            raise TypeError(f"{self.module}.{self.name} is not a command")
        return command


class LazyGroup(click.Group):
    """Lists and completes its commands without loading one. Sections are listed in the order of their first command."""

    def __init__(self, *args: Any, later: Mapping[str, LazyCommand], **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.later = later

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's
        return sorted(self.later)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's
        command = self.later.get(cmd_name)
        return None if command is None else command.load()

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            # Click suggests only commands that are loaded.
            near = " or ".join(f"'{name}'" for name in get_close_matches(args[0], self.later))
            if not near:
                raise
            raise click.UsageError(f"{error.message} Did you mean {near}?", ctx) from error

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        # Click's own would load every command for its summary.
        names = [name for name in self.list_commands(ctx) if name.startswith(incomplete)]
        listed = [CompletionItem(name, help=self.later[name].summary) for name in names]
        return [*listed, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        width = max(map(len, self.later))
        for section in dict.fromkeys(command.section for command in self.later.values()):
            with formatter.section(section):
                formatter.write_dl(
                    [
                        (name.ljust(width), command.summary)
                        for name, command in self.later.items()
                        if command.section == section
                    ]
                )
