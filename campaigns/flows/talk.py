"""The state of one conversation, as plain data, and what a step may do to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from campaigns.flows.turns import Action, Delivered, Fact, HangUp, NotDelivered, Replied, Say, Turn
from campaigns.words import Outcome


@dataclass
class State:
    """All that a conversation remembers between two turns: only strings, numbers and lists of them."""

    failures: int = 0  # wrong tries of verification over all calls to this contact
    step: str = ""  # the question that waits for keys
    in_menu: bool = False  # the menu behind the star is open
    silences: int = 0  # at this question
    wrong_keys: int = 0
    menus: int = 0
    pressed: bool = False  # any key, in this call
    machine: bool = False
    connected: bool = False  # with an operator, now or earlier in this call
    delivered: bool = False
    by_operator: bool = False  # it arrived by being connected, not by a text
    awaited: str = ""  # the reported text that was not yet heard to its end
    lead_in: list[str] = field(default_factory=list)  # said since the last answer, before the question
    answers: dict[str, str] = field(default_factory=dict)
    earlier: dict[str, str] = field(default_factory=dict)  # of earlier calls, not come to yet
    passed: dict[str, str] = field(default_factory=dict)  # of earlier calls, their questions left out
    uses: dict[str, int] = field(default_factory=dict)  # of keys that may be pressed a few times only
    outcome: Outcome | None = None
    over: bool = False


class Talk:
    """One turn in the making: steps read the values, say, note facts and end the call."""

    def __init__(self, values: Mapping[str, str], failures: int, earlier: Mapping[str, str]) -> None:
        self.values = dict(values)
        self.state = State(failures=failures, earlier=dict(earlier))
        self._facts: list[Fact] = []
        self._actions: list[Action] = []
        self._said = 0  # so many actions are kept whatever is left out

    def value(self, name: str) -> str | None:
        """A field of the contact or an answer that holds in this call; None when there is none."""
        known = (self.state.answers, self.state.passed, self.values)
        return next((values[name] for values in known if name in values), None)

    def say(self, texts: Sequence[str], delivers: bool = False) -> None:
        """Say texts; with `delivers` the last one tells when all of them were heard."""
        self.do(*(Say(text) for text in texts[:-1]), *(Say(text, reported=delivers) for text in texts[-1:]))
        if delivers and not self.state.delivered:
            self.state.awaited = texts[-1]

    def do(self, *actions: Action) -> None:
        """Have actions carried out after those of this turn."""
        self._actions.extend(actions)

    def note(self, fact: Fact) -> None:
        """Have a fact stored before this turn's actions."""
        self._facts.append(fact)

    def reply(self, question: str, value: str) -> None:
        """A question was answered."""
        self.state.answers[question] = value
        self.note(Replied(question, value))

    def recall(self, question: str) -> str | None:
        """An answer of an earlier call that was not come to yet in this one; None when there is none."""
        return self.state.earlier.get(question)

    def leave_out(self, question: str) -> None:
        """The answer of an earlier call holds, so the question is not asked, nor said what led to it."""
        self.state.passed[question] = self.state.earlier.pop(question)
        self.state.lead_in.clear()
        self._actions = self._actions[: self._said]

    def mark(self) -> None:
        """What was said until now is kept, whatever is left out after it."""
        self._said = len(self._actions)

    def say_first(self, texts: Sequence[str]) -> None:
        """Say texts before all that this turn says."""
        self._actions[:0] = [Say(text) for text in texts]

    def deliver(self) -> None:
        """The message arrived; it is noted once a call."""
        self.state.awaited = ""
        if not self.state.delivered:
            self.state.delivered = True
            self.note(Delivered())

    def take_back(self) -> None:
        """Nothing arrived by being connected after all."""
        if self.state.by_operator:
            self.state.by_operator = self.state.delivered = False
            self.note(NotDelivered())

    def finish(self, outcome: Outcome | None) -> None:
        """Hang up after what was said; None leaves the meaning to what happened until then."""
        self.state.outcome = outcome
        self.state.step = ""
        self.state.over = True
        self.do(HangUp())

    def turn(self) -> Turn:
        """What came together since the last turn."""
        turn = Turn(tuple(self._facts), tuple(self._actions))
        self._facts, self._actions, self._said = [], [], 0
        return turn
