"""Connecting people with operators: the verb, its turns, and what its texts may hold."""

from pathlib import Path

import pytest

from campaigns.flows.reach import connects, first_connect, sayable
from campaigns.flows.rehearsal import Rehearsal
from campaigns.flows.run import Conversation
from campaigns.flows.simulate import simulate
from campaigns.flows.standard import OF_CONNECTING
from campaigns.flows.turns import Connect, Delivered, HangUp, NotDelivered, Say, Silence, TaskRaised, Turn
from tests.flows.scripts import VALUES, faults, load

SCRIPT = """\
name: trial
title: A trial
languages: [en]
fields:
  born: {type: year}
  seen: {type: datetime, private: false}
policy:
  attempts: 3
  connect: {mode: operator_first}
start: who
steps:
  who:
    ask: menu
    keys:
      1: {then: person}
      2: {then: born}
  born: {verify: born, ask: year, wrong: wrong, tries: 3, then: bye, failed: nobody}
  person:
    connect: [moment, hold_on]
    whisper: [about, take]
    nobody: nobody
    gone: gone
  gone: {say: hello, then: nobody}
  nobody: {task: callback, urgency: high, then: bye}
  bye: {end: completed, say: bye}
texts:
  menu: {en: "Press {key:1} or {key:2}."}
  year: {en: "Year?"}
  wrong: {en: "Wrong."}
  moment: {en: "One moment."}
  about: {en: "A call back."}
  take: {en: "To take it, press {key:1}."}
  hello: {en: "This is {institution}."}
  bye: {en: "Goodbye."}
"""
PRIVATE = "is private (it speaks born) and could be spoken before the person is verified"
TASK = TaskRaised("callback", "high")


def text_with(*changes: tuple[str, str]) -> str:
    text = SCRIPT
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def without(text: str, *starts: str) -> str:
    """The text without the lines that begin like this."""
    return "\n".join(line for line in text.splitlines() if not line.startswith(starts))


def waiting(folder: Path) -> Conversation:
    """A call in which an operator is looked for."""
    conversation = Conversation(load(folder, SCRIPT), VALUES)
    conversation.begin()
    conversation.keys("1")
    return conversation


def test_the_key_has_an_operator_looked_for(tmp_path: Path) -> None:
    conversation = Conversation(load(tmp_path, SCRIPT), VALUES)
    conversation.begin()
    assert not conversation.connecting
    assert conversation.keys("1") == Turn((), (Connect(("about", "take"), ("moment", "hold_on")),))
    assert (conversation.connecting, conversation.over) == (True, False)
    assert conversation.keys("9") == Turn()


def test_an_operator_completes_the_call(tmp_path: Path) -> None:
    conversation = waiting(tmp_path)
    assert conversation.connected() == Turn((Delivered(),), ())
    assert (conversation.outcome, conversation.over, conversation.connecting) == ("completed", False, False)
    for turn in (conversation.machine(), conversation.keys("1"), conversation.unconnected()):
        assert turn == Turn()
    assert conversation.connected() == Turn()


def test_without_an_operator_it_goes_on_as_the_script_says(tmp_path: Path) -> None:
    conversation = waiting(tmp_path)
    assert conversation.unconnected() == Turn((TASK,), (Say("bye"), HangUp()))
    assert (conversation.outcome, conversation.over, conversation.connecting) == ("completed", True, False)
    assert conversation.unconnected() == Turn()


def test_nobody_is_missed_where_nobody_was_looked_for(tmp_path: Path) -> None:
    conversation = Conversation(load(tmp_path, SCRIPT), VALUES)
    conversation.begin()
    assert conversation.unconnected() == Turn()
    assert conversation.state.step == "who"


