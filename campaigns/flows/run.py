"""Plays a script without I/O: turns of talk in, what to do and what was learned out.

A question is answered, or it is asked again: twice when no key comes, three times after keys that are no
answer, and three times after the menu behind the star. Then the call ends with the number to call back, so
that every call ends. 9 and 0 (or what the script names) work at every question of one key and while we
listen; where several keys are asked, the star leads to them. Who is asked to speak and says nothing is asked
once more, and then the call goes on without.

A script that resumes begins a later call where an earlier one stopped: a question that was answered is left
out, with what led to it and the work it made, and the way of its answer is followed.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from campaigns.flows.reach import first_connect
from campaigns.flows.script import Question, Script
from campaigns.flows.standard import CALL_US, CONNECTION_LOST, GO_BACK, GOODBYE, OPTED_OUT, OTHER_KEYS
from campaigns.flows.talk import State, Talk
from campaigns.flows.turns import Ask, OptedOut, Say, Silence, TaskRaised, Turn
from campaigns.flows.verbs.connect import ConnectStep
from campaigns.flows.verbs.record import RecordStep
from campaigns.flows.verbs.task import TaskStep
from campaigns.words import Outcome

REPEATS_AFTER_SILENCE = 2
REPEATS_AFTER_WRONG_KEYS = 3
REPEATS_OF_VOICE_QUESTION = 1  # who cannot or will not speak is let go on
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
    verification_failures: wrong tries in all earlier calls to this contact. earlier: what it answered in
    them (question -> value), which holds only where the script resumes.
    """

    def __init__(
        self,
        script: Script,
        values: Mapping[str, str],
        verification_failures: int = 0,
        earlier: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._script = script
        self._talk = Talk(values, verification_failures, earlier if script.resume else {})

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
        if self.state.passed:
            self._talk.say_first(self._script.resume)
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

    @property
    def listening(self) -> bool:
        """Whether it waits for what the person says: for `spoken`."""
        return isinstance(self._script.steps.get(self.state.step), RecordStep)

    def spoken(self, recording: str, voice_seconds: float, key: str = "") -> Turn:
        """The answer to the last Listen. recording: its name, and 0.0 seconds or "" when nobody spoke.

        key: with which the person ended it, "" for none; who presses one without a word goes on.
        """
        step = self._script.steps.get(self.state.step)
        if not isinstance(step, RecordStep):
            return Turn()
        self.state.pressed = self.state.pressed or bool(key)
        said = self._keep(step, recording, voice_seconds)
        if self._reserved(key):
            return self._talk.turn()
        self.state.silences += not (said or key)
        if said or key or self.state.silences > REPEATS_OF_VOICE_QUESTION:
            self.state.lead_in.clear()
            self._go(step.then)
        else:
            step.play(self._talk)
        return self._talk.turn()

    def left_speaking(self, recording: str, voice_seconds: float) -> Turn:
        """The call ended while we listened: what was said until then is an answer, and counts as one.

        So work is made of it, and where only the last words were left to say, the call was completed.
        """
        step = self._script.steps.get(self.state.step)
        if isinstance(step, RecordStep) and self._keep(step, recording, voice_seconds):
            self._go(step.then)
        return replace(self._talk.turn(), actions=())

    def wound_to(self, step: str, answers: Mapping[str, str], passed: Mapping[str, str]) -> None:
        """Stand where a call was cut off: it listens at the step, and `left_speaking` may follow.

        For whoever takes a dead call over. answers: of that call. passed: of earlier ones, which hold.
        """
        state = self.state
        state.step, state.answers = step, {**state.answers, **answers}
        state.passed, state.earlier = dict(passed), dict(passed)
        state.pressed = True

    def _keep(self, step: RecordStep, recording: str, voice_seconds: float) -> bool:
        said = bool(recording) and voice_seconds > 0
        if said:
            self._talk.reply(step.answer, recording)
        return said

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
        """Play steps until one waits for the person or the call is over; here a script has no circles."""
        self._talk.mark()
        following: str | None = name
        passed = False
        while following is not None:
            step = self._script.steps[following]
            beyond = step.passed(self._talk)
            passed = passed or beyond is not None
            if beyond is None and passed and isinstance(step, TaskStep):
                beyond = step.then  # the work was raised in the call in which the question was answered
            following = step.play(self._talk) if beyond is None else beyond
            if following is None and isinstance(step, Question | ConnectStep | RecordStep):
                self._arrive(step)

    def _arrive(self, step: Question | ConnectStep | RecordStep) -> None:
        state = self.state
        state.step, state.silences, state.wrong_keys, state.menus = step.name, 0, 0, 0
        if isinstance(step, Question):
            self._await_keys(step.max_keys, step.type_ahead)

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
