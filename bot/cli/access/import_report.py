"""The report of `access import`: changes on standard output, and what to know about them on standard error."""

from collections.abc import Sequence
from dataclasses import dataclass

import click

from bot.cli.output import as_json, counted, one_line
from bot.domain.access.lint.findings import Finding, Severity

_COLORS = {Severity.PROBLEM: "red", Severity.WARNING: "yellow", Severity.NOTICE: "cyan"}


@dataclass(frozen=True, slots=True)
class ImportReport:
    """`changes` are lines that begin with a plus or a minus; `notices` are about the file and the look-up itself."""

    changes: Sequence[str]
    findings: Sequence[Finding]
    notices: Sequence[str]
    is_applied: bool

    def print(self, *, wants_json: bool) -> None:
        if wants_json:
            click.echo(as_json(self._document()))
            return
        for change in self.changes:
            click.echo(click.style(one_line(change), fg="red" if change.startswith("-") else "green"))
        for finding in self.findings:
            _print_finding(finding.severity, finding.sentence)
        for notice in self.notices:
            _print_finding(Severity.NOTICE, notice)
        click.echo(self._summary(), err=True)

    def _summary(self) -> str:
        if not self.changes:
            return "Nothing to change."
        count = counted(len(self.changes), "change")
        return (
            f"{count} made." if self.is_applied else f"{count}. Dry run: nothing changed. Apply with --yes."
        )

    def _document(self) -> dict[str, object]:
        return {
            "in_sync": not self.changes,
            "applied": self.is_applied,
            "changes": list(self.changes),
            "findings": [
                {"severity": finding.severity.value, "message": finding.sentence} for finding in self.findings
            ],
            "notices": list(self.notices),
        }


def _print_finding(severity: Severity, sentence: str) -> None:
    click.echo(f"{click.style(severity.value, fg=_COLORS[severity])}: {one_line(sentence)}", err=True)
