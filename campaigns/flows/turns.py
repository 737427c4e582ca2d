"""What a script wants done (actions) and what it learned (facts): all that passes to the engine."""

from dataclasses import dataclass

from campaigns.words import CheckVerdict, Urgency

# ---------------------------------------------------------------- actions: to be carried out in this order


@dataclass(frozen=True)
class Say:
    """Play a text after what is still playing."""

    text: str
    reported: bool = False  # True: tell the script with `heard(text)` when it was played to its end


@dataclass(frozen=True)
class Ask:
    """Collect keys; the first key stops what plays."""

    question: str
    max_keys: int
    end_key: str
    first_key_seconds: float
    next_key_seconds: float
    escape_key: str = ""  # ends the question at once
    type_ahead: bool = False  # keys pressed since the question before count


@dataclass(frozen=True)
class HangUp:
    """Hang up once everything said before has been played."""


@dataclass(frozen=True)
class Silence:
    """Stop what plays at once and forget what waits to be played (a machine was recognised)."""


@dataclass(frozen=True)
class Connect:
    """Find an operator for the person, who hears `said` and then a tune while one is looked for.

    Answered with `Conversation.connected`, or with `unconnected` when nobody takes the call. Where there is
    nobody to look for, `said` is left out: it promises an operator.
    """

    whisper: tuple[str, ...]  # texts that the operator hears, and then presses 1
    said: tuple[str, ...] = ()  # texts that the person hears before the tune


@dataclass(frozen=True)
class Listen:
    """Record what the person says, after what is still played and a short tone.

    Answered with `Conversation.spoken`. It ends with any key, after `silence_seconds` without a voice, or
    after `longest_seconds`.
    """

    question: str
    longest_seconds: float
    silence_seconds: float


Action = Say | Ask | HangUp | Silence | Connect | Listen

# ---------------------------------------------------------------- facts: stored before the actions are begun


@dataclass(frozen=True)
class Replied:
    """A question was answered; a later answer to the same question replaces it."""

    question: str
    value: str


@dataclass(frozen=True)
class Verified:
    """The person proved who they are."""


@dataclass(frozen=True)
class VerificationFailed:
    """One wrong try; they are counted over all calls to this contact."""


@dataclass(frozen=True)
class Delivered:
    """The message was heard to its end, or confirmed: nobody may be called with it again."""


@dataclass(frozen=True)
class NotDelivered:
    """What this call was taken to have delivered is taken back: nobody was there to hear it."""


@dataclass(frozen=True)
class OptedOut:
    """No more calls to this number, of any campaign or of this one only."""

    campaign_only: bool = False


@dataclass(frozen=True)
class TaskRaised:
    """Work for a human, at once; `check`: the campaign that asks, once it is resolved, whether that is so."""

    reason: str
    urgency: Urgency
    details: tuple[tuple[str, str], ...] = ()
    check: str = ""


@dataclass(frozen=True)
class TaskChecked:
    """What the person said of the task that this contact was made to ask about."""

    verdict: CheckVerdict


Work = TaskRaised | TaskChecked
"""What is left for humans, or taken from them, when a contact is closed."""


Fact = Replied | Verified | VerificationFailed | Delivered | NotDelivered | OptedOut | TaskRaised


@dataclass(frozen=True)
class Turn:
    """One answer of the script."""

    facts: tuple[Fact, ...] = ()
    actions: tuple[Action, ...] = ()
