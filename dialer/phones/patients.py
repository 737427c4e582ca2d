"""Simulated patients and operators as data: how a phone is answered, and what its owner does then."""

from dataclasses import dataclass
from types import MappingProxyType

RINGS_FOR_EVER = 0
SAYS = "~"  # instead of keys: says something, as long as ANSWER_SECONDS, and falls silent
ANSWER_SECONDS = 5.8  # two sentences of those that `write_speech` makes


@dataclass(frozen=True)
class Behaviour:
    """How a phone is answered, and by whom."""

    name: str
    status: int = 200  # the final SIP answer, or RINGS_FOR_EVER
    ring_seconds: float = 1.0  # before it
    hangs_up: bool = False  # after the last of the keys, in the middle of what is said next
    machine: bool = False  # greets, beeps, and records until the caller hangs up
    speaks: bool = False  # goes on speaking after the last of the keys, as people do who were connected
    talks_seconds: float = 0.0  # from then on, until this phone hangs up; 0 leaves it to the caller


@dataclass(frozen=True)
class Patient:
    """One telephone number and its owner.

    `keys` are turns: "1" or "1984" is pressed after the robot has spoken and fallen silent, then the next
    one waits for more speech; SAYS is a turn too. `greeting` is what a machine says: a WAV of 8 kHz, mono,
    16 bit; "" makes a sound like speech.
    """

    number: str  # the user part of the request URI, "+79991234567", or "101" of an operator's phone
    behaviour: Behaviour
    keys: tuple[str, ...] = ()
    greeting: str = ""


# Several differ in the keys only: those depend on the script and come with the patient.
BEHAVIOURS = MappingProxyType(
    {
        behaviour.name: behaviour
        for behaviour in (
            Behaviour("confirms"),
            Behaviour("marks low"),
            Behaviour("wrong key first"),
            Behaviour("no key"),
            Behaviour("hangs up", hangs_up=True),
            Behaviour("busy", status=486, ring_seconds=0.3),
            Behaviour("never answers", status=RINGS_FOR_EVER),
            Behaviour("declines", status=603, ring_seconds=1.5),
            Behaviour("machine", machine=True, ring_seconds=2.0),
            Behaviour("not the person"),
            Behaviour("opts out"),
        )
    }
)

# Phones of those whom a call connects. An operator gets the keys ("1",): that takes the call.
CONNECTED = Behaviour("connected", speaks=True)
OPERATOR = Behaviour("operator", speaks=True, talks_seconds=12.0)
