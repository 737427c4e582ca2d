"""A campaign's script as values: texts, fields, steps, rules of calling."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from campaigns.flows.fields import BUILT_INS, NAME, Field
from campaigns.flows.talk import Talk
from campaigns.flows.wording import placeholders
from campaigns.rules.policy import Policy
from campaigns.words import CheckVerdict, Urgency

OptOutScope = Literal["all", "campaign"]


@dataclass(frozen=True)
class ScriptText:
    """What is said, by language; `private` texts are only for the verified person."""

    id: str
    wording: Mapping[str, str]
    private: bool = False
    line: int = 0


@dataclass(frozen=True)
class Exit:
    """A way out of a step; `label` says in words when it is taken, "" when always."""

    to: str
    label: str = ""
    verifies: bool = False  # whoever takes it has proved who they are
    limited: bool = False  # it can be taken a few times only, so a circle through it ends
    answers: tuple[str, str] | None = None  # question and value that are known once it was taken


@dataclass(frozen=True)
class Step(ABC):
    """One step of a script; `line` is where it stands in the file."""

    name: str
    line: int
    verb: ClassVar[str]

    @abstractmethod
    def exits(self) -> tuple[Exit, ...]:
        """Every way out."""

    @abstractmethod
    def play(self, talk: Talk) -> str | None:
        """Do it; the name of the next step, or None when the call is over or waits for keys."""

    def texts(self) -> tuple[str, ...]:
        """Every text that it may say."""
        return ()

    def whispers(self) -> tuple[str, ...]:
        """Every text that it may say to an operator, whom the person does not hear."""
        return ()

    def reads(self) -> tuple[str, ...]:
        """The fields and answers on which it decides."""
        return ()

    def known_exits(self, _values: Mapping[str, str]) -> tuple[Exit, ...]:
        """The ways out that are open for a contact with these fields."""
        return self.exits()

    def passed(self, _talk: Talk) -> str | None:
        """The next step when an earlier call had the answer to this one; None when it is played."""
        return None

    @property
    def delivers(self) -> bool:
        """Whether hearing its texts to the end means that the message has arrived."""
        return False


@dataclass(frozen=True)
class Question(Step):
    """A step that waits for keys."""

    refusal: ClassVar[str]  # the standard text for keys that are no answer

    @property
    @abstractmethod
    def spoken(self) -> tuple[str, ...]:
        """The question itself, repeated when nobody answers."""

    @property
    @abstractmethod
    def max_keys(self) -> int:
        """How many keys it takes, 1 or more."""

    @property
    def type_ahead(self) -> bool:
        """Whether keys count that were pressed before it was asked."""
        return False

    @abstractmethod
    def take(self, keys: str, talk: Talk) -> str | None:
        """The next step for these keys; None when they are no answer."""

    def play(self, talk: Talk) -> str | None:
        """Ask; the conversation waits for keys."""
        talk.say(self.spoken)
        return None


@dataclass(frozen=True)
class Afterwards:
    """Work for a human that is decided when a contact is closed."""

    when: Mapping[str, tuple[str, ...]]  # "state", "outcome", a field or an answer -> any of these values
    reason: str
    urgency: Urgency
    details: tuple[str, ...] = ()  # fields and answers that the task shows
    check: str = ""  # the campaign that asks, once it is resolved, whether that is so
    line: int = 0


@dataclass(frozen=True)
class Verdict:
    """What a contact that was asked about a task says of it; who fits no rule says nothing."""

    when: Mapping[str, tuple[str, ...]]  # as `Afterwards.when`
    verdict: CheckVerdict
    line: int = 0


@dataclass(frozen=True)
class Script:
    """One campaign file, checked; `digest` changes with every byte of it."""

    name: str
    title: str
    languages: tuple[str, ...]
    fields: Mapping[str, Field]
    texts: Mapping[str, ScriptText]
    steps: Mapping[str, Step]
    start: str
    machine: tuple[str, ...]
    policy: Policy
    afterwards: tuple[Afterwards, ...]
    record: bool
    priority: int  # campaigns with more are called first
    opt_out_key: str
    human_key: str
    human_urgency: Urgency
    digest: str
    institution: str = ""  # the field that names the clinic of a contact; "": none does
    columns: Mapping[str, str] = field(default_factory=dict)  # name in files (small letters) -> our name
    opt_out_scope: OptOutScope = "all"  # what the opt-out key refuses: calls of all campaigns, or of this one
    verdicts: tuple[Verdict, ...] = ()  # of a campaign that asks whether a task is solved; () of any other
    resume: tuple[str, ...] = ()  # said first in a call that goes on where one stopped; (): none does

    @property
    def rules(self) -> Sequence[Afterwards | Verdict]:
        """All that is decided when a contact is closed."""
        return (*self.afterwards, *self.verdicts)

    @property
    def names_people(self) -> bool:
        """Whether any text speaks a contact's name; where none does, contacts need no name."""
        wordings = [template for text in self.texts.values() for template in text.wording.values()]
        return any(place.name == NAME for template in wordings for place in placeholders(template))

    def spoken_values(
        self, text: str, language: str, values: Mapping[str, str]
    ) -> dict[str, tuple[str, str]]:
        """Name -> (kind, raw value) of what this text speaks; `values` are those of `Conversation`.

        A value that is not there is left out: a field that came into the file after the contact was queued.
        Raises KeyError for a text or a language that is not there.
        """
        names = {place.name for place in placeholders(self.texts[text].wording[language])}
        return {
            name: ((self.fields.get(name) or BUILT_INS[name]).kind, values[name])
            for name in sorted(names & values.keys())
        }