def test_who_answers_an_operators_call_is_told_when_the_operator_has_gone(tmp_path: Path) -> None:
    conversation = Conversation(load(tmp_path, SCRIPT), VALUES)
    assert conversation.unconnected() == Turn((TASK,), (Say("hello"), Say("bye"), HangUp()))
    brief = without(SCRIPT, "    gone: ", "  gone: ", "  hello: ")
    plain = Conversation(load(tmp_path, brief), VALUES)
    assert plain.unconnected() == Turn((TASK,), (Say("bye"), HangUp()))


def test_who_answers_an_operators_call_is_connected_at_once(tmp_path: Path) -> None:
    conversation = Conversation(load(tmp_path, SCRIPT), VALUES)
    assert conversation.connected() == Turn((Delivered(),), ())
    assert conversation.outcome == "completed"


def test_a_line_that_breaks_is_told_and_is_work(tmp_path: Path) -> None:
    conversation = waiting(tmp_path)
    assert conversation.lost() == Turn()
    conversation.connected()
    lost = TaskRaised("connection_lost", "high")
    assert conversation.lost() == Turn((lost,), (Say("connection_lost"), HangUp()))
    assert (conversation.outcome, conversation.over) == ("completed", True)
    assert conversation.lost() == Turn()


def test_a_machine_that_waits_for_an_operator_gets_its_message(tmp_path: Path) -> None:
    whole = text_with(("start: who", "start: person"), ("mode: operator_first", "mode: patient_first"))
    asking = ("  who:", "    ask: ", "    keys:", "      1:", "      2:")
    at_once = without(whole, *asking, "  born: {v", "  menu:", "  year:", "  wrong:")
    conversation = Conversation(load(tmp_path, at_once), VALUES)
    assert isinstance(conversation.begin().actions[0], Connect)
    assert conversation.machine().actions == (Silence(), Say("machine"), HangUp())
    assert (conversation.outcome, conversation.connecting) == ("voicemail", False)


def test_all_that_it_could_say_is_known_before(tmp_path: Path) -> None:
    said = sayable(load(tmp_path, SCRIPT))
    assert {*OF_CONNECTING, "moment", "about", "take", "hello"} <= set(said)


def test_scripts_that_connect_nobody_need_none_of_its_texts(tmp_path: Path) -> None:
    script = load(tmp_path)
    assert not connects(script)
    assert not set(OF_CONNECTING) & {*script.texts, *sayable(script)}
    assert first_connect(script) is None
    with pytest.raises(ValueError, match="trial connects nobody"):
        Conversation(script, VALUES).unconnected()


BRANCHED = text_with(
    ("start: who", "start: route"),
    ("  seen: {type", "  kind: {type: choice, values: [early, late, other], private: false}\n  seen: {type"),
    (
        "steps:",
        "steps:\n  route: {branch: kind, cases: {early: soon, late: who, other: bye}}\n"
        "  soon: {connect: moment, whisper: take, nobody: bye}",
    ),
)


@pytest.mark.parametrize(("kind", "step"), [("early", "soon"), ("late", "person"), ("other", None)])
def test_operators_are_called_with_the_first_step_that_this_contact_comes_to(
    tmp_path: Path, kind: str, step: str | None
) -> None:
    script, values = load(tmp_path, BRANCHED), {**VALUES, "kind": kind}
    found = first_connect(script, values)
    assert (found and found.name) == step
    if found is not None:
        gone = Conversation(script, values).unconnected()
        said = {action.text for action in gone.actions if isinstance(action, Say)}
        assert {*found.whispered, *OF_CONNECTING, *said} <= set(sayable(script, values))
        assert ("hello" in said) is (kind == "late")


