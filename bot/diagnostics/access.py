"""The check of access: grants and rules, and the people and groups of Slack that they name."""

import asyncio
from dataclasses import replace

from bot.diagnostics.context import CheckContext, NoAnswer
from bot.domain.access.lint.findings import Finding, Roster, Severity
from bot.domain.access.lint.linter import lint
from bot.domain.diagnosis import CheckResult, failed, passed, unknown, warning
from bot.engine.ports import Caller
from bot.engine.principal_lookup import survey
from bot.store.diagnosis_facts import DiagnosisFacts

ACCESS = "access"


async def access(context: CheckContext) -> list[CheckResult]:
    facts, app = await context.facts(), await context.app()
    if not isinstance(facts, DiagnosisFacts):
        return [unknown(ACCESS, facts.why)]
    now, grants, rules = context.now(), facts.grants, facts.rules
    if not grants:
        return [warning(ACCESS, "No one has access yet.", f"Grant the first role: `{context.first_grant}`.")]
    directory = None if isinstance(app, NoAnswer) else context.directory(app)
    roster = Roster()
    if directory is not None:  # a running bot has to keep look-ups for what people do
        roster = await survey(
            directory, grants, rules, now, caller=Caller.DISPLAY, patience=context.lookup_patience
        )
    # Hundreds of grants and rules take up to seconds, in which a bot has to answer people.
    findings = await asyncio.to_thread(
        lint, grants, rules, roster, now, context.targets, freezes=facts.freezes
    )
    found = [_result(each) for each in findings]
    if directory is None:
        found.append(unknown(ACCESS, "People were not looked up in Slack."))
    if roster.not_asked:
        left_out = unknown(ACCESS, roster.left_out(), context.how_to_look_up_all)
        found.append(replace(left_out, is_sensitive=True))
    counted = f"{len(grants)} {'grant' if len(grants) == 1 else 'grants'} and {len(rules)} {'rule' if len(rules) == 1 else 'rules'}"
    return found or [passed(ACCESS, f"No problems in {counted}.")]


def _result(finding: Finding) -> CheckResult:
    make = warning if finding.severity is Severity.NOTICE else failed
    return replace(make(ACCESS, finding.sentence), is_sensitive=True)
