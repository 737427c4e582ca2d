"""What simulated phones did: one JSON line a finished call, written by several processes."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

EndedBy = Literal["caller", "phone", "refused", "cancelled"]


@dataclass(frozen=True)
class PhoneCall:
    """One finished call as the phone saw it."""

    number: str
    behaviour: str  # "" for a number that nobody has
    status: int  # the final SIP answer of the phone; 0: it never gave one
    answered: bool
    keys: tuple[str, ...]  # as pressed, one item a turn
    seconds: float  # from the answer to the end, 0 when it was not answered
    ended_by: EndedBy
    first_speech_seconds: float | None  # from the answer until something was heard
    speech_seconds: float  # how long something was heard; on a machine, after its beep
    started_at: float  # UNIX time of the INVITE
    ended_at: float
    heard_in_talk_seconds: float = 0.0  # of speech, while the owner spoke as well: somebody is there

    @property
    def key_count(self) -> int:
        """How many single keys were pressed."""
        return sum(map(len, self.keys))


def append_call(path: Path, call: PhoneCall) -> None:
    """Add one line; a single write, so that processes do not mix theirs."""
    line = json.dumps(asdict(call), ensure_ascii=False) + "\n"
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, line.encode())
    finally:
        os.close(descriptor)


def read_log(path: Path) -> list[PhoneCall]:
    """All finished calls, in the order in which they began; none when there is no log yet."""
    if not path.exists():
        return []
    calls = [_call(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return sorted(calls, key=lambda call: call.started_at)


def most_at_once(calls: Sequence[PhoneCall], number: str) -> int:
    """The largest number of calls that were open to one number at the same time."""
    own = [call for call in calls if call.number == number]
    return max((sum(c.started_at <= call.started_at < c.ended_at for c in own) for call in own), default=0)


def _call(line: str) -> PhoneCall:
    data = json.loads(line)
    return PhoneCall(**{**data, "keys": tuple(data["keys"])})
