"""Checks of the Slack app: its token, its scopes, and this machine's clock beside Slack's."""

from collections.abc import Iterable
from datetime import timedelta

from bot.diagnostics.clocks import skewed
from bot.diagnostics.context import CheckContext, NoAnswer
from bot.domain.diagnosis import CheckResult, failed, passed, unknown, warning
from bot.store.diagnosis_facts import DiagnosisFacts

TOKEN, SCOPES, CLOCK = "slack token", "slack scopes", "slack clock"
CLOCKS_AGREE = timedelta(seconds=30)  # Slack's signatures are valid for five minutes
_REINSTALL = "in the app's settings (OAuth & Permissions), as in app_manifest.yml, and reinstall the app."


async def token(context: CheckContext) -> list[CheckResult]:
    app = await context.app()
    if isinstance(app, NoAnswer):
        return [failed(TOKEN, app.why) if app.was_asked else unknown(TOKEN, app.why)]
    workspace = app.workspace
    facts = await context.facts()
    last = facts.team if isinstance(facts, DiagnosisFacts) else None
    if last not in {None, workspace.team}:
        return [
            failed(
                TOKEN,
                f"It is for the workspace {workspace.name} ({workspace.team}), and the database was last used in {last}: "
                "its grants have no effect here.",
                "Check that the file and the token are the right ones.",
            )
        ]
    return [passed(TOKEN, f"For the workspace {workspace.name} ({workspace.team}).")]


async def scopes(context: CheckContext) -> list[CheckResult]:
    app = await context.app()
    not_reported = "Slack did not report the scopes of the bot token."
    if isinstance(app, NoAnswer):
        return [unknown(SCOPES, app.unless_asked(not_reported))]
    if app.scopes is None:
        return [unknown(SCOPES, not_reported)]
    found = []
    if app.missing:
        found.append(failed(SCOPES, f"The bot token lacks {_listed(app.missing)}.", f"Add them {_REINSTALL}"))
    if app.superfluous:
        advice = f"Unless something else uses them, remove them {_REINSTALL}"
        found.append(
            warning(
                SCOPES,
                f"The bot token has scopes that the bot does not need: {_listed(app.superfluous)}.",
                advice,
            )
        )
    return found or [passed(SCOPES, f"The bot token has those that it needs: {_listed(app.scopes)}.")]


async def clock(context: CheckContext) -> list[CheckResult]:
    app = await context.app()
    not_reported = "Slack did not report the time."
    if isinstance(app, NoAnswer):
        return [unknown(CLOCK, app.unless_asked(not_reported))]
    skew = app.skew
    if skew is None:
        return [unknown(CLOCK, not_reported)]
    if skew.certainly_exceeds(CLOCKS_AGREE):
        return [
            failed(
                CLOCK,
                f"This machine is {skewed(skew)} Slack.",
                "Synchronize it by NTP: in HTTP mode, requests from Slack that are off by five minutes are refused, and after "
                "a reboot the bot takes the time from this clock.",
            )
        ]
    return [passed(CLOCK, f"This machine is {skewed(skew)} Slack.")]


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
