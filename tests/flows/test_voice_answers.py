"""Voice answers and calls that go on where an earlier one stopped: what is refused, and turn by turn."""

from pathlib import Path

import pytest

from campaigns.flows.loader import LIBRARY, load_script
from campaigns.flows.run import Conversation
from campaigns.flows.samples import example_values
from campaigns.flows.turns import HangUp, Listen, OptedOut, Replied, Say, TaskRaised, Turn
from tests.flows.scripts import VALUES, faults, line_of, load, spoiled

VOICE = """\
    then: why
  why:
    record: [bye, after_the_tone]
    answer: why
    longest: 30 s
    silence: 5 s
    then: bye
"""
WHY = ("    then: bye\n", VOICE)
ASKED = (Say("bye"), Say("after_the_tone"), Listen("why", 30.0, 5.0))
BYE = (Say("bye"), HangUp())
SURVEY = load_script(LIBRARY / "satisfaction-survey.yaml")


def at_the_question(folder: Path) -> Conversation:
    conversation = Conversation(load(folder, spoiled(WHY)), VALUES)
    conversation.begin()
    for keys in ("1", "1954", "2"):
        conversation.keys(keys)
    assert conversation.keys("3").actions == ASKED
    assert conversation.listening
    return conversation


def test_what_is_said_is_the_answer(tmp_path: Path) -> None:
    conversation = at_the_question(tmp_path)
    assert conversation.spoken("7.wav", 3.5, "1") == Turn((Replied("why", "7.wav"),), BYE)
    assert (conversation.outcome, conversation.answers["why"]) == ("completed", "7.wav")
    assert conversation.spoken("8.wav", 1.0) == Turn()


def test_who_says_nothing_is_asked_once_more_and_then_the_call_goes_on(tmp_path: Path) -> None:
    conversation = at_the_question(tmp_path)
    assert conversation.spoken("", 0.0) == Turn((), ASKED)
    assert conversation.spoken("", 0.0) == Turn((), BYE)
    assert "why" not in conversation.answers


@pytest.mark.parametrize(("recording", "seconds"), [("", 0.0), ("7.wav", 0.0), ("", 2.0)])
def test_a_key_without_a_word_goes_on(tmp_path: Path, recording: str, seconds: float) -> None:
    assert at_the_question(tmp_path).spoken(recording, seconds, "5") == Turn((), BYE)


@pytest.mark.parametrize("seconds", [0.0, 4.0])
def test_the_reserved_keys_hold_while_we_listen_and_what_was_said_is_kept(
    tmp_path: Path, seconds: float
) -> None:
    kept = (Replied("why", "7.wav"),) if seconds else ()
    refused = at_the_question(tmp_path)
    assert refused.spoken("7.wav", seconds, "9").facts == (*kept, OptedOut())
    assert (refused.outcome, refused.over) == ("opted_out", True)
    task = TaskRaised("human_wanted", "normal", (("question", "why"),))
    assert at_the_question(tmp_path).spoken("7.wav", seconds, "0").facts == (*kept, task)


def test_who_speaks_and_hangs_up_has_answered(tmp_path: Path) -> None:
    conversation = at_the_question(tmp_path)
    assert conversation.left_speaking("7.wav", 3.0) == Turn((Replied("why", "7.wav"),))
    assert conversation.outcome == "completed"
    silent = at_the_question(tmp_path)
    assert silent.left_speaking("", 0.0) == Turn()
    assert silent.outcome == "delivered"  # what a key had confirmed before


def test_a_machine_that_is_heard_while_we_listen_ends_it() -> None:
    script = load_script(LIBRARY / "service-control.yaml")
    earlier = {"received": "yes", "mark": "1"}
    conversation = Conversation(script, example_values(script, "ru"), 0, earlier)
    assert isinstance(conversation.begin().actions[-1], Listen)
    assert conversation.machine().actions[1:] == (Say("machine"), HangUp())
    assert conversation.spoken("7.wav", 2.0) == Turn()


