"""The only room that knows both the script's words and the line's: plays one script over one call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import assert_never

from campaigns.engine.voice_answers import answer_name, rescued
from campaigns.flows.run import REPEATS_AFTER_SILENCE, Conversation
from campaigns.flows.standard import NEXT_PERSON
from campaigns.flows.turns import Action, Ask, Connect, Fact, HangUp, Listen, Say, Silence, Turn
from campaigns.words import Outcome
from dialer import messages
from dialer.messages import Command, Event

LEADS_ON: frozenset[Outcome] = frozenset({"completed", "delivered", "not_here"})
"""Of a call after which the next person is asked for; whoever wants no calls is left in peace."""


@dataclass(frozen=True)
class Dictation:
    """What it takes to listen to people: the folder of the recordings, and a WAV after which they speak."""

    recordings: Path
    tone: Path


@dataclass(frozen=True)
class Reaction:
    """What came of an event: facts to store first, then commands to send; `connect`: to find an operator."""

    facts: tuple[Fact, ...] = ()
    commands: tuple[Command, ...] = ()
    connect: Connect | None = None


class Talk:
    """One call and the script that it plays.

    `clips` holds a finished WAV for each text of the script that could be said to this contact.
    attended: an operator is there before the person, who is connected at once instead of hearing the script.
    dictation: None where the script never listens.
    """

    def __init__(
        self,
        call: str,
        conversation: Conversation,
        clips: Mapping[str, Path],
        recording: Path | None,
        attended: bool = False,
        dictation: Dictation | None = None,
    ) -> None:
        self.call = call  # as the line knows it
        self._conversation = conversation
        self._clips = clips
        self._recording = recording
        self._attended = attended
        self._dictation = dictation
        self._attempt = call  # the first has the number of the call
        self._sent = 0
        self._playing: dict[str, Say] = {}
        self._question = ""
        self._answer = ""  # the file of what is being said to the question
        self._hang_up_when_played = False
        self._records = False

    @property
    def outcome(self) -> Outcome:
        """What the call means if it ended now."""
        return self._conversation.outcome

    @property
    def saying(self) -> str:
        """The text that plays now; "" while we listen."""
        return next((say.text for say in self._playing.values()), "")

    @property
    def leads_on(self) -> bool:
        """Whether it ended with somebody at the phone who may be asked for another person."""
        state = self._conversation.state
        silent = state.silences > REPEATS_AFTER_SILENCE or state.connected
        return self._conversation.over and self.outcome in LEADS_ON and not silent

    def follow(
        self, conversation: Conversation, clips: Mapping[str, Path], attempt: int
    ) -> tuple["Talk", Reaction]:
        """The talk to the next person in the same call, and its beginning; this one is over.

        attempt: theirs, which names what they say. What is recorded goes on being recorded.
        """
        talk = Talk(self.call, conversation, clips, None, dictation=self._dictation)
        talk._attempt = str(attempt)
        talk._sent = self._sent  # no prompt of theirs has a name that one of ours had
        told = talk._commands(Say(NEXT_PERSON))
        begun = talk._carry_out(conversation.begin())
        return talk, replace(begun, commands=(*told, *begun.commands))

    def on(self, event: Event) -> Reaction:
        """The script's reaction; an event of a prompt or a question that is no longer current is ignored."""
        match event:
            case messages.EarlyMedia():
                return Reaction((), self._record())
            case messages.Answered():
                return self._answered()
            case messages.Collected(question=question, keys=keys) if question == self._question:
                self._question = ""
                return self._carry_out(self._conversation.keys(keys))
            case messages.Listened(question=question) if question == self._question:
                self._question = ""
                return self._listened(event)
            case messages.Heard() if not (self._conversation.over or self._conversation.state.connected):
                self._question = ""
                return self._carry_out(self._conversation.machine())
            case messages.Played(prompt=prompt, finished=finished) if prompt in self._playing:
                return self._played(self._playing.pop(prompt), finished)
            case _:
                return Reaction()

    def line_lost(self) -> Reaction:
        """The line died, perhaps while the person was listened to; what was said until then is an answer."""
        if self._dictation is None or not (self._question and self._conversation.listening):
            return Reaction()
        seconds = rescued(self._dictation.recordings, self._answer)
        return self.on(messages.Listened(self.call, self._question, seconds, left=True))

    # ------------------------------------------------------------ operators

    def hold_on(self, said: Sequence[str], tune: Path) -> Reaction:
        """The person hears these texts, and then a tune for as long as an operator is looked for."""
        told = [command for text in said for command in self._commands(Say(text))]
        return Reaction((), (*told, self._play_tune(tune)))

    def connected(self) -> Reaction:
        """An operator talks to the person from now on."""
        reaction = self._carry_out(self._conversation.connected())
        return Reaction(reaction.facts, (messages.StopPlaying(self.call), *reaction.commands))

    def unconnected(self) -> Reaction:
        """Nobody does: the script goes on without."""
        reaction = self._carry_out(self._conversation.unconnected())
        return Reaction(
            reaction.facts, (messages.StopPlaying(self.call), *reaction.commands), reaction.connect
        )

    def lost(self) -> Reaction:
        """The operator's line broke during the talk, or the two never heard each other."""
        reaction = self._carry_out(self._conversation.lost())
        return Reaction(reaction.facts, (messages.StopPlaying(self.call), *reaction.commands))

    def recorded(self) -> Reaction:
        """The operator talked to a machine."""
        reaction = self._carry_out(self._conversation.recorded())
        return Reaction(reaction.facts, (messages.StopPlaying(self.call), *reaction.commands))

    def left(self) -> Reaction:
        """The person hung up as soon as the operator was there."""
        return self._carry_out(self._conversation.left())

    def held(self, on: bool, tune: Path) -> Reaction:
        """The operator put the call on hold, or took it back: nobody waits in silence."""
        return Reaction((), (self._play_tune(tune) if on else messages.StopPlaying(self.call),))

    def _play_tune(self, tune: Path) -> messages.Play:
        return messages.Play(self.call, self._next_id("tune"), str(tune), repeat=True)

    # ------------------------------------------------------------ the script

    def _answered(self) -> Reaction:
        if self._attended:
            return Reaction((), self._record())
        reaction = self._carry_out(self._conversation.begin())
        return replace(reaction, commands=(*reaction.commands, *self._record()))

    def _record(self) -> tuple[Command, ...]:
        """Begins to record, once: announcements before the answer tell why nobody was reached."""
        if self._recording is None or self._records:
            return ()
        self._records = True
        return (messages.Record(self.call, str(self._recording)),)

    def _played(self, say: Say, finished: bool) -> Reaction:
        turn = self._conversation.heard(say.text) if finished and say.reported else Turn()
        reaction = self._carry_out(turn)
        return replace(reaction, commands=(*reaction.commands, *self._good_bye()))

    def _carry_out(self, turn: Turn) -> Reaction:
        commands = [command for action in turn.actions for command in self._commands(action)]
        connect = next((action for action in turn.actions if isinstance(action, Connect)), None)
        return Reaction(turn.facts, tuple(commands), connect)

    def _commands(self, action: Action) -> Sequence[Command]:
        match action:
            case Say(text=text):
                prompt = self._next_id(text)
                self._playing[prompt] = action
                return [messages.Play(self.call, prompt, str(self._clips[text]))]
            case Ask():
                self._question = self._next_id(action.question)
                return [self._collect(action)]
            case Silence():
                return [messages.StopPlaying(self.call)]
            case Listen():
                return self._listen(action)
            case HangUp():
                self._hang_up_when_played = True
                return self._good_bye()
            case Connect():
                return []  # the operators' part: see `Reaction.connect`
            case _:
                assert_never(action)

    def _collect(self, ask: Ask) -> messages.Collect:
        return messages.Collect(
            self.call,
            self._question,
            ask.max_keys,
            ask.end_key,
            ask.first_key_seconds,
            ask.next_key_seconds,
            ask.escape_key,
            ask.type_ahead,
        )

    def _listen(self, listen: Listen) -> Sequence[Command]:
        """The tone, and then the person speaks; no two answers have a name in common."""
        if self._dictation is None:
            raise RuntimeError("a script listens, and its call was given nowhere to keep what is said")
        self._question = self._next_id(listen.question)
        self._answer = answer_name(self._attempt, self._question)
        path = self._dictation.recordings / self._answer
        limits = listen.longest_seconds, listen.silence_seconds
        return [
            messages.Play(self.call, self._next_id("tone"), str(self._dictation.tone)),
            messages.Listen(self.call, self._question, str(path), *limits),
        ]

    def _listened(self, event: messages.Listened) -> Reaction:
        recording = self._answer if event.voice_seconds else ""
        if event.left:
            return self._carry_out(self._conversation.left_speaking(recording, event.voice_seconds))
        return self._carry_out(self._conversation.spoken(recording, event.voice_seconds, event.key))

    def _good_bye(self) -> Sequence[Command]:
        """Hangs up once the last prompt has been played."""
        if self._playing or not self._hang_up_when_played:
            return []
        return [messages.HangUp(self.call)]

    def _next_id(self, name: str) -> str:
        self._sent += 1
        return f"{self._sent}-{name}"
