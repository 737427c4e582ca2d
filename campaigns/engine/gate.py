"""Lets the planner call no more patients than there are operators for, as each campaign's mode demands."""

from collections.abc import Mapping
from typing import Literal

from campaigns.engine.connecting import Connecting
from campaigns.engine.connection import Leg
from campaigns.engine.desk import Desk
from campaigns.engine.renderer import Clips
from campaigns.engine.rulebook import Rulebook
from campaigns.engine.switchboard import Switchboard
from campaigns.engine.waiting import WaitingRoom
from campaigns.flows.run import first_connect
from campaigns.models import Contact
from campaigns.words import ConnectMode

Admission = Literal["call", "wait", "nobody", "no_room"]
"""Call now; wait for an operator's phone; no operator is free; one is, but no two lines, or no trunk."""


class Gate:
    """What the planner asks of the operators' desk."""

    def __init__(
        self,
        desk: Desk,
        rulebook: Rulebook,
        switchboard: Switchboard,
        connecting: Connecting,
        waiting: WaitingRoom,
    ) -> None:
        self._desk = desk
        self._rulebook = rulebook
        self._switchboard = switchboard
        self._connecting = connecting
        self._waiting = waiting
        self._free: dict[str, int] = {}  # by campaign, as of the last look

    def look(self) -> None:
        """How many operators are free for each campaign that needs them before it calls."""
        self._desk.look()
        self._free = {name: self._desk.free(name) for name in self._desk.held_back()}

    def mode(self, contact: Contact) -> ConnectMode:
        """Who is called first for this contact."""
        return self._desk.mode(contact)

    def keeps(self, contact: Contact) -> bool:
        """Whether a line must be kept for the operator who may be wanted in this call."""
        return self._desk.may_connect(contact)

    def allowances(self, prepared: Mapping[str, int]) -> Mapping[str, int]:
        """How many more may be leased of the campaigns that need operators; prepared: who waits for one."""
        return {name: max(0, self._room(name) - prepared.get(name, 0)) for name in self._free}

    def leg(self, owner: str) -> Leg | None:
        """The operator's call for which this contact is to be called."""
        return self._connecting.of_owner(owner)

    def let_go(self, owner: str) -> None:
        """This contact is not called now: the operator who was to talk to it is told."""
        self._connecting.let_go(owner)

    def admits(self, contact: Contact, clips: Clips, mode: ConnectMode, asked: set[int]) -> Admission:
        """Whether this contact may be called now; where an operator comes first, that phone is called.

        asked: operators whose phones were called for it, to which the next one is added.
        """
        match mode:
            case "robot_first":
                return "call"
            case "patient_first":
                return "call" if self._room(contact.campaign) > 0 else "nobody"
            case "operator_first":
                leg = self.leg(str(contact.id))
                if leg is None:
                    return self._call_operator(contact, clips, asked)
                return "call" if leg.state == "taken" else "wait"

    def _call_operator(self, contact: Contact, clips: Clips, asked: set[int]) -> Admission:
        if self._free.get(contact.campaign, 0) < 1:
            return "nobody"
        if not self._switchboard.leads_to_operators(patient_waits=False):
            return "no_room" if self._switchboard.busy else "nobody"
        seat = self._desk.seize(contact, None, asked, patient_waits=False)
        if seat is None:
            return "nobody"
        asked.add(seat.operator)
        self._free = {name: free - 1 for name, free in self._free.items()}
        whisper = first_connect(self._rulebook.script(contact)).whispered
        self._connecting.call_for_contact(seat, contact, clips, whisper, self._desk.rules(contact))
        return "wait"

    def _room(self, campaign: str) -> int:
        """For how many more patients there are operators."""
        rules, free = self._rulebook.script_named(campaign).policy.connect, self._free.get(campaign, 0)
        return free if rules.mode == "operator_first" else self._waiting.room(campaign, free, rules)