@pytest.mark.parametrize(
    ("changes", "at", "sentence"),
    [
        ([("answer: why", "answer: mark")], "  why:\n", 'the answer "mark" is given by a key, too'),
        ([("answer: why", "answer: born")], "  why:\n", 'the answer "born" has the name of a field'),
        ([("[bye, after_the_tone]", "[bye]")], "  why:\n", 'names a key that ends it in "ru": add the text'),
        ([("record: [bye, after_the_tone]", "record: []")], "  why:\n", "when nothing was asked"),
        ([("longest: 30 s", "longest: 1 s")], "    longest", "longest must be from 5 s to 5 min"),
        ([("silence: 5 s", "silence: 1 min")], "    silence", "silence must be from 2 s to 15 s"),
        ([("when: {mark: [1, 2]}", "when: {why: loud}")], "  - when", "a rule can only ask for"),
        ([("start: who", "start: why")], "  why:\n", "but a machine could be recorded"),
        ([("branch: result", "branch: why")], "  result:\n    branch", "no branch knows what was said"),
    ],
)  # fmt: skip
def test_a_voice_question_that_cannot_be_meant(
    tmp_path: Path, changes: list[tuple[str, str]], at: str, sentence: str
) -> None:
    text = spoiled(WHY)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    assert any(line == line_of(text, at) and sentence in said for line, said in faults(tmp_path, text))


# ---------------------------------------------------------------- going on where a call stopped

PARTIAL = ("retry_after: {busy: 10 min, hung_up: 1 h}", "retry_after: {busy: 10 min, partial: 1 h}")


@pytest.mark.parametrize(
    ("earlier", "said"),
    [
        ({}, ("opening", "dealt_with_menu", "other_keys")),
        ({"dealt_with": "yes"}, ("opening", "we_go_on", "other_keys", "mark_menu")),
        ({"dealt_with": "yes", "mark": "1"}, ("opening", "we_go_on", "other_keys", "problem_menu")),
        ({"dealt_with": "yes", "mark": "5"}, ("opening", "we_go_on", "other_keys", "thank_you")),
        ({"mark": "5"}, ("opening", "dealt_with_menu", "other_keys")),  # on a way that is come to later
        ({"dealt_with": "perhaps"}, ("opening", "dealt_with_menu", "other_keys")),  # as an older file had it
    ],
)
def test_a_call_goes_on_where_one_stopped(earlier: dict[str, str], said: tuple[str, ...]) -> None:
    conversation = Conversation(SURVEY, example_values(SURVEY, "ru"), 0, earlier)
    begun = conversation.begin()
    assert tuple(action.text for action in begun.actions if isinstance(action, Say)) == said
    assert begun.facts == ()


def test_the_way_of_an_earlier_answer_is_followed_and_its_work_not_made_again() -> None:
    earlier = {"dealt_with": "no", "mark": "2"}
    conversation = Conversation(SURVEY, example_values(SURVEY, "ru"), 0, earlier)
    conversation.begin()
    assert conversation.keys("4").facts == (Replied("problem", "something_else"),)
    [said, task] = conversation.spoken("7.wav", 2.0).facts
    assert said == Replied("words", "7.wav")
    assert isinstance(task, TaskRaised)
    assert dict(task.details) == {"problem": "something_else", "words": "7.wav"}
    assert conversation.outcome == "completed"


def test_who_hangs_up_again_without_a_new_answer_has_just_hung_up() -> None:
    conversation = Conversation(SURVEY, example_values(SURVEY, "ru"), 0, {"dealt_with": "no"})
    conversation.begin()
    assert (conversation.outcome, conversation.answers) == ("hung_up", {})


def test_where_nothing_is_resumed_every_call_begins_anew(tmp_path: Path) -> None:
    script = load(tmp_path)
    assert Conversation(script, VALUES, 0, {"mark": "1"}).begin() == Conversation(script, VALUES).begin()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ([], "resume needs a wait: write partial under retry_after"),
        ([PARTIAL], 'resume is for surveys: "again" tells a message'),
        ([PARTIAL, ("resume: [hello]", "resume: [nothing]")], 'there is no text "nothing"'),
        (
            [PARTIAL, ("resume: [hello]", "resume: [good]")],
            'the text "good" is private, and whoever',
        ),
        (
            [PARTIAL, ("resume: [hello]", "resume: [menu]")],
            '"menu" names key 1 in "ru", but said first',
        ),
    ],
)
def test_a_resumption_that_cannot_be_meant(
    tmp_path: Path, changes: list[tuple[str, str]], sentence: str
) -> None:
    text = spoiled(("start: who\n", "start: who\nresume: [hello]\n"))
    for old, new in changes:
        text = text.replace(old, new)
    assert any(line == line_of(text, "resume:") and sentence in said for line, said in faults(tmp_path, text))