def test_what_a_talk_delivered_is_taken_back_when_it_was_none(tmp_path: Path) -> None:
    machine, gone = waiting(tmp_path), waiting(tmp_path)
    assert (machine.recorded(), gone.left()) == (Turn(), Turn())
    machine.connected()
    gone.connected()
    assert machine.recorded() == Turn((NotDelivered(),), (HangUp(),))
    assert gone.left() == Turn((NotDelivered(),))
    assert (machine.outcome, gone.outcome) == ("voicemail", "hung_up")
    assert machine.recorded() == gone.left() == Turn()


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("whisper: [about, take]", "whisper: [about, other]", 'there is no text "other"'),
        ("connect: [moment, hold_on]", "connect: []", '"person" needs texts for the person and for the'),
        ("whisper: [about, take]", "whisper: []", '"person" needs texts for the person and for the'),
        ("    whisper: [about, take]\n", "", 'the step "person" lacks "whisper"'),
        ("nobody: nobody\n", "nobody: elsewhere\n", 'the step "person" leads to "elsewhere"'),
        ("it, press {key:1}", "it, wait", 'no whisper of "person" names key 1 in "en", with which'),
        ("back.", "back {key:2}.", 'a whisper of "person" names key 2 in "en", but it does nothing'),
        ("A call back.", "Born {born}.", 'the text "about" is private (it speaks born), but whoever picks'),
        ("Goodbye.", "Goodbye {born}.", f'the text "bye" {PRIVATE}: gone -> nobody -> bye'),
        ("One moment.", "Born {born}.", f'the text "moment" {PRIVATE}: who -> (key 1) person'),
        (
            "  year: {en",
            '  connection_lost: {en: "{born}"}\n  year: {en',
            'the text "connection_lost" is private',
        ),
        ("  year: {en", '  connecting: {en: "{born}"}\n  year: {en', 'the text "connecting" is private'),
        ("nobody: nobody\n", "nobody: who\n", "the steps go round without end: who -> person -> who"),
        ("attempts: 3", "attempts: 3\n  same_call: true", "same_call cannot go with operator_first"),
    ],
)
def test_faults_are_named(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    found = [said for _, said in faults(tmp_path, text_with((old, new)))]
    assert any(said.startswith(sentence) for said in found), found


def test_a_language_of_ones_own_needs_the_texts_of_connecting(tmp_path: Path) -> None:
    text = SCRIPT.replace("languages: [en]", "languages: [kk]").replace("{en: ", "{kk: ")
    missing = {said for _, said in faults(tmp_path, text)}
    assert {
        f'the text "{name}" is missing in "kk": write it under texts' for name in OF_CONNECTING
    } <= missing


def test_it_can_be_tried_in_the_terminal(tmp_path: Path) -> None:
    script = load(tmp_path, SCRIPT)
    lines = list(simulate(script, VALUES, "en", ["nobody", "1", "operator", "lost"]))
    assert '"gets nobody" is not possible here: no operator is looked for.' in lines
    tune = "(play the tune; to an operator: A call back. To take it, press 1.)"
    assert f"  we: One moment. Please stay on the line, we are connecting you with a person. {tune}" in lines
    assert lines[-1] == "  the call ends: completed"
    assert "  recorded: task connection_lost, urgency high" in lines


def test_nothing_is_lost_that_was_not_there(tmp_path: Path) -> None:
    rehearsal = Rehearsal(load(tmp_path, SCRIPT), VALUES, "en")
    rehearsal.play("answers")
    with pytest.raises(ValueError, match="no operator talks"):
        rehearsal.play("loses the operator")
    with pytest.raises(ValueError, match="a call is going on"):
        rehearsal.play("answers, and an operator is there")


@pytest.mark.parametrize(
    ("field", "old", "new", "sentence"),
    [
        (
            "desk: {type: text, private: false, optional: true}",
            "A call back.",
            "From {desk}.",
            'the text "about" speaks {desk}, which is optional',
        ),
        (
            "born2: {type: year, optional: true}",
            "{verify: born,",
            "{verify: born2,",
            '"born" needs born2, which is optional',
        ),
    ],
)
def test_what_is_optional_is_neither_spoken_nor_asked_for(
    tmp_path: Path, field: str, old: str, new: str, sentence: str
) -> None:
    text = text_with(("fields:\n", f"fields:\n  {field}\n"), (old, new))
    found = [said for _, said in faults(tmp_path, text)]
    assert any(said.startswith(sentence) for said in found), found
