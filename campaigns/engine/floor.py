"""The operators' floor as the engine sees it: one place for all that happens to operators and who waits."""

from collections.abc import Iterator

from campaigns.engine.connecting import Connecting, Follow, Follows
from campaigns.engine.desk import Desk
from campaigns.engine.live import LiveCall, Placed
from campaigns.engine.waiting import WaitingRoom
from campaigns.flows.turns import Connect
from dialer.messages import Bridged, CallEvent, Cause, Transferred


class Floor:
    """Hands on, and looks after, what is between the desk, the operators' calls and the waiting room."""

    def __init__(self, desk: Desk, connecting: Connecting, waiting: WaitingRoom) -> None:
        self._desk = desk
        self._connecting = connecting
        self._waiting = waiting
        self._begun = False

    # ------------------------------------------------------------ in each pass

    @property
    def busy(self) -> bool:
        """Whether any operator's phone is in a call of ours."""
        return bool(self._connecting.legs)

    def tick(self, ends: bool) -> Follows:
        """What has lasted too long; ends: the engine begins no more calls."""
        if ends:
            self._connecting.begin_no_more()
        self._connecting.tick()
        return self._waiting.tick()

    def seek(self) -> Iterator[Follow]:
        """Look for operators for those who wait. Raises DatabaseError."""
        return self._waiting.seek()

    # ------------------------------------------------------------ duties

    def begin(self) -> None:
        """Take over what an engine before this one left open."""
        self._desk.look()
        self._desk.recover()
        self._begun = True

    def look_after(self) -> None:
        """Free operators who were seized when the answer of the database did not arrive, or by the dead."""
        if self._begun:  # before that, what is open was left by another engine
            self._desk.give_back_all_but({leg.seat.call for leg in self._connecting.legs})
            self._desk.recover_of_dead()

    def hopeless(self) -> list[str]:
        """The campaigns for whose contacts no operator will soon be free."""
        return self._desk.hopeless()

    # ------------------------------------------------------------ events

    def __contains__(self, call: str) -> bool:
        return call in self._connecting

    def on(self, event: CallEvent) -> Follows:
        """An event of an operator's call."""
        return self._connecting.on(event)

    def answer_for(self, call: LiveCall, event: Bridged | Transferred) -> Follows:
        """What became of connecting this patient."""
        match event:
            case Bridged(joined=joined):
                return self._connecting.bridged(call, joined)
            case Transferred(sip_status=status):
                return self._connecting.transferred(call, status)

    def placed(self, call: LiveCall) -> None:
        """A patient is called."""
        leg = self._connecting.of_owner(str(call.placed.contact.id)) if call.placed.operator else None
        if leg is not None:
            self._connecting.dialled(leg, call)
        self._waiting.called(call)

    def patient_answered(self, call: LiveCall) -> Follows:
        """A patient has answered; who was called for an operator is connected at once."""
        return self._connecting.patient_answered(call) if call.placed.operator else []

    def want(self, call: LiveCall, connect: Connect) -> Follows:
        """The script of this call wants an operator."""
        return self._waiting.want(call, connect)

    def beeped(self, call: LiveCall) -> None:
        """A machine records: where the script knows that, nobody is looked for any more."""
        if call.placed.talk.outcome == "voicemail":
            self._waiting.ended(call)
        self._connecting.beeped(call)

    def moved_on(self, call: LiveCall) -> None:
        """Another trunk is tried for this patient."""
        self._waiting.ended(call)
        self._connecting.moved_on(call)

    def patient_ended(self, call: LiveCall, cause: Cause) -> Follows:
        """A patient's call is over."""
        self._waiting.ended(call)
        return self._connecting.patient_ended(call, cause)

    def let_go(self, placed: Placed) -> None:
        """This contact is not called again now."""
        self._connecting.let_go(str(placed.contact.id))
