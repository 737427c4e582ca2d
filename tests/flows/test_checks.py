"""What can be wrong with a script that reads well."""

from pathlib import Path

import pytest

from tests.flows.scripts import faults, line_of, load, spoiled


def test_the_right_script_has_no_fault(tmp_path: Path) -> None:
    assert load(tmp_path).steps.keys() >= {"who", "born", "bye"}


@pytest.mark.parametrize(
    ("old", "new", "line", "sentence"),
    [
        ("start: who", "start: nobody", "start: nobody", 'the start "nobody" is no step'),
        ("2: {then: away}", "2: {then: gone}", "  who:", 'leads to "gone", which is no step'),
        ("    ask: year", "    ask: years", "  born:\n    verify", 'there is no text "years"'),
        (
            "start: who",
            "machine: beep\nstart: who",
            "machine: beep",
            'there is no text "beep"',
        ),
        ("  bye: {ru", "  more: {ru: a, en: b}\n  bye: {ru", "  more:", 'the text "more" is never said'),
        ("Goodbye.", "Goodbye {nobody}.", "  bye: {ru", "speaks {nobody}, which is no field"),
        ("Goodbye.", "Goodbye {result}.", "  bye: {ru", "speaks {result}, a choice: branch on it"),
        (
            "Goodbye.",
            "Goodbye {seen:year}.",
            "  bye: {ru",
            "speaks seen as year; it can be: datetime, date, time",
        ),
        (
            "    branch: result",
            "    branch: colour",
            "  result:\n    br",
            "colour is neither a field nor an answer",
        ),
        ("[result, mark]", "[result, colour]", "  - when", "the rule asks for colour"),
        ("{mark: [1, 2]}", "{mark: [1, 6]}", "  - when", 'mark is never "6"'),
        ("{mark: [1, 2]}", "{outcome: gone}", "  - when", 'outcome is never "gone"'),
        ("{mark: [1, 2]}", "{state: open}", "  - when", 'state is never "open"'),
        (
            "    answer: mark",
            "    answer: seen",
            "  mark:\n    ask",
            'the answer "seen" has the name of a field',
        ),
        (
            "      2: {then: away}",
            "      9: {then: away}",
            "      9:",
            '9 is the opt-out key, so an answer of "who" cannot use it',
        ),
        (
            "      2: {then: away}",
            "      0: {then: away}",
            "      0:",
            '0 is the key for a human, so an answer of "who" cannot use it',
        ),
        ("    scale: 5", "    scale: 9", "    scale: 9", 'so the scale to 9 of "mark" cannot use it'),
        (
            "Press {key:1} or {key:2}.",
            "Press {key:1} or {key:3}.",
            "  who:",
            'a text of "who" names key 3 in "en", but there it does nothing',
        ),
        (
            "Press {key:1} or {key:2}.",
            "Press {key:1}.",
            "  who:",
            'no text of "who" names key 2 in "en": write {key:2}',
        ),
        ("From {key:1} to {key:5}.", "Up to {key:5}.", "  mark:\n    ask", "names key 1"),
        ("Goodbye.", "Goodbye, {key:1}.", "  bye:\n    end", "names key 1"),
        ("Year?", "Year? Or {key:9}.", "  born:\n    verify", "names key 9"),
        (
            "  bye:\n    end",
            "  lost:\n    end: completed\n  bye:\n    end",
            "  lost:",
            '"lost" is never reached',
        ),
        (
            ", at_most: 2, after: mark}",
            "}",
            "  result:\n    br",
            "the steps go round without end: result -> good",
        ),
        ("{good: good, bad: bad}", "{good: good, bed: bad}", "  result:\n    br", 'result is never "bed"'),
        ("cases: {good: good, bad: bad}", "cases: {good: good}", "  result:\n", "has no case for bad"),
        (
            "cases: {good: good, bad: bad}",
            "cases: {good: good, bad: bad}\n    else: bad",
            "  result:\n    br",
            "its else is never reached",
        ),
    ],
)
def test_a_fault_is_told_with_its_line(tmp_path: Path, old: str, new: str, line: str, sentence: str) -> None:
    text = spoiled((old, new))
    told = faults(tmp_path, text)
    assert (line_of(text, line), True) in [(number, sentence in said) for number, said in told], told


BRANCH = """\
  bye:
    branch: mark
    cases: {1: end, 2: end, 3: end, 4: end, 5: end}
  end:
    end: completed
"""


def test_a_branch_on_an_answer_that_may_not_have_been_given_needs_an_else(tmp_path: Path) -> None:
    branch = ("  bye:\n    end: completed\n    say: bye\n", BRANCH.replace("  end:\n", "  end:\n    # all\n"))
    said = ("    end: completed\n", "    end: completed\n    say: bye\n")
    always = spoiled(branch).replace(*said)
    assert faults(tmp_path, always) == []
    sometimes = always.replace("after: mark", "after: bye")
    assert [sentence for _, sentence in faults(tmp_path, sometimes)] == [
        'the branch on mark can be reached without that answer: add an "else"'
    ]
    assert faults(tmp_path, sometimes.replace("5: end}", "5: end}\n    else: end")) == []


def test_a_missing_standard_text_of_a_new_language_is_told(tmp_path: Path) -> None:
    text = spoiled(("languages: [ru, en]", "languages: [ru, en, de]"))
    text = text.replace(', en: "', ', de: x, en: "')
    assert (3, 'the text "goodbye" is missing in "de": write it under texts') in faults(tmp_path, text)


@pytest.mark.parametrize("same_call", [True, False])
def test_the_next_person_in_a_call_is_announced_where_there_is_one(tmp_path: Path, same_call: bool) -> None:
    changes = [("languages: [ru, en]", "languages: [ru, en, de]")]
    if same_call:
        changes.append(("  attempts: 3", "  attempts: 3\n  same_call: true"))
    text = spoiled(*changes).replace(', en: "', ', de: x, en: "')
    told = {sentence for _, sentence in faults(tmp_path, text)}
    assert 'the text "machine" is missing in "de": write it under texts' in told
    assert ('the text "next_person" is missing in "de": write it under texts' in told) == same_call


def test_a_script_may_word_a_standard_text_anew(tmp_path: Path) -> None:
    script = load(tmp_path, spoiled(("  bye: {ru", "  goodbye: {ru: Пока., en: So long.}\n  bye: {ru")))
    assert script.texts["goodbye"].wording["en"] == "So long."


def test_other_reserved_keys_are_named_in_the_standard_texts(tmp_path: Path) -> None:
    script = load(tmp_path, spoiled(("title: A trial", "title: A trial\nkeys: {opt_out: 8, human: 7}")))
    assert script.texts["other_keys"].wording["en"] == (
        "To stop our calls, press {key:8}. If you need a person, press {key:7}."
    )
