"""The terminal: lines in, lines out, and the talk as a golden conversation."""

import pytest

from campaigns.flows.golden import replay
from campaigns.flows.loader import LIBRARY, load_script
from campaigns.flows.rehearsal import Rehearsal
from campaigns.flows.samples import example_values
from campaigns.flows.simulate import simulate

SURVEY = load_script(LIBRARY / "satisfaction-survey.yaml")
COVID = load_script(LIBRARY / "covid-results.yaml")


def lines(*typed: str) -> list[str]:
    return list(simulate(COVID, example_values(COVID, "en"), "en", typed))


def test_a_call_reads_like_a_talk() -> None:
    assert (
        list(simulate(SURVEY, example_values(SURVEY, "en"), "en", ["1", "5"]))[-8:]
        == [
            "callee presses 1",
            "  recorded: dealt_with: yes",
            "  we: How well did we serve you? Press a key from 1 to 5. Five is best.",
            "  we: (wait for a key)",
            "callee presses 5",
            "  recorded: mark: 5",
            "  we: Thank you. Stay well. Goodbye.",
            "  we: (hang up)",
            "  the call ends: completed",
        ][-8:]
    )


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (("hangup",), "  the call ends: hung_up"),
        (("beep",), "  the call ends: voicemail"),
        (("", "", ""), "  the call ends: silent"),
        (("1", "1954", "hangup"), "  the call ends: delivered"),
        (("1", "1954", "!hangup"), "  the call ends: hung_up"),
        (("1", "1954", "!2"), "  recorded: delivered"),
        (("1", "1954"), "  the call ends: delivered"),
        (
            ("nonsense",),
            'Use keys, an empty line for none, "!1" to interrupt, "hangup", "!hangup" or "beep".',
        ),
        (("!",), 'Use keys, an empty line for none, "!1" to interrupt, "hangup", "!hangup" or "beep".'),
        (("3",), "  recorded: task wrong_number, urgency normal; clinic: Garden Street Clinic"),
    ],
)
def test_what_can_be_typed(typed: tuple[str, ...], told: str) -> None:
    assert told in lines(*typed)


def test_lines_after_the_end_are_not_read() -> None:
    rest = iter(["9", "1", "2"])
    list(simulate(SURVEY, example_values(SURVEY, "ru"), "ru", rest))
    assert list(rest) == ["1", "2"]


def test_the_work_that_remains_is_told() -> None:
    told = list(simulate(SURVEY, example_values(SURVEY, "en"), "en", ["2", "3"]))
    assert told[-1].startswith("afterwards: task unsolved, urgency normal; clinic: Garden Street Clinic")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("speak", "  recorded: words: voice answer 1"),
        ("speak 1", "callee speaks, then presses 1"),
        ("speak 9", "  the call ends: opted_out"),
        ("speak hangup", "  the call ends: completed"),
        ("0", "  the call ends: human_wanted"),
        ("", "  we: (a tone; listen)"),
        ("1", "  the call ends: completed"),
        ("speak 12", 'after the tone "speak", "speak 1" to end it with a key, or "speak hangup".'),
    ],
)
def test_a_voice_question_can_be_tried(typed: str, told: str) -> None:
    shown = list(simulate(SURVEY, example_values(SURVEY, "en"), "en", ["1", "1", "3", typed]))
    assert any(line.endswith(told) for line in shown[shown.index("  we: (a tone; listen)") + 1 :])


def test_nobody_speaks_where_nobody_listens() -> None:
    assert '"speaks" is not possible here: nobody listens.' in lines("speak")


def test_a_talk_becomes_a_golden_conversation_that_goes_the_same_way() -> None:
    dumped: list[str] = []
    list(
        simulate(
            COVID, example_values(COVID, "ru"), "ru", ["1", "1955", "*", "", "1954", "!7", "2"], dumped.append
        )
    )
    (text,) = dumped
    assert "  - callee: interrupts with 7\n" in text
    assert replay(COVID, text) == text


@pytest.mark.parametrize(
    ("done", "told"),
    [
        (["presses 1"], '"presses 1" is not possible here: no call is going on'),
        (["answers", "answers"], '"answers" is not possible here: a call is going on'),
        (["answers", "sings"], '"sings" is not something that a callee can do'),
        (["answers", "presses x"], '"presses x" is not something that a callee can do'),
    ],
)
def test_a_callee_cannot_do_everything(done: list[str], told: str) -> None:
    rehearsal = Rehearsal(COVID, example_values(COVID, "ru"), "ru")
    for before in done[:-1]:
        rehearsal.play(before)
    with pytest.raises(ValueError, match=told):
        rehearsal.play(done[-1])
