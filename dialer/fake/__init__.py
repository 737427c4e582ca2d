"""Pretend lines: scripted patients, no threads, no telephone, no waiting; the contract is that of real lines.

Time is virtual. It starts at the clock that is handed in and never falls behind it, and `receive` moves it on
to the next thing that happens, at most by its time-out. So a whole campaign runs in milliseconds, the same
each time.
"""

from dialer.fake.lines import FakeLines
from dialer.fake.patients import HANGS_UP, Patient

__all__ = ["HANGS_UP", "FakeLines", "Patient"]
