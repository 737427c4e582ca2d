"""The calls of operators' phones as such: dialled, whispered to, told a last sentence, hung up, released."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from campaigns.clock import Clock
from campaigns.engine.connection import PARTINGS, Leg, Parting, result_of_end
from campaigns.engine.journal import Journal
from campaigns.engine.switchboard import Switchboard
from campaigns.flows.standard import CONNECTING
from campaigns.rules.trunks import shown_number
from campaigns.store import operators
from campaigns.store.database import Database
from campaigns.words import OperatorCallResult
from dialer.lines import Lines
from dialer.messages import Collect, Dial, Ended, HangUp, Play, StopPlaying

_log = logging.getLogger(__name__)

TAKE_SECONDS = 8.0  # from the end of the whisper to the key: an operator may have to put a pen down
OUTLASTS_SECONDS = 300.0  # by which an operator's call may be longer than the patient's, which is begun later
DIAL_SECONDS = 8.0  # for a trunk that takes the patient's call, once an operator waits for it
LAST_WORDS_SECONDS = 8.0  # for the sentence before the operator is hung up; a phone on hold plays none


@dataclass(frozen=True)
class ConnectSettings:
    """limit_seconds: the longest call of a patient. tune: a WAV that whoever waits hears again and again."""

    limit_seconds: float
    tune: Path


class OperatorCalls:
    """By their names on the lines, oldest first. `tell` takes one plain sentence for the supervisor."""

    def __init__(
        self,
        database: Database,
        lines: Lines,
        switchboard: Switchboard,
        clock: Clock,
        journal: Journal,
        settings: ConnectSettings,
        tell: Callable[[str], None],
    ) -> None:
        self._database = database
        self._lines = lines
        self._switchboard = switchboard
        self._clock = clock
        self._journal = journal
        self._settings = settings
        self._tell = tell
        self.legs: dict[str, Leg] = {}

    def dial(self, leg: Leg) -> None:
        """Call the phone: beside the patient who waits, or keeping a line for the one who is called then."""
        seat = leg.seat
        self.legs[leg.call] = leg
        leg.begun = leg.since = self._switchboard.started(seat.trunk)
        if leg.owner:
            self._switchboard.promised += 1
        _log.info("operator.called call=%d trunk=%s", seat.call, seat.trunk)
        self._lines.send(
            Dial(
                leg.call,
                seat.trunk,
                seat.address,
                shown_number(self._switchboard.trunk(seat.trunk).caller_ids, seat.address),
                leg.rules.answer.total_seconds(),
                self._settings.limit_seconds + OUTLASTS_SECONDS,
                keeps=not leg.patient,
                beside=leg.patient,
            )
        )

    def rang(self, leg: Leg) -> None:
        """The phone rings."""
        self._switchboard.rang(leg.seat.trunk, leg.begun)

    def answered(self, leg: Leg) -> None:
        """The operator hears who is to be called and why, and has some seconds to take the call."""
        leg.move("answered", self._clock.seconds())
        self.rang(leg)
        for text in leg.whisper:
            self.play(leg, text)
        if leg.live:
            self._lines.send(Collect(leg.call, "take", 1, "", TAKE_SECONDS, TAKE_SECONDS))
        self._journal.write(partial(operators.answered, self._database, leg.seat.call, self._clock.now()))

    def taken(self, leg: Leg) -> None:
        """The operator has taken the call; while the patient's phone rings, there is something to hear."""
        leg.move("pressed", self._clock.seconds())
        self._journal.write(partial(operators.taken, self._database, leg.seat.call, self._clock.now()))
        if leg.patient:
            return
        self.play(leg, CONNECTING)
        if leg.live:
            self._lines.send(Play(leg.call, "tune", str(self._settings.tune), repeat=True))

    def dialled(self, leg: Leg, attempt: int) -> None:
        """The patient is called for this operator."""
        self._switchboard.promised -= 1
        leg.move("dialled", self._clock.seconds())
        self._journal.write(partial(operators.began, self._database, leg.seat.call, attempt))

    def moved_on(self, leg: Leg) -> None:
        """The patient is to be called again, through another trunk."""
        leg.move("moved_on", self._clock.seconds())
        leg.patient = ""
        self._switchboard.promised += 1

    def joined(self, leg: Leg, attempt: int) -> None:
        """The two hear each other."""
        leg.move("joined", self._clock.seconds())
        now = self._clock.now()
        self._journal.write(partial(operators.bridged, self._database, leg.seat.call, attempt, now))

    def part(self, leg: Leg, parting: Parting) -> None:
        """Let the operator go, with a sentence where somebody listens."""
        result, sentence = PARTINGS[parting]
        leg.result, was = result, leg.state
        if was == "referring":  # nobody was called by us
            self._over(leg)
            self._close(leg, result, None, trunk_failed=False)
            return
        self._break_promise(leg)
        leg.move("part", self._clock.seconds())
        if was == "ringing" or sentence is None or sentence not in leg.clips:
            self._lines.send(HangUp(leg.call))
        else:
            self.hush(leg)
            leg.last_prompt = self.play(leg, sentence)

    def hang_up(self, leg: Leg) -> None:
        """Whatever was to be said was said."""
        self._lines.send(HangUp(leg.call))

    def ended(self, leg: Leg, event: Ended) -> None:
        """The call is over, whoever ended it; the operator is held until it is known whose fault it was."""
        closes = partial(self._close, leg, result_of_end(leg, event.cause), event)
        self._over(leg)
        self._switchboard.operator_ended(leg.seat.trunk, leg.begun, event, closes)

    def hush(self, leg: Leg) -> None:
        """Stop what the operator hears."""
        self._lines.send(StopPlaying(leg.call))

    def play(self, leg: Leg, text: str) -> str:
        """Say one of the contact's texts; the prompt's id. An operator who cannot be told is let go."""
        leg.sent += 1
        prompt = f"{leg.sent}-{text}"
        if text in leg.clips:
            self._lines.send(Play(leg.call, prompt, str(leg.clips[text])))
        elif leg.live:
            _log.error("operator.mute call=%d text=%s", leg.seat.call, text)
            self.part(leg, "untold")
        return prompt

    def tick(self) -> None:
        """What has lasted too long."""
        now = self._clock.seconds()
        for leg in list(self.legs.values()):
            if leg.state == "taken" and not leg.patient and now - leg.since > DIAL_SECONDS:
                self.part(leg, "unreached")
            elif leg.state == "parting" and now - leg.since > LAST_WORDS_SECONDS:
                leg.since = now
                self.hang_up(leg)

    def _break_promise(self, leg: Leg) -> None:
        """The room for the patient's call is not needed."""
        if leg.owner and not leg.patient and leg.live:
            self._switchboard.promised -= 1

    def _over(self, leg: Leg) -> None:
        self._break_promise(leg)
        leg.move("ended", self._clock.seconds())

    def _close(self, leg: Leg, result: OperatorCallResult, event: Ended | None, trunk_failed: bool) -> None:
        del self.legs[leg.call]
        _log.info("operator.released call=%d result=%s", leg.seat.call, result)
        self._journal.write(partial(self._release, leg, result, event, trunk_failed, self._clock.now()))

    def _release(
        self, leg: Leg, result: OperatorCallResult, event: Ended | None, trunk_failed: bool, now: datetime
    ) -> None:
        notice = operators.release(
            self._database,
            leg.seat.call,
            result,
            now,
            leg.rules.wrap_up,
            leg.talk_seconds,
            event.cause if event else None,
            event.sip_status if event else None,
            trunk_failed=trunk_failed,
        )
        if notice:
            self._tell(notice)
