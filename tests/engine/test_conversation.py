"""One call and its script: what is sent for what is heard, and what is ignored as no longer true."""

from dataclasses import replace
from pathlib import Path

import pytest

from campaigns.engine.conversation import Talk
from campaigns.flows.loader import LIBRARY, load_script
from campaigns.flows.reach import sayable
from campaigns.flows.run import Conversation
from campaigns.flows.turns import Delivered, Fact, Replied, Verified
from campaigns.flows.verbs.ask import AskStep
from dialer.messages import (
    Answered,
    Collect,
    Collected,
    Command,
    EarlyMedia,
    HangUp,
    Heard,
    Play,
    Played,
    Record,
    StopPlaying,
)

VALUES = {
    "full_name": "Иванова Мария",
    "institution": "служба",
    "call_back": "+73452500000",
    "birth_year": "1954",
    "result": "negative",
    "sample_date": "2026-02-28",
    "clinic": "Поликлиника",
}


class Rig:
    """Plays the line: answers every command with the event that follows."""

    def __init__(self, recording: Path | None = None, early: bool = False) -> None:
        script = load_script(LIBRARY / "covid-results.yaml")
        clips = {name: Path(f"/{name}.wav") for name in sayable(script, VALUES)}
        self.talk = Talk("1", Conversation(script, VALUES), clips, recording)
        self.before = list(self.talk.on(EarlyMedia("1")).commands) if early else []
        self.commands = list(self.talk.on(Answered("1")).commands)
        self.facts: tuple[Fact, ...] = ()
        self.heard: list[Fact] = []

    @property
    def question(self) -> Collect:
        return [command for command in self.commands if isinstance(command, Collect)][-1]

    def press(self, keys: str) -> list[Command]:
        """The prompts were played to their end, then these keys came."""
        self.play_all()
        reaction = self.talk.on(Collected("1", self.question.question, keys, "full"))
        self.facts = reaction.facts
        self.commands = list(reaction.commands)
        return self.commands

    def play_all(self) -> list[Command]:
        sent: list[Command] = []
        self.heard = []
        for play in [command for command in self.commands if isinstance(command, Play)]:
            reaction = self.talk.on(Played("1", play.prompt, finished=True))
            self.heard += reaction.facts
            sent += reaction.commands
        return sent


def texts(commands: list[Command]) -> list[str]:
    return [Path(command.path).stem for command in commands if isinstance(command, Play)]


def test_the_answer_starts_speech_and_question_at_once() -> None:
    rig = Rig()
    assert texts(rig.commands) == ["opening", "who_menu", "other_keys"]
    assert isinstance(rig.commands[-1], Collect)


def test_recording_begins_after_speech() -> None:
    rig = Rig(recording=Path("/r.wav"))
    assert rig.commands[-1] == Record("1", "/r.wav")
    assert isinstance(rig.commands[0], Play)


def test_early_media_is_recorded_and_the_answer_does_not_begin_anew() -> None:
    rig = Rig(recording=Path("/r.wav"), early=True)
    assert rig.before == [Record("1", "/r.wav")]
    assert not any(isinstance(command, Record) for command in rig.commands)
    assert Rig(early=True).before == []


def test_the_result_is_delivered_when_it_was_heard_to_its_end() -> None:
    rig = Rig()
    rig.press("1")
    rig.press("1954")
    assert rig.facts == (Verified(),)
    rig.play_all()
    assert rig.heard == [Delivered()]
    assert rig.talk.outcome == "delivered"


def test_a_result_that_was_cut_short_is_not_delivered() -> None:
    rig = Rig()
    rig.press("1")
    rig.press("1954")
    for play in [command for command in rig.commands if isinstance(command, Play)]:
        assert rig.talk.on(Played("1", play.prompt, finished=False)).facts == ()
    assert rig.talk.outcome == "hung_up"


def test_it_hangs_up_when_the_last_prompt_was_played_and_not_before() -> None:
    rig = Rig()
    for keys in ("1", "1954", "2"):
        rig.press(keys)
    last = rig.press("5")
    assert rig.facts == (Replied("mark", "5"),)
    assert HangUp("1") not in last
    assert rig.play_all() == [HangUp("1")]


def test_a_beep_silences_everything_and_only_the_machine_text_follows() -> None:
    rig = Rig()
    reaction = rig.talk.on(Heard("1", "beep"))
    assert reaction.commands[0] == StopPlaying("1")
    assert texts(list(reaction.commands)) == ["machine"]
    assert rig.talk.outcome == "voicemail"


@pytest.mark.parametrize("question", ["0-old", ""])
def test_an_answer_to_an_old_question_is_ignored(question: str) -> None:
    assert Rig().talk.on(Collected("1", question, "9", "full")).commands == ()


def test_an_answer_counts_once() -> None:
    rig = Rig()
    answer = Collected("1", rig.question.question, "9", "full")
    assert rig.talk.on(answer).facts
    assert rig.talk.on(answer).facts == ()


def test_what_plays_now_can_be_watched() -> None:
    rig = Rig()
    assert rig.talk.saying == "opening"
    rig.play_all()
    assert rig.talk.saying == ""


def test_keys_pressed_ahead_are_dropped_unless_the_script_keeps_them() -> None:
    assert not Rig().question.early_keys
    script = load_script(LIBRARY / "covid-results.yaml")
    first = script.steps[script.start]
    assert isinstance(first, AskStep)
    ahead = replace(script, steps={**script.steps, script.start: replace(first, keeps_early_keys=True)})
    clips = {name: Path(f"/{name}.wav") for name in sayable(ahead, VALUES)}
    commands = Talk("1", Conversation(ahead, VALUES), clips, None).on(Answered("1")).commands
    assert [command.early_keys for command in commands if isinstance(command, Collect)] == [True]
