"""Whatever a callee does, a shipped campaign's call ends, tells strangers nothing and contradicts nothing."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.flows.loader import LIBRARY, find_scripts, load_script
from campaigns.flows.run import Conversation, sayable
from campaigns.flows.samples import example_values
from campaigns.flows.script import Script
from campaigns.flows.turns import (
    Ask,
    Connect,
    Delivered,
    Fact,
    HangUp,
    OptedOut,
    Say,
    Silence,
    Turn,
    Verified,
)

SCRIPTS = [load_script(path) for path in find_scripts(LIBRARY).values()]
LONGEST_CALL = 150  # turns; three questions with all their repeats are far fewer
PLAYED = "played"
BEEP = "beep"
OPERATOR, NOBODY, LOST = "operator", "nobody", "lost"

acts = st.one_of(
    st.sampled_from(["1", "2", "3", "4", "5", "6", "7", "8", "1954", "1955", "", "*", "#", "1", "2", "1954"]),
    st.sampled_from([PLAYED, BEEP, "9", "0", OPERATOR, NOBODY, LOST]),
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
        case keys:
            return conversation.keys(keys)


def play(script: Script, what: list[str], failures: int, result: str) -> tuple[list[Turn], Conversation]:
    """All turns of a call; when the acts run out, nothing is pressed any more."""
    values = example_values(script, "ru") | ({"result": result} if "result" in script.fields else {})
    conversation = Conversation(script, values, failures)
    turns = [conversation.begin()]
    sayable_texts = set(sayable(script, values))
    for one in (*what, *[""] * 4, NOBODY, LOST):
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
            assert isinstance(turn.actions[-1], Ask | HangUp | Connect)
            assert sum(isinstance(action, Ask | HangUp | Connect) for action in turn.actions) == 1
    for first, second in pairwise(turn.actions for turn in turns if turn.actions):
        assert not isinstance(first[-1], HangUp) or isinstance(second[0], Silence)
    assert conversation.keys("1") == Turn()
