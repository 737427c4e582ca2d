"""Lets the planner call no more patients than there are operators for, as each campaign's mode demands."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal

from campaigns.engine.bench import Outlook
from campaigns.engine.connecting import Connecting
from campaigns.engine.connection import Leg
from campaigns.engine.desk import Desk
from campaigns.engine.renderer import Clips
from campaigns.engine.rulebook import Rulebook
from campaigns.engine.switchboard import Switchboard
from campaigns.engine.waiting import WaitingRoom
from campaigns.models import Contact
from campaigns.words import ConnectMode

Admission = Literal["call", "wait", "nobody", "no_room"]
"""Call now; wait for an operator's phone; no operator is free; one is, but no two lines, or no trunk."""

OPERATOR_WAITS: Mapping[Outlook, timedelta] = {
    "busy": timedelta(seconds=3),  # a talk may end at any moment
    "nobody": timedelta(seconds=60),
}
"""Until a contact for whom no operator is free has its turn again, after others."""


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

    def look(self) -> None:
        """Who is free for the campaigns that need operators before they call."""
        self._desk.look()

    def mode(self, contact: Contact) -> ConnectMode:
        """Who is called first for this contact: no operator whose script never comes to one."""
        mode = self._desk.mode(contact)
        connects = mode != "operator_first" or self._rulebook.first_connect(contact) is not None
        return mode if connects else "robot_first"

    def keeps(self, contact: Contact) -> bool:
        """Whether a line must be kept for the operator who may be wanted in this call."""
        return self._desk.may_connect(contact)

    def allowances(self, prepared: Mapping[str, int]) -> Mapping[str, int]:
        """How many more may be leased of the campaigns that need operators; prepared: who waits for one."""
        return {name: max(0, self._room(name) - prepared.get(name, 0)) for name in self._desk.held_back()}

    def wait(self, contact: Contact) -> timedelta | None:
        """How long this contact waits as no operator is free for it, as of the last look; None: it is called.

        So those whom no operator suits stand in nobody's way.
        """
        if self._desk.mode(contact) == "robot_first":
            return None
        wait = OPERATOR_WAITS.get(self._desk.outlook(contact))
        return None if self.mode(contact) == "robot_first" else wait

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
                self._desk.look_again(for_all=True)
                return "call" if self._is_room_for(contact) else "nobody"
            case "operator_first":
                leg = self.leg(str(contact.id))
                if leg is None:
                    return self._call_operator(contact, clips, asked)
                return "call" if leg.state == "taken" else "wait"

    def _call_operator(self, contact: Contact, clips: Clips, asked: set[int]) -> Admission:
        self._desk.look_again()
        if not self._is_room_for(contact):
            return "nobody"
        if not self._switchboard.leads_to_operators(patient_waits=False):
            return "no_room" if self._switchboard.busy else "nobody"
        first = self._rulebook.first_connect(contact)
        if first is None:
            return "nobody"
        seat = self._desk.seize(contact, None, asked, patient_waits=False)
        if seat is None:
            return "nobody"
        asked.add(seat.operator)
        self._connecting.call_for_contact(seat, contact, clips, first.whispered, self._desk.rules(contact))
        return "wait"

    def _room(self, campaign: str) -> int:
        """For how many more patients there are operators."""
        return self._waiting.room(campaign, self._rulebook.script_named(campaign).policy.connect)

    def _is_room_for(self, contact: Contact) -> bool:
        return self._desk.outlook(contact) == "free" and self._room(contact.campaign) > 0
