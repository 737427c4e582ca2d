"""What must hold after any chaos, read from SIPp's record and from the database."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from campaigns.models import Attempt, Contact
from tests.chaos.plan import HEARD_KEY, MOST_A_DAY
from tests.chaos.scene import Evidence

Row = tuple[Attempt, Contact]
PRESSED, BYE = f"pressed {HEARD_KEY}", "far end hung up"
ENDS_MS = 3000.0  # from that key to our BYE: a short goodbye is said
NOTICED_MS = 2000.0  # an engine that dies so soon after an outage may not have written yet what it kept


def complaints(evidence: Evidence, contacts: Sequence[Contact], attempts: Sequence[Row]) -> list[str]:
    """One sentence for each thing that went wrong; `attempts` in the order in which they were begun."""
    return [
        *_of_people(evidence, contacts, attempts),
        *_of_calls(evidence, attempts),
        *_of_hearing(evidence),
        *_of_engines(evidence),
    ]


def _of_people(evidence: Evidence, contacts: Sequence[Contact], attempts: Sequence[Row]) -> Iterator[str]:
    """Nobody is lost, nobody hangs in the air, and who could be reached was."""
    queued = Counter(who.external_id for who in evidence.plan.people)
    if queued != Counter(contact.external_id for contact in contacts):
        yield "the contacts are not those that were queued"
    if not evidence.settled:
        yield "somebody still waits for something else than another day"
    rings = Counter(attempt.phone for attempt, _ in attempts if attempt.rang_at is not None)
    hears = {who.external_id for who in evidence.plan.people if who.hears}
    for contact in contacts:
        capped = rings[contact.phone] >= MOST_A_DAY
        if contact.external_id in hears and contact.delivered_at is None and not capped:
            yield f"{contact.external_id} was not told, with {rings[contact.phone]} calls that rang"
        if contact.state == "calling" or contact.leased:
            yield f"{contact.external_id} is held by somebody"


def _of_calls(evidence: Evidence, attempts: Sequence[Row]) -> Iterator[str]:
    """Each call that SIPp saw has its attempt, each attempt its end, and none is past the cap."""
    called = Counter(seen.number for seen in evidence.seen if seen.what == "called")
    written = Counter(attempt.phone for attempt, _ in attempts)
    for number, calls in called.items():
        if calls > written[number]:
            yield f"{number[-1:]} was called {calls} times, and {written[number]} attempts are written"
        if calls > MOST_A_DAY:
            yield f"{number[-1:]} was called {calls} times, the cap is {MOST_A_DAY}"
    for attempt, contact in attempts:
        if attempt.ended_at is None:
            yield f"attempt {attempt.id} has no end"
        if contact.delivered_at is not None and attempt.started_at > contact.delivered_at:
            yield f"attempt {attempt.id} began after {contact.external_id} had heard the message"


def _of_hearing(evidence: Evidence) -> Iterator[str]:
    """A number is not called again once everybody there has heard the message."""
    people = Counter(who.number for who in evidence.plan.people)
    calls = [_Call(evidence, call) for call in sorted({seen.call for seen in evidence.seen})]
    heard = [call for call in calls if call.heard]
    for call in calls:
        before = sum(one.number == call.number and one.pressed_ms < call.called_ms for one in heard)
        if before >= people[call.number]:
            yield f"{call.number[-1:]} was called again after the message had been heard"


class _Call:
    """One call as SIPp saw it."""

    def __init__(self, evidence: Evidence, call: int) -> None:
        mine = [seen for seen in evidence.seen if seen.call == call]
        self._blows = evidence.blows
        self._times = {seen.what: seen.at_ms for seen in mine}
        self.number, self.called_ms = mine[0].number, mine[0].at_ms

    @property
    def pressed_ms(self) -> float:
        """When the key was pressed that says: heard."""
        return self._times[PRESSED]

    @property
    def heard(self) -> bool:
        """Whether the key was heard at our end, which comes after the message, and could be written down.

        SIPp presses it all the same when nobody is there any more, or never was. So we must have hung up soon
        after it, as the script does, unless the call was struck just then.
        """
        return PRESSED in self._times and (self._ended_soon or self._struck_then) and not self._unwritten

    @property
    def _ended_soon(self) -> bool:
        return self.pressed_ms <= self._times.get(BYE, -1) <= self.pressed_ms + ENDS_MS

    @property
    def _struck_then(self) -> bool:
        blows = [blow.from_ms for blow in self._blows if blow.harm.kind != "database"]
        before = any(self.called_ms <= at_ms <= self.pressed_ms for at_ms in blows)
        return not before and any(self.pressed_ms < at_ms <= self.pressed_ms + ENDS_MS for at_ms in blows)

    @property
    def _unwritten(self) -> bool:
        """The one gap: the database was away, the call went on, the engine was killed before it was back."""
        return any(
            away.from_ms - NOTICED_MS <= self.pressed_ms <= killed.from_ms + NOTICED_MS
            and away.from_ms <= killed.from_ms <= away.to_ms + NOTICED_MS
            for away in self._blows
            for killed in self._blows
            if (away.harm.kind, killed.harm.kind) == ("database", "engine")
        )


def _of_engines(evidence: Evidence) -> Iterator[str]:
    """None ended with a traceback, told a number, or left processes behind."""
    if "Traceback" in evidence.said:
        yield "an engine ended with a traceback"
    if any(who.number in evidence.said for who in evidence.plan.people):
        yield "an engine told a phone number"
    if evidence.orphans:
        yield f"{evidence.orphans} processes outlived their engine"
    if evidence.code not in (0, 1):
        yield f"the last engine ended with {evidence.code}"


def told(evidence: Evidence, attempts: Sequence[Row]) -> Mapping[str, object]:
    """What happened, in figures."""
    return {
        "harms": ", ".join(f"{blow.harm.kind} at {blow.from_ms / 1000:.1f} s" for blow in evidence.blows),
        "calls seen": sum(seen.what == "called" for seen in evidence.seen),
        "heard": sum(seen.what == PRESSED for seen in evidence.seen),
        "attempts": len(attempts),
        "causes": dict(Counter(attempt.cause for attempt, _ in attempts)),
    }
