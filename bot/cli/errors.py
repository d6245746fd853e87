"""Errors of the shell, in one voice: `error: …` on standard error, and the exit status that says of which kind."""

import click

from bot.domain.errors import UserError, WrongInput

FAILED = 1
WRONG_USAGE = 2
DIFFERS = 3  # drift, or not anchored: the command worked, and what it compared is not the same


def print_error(message: str) -> None:
    """Each line of the message is an error of its own."""
    for line in message.splitlines():
        click.echo(f"{click.style('error:', fg='red', bold=True)} {line}", err=True)


def report(error: UserError | click.ClickException) -> int:
    """Print the error, and return the exit status."""
    if isinstance(error, UserError):
        print_error(error.message)
        if not isinstance(error, WrongInput):
            return FAILED
        if error.hint:
            click.echo(error.hint, err=True)
        return WRONG_USAGE
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.format_message(), err=True)
        return WRONG_USAGE
    print_error(_sentence(error.format_message()))
    if not isinstance(error, click.UsageError):
        return FAILED
    if error.ctx is not None:
        click.echo(f"Run `{error.ctx.command_path} --help` for help.", err=True)
    return WRONG_USAGE


def _sentence(message: str) -> str:
    """Click ends some of its messages with a full stop."""
    said = " ".join(message.split())
    return said if said.endswith((".", "?", "!")) else f"{said}."
