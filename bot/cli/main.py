"""The root command, and its exit statuses: 0 done, 1 failed, 2 wrong usage or settings, 3 a difference was found."""

import os
import sys
from collections.abc import Callable
from typing import Any, NoReturn

import click

from bot.cli.errors import report
from bot.cli.lazy import LazyCommand, LazyGroup
from bot.domain.errors import UserError


class _Commands(LazyGroup):
    """Prints every error as `error: …` on standard error, never as a traceback."""

    def main(self, *args: Any, **settings: Any) -> NoReturn:
        """Always ends the process, as click's own does by default."""
        settings["standalone_mode"] = False
        run: Callable[..., object] = super().main
        try:
            status = run(*args, **settings)
        except click.Abort:
            sys.exit(report(click.ClickException("Interrupted.")))
        except click.ClickException as error:  # in the root's own options
            sys.exit(report(error))
        sys.exit(status if isinstance(status, int) else 0)

    def invoke(self, ctx: click.Context) -> object:
        if os.environ.get("NO_COLOR"):
            ctx.color = False
        try:
            return super().invoke(ctx)
        except (UserError, click.ClickException) as error:
            ctx.exit(report(error))


RUN = "Run"
ACCESS = "Access"
PIPELINES = "Pipelines"
REQUESTS = "Requests"
AUDIT = "Audit"
DATABASE = "Database"
TRIAL = "Try it"

COMMANDS = {
    "run": LazyCommand("bot.cli.run", "run", RUN, "Run the bot."),
    "doctor": LazyCommand("bot.cli.doctor.command", "doctor", RUN, "Check configuration and connections."),
    "clock": LazyCommand("bot.cli.clock_commands", "clock", RUN, "Show or reset the bot's own time."),
    "grant": LazyCommand("bot.cli.access.grants", "grant", ACCESS, "Grant a role to a person or a group."),
    "revoke": LazyCommand(
        "bot.cli.access.grants",
        "revoke",
        ACCESS,
        "Take a role on a pattern away from a person or a user group.",
    ),
    "grants": LazyCommand("bot.cli.access.grants", "grants", ACCESS, "List grants."),
    "rule": LazyCommand("bot.cli.access.rules", "rule", ACCESS, "Set approval rules for a pattern."),
    "rules": LazyCommand("bot.cli.access.rules", "rules", ACCESS, "List rules, and the freezes in force."),
    "freeze": LazyCommand(
        "bot.cli.access.rules", "freeze", ACCESS, "Block clears, stops and starts until a given time."
    ),
    "unfreeze": LazyCommand("bot.cli.access.rules", "unfreeze", ACCESS, "Remove the freeze on a pattern."),
    "access": LazyCommand(
        "bot.cli.access.import_export", "access", ACCESS, "Keep grants and rules in a file, for git."
    ),
    "can-i": LazyCommand(
        "bot.cli.look.can_i", "can_i", ACCESS, "Explain whether a person may clear, stop or start."
    ),
    "list": LazyCommand(
        "bot.cli.look.pipeline_list", "list_pipelines", PIPELINES, "List pipelines, and what holds them."
    ),
    "status": LazyCommand("bot.cli.look.status", "status", PIPELINES, "Show a pipeline."),
    "pending": LazyCommand("bot.cli.pending_requests", "pending", REQUESTS, "List pending requests."),
    "deny": LazyCommand("bot.cli.pending_requests", "deny", REQUESTS, "Deny a request."),
    "history": LazyCommand("bot.cli.look.history", "history", REQUESTS, "List requests, newest first."),
    "audit": LazyCommand("bot.cli.audit.audit_commands", "audit", AUDIT, "Verify and export the audit log."),
    "webhooks": LazyCommand(
        "bot.cli.webhooks", "webhooks", AUDIT, "Show and move the receivers of audit log entries."
    ),
    "backup": LazyCommand(
        "bot.cli.database.backup", "backup", DATABASE, "Back up the database, also while the bot runs."
    ),
    "restore": LazyCommand(
        "bot.cli.database.restore", "restore", DATABASE, "Restore a backup, while no bot runs."
    ),
    "archive": LazyCommand(
        "bot.cli.database.archive", "archive", DATABASE, "Move old requests and audit log entries out."
    ),
    "sandbox": LazyCommand(
        "bot.cli.sandbox", "sandbox", TRIAL, "Try the bot in the browser, with a simulated Slack."
    ),
    "demo": LazyCommand(
        "bot.cli.demo", "demo", TRIAL, "Play an incident in the terminal, between simulators."
    ),
}


@click.group(cls=_Commands, later=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pipeline-bot")
def cli() -> None:
    """Operate Feldera pipelines from Slack, safely.

    Settings come from the environment and from a file .env in the current folder; docs/settings.md lists them. Each
    command takes --database FILE and --env-file FILE to use others, and --help.

    Exit status: 0 done, 1 failed, 2 wrong usage or settings, 3 a difference was found.
    """


def main() -> None:
    cli(prog_name="pipeline-bot")
