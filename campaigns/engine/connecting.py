"""Brings operators and patients together: what happens to one of them, and what follows for the other.

What an operator's call may do next stands in `connection.MOVES`. What follows for a patient is handed back as
the patient's call and a `Reaction`, which the engine carries out like any other: facts first.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from campaigns.clock import Clock
from campaigns.engine.connection import Leg, Parting, breaks_off, end_of_talk
from campaigns.engine.conversation import Reaction
from campaigns.engine.live import CONNECTED, LiveCall
from campaigns.engine.operator_calls import OperatorCalls
from campaigns.engine.renderer import Clips
from campaigns.flows.verbs.connect import TAKE_KEY
from campaigns.models import Contact
from campaigns.rules.policy import Connect
from campaigns.store.operators import Seat
from dialer import messages
from dialer.lines import Lines
from dialer.messages import CallEvent, Cause, Ended

Follow = tuple[LiveCall, Reaction]
Follows = list[Follow]


class Connecting:
    """tune: a WAV that whoever waits hears again and again."""

    def __init__(self, calls: OperatorCalls, lines: Lines, clock: Clock, tune: Path) -> None:
        self._calls = calls
        self._lines = lines
        self._clock = clock
        self._tune = tune
        self._patients: dict[str, LiveCall] = {}  # by their calls: who waits for a leg, or talks with it

    # ------------------------------------------------------------ what there is

    def __contains__(self, call: str) -> bool:
        return call in self._calls.legs

    @property
    def legs(self) -> Sequence[Leg]:
        """The calls of operators' phones, oldest first."""
        return list(self._calls.legs.values())

    def of_owner(self, owner: str) -> Leg | None:
        """The one for which this contact is to be called, while something can come of it."""
        return next((leg for leg in self._calls.legs.values() if leg.owner == owner and leg.live), None)

    def of_patient(self, call: LiveCall) -> Leg | None:
        """The one that this patient waits for or talks with."""
        legs = self._calls.legs.values()
        return next((leg for leg in legs if leg.patient == call.name and leg.live), None)

    # ------------------------------------------------------------ beginning

    def call_for_contact(
        self, seat: Seat, contact: Contact, clips: Clips, whisper: Sequence[str], rules: Connect
    ) -> None:
        """Call an operator first; the contact is called when the operator takes it."""
        leg = Leg(seat, clips.paths, tuple(whisper), rules, owner=str(contact.id))
        self._calls.dial(leg)

    def call_for_patient(self, seat: Seat, call: LiveCall, whisper: Sequence[str], rules: Connect) -> None:
        """Call an operator for a patient who waits, or first ask the far end to do so."""
        leg = Leg(seat, call.placed.clips.paths, tuple(whisper), rules, patient=call.name)
        self._patients[call.name] = call
        if rules.transfer and seat.address.startswith("sip:"):
            leg.state, leg.since = "referring", self._clock.seconds()
            self._calls.legs[leg.call] = leg
            self._lines.send(messages.Transfer(call.name, seat.address))
        else:
            self._calls.dial(leg)

    # ------------------------------------------------------------ what happens to an operator

    def on(self, event: CallEvent) -> Follows:
        """An event of an operator's call; one of a state that is over is ignored."""
        leg = self._calls.legs[event.call]
        match event:
            case messages.Ringing():
                self._calls.rang(leg)
            case messages.Answered() if leg.state == "ringing":
                self._calls.answered(leg)
                if not leg.live:  # the operator cannot be told, and the patient goes on waiting
                    self._patients.pop(leg.patient, None)
            case messages.Collected(keys=keys) if leg.state == "asking":
                return self._pressed(leg, keys)
            case messages.Played(prompt=prompt) if leg.state == "parting" and prompt == leg.last_prompt:
                self._calls.hang_up(leg)
            case messages.Held(on=on):
                leg.held = on
                return self._held(leg) if leg.state == "joined" else []
            case messages.Ended():
                return self._ended(leg, event)
        return []

    def _pressed(self, leg: Leg, keys: str) -> Follows:
        if keys != TAKE_KEY:
            self.part(leg, "refused" if keys else "not_taken")
            return []
        self._calls.taken(leg)
        return self._join(leg) if leg.patient else []

    def _ended(self, leg: Leg, event: Ended) -> Follows:
        was, machine = leg.state, leg.before_machine(self._clock.seconds())
        if machine:
            leg.result = "patient_unreached"
        self._calls.ended(leg, event)
        patient = None if was == "parting" else self._patients.pop(leg.patient, None)
        if patient is None:
            return []
        match was:
            case "calling":  # the patient's phone rings, and nobody would be there
                patient.cut = True
                self._lines.send(messages.HangUp(patient.name))
            case "joined" if machine:
                return [(patient, patient.placed.talk.recorded())]
            case "joined" if not breaks_off(leg.talk_seconds, event.cause):
                self._lines.send(messages.HangUp(patient.name))
            case "joined" | "joining":
                return [(patient, patient.placed.talk.lost())]
        return []  # who waits for an operator is looked after by the waiting room

    def _held(self, leg: Leg) -> Follows:
        """Nobody waits in silence while the operator has put the call on hold."""
        patient = self._patients[leg.patient]
        return [(patient, patient.placed.talk.held(leg.held, self._tune))]

    # ------------------------------------------------------------ what happens to a patient

    def dialled(self, leg: Leg, call: LiveCall) -> None:
        """The patient is called, as an operator has taken it."""
        self._calls.dialled(leg, call.placed.attempt)
        leg.patient = call.name
        self._patients[call.name] = call

    def moved_on(self, call: LiveCall) -> None:
        """The patient's call failed by its trunk, and another trunk is tried for the same operator."""
        leg = self.of_patient(call)
        if leg is not None and leg.state == "calling":
            del self._patients[leg.patient]
            self._calls.moved_on(leg)

    def patient_answered(self, call: LiveCall) -> Follows:
        """Who was called for an operator has answered; the operator may have gone in this moment."""
        leg = self.of_patient(call)
        if leg is None or leg.state != "calling":
            return [(call, call.placed.talk.unconnected())]
        return self._join(leg)

    def patient_ended(self, call: LiveCall, cause: Cause) -> Follows:
        """The patient's call is over, whoever ended it."""
        leg = self.of_patient(call)
        if leg is None:
            return []
        talk, end = call.placed.talk, end_of_talk(leg, cause, self._clock.seconds())
        self.part(leg, _PARTED.get(end or leg.state, "patient_gone"))
        match end:
            case "broken" | "unjoined":  # nobody hears the sentence, but a human learns it
                return [(call, talk.lost())]
            case "machine":
                return [(call, talk.recorded())]
            case "left":
                return [(call, talk.left())]
        return []

    def beeped(self, call: LiveCall) -> None:
        """A machine records this patient's call; an operator who talks may find somebody there yet."""
        leg = self.of_patient(call)
        if leg is None:
            return
        if leg.state in ("joining", "joined"):
            leg.beeped_at = self._clock.seconds()
        elif call.placed.talk.outcome == "voicemail":
            self.part(leg, "patient_gone")

    def bridged(self, call: LiveCall, joined: bool) -> Follows:
        """What became of the bridge between the two."""
        leg = self.of_patient(call)
        if leg is None or leg.state != "joining":
            return []
        if not joined:
            self.part(leg, "not_joined")
            return [(call, call.placed.talk.lost())]
        self._calls.joined(leg, call.placed.attempt)
        call.state = CONNECTED
        return self._held(leg) if leg.held else []

    def transferred(self, call: LiveCall, sip_status: int) -> Follows:
        """What became of asking the far end to connect the two."""
        leg = self.of_patient(call)
        if leg is None or leg.state != "referring":
            return []
        if sip_status // 100 != 2:
            leg.move("not_referred", self._clock.seconds())
            self._calls.dial(leg)
            return []
        reaction = call.placed.talk.connected()
        self.part(leg, "transferred")
        return [(call, replace(reaction, commands=(*reaction.commands, messages.HangUp(call.name))))]

    def _join(self, leg: Leg) -> Follows:
        """What it means is stored before they hear each other: nobody is called twice, whatever dies."""
        leg.move("join", self._clock.seconds())
        call = self._patients[leg.patient]
        reaction = call.placed.talk.connected()
        self._calls.hush(leg)
        bridge = messages.Bridge(call.name, leg.call)
        return [(call, replace(reaction, commands=(*reaction.commands, bridge)))]

    # ------------------------------------------------------------ letting go

    def part(self, leg: Leg, parting: Parting) -> None:
        """Let an operator go; who waits for one is looked after by the waiting room."""
        self._patients.pop(leg.patient, None)
        self._calls.part(leg, parting)

    def let_go(self, owner: str) -> None:
        """This contact is not called now after all."""
        leg = self.of_owner(owner)
        if leg is not None and not leg.patient:
            self.part(leg, "unreached")

    def begin_no_more(self) -> None:
        """Let every operator go for whom no patient has been called yet."""
        for leg in self.legs:
            if leg.owner:
                self.let_go(leg.owner)

    def tick(self) -> None:
        """What has lasted too long."""
        self._calls.tick()


_PARTED: dict[str, Parting] = {
    "calling": "unreached",
    "machine": "unreached",
    "broken": "talked",
    "talked": "talked",
}
"""Why the operator is let go when the patient's call ends, by the end of the talk or the state of the leg."""
