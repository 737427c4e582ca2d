"""Plays a script without I/O: turns of talk in, what to do and what was learned out.

A question is answered, or it is asked again: twice when no key comes, three times after keys that are no
answer, and three times after the menu behind the star. Then the call ends with the number to call back, so
that every call ends. 9 and 0 (or what the script names) work at every question of one key; where several keys
are asked, the star leads to them.
"""

from collections.abc import Mapping, Sequence

from campaigns.flows.script import Question, Script, Step
from campaigns.flows.standard import (
    AT_LONG_QUESTIONS,
    AT_QUESTIONS,
    CALL_US,
    CONNECTION_LOST,
    GO_BACK,
    GOODBYE,
    NEXT_PERSON,
    OF_CONNECTING,
    OPTED_OUT,
    OTHER_KEYS,
)
from campaigns.flows.talk import State, Talk
from campaigns.flows.turns import Ask, OptedOut, Say, Silence, TaskRaised, Turn
from campaigns.flows.verbs.connect import ConnectStep
from campaigns.words import Outcome

REPEATS_AFTER_SILENCE = 2
REPEATS_AFTER_WRONG_KEYS = 3
VISITS_TO_MENU = 3
FIRST_KEY_SECONDS = 5.0  # old people first take the phone from the ear
FIRST_OF_SEVERAL_SECONDS = 7.0  # and here they have to think, too
NEXT_KEY_SECONDS = 4.0
MENU_KEY = "*"
END_KEY = "#"
HUMAN_WANTED = "human_wanted"
LOST = "connection_lost"


class Conversation:
    """One answered call of one contact.

    values: the contact's canonical fields and `full_name`, `institution`, `call_back`.
    verification_failures: wrong tries in all earlier calls to this contact.
    """

    def __init__(self, script: Script, values: Mapping[str, str], verification_failures: int = 0) -> None:
        self._script = script
        self._talk = Talk(values, verification_failures)

    @property
    def state(self) -> State:
        """All that is remembered between two turns, as plain data."""
        return self._talk.state

    @property
    def answers(self) -> dict[str, str]:
        """Question -> value of this call."""
        return dict(self.state.answers)

    @property
    def over(self) -> bool:
        """Whether it has said HangUp."""
        return self.state.over

    @property
    def outcome(self) -> Outcome:
        """What the call means if it ended now."""
        state = self.state
        if state.outcome in ("opted_out", "voicemail"):
            return state.outcome
        if state.outcome == "completed" and not state.awaited:
            return "completed"
        if state.delivered:
            return "delivered"
        if state.outcome is not None and state.outcome != "completed":
            return state.outcome
        if state.answers:
            return "partial"
        return "silent" if state.over and not state.pressed else "hung_up"

    def begin(self) -> Turn:
        """The call was answered. Raises RuntimeError when it is not the first turn."""
        if self.state.step or self.over:
            raise RuntimeError("the conversation has begun already")
        self._go(self._script.start)
        return self._talk.turn()

    # ------------------------------------------------------------ operators

    @property
    def connecting(self) -> bool:
        """Whether it waits for an operator: for `connected` or `unconnected`."""
        return isinstance(self._script.steps.get(self.state.step), ConnectStep)

    def connected(self) -> Turn:
        """An operator talks to the person from now on, which is what the call was for.

        Also as the first turn, where the operator was there before the person.
        """
        state = self.state
        state.connected, state.step, state.outcome = True, "", "completed"
        state.by_operator = state.by_operator or not state.delivered
        self._talk.deliver()
        return self._talk.turn()

    def unconnected(self) -> Turn:
        """No operator takes the call, so it goes on without; nothing when none is waited for.

        Also as the first turn, when the operator that was there has gone before the person answered.
        Raises ValueError when the script never connects this person.
        """
        step = self._script.steps.get(self.state.step)
        if isinstance(step, ConnectStep):
            self.state.step = ""
            self._go(step.nobody)
        elif not (self.state.step or self.state.connected or self.over):
            first = first_connect(self._script, self._talk.values)
            if first is None:
                raise ValueError(f"The campaign {self._script.name} connects nobody with these values.")
            self._go(first.gone or first.nobody)
        return self._talk.turn()

    def lost(self) -> Turn:
        """The operator's line broke while the two talked: a sentence, and work for a human."""
        if not self.state.connected or self.over:
            return Turn()
        self._talk.note(TaskRaised(LOST, "high"))
        self._talk.say((CONNECTION_LOST,))
        self._talk.finish("completed")
        return self._talk.turn()

    def recorded(self) -> Turn:
        """The operator talked to a machine, so nobody was reached."""
        if not self.state.connected or self.over:
            return Turn()
        self._talk.take_back()
        self._talk.finish("voicemail")
        return self._talk.turn()

    def left(self) -> Turn:
        """The person was connected and hung up before anything could be said."""
        if self.state.connected and not self.over:
            self._talk.take_back()
            self.state.outcome = "hung_up"
        return self._talk.turn()

    # ------------------------------------------------------------ sounds

    def keys(self, keys: str) -> Turn:
        """The answer to the last Ask; "" when nothing was pressed in time."""
        question = self._script.steps.get(self.state.step)
        if not isinstance(question, Question):
            return Turn()
        self.state.pressed = self.state.pressed or bool(keys)
        if self.state.in_menu:
            self._in_menu(question, keys)
        elif not keys:
            self._silent(question)
        else:
            self._pressed(question, keys)
        return self._talk.turn()

    def heard(self, text: str) -> Turn:
        """A Say(reported=True) was played to its end."""
        if text and text == self.state.awaited:
            self._talk.deliver()
        return self._talk.turn()

    def machine(self) -> Turn:
        """A beep: a machine records; it is not believed once a key was pressed."""
        if self.state.pressed or self.state.machine or self.state.connected:
            return Turn()
        self.state.machine = True
        self._talk.do(Silence())
        self._talk.say(self._script.machine)
        self._talk.finish("voicemail")
        return self._talk.turn()

    # ------------------------------------------------------------ keys

    def _pressed(self, question: Question, keys: str) -> None:
        if question.max_keys == 1 and self._reserved(keys):
            return
        if question.max_keys > 1 and MENU_KEY in keys:
            self._open_menu()
            return
        following = question.take(keys, self._talk)
        if following is None:
            self._refused(question)
        else:
            self.state.lead_in.clear()
            self._go(following)

    def _reserved(self, keys: str) -> bool:
        """Opt-out and human; whether it was one of them."""
        if keys == self._script.opt_out_key:
            self._talk.note(OptedOut(campaign_only=self._script.opt_out_scope == "campaign"))
            self._talk.say((OPTED_OUT,))
            self._talk.finish("opted_out")
        elif keys == self._script.human_key:
            details = (("question", self.state.step),)
            self._talk.note(TaskRaised(HUMAN_WANTED, self._script.human_urgency, details))
            self._talk.say((CALL_US,))
            self._talk.finish("human_wanted")
        else:
            return False
        return True

    def _refused(self, question: Question) -> None:
        self.state.wrong_keys += 1
        if self.state.wrong_keys > REPEATS_AFTER_WRONG_KEYS:
            self._goodbye()
        else:
            self._talk.say((question.refusal,))
            self._repeat(question)

    def _silent(self, question: Question) -> None:
        self.state.silences += 1
        if self.state.silences > REPEATS_AFTER_SILENCE:
            self._goodbye()
        else:
            self._repeat(question)

    def _open_menu(self) -> None:
        self.state.menus += 1
        if self.state.menus > VISITS_TO_MENU:
            self._goodbye()
        else:
            self.state.in_menu = True
            self._talk.say((OTHER_KEYS, GO_BACK))
            self._await_keys(1)

    def _in_menu(self, question: Question, keys: str) -> None:
        self.state.in_menu = False
        if not self._reserved(keys):
            self._repeat(question)

    # ------------------------------------------------------------ steps

    def _go(self, name: str) -> None:
        """Play steps until one waits for keys or the call is over; a checked script has no circles here."""
        following: str | None = name
        while following is not None:
            step = self._script.steps[following]
            following = step.play(self._talk)
            if following is None and isinstance(step, Question):
                self._arrive(step.name)
            elif isinstance(step, ConnectStep):
                self.state.step = step.name

    def _arrive(self, name: str) -> None:
        state, question = self.state, self._script.steps[name]
        assert isinstance(question, Question)
        state.step, state.silences, state.wrong_keys, state.menus = name, 0, 0, 0
        self._await_keys(question.max_keys, question.type_ahead)

    def _repeat(self, question: Question) -> None:
        """Ask again, and tell the message again if a key cut it short."""
        awaited = self.state.awaited
        if awaited:
            self._talk.do(*(Say(text, reported=text == awaited) for text in self.state.lead_in))
        self._talk.say(question.spoken)
        self._await_keys(question.max_keys)

    def _await_keys(self, count: int, type_ahead: bool = False) -> None:
        first = FIRST_KEY_SECONDS if count == 1 else FIRST_OF_SEVERAL_SECONDS
        name = "menu" if self.state.in_menu else self.state.step
        end_key, escape_key = ("", "") if count == 1 else (END_KEY, MENU_KEY)
        self._talk.do(Ask(name, count, end_key, first, NEXT_KEY_SECONDS, escape_key, type_ahead))

    def _goodbye(self) -> None:
        self._talk.say((GOODBYE,))
        self._talk.finish(None)


