"""One visit of the doctor: everything in the order in which it matters."""

from collections.abc import Iterator
from pathlib import Path

from campaigns.doctor import machine
from campaigns.doctor.accounts import accounts
from campaigns.doctor.doors import doors
from campaigns.doctor.finding import Finding
from campaigns.doctor.offices import offices
from campaigns.doctor.operators import operators
from campaigns.doctor.outbox import outbox
from campaigns.doctor.receivers import receivers
from campaigns.doctor.speech import speech
from campaigns.doctor.trunks import trunks
from campaigns.settings import read_home


def visit(folder: Path) -> Iterator[Finding]:
    """The findings as they come; without settings there is only one."""
    home, finding = machine.home_of(folder, read_home)
    yield finding
    if home is None:
        return
    yield machine.database(home)
    yield machine.folders(home)
    yield machine.descriptors(home)
    yield machine.ports(home)
    yield from speech(home)
    yield from operators(home)
    yield from offices(home)
    yield from accounts(home)
    yield from receivers(home)
    yield from outbox(home)
    yield from doors(home)
    yield from trunks(home)
