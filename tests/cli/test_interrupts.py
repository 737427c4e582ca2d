"""Ctrl-C at the worst moments: exit code 130, and no traceback."""

import subprocess
import sys

import pytest

WHILE_IMPORTING = """
import signal, sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "typer":
            signal.raise_signal(signal.SIGINT)
sys.meta_path.insert(0, Finder())
from campaigns.cli.app import main
main()
"""
WHILE_WORKING = """
import signal, sys
import campaigns.cli.app as entry
assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "campaigns.cli.run":
            signal.raise_signal(signal.SIGINT)
sys.meta_path.insert(0, Finder())
sys.argv = ["dialer", "run", "--home", "nowhere"]
entry.main()
"""


@pytest.mark.parametrize("program", [WHILE_IMPORTING, WHILE_WORKING])
def test_an_interrupt_ends_without_a_traceback(program: str) -> None:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 130, done.stderr
    assert "Traceback" not in done.stderr
