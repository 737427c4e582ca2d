"""Messages that cross, get lost or never come: each call ends once, soon, and with the right cause."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pytest

from dialer.messages import Answered, Cause, Collect, Collected, Command, Event, HangUp
from dialer.settings import Trunk
from tests.interop.conftest import MakeDesk
from tests.interop.desk import Desk, numbered
from tests.sipp.acts import (
    Acts,
    HangsUp,
    Loses,
    Media,
    Plays,
    Press,
    Receives,
    Responds,
    Silence,
    Step,
    Vanishes,
    Waits,
    answered,
)
from tests.sipp.patients import SippPatients, needs_sipp

pytestmark = [pytest.mark.sipp, needs_sipp()]

RING_SECONDS = 1.5
LINES = 24  # more than there are cases: far ends that stay silent hold their slots for half a minute
RINGING = Responds(180, "Ringing")
OK = Responds(200, "OK", Media())
OK_REPEATED = Responds(200, "OK", Media(), retransmitted=True)
KEY = Plays((Silence(1500), Press("7")))


def cancelled(*steps: Step) -> Acts:
    """Rings until the CANCEL has come, then does the steps."""
    return Acts((RINGING, *steps))


@dataclass(frozen=True)
class Case:
    """What the far end does, and what became of it; with a key, the call was there to be used."""

    patient: Acts
    cause: Cause
    status: int = 200
    answered: bool = True
    key: str = ""
    seen: tuple[str, ...] = ()  # that SIPp must have seen in the end


CASES: dict[str, Case] = {
    "BYE before the ACK": Case(Acts((RINGING, Waits(200), OK, HangsUp())), "answered"),
    "BYE after the ACK": Case(
        Acts((RINGING, Waits(200), OK_REPEATED, Receives("ACK"), HangsUp())), "answered"
    ),
    "our BYE is not answered": Case(answered(Receives("BYE", answered=False), Vanishes()), "answered"),
    "200 to the CANCEL, then to the INVITE": Case(
        cancelled(Receives("CANCEL"), OK_REPEATED, Receives("ACK"), Receives("BYE")),
        *("no_answer", 0, False),
        seen=("received CANCEL", "received ACK", "received BYE"),
    ),
    "200 to the INVITE alone": Case(
        cancelled(Receives("CANCEL", answered=False), OK_REPEATED, Receives("ACK"), Receives("BYE")),
        *("no_answer", 0, False),
        seen=("received ACK", "received BYE"),
    ),
    "486 after the CANCEL": Case(
        cancelled(Receives("CANCEL"), Responds(486, "Busy Here", retransmitted=True)),
        *("no_answer", 0, False),
        seen=("responded 486",),
    ),
    "no 487": Case(cancelled(Receives("CANCEL"), Vanishes()), "no_answer", 0, False),
    "CANCEL is not answered": Case(
        cancelled(Receives("CANCEL", answered=False), Vanishes()), "no_answer", 0, False
    ),
    "the INVITE is answered late": Case(
        Acts((Waits(900), RINGING, OK_REPEATED, Receives("ACK"), KEY)), "answered", key="7"
    ),
    "nothing before the 200": Case(Acts((OK_REPEATED, Receives("ACK"), KEY)), "answered", key="7"),
    "180 after the 200": Case(Acts((OK, Receives("ACK"), RINGING, KEY)), "answered", key="7"),
    "the ACK is lost": Case(
        Acts((RINGING, OK_REPEATED, Loses("ACK", 700), Receives("ACK"), KEY)), "answered", key="7"
    ),
    "many provisional responses": Case(
        Acts(
            (
                *(Responds(100, "Trying"), RINGING, Responds(181, "Forwarded"), Responds(182, "Queued")),
                *(Responds(183, "Progress"), RINGING, OK_REPEATED, Receives("ACK"), KEY),
            )
        ),
        "answered",
        key="7",
    ),
}
NUMBERS = numbered(CASES)


@pytest.fixture(scope="module")
def sipp() -> Iterator[SippPatients]:
    patients = {NUMBERS[name]: case.patient for name, case in CASES.items()}
    with SippPatients(patients, trace=True) as running:
        yield running


@pytest.fixture(scope="module")
def desk(sipp: SippPatients, make_desk: MakeDesk) -> Desk:
    return make_desk(Trunk("sipp", sipp.uri), count=LINES)


@pytest.fixture(scope="module")
def calls(desk: Desk) -> dict[str, list[Event]]:
    """All cases, side by side: a question at the answer where there is a key, else we hang up."""
    keys = {NUMBERS[name]: case.key for name, case in CASES.items()}

    def ask(event: Event, number: str) -> Iterable[Command]:
        if isinstance(event, Collected) or (isinstance(event, Answered) and not keys[number]):
            return (HangUp(event.call),)
        if isinstance(event, Answered):
            return (Collect(event.call, "question", 2, "", 4.0, 0.7),)
        return ()

    events = desk.together(dict.fromkeys(NUMBERS.values(), "sipp"), ask, ring_seconds=RING_SECONDS)
    return {name: events[number] for name, number in NUMBERS.items()}


@pytest.mark.parametrize("name", CASES)
def test_the_call_ends_as_it_should(calls: dict[str, list[Event]], desk: Desk, name: str) -> None:
    ended, case = desk.ended(calls[name]), CASES[name]
    assert (ended.cause, ended.sip_status, ended.answered) == (case.cause, case.status, case.answered)
    keys = [event.keys for event in calls[name] if isinstance(event, Collected)]
    assert keys == ([case.key] if case.key else [])


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if not case.key])
def test_nobody_is_waited_for_once_it_is_over(calls: dict[str, list[Event]], desk: Desk, name: str) -> None:
    assert desk.seconds[desk.ended(calls[name]).call] < RING_SECONDS + 1.0


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.seen])
def test_what_crossed_is_settled_with_the_far_end(
    calls: dict[str, list[Event]], sipp: SippPatients, name: str
) -> None:
    expected = set(CASES[name].seen)
    sipp.wait_until(lambda seen: expected <= {s.what for s in seen if s.number == NUMBERS[name]}, 5.0)


def test_a_200_that_comes_again_gets_its_ack_again(calls: dict[str, list[Event]], sipp: SippPatients) -> None:
    assert sipp.received("ACK", NUMBERS["the ACK is lost"]) == 3  # at once, and after 0.5 and 1.5 s


def test_slots_that_silent_far_ends_hold_are_not_free(calls: dict[str, list[Event]], desk: Desk) -> None:
    """Those of an unanswered BYE or CANCEL, and of a CANCEL without 487."""
    assert desk.lines.free <= LINES - 3
