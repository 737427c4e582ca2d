"""Nothing private before the person is verified, or to a machine: what the proof finds and says."""

from pathlib import Path

import pytest

from campaigns.flows.proof import places
from tests.flows.scripts import faults, line_of, load, spoiled

FIRST = """\
  first:
    say: bye
    then: second
  second:
    say: bye
    delivers: true
    then: who
"""
EARLY = "and could be spoken before the person is verified"


@pytest.mark.parametrize(
    ("changes", "line", "sentence"),
    [
        (
            [("Press {key:1} or {key:2}.", "Press {key:1} or {key:2}, {born}.")],
            "  who:\n",
            f'the text "menu" is private (it speaks born) {EARLY}: who',
        ),
        (
            [("2: {then: away}", "2: {then: good}"), ("failed: away", "failed: away  # too")],
            "  good:\n    say",
            f'the text "good" is private {EARLY}: who -> (key 2) good',
        ),
        (
            [("    failed: away", "    failed: bad")],
            "  bad:\n    say",
            f'the text "bad" is private (it speaks born) {EARLY}: who -> (key 1) born -> (3 wrong tries) bad',
        ),
        (
            [("1: {then: born}", "1: {then: result}"), ("2: {then: away}", "2: {then: born}")],
            "  result:\n    branch",
            "the private field result decides the way before the person is verified, "
            "so what is said next would give it away: who -> (key 1) result",
        ),
        (
            [("  bye: {ru", "  goodbye: {ru: 'Ваш год {born}.', en: x}\n  bye: {ru")],
            "  who:\n",
            f'the text "goodbye" is private (it speaks born) {EARLY}: who',
        ),
        (
            [("Wrong.", "Wrong, not {born}.")],
            "  born:\n    verify",
            f'the text "wrong" is private (it speaks born) {EARLY}: who -> (key 1) born',
        ),
        (
            [("  bye: {ru", "  machine: {ru: 'Год {born}.', en: x}\n  bye: {ru")],
            "  machine:",
            'the text "machine" is private (it speaks born), but machines hear it',
        ),
        (
            [("  bye: {ru", "  machine: {ru: x, en: x, private: true}\n  bye: {ru")],
            "  machine:",
            'the text "machine" is private, but machines hear it',
        ),
        (
            [("  bye: {ru", "  machine: {ru: 'В {seen:time}.', en: x}\n  bye: {ru")],
            "  machine:",
            'machines hear "machine", so it can speak only full_name, institution, call_back, not seen',
        ),
        (
            [("born: {type: year}", "born: {type: year, private: false}")],
            "  born:\n    verify",
            "verify needs a private field, and born is none",
        ),
        (
            [
                ("start: who", "start: first"),
                ("  away:\n", FIRST + "  away:\n"),
            ],
            "  second:",
            '"second" delivers, but a machine could hear it: ask for a key before it: first -> second',
        ),
    ],
)
def test_a_leak_is_told_with_its_path(
    tmp_path: Path, changes: list[tuple[str, str]], line: str, sentence: str
) -> None:
    text = spoiled(*changes)
    assert (line_of(text, line), sentence) in faults(tmp_path, text)


SECOND_TRY = """\
  second:
    verify: born
    ask: year
    wrong: wrong
    tries: 3
    then: bye
    failed: late
  late:
    say: bad
    then: bye
"""


def test_a_second_proof_that_fails_takes_the_first_one_back(tmp_path: Path) -> None:
    text = spoiled(
        ("    scale: 5\n    then: bye\n", "    scale: 5\n    then: second\n"),
        ("  bye:\n    end", SECOND_TRY + "  bye:\n    end"),
    )
    told = [sentence for _, sentence in faults(tmp_path, text)]
    assert len(told) == 1
    assert told[0].startswith('the text "bad" is private (it speaks born) and could be spoken before')
    assert told[0].endswith("(3 wrong tries) late")


def test_the_walk_visits_every_step_of_a_right_script(tmp_path: Path) -> None:
    script = load(tmp_path)
    assert {place.step for place in places(script)} == script.steps.keys()
    assert {place.step for place in places(script) if place.verified} >= {"good", "bad", "mark", "bye"}
    assert not {place.step for place in places(script) if not place.verified} & {"good", "bad", "mark", "bye"}
