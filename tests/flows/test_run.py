"""Turns of talk, action by action; whole calls are in tests/conversations."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from campaigns.flows.reach import sayable
from campaigns.flows.run import (
    FIRST_KEY_SECONDS,
    FIRST_OF_SEVERAL_SECONDS,
    NEXT_KEY_SECONDS,
    Conversation,
)
from campaigns.flows.script import Script
from campaigns.flows.turns import (
    Ask,
    Delivered,
    HangUp,
    OptedOut,
    Replied,
    Say,
    Silence,
    TaskRaised,
    Turn,
    VerificationFailed,
    Verified,
)
from campaigns.words import Outcome
from tests.flows.scripts import VALUES, load, spoiled


@pytest.fixture
def script(tmp_path: Path) -> Script:
    return load(tmp_path)


def talk(script: Script, *keys: str, failures: int = 0) -> tuple[Conversation, Turn]:
    """A conversation after these keys, and its last turn."""
    conversation = Conversation(script, VALUES, failures)
    turn = conversation.begin()
    for pressed in keys:
        turn = conversation.keys(pressed)
    return conversation, turn


def one_key(question: str) -> Ask:
    return Ask(question, 1, "", FIRST_KEY_SECONDS, NEXT_KEY_SECONDS)


YEAR = Ask("born", 4, "#", FIRST_OF_SEVERAL_SECONDS, NEXT_KEY_SECONDS, "*")


@pytest.mark.parametrize(
    ("keys", "turn"),
    [
        ((), Turn((), (Say("hello"), Say("menu"), one_key("who")))),
        (("7",), Turn((), (Say("no_such_key"), Say("hello"), Say("menu"), one_key("who")))),
        (("11",), Turn((), (Say("no_such_key"), Say("hello"), Say("menu"), one_key("who")))),
        (("",), Turn((), (Say("hello"), Say("menu"), one_key("who")))),
        (("2",), Turn((), (HangUp(),))),
        (("9",), Turn((OptedOut(),), (Say("opted_out"), HangUp()))),
        (
            ("0",),
            Turn((TaskRaised("human_wanted", "normal", (("question", "who"),)),), (Say("call_us"), HangUp())),
        ),
        (("1",), Turn((), (Say("year"), YEAR))),
        (("1", "19"), Turn((), (Say("too_few_keys"), Say("year"), YEAR))),
        (("1", "9"), Turn((), (Say("too_few_keys"), Say("year"), YEAR))),
        (("1", "1953"), Turn((VerificationFailed(),), (Say("wrong"), Say("year"), YEAR))),
        (("1", "*"), Turn((), (Say("other_keys"), Say("go_back"), one_key("menu")))),
        (("1", "*", "7"), Turn((), (Say("year"), YEAR))),
        (("1", "*", "9"), Turn((OptedOut(),), (Say("opted_out"), HangUp()))),
        (("1", "1954"), Turn((Verified(),), (Say("good", reported=True), Say("again"), one_key("again")))),
        (("1", "1954", "2"), Turn((Delivered(),), (Say("mark"), one_key("mark")))),
        (("1", "1954", "2", "4"), Turn((Replied("mark", "4"),), (Say("bye"), HangUp()))),
    ],
)
def test_a_turn(script: Script, keys: tuple[str, ...], turn: Turn) -> None:
    assert talk(script, *keys)[1] == turn


@pytest.mark.parametrize(
    ("keys", "outcome"),
    [
        ((), "hung_up"),
        (("", ""), "hung_up"),
        (("", "", ""), "silent"),
        (("7", "", "", ""), "hung_up"),
        (("2",), "not_here"),
        (("9",), "opted_out"),
        (("0",), "human_wanted"),
        (("1", "1953", "1953", "1953"), "not_here"),
        (("1", "1954"), "hung_up"),
        (("1", "1954", "2"), "delivered"),
        (("1", "1954", "2", "9"), "opted_out"),
        (("1", "1954", "2", "0"), "delivered"),
        (("1", "1954", "2", "", "", ""), "delivered"),
        (("1", "1954", "2", "4"), "completed"),
        (("1", "1954", "1", "1", "1"), "hung_up"),
        (("1", "1954", "1", "1", "1", "4"), "partial"),
    ],
)
def test_what_the_call_means_if_it_ended_now(script: Script, keys: tuple[str, ...], outcome: Outcome) -> None:
    assert talk(script, *keys)[0].outcome == outcome


def test_a_message_heard_to_its_end_is_delivered_once(script: Script) -> None:
    conversation, _ = talk(script, "1", "1954")
    assert conversation.heard("bad") == Turn()
    assert conversation.heard("good") == Turn((Delivered(),))
    assert conversation.outcome == "delivered"
    assert conversation.heard("good") == Turn()
    assert Delivered() not in conversation.keys("2").facts


def test_a_message_that_a_wrong_key_cut_short_is_told_again(script: Script) -> None:
    conversation, _ = talk(script, "1", "1954")
    actions = conversation.keys("7").actions
    assert actions[:3] == (Say("no_such_key"), Say("good", reported=True), Say("again"))
    conversation.heard("good")
    assert conversation.keys("7").actions[:2] == (Say("no_such_key"), Say("again"))


def test_a_message_begun_anew_is_told_once(script: Script) -> None:
    conversation, _ = talk(script, "1", "1954", "1")
    actions = conversation.keys("7").actions
    assert actions[:3] == (Say("no_such_key"), Say("good", reported=True), Say("again"))


def test_a_message_that_arrived_is_not_told_again_unasked(script: Script) -> None:
    conversation, _ = talk(script, "1", "1954")
    conversation.heard("good")
    conversation.keys("1")
    assert conversation.keys("7").actions[:2] == (Say("no_such_key"), Say("again"))
    conversation.keys("2")
    conversation.keys("4")
    assert conversation.outcome == "completed"


def test_the_limit_of_a_key_leads_on(script: Script) -> None:
    assert talk(script, "1", "1954", "1", "1")[1].actions[0] == Say("good", reported=True)
    assert talk(script, "1", "1954", "1", "1", "1")[1].actions[0] == Say("mark")


def test_wrong_tries_of_earlier_calls_count(script: Script) -> None:
    assert talk(script, "1", "1953", failures=2)[1] == Turn((VerificationFailed(),), (HangUp(),))
    assert talk(script, "1", failures=3)[1] == Turn((), (HangUp(),))
    assert Verified() in talk(script, "1", "1954", failures=2)[1].facts


def test_keys_ended_early_or_not_digits_are_no_try(script: Script) -> None:
    for keys in ("1", "195", "195#", "19544"):
        conversation, turn = talk(script, "1", keys)
        assert turn.facts == ()
        assert conversation.state.failures == 0


def test_patience_is_bounded_and_begins_anew_at_the_next_question(script: Script) -> None:
    assert talk(script, "7", "8", "7")[0].over is False
    assert talk(script, "7", "8", "7", "8")[1] == Turn((), (Say("goodbye"), HangUp()))
    assert talk(script, "", "")[1].actions[-1] == one_key("who")
    assert talk(script, "", "", "1", "", "")[1].actions[-1] == YEAR
    assert talk(script, "1", *["*", "7"] * 3, "*")[1] == Turn((), (Say("goodbye"), HangUp()))


def test_a_machine_hears_its_message_only(script: Script) -> None:
    conversation, _ = talk(script, "")
    assert conversation.machine() == Turn((), (Silence(), Say("machine"), HangUp()))
    assert (conversation.outcome, conversation.over) == ("voicemail", True)
    assert conversation.machine() == Turn()


def test_a_beep_after_a_key_is_no_machine(script: Script) -> None:
    conversation, _ = talk(script, "7")
    assert conversation.machine() == Turn()
    assert not conversation.over


def test_a_beep_during_the_last_words_to_a_silent_callee_is_a_machine(script: Script) -> None:
    conversation, _ = talk(script, "", "", "")
    assert conversation.machine().actions == (Silence(), Say("machine"), HangUp())
    assert conversation.outcome == "voicemail"


def test_nothing_follows_the_end(script: Script) -> None:
    conversation, _ = talk(script, "2")
    assert conversation.keys("1") == conversation.keys("") == conversation.heard("good") == Turn()
    with pytest.raises(RuntimeError, match="begun already"):
        conversation.begin()


def test_keys_before_the_beginning_are_nothing(script: Script) -> None:
    assert Conversation(script, VALUES).keys("1") == Turn()


def test_the_state_between_two_turns_is_plain_data(script: Script) -> None:
    conversation, _ = talk(script, "1", "1953", "1954", "1", "2")
    state = asdict(conversation.state)
    assert json.loads(json.dumps(state)) == state


def test_answers_are_those_of_this_call(script: Script) -> None:
    assert talk(script, "1", "1954", "2", "4")[0].answers == {"mark": "4"}


def test_what_is_sayable_depends_on_the_contact(script: Script) -> None:
    good, bad = sayable(script, VALUES), sayable(script, {**VALUES, "result": "bad"})
    assert set(good) - set(bad) == {"good"}
    assert set(bad) - set(good) == {"bad"}
    assert {"machine", "no_such_key", "too_few_keys", "goodbye", "opted_out", "call_us", "go_back"} <= set(
        good
    )
    assert len(set(good)) == len(good)


def test_a_script_without_long_questions_needs_no_texts_for_them(tmp_path: Path) -> None:
    path = Path(__file__).parents[2] / "campaigns/flows/library/satisfaction-survey.yaml"
    text = path.read_text(encoding="utf-8").replace("name: satisfaction-survey", "name: trial")
    assert not {"too_few_keys", "go_back"} & set(sayable(load(tmp_path, text), VALUES))


def test_spoken_values_are_just_those_of_the_text(script: Script) -> None:
    assert script.spoken_values("hello", "en", VALUES) == {
        "full_name": ("name", "Мария Петрова"),
        "institution": ("place", "Поликлиника"),
    }
    assert script.spoken_values("bad", "ru", VALUES) == {"born": ("year", "1954")}
    assert script.spoken_values("bye", "ru", VALUES) == {}


def test_several_texts_report_when_the_last_was_heard(tmp_path: Path) -> None:
    changes = (
        ("    say: good\n", "    say: [good, advice]\n"),
        ("  bye: {ru", "  advice: {ru: a, en: b}\n  bye: {ru"),
    )
    script = load(tmp_path, spoiled(*changes))
    conversation, turn = talk(script, "1", "1954")
    assert turn.actions[:2] == (Say("good"), Say("advice", reported=True))
    assert conversation.keys("7").actions[1:3] == (Say("good"), Say("advice", reported=True))
    assert conversation.heard("good") == Turn()
    assert conversation.heard("advice") == Turn((Delivered(),))


def test_a_field_of_digits_is_ended_with_the_hash_key(tmp_path: Path) -> None:
    script = load(tmp_path, spoiled(("  born: {type: year}", "  born: {type: digits}")))
    conversation = Conversation(script, {**VALUES, "born": "123"})
    conversation.begin()
    asked = conversation.keys("1").actions[-1]
    assert asked == Ask("born", 20, "#", FIRST_OF_SEVERAL_SECONDS, NEXT_KEY_SECONDS, "*")
    assert conversation.keys("12").facts == (VerificationFailed(),)
    assert conversation.keys("123").facts == (Verified(),)


def test_keys_pressed_ahead_count_when_it_is_asked_and_not_when_it_is_repeated(tmp_path: Path) -> None:
    script = load(tmp_path, spoiled(("    scale: 5", "    type_ahead: true\n    scale: 5")))
    _, first = talk(script, "1", "1954", "2")
    _, repeated = talk(script, "1", "1954", "2", "")
    asked = [action for turn in (first, repeated) for action in turn.actions if isinstance(action, Ask)]
    assert [(ask.question, ask.type_ahead) for ask in asked] == [("mark", True), ("mark", False)]
