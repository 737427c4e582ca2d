"""The port of pretend lines: calls by their ids, how many lines are free, and who shares a line process."""

from collections.abc import Callable, Mapping, Sequence

from dialer.fake.agenda import Agenda
from dialer.fake.call import FakeCall
from dialer.fake.patients import Patient
from dialer.messages import (
    Bridge,
    Bridged,
    Collect,
    Command,
    Configure,
    Dial,
    Ended,
    Event,
    HangUp,
    Listen,
    Play,
    Probe,
    Probed,
    Record,
    Stop,
    StopPlaying,
    Transfer,
)
from dialer.pairs import Pairs


class FakeLines:
    """`count` lines; `patients` by number: one for all calls, or one for each in order (the last one stays).

    `now` gives seconds; `advance`, if given, is told by how many seconds virtual time went on, for a test
    that keeps its own clock in step. `stranger` answers for numbers that are not in `patients` (by default:
    nobody). `commands` holds all that was sent, `dialled` every number in order, `bridged` every pair of
    calls that was joined, `busiest` the most calls at once. A call and the one beside it are two lines of one
    line process, as real ones are; all others have one of their own.
    """

    def __init__(
        self,
        count: int,
        patients: Mapping[str, Patient | Sequence[Patient]],
        now: Callable[[], float],
        stranger: Patient | None = None,
        play_seconds: float = 1.0,
        advance: Callable[[float], None] | None = None,
    ) -> None:
        self.calls = count
        self.commands: list[Command] = []
        self.dialled: list[str] = []
        self.bridged: list[tuple[str, str]] = []
        self.busiest = 0
        self.trunk_status = 200  # what every trunk answers to OPTIONS
        self._patients = patients
        self._stranger = stranger or Patient(ends="no_answer")
        self._play_seconds = play_seconds
        self._agenda = Agenda(now, advance)
        self._active: dict[str, FakeCall] = {}
        self._pairs = Pairs()
        self._events: list[Event] = []

    # ------------------------------------------------------------ the port

    @property
    def free(self) -> int:
        """How many calls can be placed now; lines that are kept for others are not free."""
        return self.calls - len(self._active) - self._pairs.spare

    @property
    def free_pairs(self) -> int:
        """How many calls can be placed now that keep a line (`Dial.keeps`)."""
        return self.free // 2

    def send(self, command: Command) -> None:
        """Hand over a command. One for a call that is over is ignored."""
        self._agenda.catch_up()
        self.commands.append(command)
        match command:
            case Dial():
                self._dial(command)
            case Stop():
                self.stop()
            case Probe():
                self._events.append(Probed(command.trunk, self.trunk_status, 1.0))
            case Configure():
                pass
            case _:
                if (call := self._active.get(command.call)) is not None:
                    self._send_to(call, command)

    def _send_to(
        self,
        call: FakeCall,
        command: Play | StopPlaying | Collect | Listen | HangUp | Record | Bridge | Transfer,
    ) -> None:
        match command:
            case Play():
                call.play(command)
            case StopPlaying():
                call.stop_playing()
                call.heed_silence()
            case Collect():
                call.ask(command)
            case Listen():
                call.listen(command)
            case HangUp():
                call.end("no_answer")
            case Bridge():
                self._bridge(call, command.other)
            case Transfer():
                call.refer()
            case Record():
                pass

    def receive(self, timeout_seconds: float) -> Sequence[Event]:
        """What happened, in order; virtual time goes on until the first event, at most by the time-out."""
        self._agenda.catch_up()
        until = self._agenda.time + timeout_seconds
        while not self._events and self._agenda.step(until):
            pass
        if not self._events:
            self._agenda.go_to(until)
        events, self._events = self._events, []
        return events

    def stop(self) -> None:
        """Hang up everything; idempotent."""
        for call in list(self._active.values()):
            call.end("line_lost")

    # ------------------------------------------------------------ placing and ending

    def _dial(self, dial: Dial) -> None:
        able = self._pairs.can_take(dial.beside) if dial.beside else self.free > dial.keeps
        if not able:
            self._events.append(Ended(dial.call, "line_lost", 0, False, False, 0.0))
            return
        patient = self._patient(dial.number)
        self.dialled.append(dial.number)
        call = FakeCall(dial, patient, self._play_seconds, self._agenda, self._tell, self._relieve, self._die)
        self._active[dial.call] = call
        if dial.beside:
            self._pairs.take(dial.beside, dial.call)
        elif dial.keeps:
            self._pairs.keep(dial.call)
        self.busiest = max(self.busiest, len(self._active))
        call.place()

    def _tell(self, event: Event) -> None:
        self._events.append(event)

    def _patient(self, number: str) -> Patient:
        found = self._patients.get(number, self._stranger)
        if isinstance(found, Patient):
            return found
        return found[min(self.dialled.count(number), len(found) - 1)]

    def _relieve(self, call: FakeCall) -> None:
        """A call is over: its line is free, or kept again for the one that it was beside."""
        del self._active[call.id]
        self._pairs.release(call.id)
        if (other := call.with_whom) is not None:
            call.with_whom = other.with_whom = None

    def _die(self, call: FakeCall) -> None:
        """The line process of a call is dead, and so is the call beside it."""
        for each in self._in_process_of(call):
            each.end("line_lost", silently=True)

    def _in_process_of(self, call: FakeCall) -> Sequence[FakeCall]:
        return [self._active[id] for id in self._pairs.together(call.id)]

    def _bridge(self, call: FakeCall, other_id: str) -> None:
        """Joins two answered calls of one line process; whom either talked with hears nothing any more."""
        other = self._active.get(other_id)
        joined = (
            other is not None
            and other is not call
            and call.answered
            and other.answered
            and other in self._in_process_of(call)
        )
        self._events.append(Bridged(call.id, other_id, joined))
        if not joined or other is None or call.with_whom is other:
            return
        for each in (call, other):
            if each.with_whom is not None:
                each.with_whom.with_whom = None
        self.bridged.append((call.id, other_id))
        call.talk_with(other)
        other.talk_with(call)
