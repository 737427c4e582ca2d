"""Talks to a script without a telephone: what the callee does, what is said, what is recorded, in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import assert_never

from campaigns.flows.followups import followups
from campaigns.flows.run import Conversation
from campaigns.flows.script import Script
from campaigns.flows.turns import (
    Action,
    Ask,
    Connect,
    Delivered,
    Fact,
    HangUp,
    Listen,
    NotDelivered,
    OptedOut,
    Replied,
    Say,
    Silence,
    TaskChecked,
    TaskRaised,
    Turn,
    VerificationFailed,
    Verified,
    Work,
)
from campaigns.flows.wording import fill
from campaigns.rules.retries import FINAL
from campaigns.words import ContactState, Outcome

ANSWERS = "answers"
PRESSES = "presses "
INTERRUPTS = "interrupts with "
NOTHING = "presses nothing"
HANGS_UP = "hangs up"
HANGS_UP_EARLY = "hangs up in the middle"
IS_A_MACHINE = "is a machine"
GETS_AN_OPERATOR = "gets an operator"
GETS_NOBODY = "gets nobody"
LOSES_THE_OPERATOR = "loses the operator"
SPEAKS = "speaks"
SPEAKS_THEN = "speaks, then presses "
SPEAKS_AND_HANGS_UP = "speaks and hangs up"
SAYS_NOTHING = "says nothing"
ANSWERS_AN_OPERATOR = "answers, and an operator is there"
ANSWERS_NOBODY = "answers, and the operator has gone"
BEGINNINGS = (ANSWERS, ANSWERS_AN_OPERATOR, ANSWERS_NOBODY)
KEYPAD = frozenset("0123456789*#")
VOICE_SECONDS = 12.0  # of a callee who speaks
RECORDING = "voice answer {}"  # what a recording is called here, by its number


_OPERATOR_MISSING: Mapping[str, str] = {
    GETS_AN_OPERATOR: "no operator is looked for",
    GETS_NOBODY: "no operator is looked for",
    LOSES_THE_OPERATOR: "no operator talks",
}
_ENDINGS = (HANGS_UP, HANGS_UP_EARLY, SPEAKS_AND_HANGS_UP)


@dataclass(frozen=True)
class Exchange:
    """One thing the callee does, and what comes of it; `ends` is the outcome once the call is over."""

    callee: str
    recorded: tuple[str, ...] = ()
    we: tuple[str, ...] = ()
    ends: Outcome | None = None


class Rehearsal:
    """All calls to one contact; wrong tries and answers are kept from call to call."""

    def __init__(self, script: Script, values: Mapping[str, str], language: str) -> None:
        self.script, self.values, self.language = script, dict(values), language
        self.exchanges: list[Exchange] = []
        self._failures = 0
        self._answers: dict[str, str] = {}
        self._delivered = False
        self._recordings = 0
        self._call: Conversation | None = None
        self._playing: list[str] = []

    @property
    def calling(self) -> bool:
        """Whether a call is going on."""
        return self._call is not None

    def play(self, callee: str) -> Exchange:
        """Let the callee do something. Raises ValueError when it cannot be done now, or is not understood."""
        call = self._current(callee)
        heard = () if _cuts_short(callee) else self._listen(call)
        turn = self._done(call, callee)
        self._playing = [say.text for say in turn.actions if isinstance(say, Say) and say.reported]
        facts = (*heard, *turn.facts, *(self._listen(call) if call.over else ()))
        self._remember(facts)
        ends = call.over or callee in _ENDINGS
        recorded, we = tuple(map(_in_words, facts)), tuple(map(self._aloud, turn.actions))
        exchange = Exchange(callee, recorded, we, call.outcome if ends else None)
        self.exchanges.append(exchange)
        self._call = None if ends else call
        return exchange

    def afterwards(self) -> tuple[str, ...]:
        """The tasks that remain when no call follows, in words."""
        outcome = next((each.ends for each in reversed(self.exchanges) if each.ends), None)
        told_enough = outcome == "partial" and "partial" not in self.script.policy.retry_after
        state: ContactState = "done" if outcome in FINAL or told_enough else "exhausted"
        facts = {**self.values, **self._answers}
        return tuple(map(_in_words, followups(self.script, facts, state, outcome, self._delivered)))

    def _current(self, callee: str) -> Conversation:
        if (callee in BEGINNINGS) == self.calling:
            which = "a" if self.calling else "no"
            raise ValueError(f'"{callee}" is not possible here: {which} call is going on')
        call = self._call or Conversation(self.script, self.values, self._failures, self._answers)
        if _is_speech(callee) and not call.listening:
            raise ValueError(f'"{callee}" is not possible here: nobody listens')
        possible = {
            GETS_AN_OPERATOR: call.connecting,
            GETS_NOBODY: call.connecting,
            LOSES_THE_OPERATOR: call.state.connected,
        }
        if not possible.get(callee, True):
            raise ValueError(f'"{callee}" is not possible here: {_OPERATOR_MISSING[callee]}')
        return call

    def _listen(self, call: Conversation) -> tuple[Fact, ...]:
        """The callee listens to the end of what is being said."""
        heard, self._playing = self._playing, []
        return tuple(fact for text in heard for fact in call.heard(text).facts)

    def _remember(self, facts: Iterable[Fact]) -> None:
        for fact in facts:
            if isinstance(fact, VerificationFailed):
                self._failures += 1
            if isinstance(fact, Replied):
                self._answers[fact.question] = fact.value
            if isinstance(fact, Delivered | NotDelivered):
                self._delivered = isinstance(fact, Delivered)

    def _aloud(self, action: Action) -> str:
        match action:
            case Say(text=text):
                return self._worded(text)
            case Ask(max_keys=1):
                return "(wait for a key)"
            case Ask(max_keys=count):
                return f"(wait for {count} keys)"
            case HangUp():
                return "(hang up)"
            case Silence():
                return "(stop talking)"
            case Listen():
                return "(a tone; listen)"
            case Connect(whisper=whisper, said=said):
                aside = " ".join(map(self._worded, whisper))
                return f"{' '.join(map(self._worded, said))} (play the tune; to an operator: {aside})"
            case _:
                assert_never(action)

    def _done(self, call: Conversation, callee: str) -> Turn:
        if not _is_speech(callee):
            return _pressed(call, callee)
        if callee == SAYS_NOTHING:
            return call.spoken("", 0.0)
        self._recordings += 1
        recording = RECORDING.format(self._recordings)
        if callee == SPEAKS_AND_HANGS_UP:
            return call.left_speaking(recording, VOICE_SECONDS)
        key = callee.removeprefix(SPEAKS_THEN).removeprefix(SPEAKS)
        if key and key not in KEYPAD:
            raise ValueError(f'"{callee}" is not something that a callee can do')
        return call.spoken(recording, VOICE_SECONDS, key)

    def _worded(self, text: str) -> str:
        return fill(self.script.texts[text].wording[self.language], self.values)


def _cuts_short(callee: str) -> bool:
    return callee in (HANGS_UP_EARLY, IS_A_MACHINE) or callee.startswith(INTERRUPTS)


def _is_speech(callee: str) -> bool:
    return callee == SAYS_NOTHING or callee.startswith(SPEAKS)


def _pressed(call: Conversation, callee: str) -> Turn:
    match callee:
        case "answers":
            return call.begin()
        case "presses nothing":
            return call.spoken("", 0.0) if call.listening else call.keys("")
        case "is a machine":
            return call.machine()
        case "gets an operator" | "answers, and an operator is there":
            return call.connected()
        case "gets nobody" | "answers, and the operator has gone":
            return call.unconnected()
        case "loses the operator":
            return call.lost()
        case "hangs up" | "hangs up in the middle":
            return Turn()
    for start in (PRESSES, INTERRUPTS):
        keys = callee.removeprefix(start)
        if keys and keys != callee and KEYPAD.issuperset(keys):
            return call.spoken("", 0.0, keys[0]) if call.listening else call.keys(keys)
    raise ValueError(f'"{callee}" is not something that a callee can do')


def _in_words(fact: Fact | Work) -> str:
    match fact:
        case Replied(question=question, value=value):
            return f"{question}: {value}"
        case Verified():
            return "verified"
        case VerificationFailed():
            return "one wrong try"
        case Delivered():
            return "delivered"
        case NotDelivered():
            return "not delivered after all"
        case OptedOut(campaign_only=only):
            return f"never call this number again{' in this campaign' if only else ''}"
        case TaskRaised(reason=reason, urgency=urgency, details=details, check=check):
            shown = "".join(f"; {name}: {value}" for name, value in details)
            return f"task {reason}, urgency {urgency}{shown}{f'; then ask: {check}' if check else ''}"
        case TaskChecked(verdict=verdict):
            return f"the task: {verdict}"
        case _:
            assert_never(fact)
