"""Sends INVITEs: when the trunk's name is looked up, with a gap between two, again while there is no slot."""

from collections.abc import Callable

from dialer.addresses import BadAddress, BadNumber
from dialer.messages import Fault
from dialer.pjsip.calls import NoSlot
from dialer.pjsip.endpoint import Endpoint
from dialer.pjsip.session import Session
from dialer.pjsip.trunks import TrunkLine, Trunks

RETRY_SECONDS = 0.02  # a slot that was just freed is not always accepted at once
RETRIES = 10
PLACE_GAP_SECONDS = 0.03  # four slots turned over faster than every 25 ms abort pip's wheel


class Placing:
    """Used from the loop's thread. `refuse` gets a session for which the library has no slot."""

    def __init__(
        self,
        endpoint: Endpoint,
        trunks: Trunks,
        tell: Callable[[Fault], None],
        refuse: Callable[[Session], None],
    ) -> None:
        self._loop = endpoint.loop
        self._trunks = trunks
        self._tell = tell
        self._refuse = refuse
        self._waiting: dict[str, list[Session]] = {}  # for the address of this host
        self._retries: list[tuple[float, int, Session]] = []
        self._next_place_at = 0.0

    def place(self, session: Session, now: float, tries: int = 0) -> None:
        """Place the call now or soon; a call that cannot be placed ends."""
        line = self._trunks.line(session.dial.trunk)
        if session.over:
            return
        if line is None:
            session.finish(now, "bad_trunk")
            return
        resolved = self._trunks.address(line)
        if resolved is None:
            self._waiting.setdefault(line.way.next_hop.host, []).append(session)
        elif not resolved:
            session.finish(now, "not_resolved")
        elif now < self._next_place_at:
            self._retries.append((self._next_place_at, tries, session))
        else:
            self._next_place_at = now + PLACE_GAP_SECONDS
            self._invite(session, line, resolved, now, tries)

    def _invite(self, session: Session, line: TrunkLine, resolved: str, now: float, tries: int) -> None:
        try:
            invitation = line.way.invitation(session.dial.number, session.dial.caller_id, resolved)
            account = self._trunks.account(line, invitation.direct)
            self._loop.expect_connection()
            session.place(account, invitation, now)
            self._trunks.guard_media(line)
        except BadNumber:
            session.finish(now, "bad_number")
        except BadAddress as error:
            self._tell(Fault(session.dial.call, str(error)))
            session.finish(now, "bad_trunk")
        except NoSlot:
            self._retries.append((now + RETRY_SECONDS, tries + 1, session))

    def resolved(self, host: str, now: float) -> None:
        """A name was looked up."""
        for session in self._waiting.pop(host, []):
            self.place(session, now)

    def deadlines(self) -> list[float]:
        """When `expire` has something to do."""
        return [retry[0] for retry in self._retries]

    def expire(self, now: float) -> None:
        """Place what waits for a gap or a slot."""
        due = [retry for retry in self._retries if retry[0] <= now]
        self._retries = [retry for retry in self._retries if retry[0] > now]
        for _, tries, session in due:
            if session.over:
                continue
            if tries > RETRIES:
                self._refuse(session)
            else:
                self.place(session, now, tries)
