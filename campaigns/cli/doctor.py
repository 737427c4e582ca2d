"""`dialer doctor`: is this home fit to call, and is each trunk there?"""

from pathlib import Path

import typer
from rich.table import Table
from rich.text import Text

from campaigns.cli.options import console, print_json
from campaigns.doctor.finding import Finding
from campaigns.doctor.visit import visit

COLOURS = {"right": "green", "doubtful": "yellow", "wrong": "red"}


def examine(home: Path, *, as_json: bool) -> None:
    """Look everything over and say how it is; exit code 1 when something is wrong."""
    findings = list(visit(home))
    if as_json:
        print_json([vars(finding) for finding in findings])
    else:
        console.print(_table(findings))
    if any(finding.verdict == "wrong" for finding in findings):
        raise typer.Exit(1)


def _table(findings: list[Finding]) -> Table:
    table = Table("what", "is", "why", show_lines=True)
    for finding in findings:
        verdict = Text(finding.verdict, style=COLOURS[finding.verdict])
        table.add_row(Text(finding.what), verdict, Text(finding.sentence))
    return table
