"""Files that are no YAML: one sentence that a supervisor can follow, and the line."""

from pathlib import Path

import pytest

from campaigns.flows.complaints import Complaint, ScriptError
from campaigns.flows.loader import load_script
from campaigns.flows.yaml_text import NoYaml, load_yaml


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("a: 1\nb: c: d\n", 2, "put a text with a colon in quotation marks"),
        ("a:\n\tb: 1\n", 2, "a tab stands here: indent with spaces"),
        ("a: 1\nb: @x\n", 2, "a text that begins with @ needs quotation marks"),
        ("a: 1\nb: %x\n", 2, "a text that begins with % needs quotation marks"),
        ("a: *x\n", 1, "a text that begins with * needs quotation marks"),
        ('a: "\\q"\n', 1, "a text with a backslash needs single quotation marks"),
        ('a: "x\nb: 2\n', 3, "a quotation mark is opened above and never closed"),
        ("a: [1\nb: 2\n", 2, "a comma is missing or a bracket is not closed, here or above"),
        ("a: {x: 1\nb: 2\n", 2, "a comma is missing or a bracket is not closed, here or above"),
        ("a:\n  b: 1\n c: 2\n", 3, "indent the line as far as those around it"),
        ("a: 'x' y\n", 1, "nothing may follow a closed quotation"),
        ("a: }\n", 1, "a bracket is not closed or one too many"),
        ("a:\n  b: 1\n  b: 2\n", 3, '"b" stands here for the second time: leave one of the two'),
        ("a: 1\n---\nb: 2\n", 2, "a line of --- ends the document"),
        ("a: 1\nb: x\0y\n", 2, "this line has a character that no text has, U+0000: delete it"),
        (f"a: 1\nb: {'9' * 5000}\n", 2, "a number that is none"),
        ("a: 1\nb: !!int x\n", 2, "a number that is none"),
        ("a: 1\nb: !!bool x\n", 2, "a number that is none"),
        ("a: !!omap x\n", 0, "write values without a tag"),
        ("# first\n%YAML 1.1\n---\na: 1\n", 2, "the file must be YAML 1.2"),
    ],
)
def test_what_is_wrong_and_where(text: str, line: int, sentence: str) -> None:
    with pytest.raises(NoYaml) as raised:
        load_yaml(text)
    assert sentence in str(raised.value)
    assert raised.value.line == line


def test_too_many_brackets_are_a_sentence_too() -> None:
    with pytest.raises(NoYaml, match="too many brackets"):
        load_yaml("[" * 100_000)


def test_no_value_stands_in_a_sentence() -> None:
    with pytest.raises(NoYaml) as raised:
        load_yaml("a: secret\na: hidden\n")
    assert not {"secret", "hidden"} & set(str(raised.value).replace('"', " ").split())


def test_days_and_times_stay_as_they_were_written() -> None:
    assert load_yaml("a: 2017-02-30\nb: 2025-09-01\nc: 2025-09-01 12:00:00\n") == {
        "a": "2017-02-30",
        "b": "2025-09-01",
        "c": "2025-09-01 12:00:00",
    }


@pytest.mark.filterwarnings("error")
def test_an_anchor_may_be_used_again() -> None:
    assert load_yaml("a: &x 1\nb: &x 2\nc: *x\n") == {"a": 1, "b": 2, "c": 2}


def test_the_line_arrives_in_the_complaint(tmp_path: Path) -> None:
    path = tmp_path / "trial.yaml"
    path.write_bytes(b"name: trial\ntitle: a\0b\n")
    with pytest.raises(ScriptError) as raised:
        load_script(path)
    sentence = "this line has a character that no text has, U+0000: delete it"
    assert raised.value.complaints == (Complaint(str(path), 2, sentence),)
