"""What the tables show of names and sentences that look like markup."""

import io
import time
from types import SimpleNamespace
from typing import cast

from rich.console import Console
from rich.table import Table

from campaigns.cli.doctor import _table
from campaigns.cli.screen import calls_table
from campaigns.doctor.finding import Finding
from campaigns.engine.engine import Engine


def shown(table: Table) -> str:
    console = Console(file=io.StringIO(), width=200)
    console.print(table)
    return cast(io.StringIO, console.file).getvalue()


def test_brackets_in_a_finding_are_shown() -> None:
    text = shown(_table([Finding("trunk [/a]", "wrong", "Raise count in [lines].")]))
    assert "trunk [/a]" in text
    assert "count in [lines]." in text


def test_brackets_in_a_running_call_are_shown() -> None:
    placed = SimpleNamespace(
        attempt=7,
        contact=SimpleNamespace(campaign="survey", phone="+79123456789"),
        trunk="[/a]",
        talk=SimpleNamespace(saying="[bold]hello"),
        begun=time.monotonic(),
    )
    summary = SimpleNamespace(placed=1, answered=0)
    engine = SimpleNamespace(summary=summary, live=[SimpleNamespace(placed=placed, state="ringing")])
    text = shown(calls_table(cast(Engine, engine)))
    assert "[/a]" in text
    assert "[bold]hello" in text
