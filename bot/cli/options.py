"""The options that all commands share: `--database`, `--env-file` and `--color`, and `--json` of those that read.

They say where a command reads and how it prints, and so are kept beside its own arguments, in click's context.
"""

import shlex
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from bot.settings_source import SettingsSource

SUMMARY_MAX = 200  # characters: more than the first sentence of any command's help has


@dataclass(slots=True)
class _Chosen:
    database: Path | None = None
    env_file: Path | None = None


class SharedOption(click.Option):
    """An option that every command has, with the same meaning: the page of commands explains it once."""


class ShellCommand(click.Command):
    """A command with the shared options, after its own."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.params += [_database(), _env_file(), _color()]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The command's own options first, and the shared ones in a section of theirs."""
        for section, are_shared in (("Options", False), ("Shared options", True)):
            options = [each for each in self.get_params(ctx) if isinstance(each, click.Option)]
            listed = [each for each in options if isinstance(each, SharedOption) is are_shared]
            rows = [row for each in listed if (row := each.get_help_record(ctx)) is not None]
            with formatter.section(section):
                formatter.write_dl(rows)


class ShellGroup(click.Group):
    """A group of such commands, each of which is listed with its whole first sentence."""

    command_class = ShellCommand

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        listed = [(name, self.commands[name]) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.get_short_help_str(SUMMARY_MAX)) for name, command in listed])


def settings_source() -> SettingsSource:
    """Where the command that runs reads its settings."""
    chosen = _chosen(click.get_current_context())
    return SettingsSource(
        SettingsSource().env_file if chosen.env_file is None else chosen.env_file, chosen.database
    )


def named_env_file() -> Path | None:
    """The file of `--env-file`, if it was given."""
    return _chosen(click.get_current_context()).env_file


def command_as_typed(verb: str, *arguments: str, options: Iterable[str] = ()) -> str:
    """The command `pipeline-bot VERB …` for the same bot, quoted for a shell, so that it can be pasted."""
    return _as_typed(settings_source(), verb, *arguments, options=options)


def first_grant(source: SettingsSource) -> str:
    """The command that grants the first role, which creates the database."""
    return _as_typed(source, "grant", "U0123ABCD", "admin", "*")


def _as_typed(source: SettingsSource, verb: str, *arguments: str, options: Iterable[str] = ()) -> str:
    same_bot = [
        *(() if source.database is None else ("--database", str(source.database))),
        *(() if source.env_file == SettingsSource().env_file else ("--env-file", str(source.env_file))),
    ]
    dashes = ["--"] if any(argument.startswith("-") for argument in arguments) else []
    return shlex.join(["pipeline-bot", *verb.split(" "), *same_bot, *options, *dashes, *arguments])


def json_flag(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--json`, as the parameter `wants_json`."""
    return click.option("--json", "wants_json", is_flag=True, help="Print JSON, for programs.")(command)


def _chosen(ctx: click.Context) -> _Chosen:
    return ctx.ensure_object(_Chosen)


def _takes_database(ctx: click.Context, _param: click.Parameter, database: Path | None) -> None:
    _chosen(ctx).database = database


def _takes_env_file(ctx: click.Context, _param: click.Parameter, env_file: Path | None) -> None:
    _chosen(ctx).env_file = env_file


def _takes_color(ctx: click.Context, _param: click.Parameter, color: bool | None) -> None:  # noqa: FBT001 - click's
    if color is not None:
        # Errors are printed in the root's context.
        ctx.color = ctx.find_root().color = color


def _database() -> SharedOption:
    return SharedOption(
        ["--database"],
        type=click.Path(path_type=Path),
        metavar="FILE",
        expose_value=False,
        callback=_takes_database,
        help="The bot's database, instead of that of PIPELINE_BOT_DATABASE.",
    )


def _env_file() -> SharedOption:
    return SharedOption(
        ["--env-file"],
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        metavar="FILE",
        expose_value=False,
        callback=_takes_env_file,
        help="A file with settings, instead of .env in the current folder.",
    )


def _color() -> SharedOption:
    return SharedOption(
        ["--color/--no-color"],
        default=None,
        is_eager=True,
        expose_value=False,
        callback=_takes_color,
        help="Color the output. By default on a terminal, unless NO_COLOR is set.",
    )
