"""A blind transfer (pure): what a REFER asks for, and what the far end tells of it, RFC 3515."""

import re
from collections.abc import Callable
from typing import Protocol

from dialer.addresses import BadAddress
from dialer.messages import Event, Fault, Transferred

ACCEPTED_SECONDS = 8.0  # for the answer to REFER: the library gives up after 6
NOTIFY_SECONDS = 5.0  # the first NOTIFY follows the 202 at once (section 2.4.4), or never comes
REACH_SECONDS = 45.0  # the phone of the target rings no longer than that, its PBX included
NOTHING_TOLD = 0

_TARGET = re.compile(r"sip:[A-Za-z0-9+*#_.!~'()&=$,;?/%-]{1,64}@[A-Za-z0-9.-]{1,253}(?::[0-9]{1,5})?")


def refer_to(target: str) -> str:
    """The Refer-To of a REFER. Raises BadAddress without naming the target: other signs could add headers."""
    if not _TARGET.fullmatch(target):
        raise BadAddress("A call is to be transferred to what is no SIP address; use sip:name@host.")
    return f"<{target.replace('#', '%23')}>"


class CanRefer(Protocol):
    """A call of the library."""

    def refer(self, refer_to: str) -> bool:
        """Send REFER; False when it could not be sent."""


class Transferring:
    """The transfers of one call, one at a time; each is told with one `Transferred`."""

    def __init__(self, call: str, tell: Callable[[Event], None]) -> None:
        self.deadline: float | None = None  # when `expire` has something to do; None: nothing is under way
        self._call = call
        self._tell = tell
        self._reach_until = 0.0
        self._accepted = False

    def ask(self, target: str, call: CanRefer | None, now: float) -> None:
        """Send REFER; not while one is under way. `call` is None when there is nobody to send it to."""
        if self.deadline is not None:
            return
        self.deadline, self._reach_until = now + ACCEPTED_SECONDS, now + REACH_SECONDS
        self._accepted = False
        try:
            sent = call is not None and call.refer(refer_to(target))
        except BadAddress as error:
            self._tell(Fault(self._call, str(error)))
            sent = False
        if not sent:
            self.end()

    def heed(self, status: int, final: bool, now: float) -> None:
        """The far end has accepted (100, the first time), refused, or told how far it is."""
        if self.deadline is None:
            return
        if status >= 200 or final:
            self.end(status if status >= 200 else NOTHING_TOLD)
            return
        self.deadline = self._reach_until if self._accepted else min(now + NOTIFY_SECONDS, self._reach_until)
        self._accepted = True

    def expire(self, now: float) -> None:
        """Time has passed; perhaps nothing more is waited for."""
        if self.deadline is not None and now >= self.deadline:
            self.end()

    def end(self, status: int = NOTHING_TOLD) -> None:
        """What is under way is over, for us."""
        if self.deadline is not None:
            self.deadline = None
            self._tell(Transferred(self._call, status))
