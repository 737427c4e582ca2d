"""Whatever a callee does, a shipped campaign's call ends, tells strangers nothing and contradicts nothing."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.flows.loader import LIBRARY, find_scripts, load_script
from campaigns.flows.reach import sayable
from campaigns.flows.run import Conversation
from campaigns.flows.samples import example_values
from campaigns.flows.script import Script
from campaigns.flows.turns import (
    Ask,
    Connect,
    Delivered,
    Fact,
    HangUp,
    Listen,
    OptedOut,
    Say,
    Silence,
    Turn,
    Verified,
)

SCRIPTS = [load_script(path) for path in find_scripts(LIBRARY).values()]
LAST = Ask | HangUp | Connect | Listen
LONGEST_CALL = 150  # turns; three questions with all their repeats are far fewer
PLAYED = "played"
BEEP = "beep"
OPERATOR, NOBODY, LOST = "operator", "nobody", "lost"
SPEAKS, SPEAKS_AND_9, MUTE = "speaks", "speaks and 9", "mute"

acts = st.one_of(
    st.sampled_from(["1", "2", "3", "4", "5", "6", "7", "8", "1954", "1955", "", "*", "#", "1", "2", "1954"]),
    st.sampled_from([PLAYED, BEEP, "9", "0", OPERATOR, NOBODY, LOST, SPEAKS, SPEAKS_AND_9, MUTE]),
    st.text("0123456789*#", max_size=6),
)


def act(conversation: Conversation, what: str, last: Turn) -> Turn:
    match what:
        case "played":
            reported = [say.text for say in last.actions if isinstance(say, Say) and say.reported]
            return conversation.heard(reported[-1]) if reported else Turn()
        case "beep":
            return conversation.machine()
        case "operator":
            return conversation.connected() if conversation.connecting else Turn()
        case "nobody":
            return conversation.unconnected() if conversation.connecting else Turn()
        case "lost":
            return conversation.lost()
        case "speaks" | "speaks and 9":
            return conversation.spoken("answer.wav", 2.5, what.removeprefix("speaks").removeprefix(" and "))
        case "mute":
            return conversation.spoken("", 0.0)
        case keys if conversation.listening and len(keys) == 1:
            return conversation.spoken("", 0.0, keys)
        case keys:
            return conversation.keys(keys)


def play(
    script: Script, what: list[str], failures: int, result: str, earlier: dict[str, str] | None = None
) -> tuple[list[Turn], Conversation]:
    """All turns of a call; when the acts run out, nothing is pressed any more."""
    values = example_values(script, "ru") | ({"result": result} if "result" in script.fields else {})
    conversation = Conversation(script, values, failures, earlier or {})
    turns = [conversation.begin()]
    sayable_texts = set(sayable(script, values))
    for one in (*what, *[""] * 4, NOBODY, LOST, MUTE, MUTE):
        turns.append(act(conversation, one, turns[-1]))
        for action in turns[-1].actions:
            said = action.said + action.whisper if isinstance(action, Connect) else ()
            assert sayable_texts.issuperset({action.text} if isinstance(action, Say) else said)
        if conversation.over:
            break
    return turns, conversation


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
@settings(max_examples=400, deadline=None)
@given(
    what=st.lists(acts, max_size=LONGEST_CALL),
    failures=st.integers(0, 4),
    result=st.sampled_from(["negative", "positive", "inconclusive"]),
)
def test_any_call(script: Script, what: list[str], failures: int, result: str) -> None:
    turns, conversation = play(script, what, failures, result)
    assert conversation.over
    assert len(turns) < LONGEST_CALL
    verified = False
    facts: list[Fact] = []
    for turn in turns:
        facts += turn.facts
        verified = verified or Verified() in turn.facts
        machine = any(isinstance(action, Silence) for action in turn.actions)
        for say in (action for action in turn.actions if isinstance(action, Say)):
            assert not script.texts[say.text].private or (verified and not machine)
    assert facts.count(Delivered()) <= 1
    assert (OptedOut() in facts) == (conversation.outcome == "opted_out")
    assert not (conversation.outcome in ("delivered", "partial") and conversation.state.machine)
    if script.name == "covid-results":
        told = conversation.outcome in ("completed", "delivered")
        assert told == (Delivered() in facts and OptedOut() not in facts)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
@settings(max_examples=150, deadline=None)
@given(what=st.lists(acts, max_size=30))
def test_every_turn_ends_with_a_question_or_the_end(script: Script, what: list[str]) -> None:
    turns, conversation = play(script, what, 0, "negative")
    for turn in turns:
        if turn.actions:
            assert isinstance(turn.actions[-1], LAST)
            assert sum(isinstance(action, LAST) for action in turn.actions) == 1
    for first, second in pairwise(turn.actions for turn in turns if turn.actions):
        assert not isinstance(first[-1], HangUp) or isinstance(second[0], Silence)
    assert conversation.keys("1") == Turn()


RESUMED = [script for script in SCRIPTS if script.resume]
answered = st.dictionaries(
    st.sampled_from(["dealt_with", "received", "mark", "problem", "words"]),
    st.sampled_from(["yes", "no", "1", "2", "3", "5", "nobody_came", "something_else", "a.wav"]),
)


@pytest.mark.parametrize("script", RESUMED, ids=lambda script: script.name)
@settings(max_examples=150, deadline=None)
@given(what=st.lists(acts, max_size=30), earlier=answered)
def test_a_call_that_goes_on_asks_nothing_twice_and_makes_no_work_twice(
    script: Script, what: list[str], earlier: dict[str, str]
) -> None:
    turns, conversation = play(script, what, 0, "negative", earlier)
    assert conversation.over
    passed = conversation.state.passed
    assert passed.items() <= earlier.items()
    assert not passed.keys() & conversation.answers.keys()
    begun, at_once = play_some(script, [], earlier)
    goes_on = begun[0].actions[: len(script.resume)] == tuple(map(Say, script.resume))
    assert goes_on == bool(at_once.state.passed)
    assert turns[0] == begun[0]
    assert turns[0].facts == ()


@pytest.mark.parametrize("script", RESUMED, ids=lambda script: script.name)
@settings(max_examples=150, deadline=None)
@given(data=st.data(), what=st.lists(acts, max_size=12))
def test_two_calls_ask_what_one_would_have_asked(
    script: Script, data: st.DataObject, what: list[str]
) -> None:
    """However often it breaks off: together the answers are those of a way through the whole script."""
    cut = data.draw(st.integers(0, len(what)))
    _, first = play_some(script, what[:cut], {})
    if first.over:
        return
    said = dict(first.answers)
    _, second = play_some(script, what[cut:], said)
    assert not second.answers.keys() & second.state.passed.keys()
    assert second.state.passed == said
    assert said.keys() <= first.answers.keys()


def play_some(script: Script, what: list[str], earlier: dict[str, str]) -> tuple[list[Turn], Conversation]:
    """A call that breaks off when the acts run out."""
    conversation = Conversation(script, example_values(script, "ru"), 0, earlier)
    turns = [conversation.begin()]
    for one in what:
        if conversation.over:
            break
        turns.append(act(conversation, one, turns[-1]))
    return turns, conversation
