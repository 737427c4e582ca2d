"""The product as its users run it: commands on a home in a temporary folder."""

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from campaigns.cli.app import main
from campaigns.demo.stage import zone_at_noon
from tests import ready, spoken

DIALER = Path(sys.executable).parent / "dialer"
COMMAND_SECONDS = 100.0
OWN_PROCESS = ("run", "demo", "doctor", "simulate-load")
"""They fork or heed signals; for all others it would be waste, as for those that refuse what was typed."""

WRONG_USE = 2
COVID_COLUMNS = "external_id,phone,full_name,language,time_zone,birth_year,result,sample_date,clinic"


class Desk:
    """A supervisor's desk: one home and the commands on it.

    What is the same for all contacts is spoken once for all homes, unless a home is to speak for `itself`.
    """

    def __init__(self, folder: Path, *trunks: str, settings: str = "", itself: bool = False) -> None:
        self.home = folder / "H"
        shutil.copytree(_new_home(), self.home)
        if not itself:
            spoken.share(self.home / "speech")
        tables = [
            f'[[trunks]]\nname = "trunk{number}"\nuri = "{uri}"\nmax_calls = 8\ncalls_per_second = 20\n'
            for number, uri in enumerate(trunks)
        ]
        engine = "[engine]\nring_seconds = 15\n"
        (self.home / "dialer.toml").write_text("\n".join([*tables, engine, settings]), encoding="utf-8")

    def run(
        self, *words: str, code: int | None = 0, typed: str = "", home: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end; `code` is the exit code that it must have, `typed` its standard input."""
        command = self._command(words, home or self.home)
        apart = words[0] in OWN_PROCESS and code != WRONG_USE
        done = _in_a_process(command, typed) if apart else _here(command, typed)
        said = f"{words}: {done.returncode}\n{done.stdout}{done.stderr}"
        assert code is None or done.returncode == code, said
        assert "Traceback" not in done.stderr, done.stderr
        return done

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start a command that goes on."""
        return subprocess.Popen(
            self._command(words, self.home), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def data(self, *words: str) -> Any:
        """What a command prints with --json."""
        return json.loads(self.run(*words, "--json").stdout)

    def report(self) -> Any:
        """The figures of the results campaign."""
        return self.data("campaign", "report", "covid-results")

    def queue(self, rows: Sequence[str], name: str = "results.csv") -> str:
        """Write a file of results and queue it; each row begins with external_id and phone."""
        zone = zone_at_noon(datetime.now(UTC))
        path = self.home.parent / name
        full = [
            f"{row},Иванова Мария Петровна,ru,{zone},1954,negative,2026-11-20,Поликлиника № 5" for row in rows
        ]
        path.write_text("\n".join([COVID_COLUMNS, *full]) + "\n", encoding="utf-8")
        return self.run("queue", "covid-results", str(path)).stdout

    @staticmethod
    def _command(words: Sequence[str], home: Path) -> list[str]:
        return [os.fspath(DIALER), *words, "--home", os.fspath(home)]


@cache
def _new_home() -> Path:
    """As `dialer init` makes it; the others are copies."""
    home = ready.scratch() / "H"
    _here(["dialer", "init", "--home", os.fspath(home)], "")
    return home


def _in_a_process(command: Sequence[str], typed: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, input=typed, capture_output=True, text=True, timeout=COMMAND_SECONDS, check=False
    )


def _here(command: Sequence[str], typed: str) -> subprocess.CompletedProcess[str]:
    """The same entry, in this process."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    with (
        patch.object(sys, "argv", list(command)),
        patch.object(sys, "stdin", io.StringIO(typed)),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
    return subprocess.CompletedProcess(command, code, out.getvalue(), err.getvalue())
