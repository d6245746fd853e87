"""The root command, and its exit statuses: 0 done, 1 the bot failed, 2 something the operator has to fix."""

import click

from bot.cli.lazy import LazyCommand, LazyGroup
from bot.domain.errors import UserError


class _Commands(LazyGroup):
    """Prints a user error as a sentence on standard error, never as a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except UserError as error:
            click.echo(error.message, err=True)
            ctx.exit(2)


COMMANDS = {
    "access": LazyCommand(
        "bot.cli.access.import_export", "access", "Keep grants and rules in a file, for git."
    ),
    "audit": LazyCommand("bot.cli.audit.audit_commands", "audit", "Prove and export the record."),
    "clock": LazyCommand("bot.cli.clock_commands", "clock", "Show or reset the bot's own time."),
    "demo": LazyCommand("bot.cli.demo", "demo", "Play an incident between simulators."),
    "deny": LazyCommand("bot.cli.pending_requests", "deny", "Deny a request."),
    "doctor": LazyCommand("bot.cli.doctor.command", "doctor", "Check everything there is."),
    "freeze": LazyCommand("bot.cli.access.rules", "freeze", "Let nothing new start."),
    "grant": LazyCommand("bot.cli.access.grants", "grant", "Give a person or a group a role."),
    "grants": LazyCommand("bot.cli.access.grants", "grants", "List the grants."),
    "pending": LazyCommand("bot.cli.pending_requests", "pending", "List what waits for people."),
    "revoke": LazyCommand("bot.cli.access.grants", "revoke", "Take a grant away."),
    "rule": LazyCommand("bot.cli.access.rules", "rule", "Set approval rules."),
    "rules": LazyCommand("bot.cli.access.rules", "rules", "List the rules, and the freezes in force."),
    "run": LazyCommand("bot.cli.run", "run", "Be the bot, until SIGTERM or Ctrl-C."),
    "sandbox": LazyCommand(
        "bot.cli.sandbox", "sandbox", "Try the bot in the browser, with a simulated Slack."
    ),
    "unfreeze": LazyCommand("bot.cli.access.rules", "unfreeze", "Remove a freeze (same pattern)."),
}


@click.group(cls=_Commands, later=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pipeline-bot")
def cli() -> None:
    """Operate Feldera pipelines from Slack, safely.

    Settings come from the environment and from a file .env in the current directory; docs/settings.md lists them.
    """


def main() -> None:
    cli(prog_name="pipeline-bot")