def first_connect(script: Script, values: Mapping[str, str] | None = None) -> ConnectStep | None:
    """The step whose whisper operators hear that are called first for a contact with these values.

    values: None: any contact's. None: no call to this contact comes to a step that connects.
    """
    steps = _reached(script, values)
    return next((step for step in steps if isinstance(step, ConnectStep)), None)


def connects(script: Script) -> bool:
    """Whether it connects people with operators."""
    return any(isinstance(step, ConnectStep) for step in script.steps.values())


def sayable(script: Script, values: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """The ids of every text that could be said to a contact with these values, in the order of the script.

    None: to anybody.
    """
    steps = _reached(script, values)
    questions = [step for step in steps if isinstance(step, Question)]
    found = [text for step in steps for text in (*step.texts(), *step.whispers())]
    found += AT_QUESTIONS if questions else ()
    found += AT_LONG_QUESTIONS if any(question.max_keys > 1 for question in questions) else ()
    found += OF_CONNECTING if any(isinstance(step, ConnectStep) for step in steps) else ()
    found += (NEXT_PERSON,) if script.policy.same_call else ()
    return tuple(dict.fromkeys((*found, *script.machine)))


def _reached(script: Script, values: Mapping[str, str] | None) -> Sequence[Step]:
    """The steps that a call to a contact with these values can come to, in the order of the script."""
    ways, seen = [script.start], {script.start}
    while ways:
        for way in script.steps[ways.pop()].known_exits(values or {}):
            if way.to not in seen:
                seen.add(way.to)
                ways.append(way.to)
    return [step for name, step in script.steps.items() if name in seen]
