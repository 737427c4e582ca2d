"""ask: a question that one key answers.

`answer` names the answer in the report; a question without it only chooses the way. A key may carry the
`value` of the answer; `at_most` lets it be pressed so many times in a call, and then it leads to `after`.
Keys with `delivers: true` confirm that the message has arrived.

    listen:
      ask: listen_menu
      keys:
        1: {then: result, at_most: 5, after: mark}
        2: {then: mark, delivers: true}

    callback:
      ask: [opening, callback_menu]
      answer: callback
      keys:
        1: {value: wanted, then: wanted}
        2: {value: not_needed, then: goodbye}

A `scale` of 5 takes the keys 1 to 5, and the key is the value:

    mark:
      ask: mark_menu
      answer: mark
      scale: 5
      then: thanks

`low` names the marks after which no call may end without a person, and `broken` the answers by which a
promise was broken: a step behind the question has to make work for one, or a rule under `afterwards` where no
later call asks again (calls that `resume` ask no question twice).

    mark_of_visit:
      ask: mark_menu
      answer: mark_of_visit
      scale: 5
      low: [1, 2]
      then: thanks

    came:
      ask: came_menu
      answer: came
      broken: [no]
      keys:
        1: {value: yes, then: thanks}
        2: {value: no, then: sorry}

With `type_ahead: true` keys count that were pressed before the question was asked, for people who know the
menu by heart; else they are dropped. It cannot be had where a key confirms that the message has arrived.

    again:
      ask: begin_menu
      type_ahead: true
      keys:
        1: {then: mark}
        2: {then: goodbye}
"""

from dataclasses import dataclass

from campaigns.flows.reader import Node
from campaigns.flows.script import Exit, Question
from campaigns.flows.standard import NO_SUCH_KEY
from campaigns.flows.talk import Talk

LONGEST_SCALE = 9  # one key has no more, and the reserved keys take some of them
MOST_REPEATS = 20
_OPTIONAL = ("answer", "keys", "scale", "then", "type_ahead", "low", "broken")


@dataclass(frozen=True)
class Key:
    """What one key of a question does."""

    key: str
    then: str
    value: str = ""
    at_most: int = 0  # times in a call; 0 for any number
    after: str = ""  # where it leads when it was pressed that often
    delivers: bool = False
    line: int = 0


@dataclass(frozen=True)
class AskStep(Question):
    """Ask for one key."""

    asked: tuple[str, ...]
    answer: str
    keys: tuple[Key, ...]
    scale: int = 0
    keeps_early_keys: bool = False
    low: frozenset[str] = frozenset()  # marks, and
    broken: frozenset[str] = frozenset()  # answers, after which no call ends without a person
    verb = "ask"
    refusal = NO_SUCH_KEY

    @property
    def spoken(self) -> tuple[str, ...]:
        """The question."""
        return self.asked

    @property
    def max_keys(self) -> int:
        """One key."""
        return 1

    @property
    def type_ahead(self) -> bool:
        """As the script says."""
        return self.keeps_early_keys

    def texts(self) -> tuple[str, ...]:
        """The question."""
        return self.asked

    def exits(self) -> tuple[Exit, ...]:
        """One way for each key, and one more for those that wear out."""
        found = []
        for key in self.keys:
            answers = (self.answer, key.value) if self.answer else None
            found.append(Exit(key.then, f"key {key.key}", limited=bool(key.at_most), answers=answers))
            if key.after:
                label = f"key {key.key} for the {key.at_most + 1}th time"
                found.append(Exit(key.after, label, answers=answers))
        return tuple(found)

    def passed(self, talk: Talk) -> str | None:
        """The way of the answer that an earlier call has."""
        value = talk.recall(self.answer)
        key = next((key for key in self.keys if value is not None and key.value == value), None)
        if key is None:
            return None
        talk.leave_out(self.answer)
        return key.then

    def take(self, keys: str, talk: Talk) -> str | None:
        """Store the answer and follow the key."""
        key = next((key for key in self.keys if key.key == keys), None)
        if key is None:
            return None
        if self.answer:
            talk.reply(self.answer, key.value)
        if key.delivers:
            talk.deliver()
        uses = talk.state.uses.get(f"{self.name} {key.key}", 0)
        if key.at_most and uses >= key.at_most:
            return key.after
        talk.state.uses[f"{self.name} {key.key}"] = uses + 1
        return key.then


def read(name: str, node: Node) -> AskStep | None:
    """An `ask` step of the file."""
    entries = node.record(required=("ask",), optional=_OPTIONAL)
    if "ask" not in entries:
        return None
    asked = entries["ask"].names()
    answer = entries["answer"].name() if "answer" in entries else ""
    ahead = "type_ahead" in entries and entries["type_ahead"].yes_no()
    if "keys" in entries and "scale" not in entries and "then" not in entries:
        keys = tuple(
            key for entry in entries["keys"].entries().values() if (key := _key(entry, bool(answer)))
        )
        if ahead and any(key.delivers for key in keys):
            entries["type_ahead"].complain(
                f'a key pressed before "{name}" is asked confirms nothing: remove type_ahead or delivers'
            )
        broken = _among(entries.get("broken"), keys)
        if "low" in entries:
            entries["low"].complain(f'"{name}" has no scale, so no mark of it is low: write broken')
        return AskStep(name, node.line, asked, answer, keys, 0, ahead, broken=broken) if keys else None
    if "scale" not in entries or "then" not in entries or "keys" in entries or not answer:
        node.complain(f'the question "{name}" needs either keys, or an answer, a scale and then')
        return None
    scale = entries["scale"].whole(2, LONGEST_SCALE)
    then, line = entries["then"].name(), entries["scale"].line
    keys = tuple(Key(str(mark), then, value=str(mark), line=line) for mark in range(1, scale + 1))
    if "broken" in entries:
        entries["broken"].complain(f'"{name}" has a scale: write which marks are low')
    return AskStep(name, node.line, asked, answer, keys, scale, ahead, low=_among(entries.get("low"), keys))


def _among(node: Node | None, keys: tuple[Key, ...]) -> frozenset[str]:
    """The answers that need a person; every one must be one that a key gives."""
    named = node.strings() if node else ()
    values = {key.value for key in keys if key.value}
    for value in named:
        if node and value not in values:
            node.complain(
                f'"{value}" is no answer of this question: {", ".join(sorted(values)) or "it has none"}'
            )
    return frozenset(named)


def _key(node: Node, valued: bool) -> Key | None:
    """One key of the question; with an answer's name it needs a value, and without it may have none."""
    key = node.what
    if key not in tuple("0123456789"):
        node.complain(f'"{key}" is no key that answers: use 0 to 9')
        return None
    node.what = f"key {key}"
    needed = ("value", "then") if valued else ("then",)
    entries = node.record(required=needed, optional=("at_most", "after", "delivers"))
    if not all(name in entries for name in needed):
        return None
    if ("at_most" in entries) != ("after" in entries):
        node.complain(f"key {key} needs at_most and after together")
        return None
    return Key(
        key,
        entries["then"].name(),
        value=entries["value"].name() if "value" in entries else "",
        at_most=entries["at_most"].whole(1, MOST_REPEATS) if "at_most" in entries else 0,
        after=entries["after"].name() if "after" in entries else "",
        delivers="delivers" in entries and entries["delivers"].yes_no(),
        line=node.line,
    )
