"""`connect` in a policy: what it may say, and complaints about what cannot be."""

from datetime import timedelta
from pathlib import Path

import pytest

from campaigns.rules.policy import Connect
from tests.flows.scripts import faults, load, spoiled
from tests.flows.test_connect import text_with

MODE = "connect: {mode: operator_first}"


def written(connect: str) -> str:
    return text_with((MODE, f"connect: {connect}"))


@pytest.mark.parametrize(
    ("connect", "meant"),
    [
        ("{mode: robot_first}", Connect()),
        ("{mode: operator_first}", Connect("operator_first")),
        (
            '{mode: patient_first, pacing: predictive, abandoned: "2 %", groups: [north, Big South]}',
            Connect("patient_first", "predictive", ("north", "Big South"), abandoned=0.02),
        ),
        (
            "{mode: patient_first, answer: 10 s, wrap_up: 2 min, patience: 30 s, transfer: true}",
            Connect(
                "patient_first",
                answer=timedelta(seconds=10),
                wrap_up=timedelta(minutes=2),
                patience=timedelta(seconds=30),
                transfer=True,
            ),
        ),
    ],
)
def test_it_is_read(tmp_path: Path, connect: str, meant: Connect) -> None:
    assert load(tmp_path, written(connect)).policy.connect == meant


@pytest.mark.parametrize(
    ("connect", "sentence"),
    [
        ("{pacing: predictive}", 'connect lacks "mode"'),
        ("{mode: both}", 'mode cannot be "both"; it can be: robot_first, operator_first, patient_first'),
        ("{mode: robot_first, speed: 1}", 'connect does not know "speed"; it knows: mode, pacing, groups'),
        (
            "{mode: robot_first, pacing: predictive}",
            "pacing is for mode: patient_first, and this one is robot_first",
        ),
        (
            '{mode: patient_first, abandoned: "2 %"}',
            "abandoned is the cap of pacing: predictive: write that as well",
        ),
        (
            '{mode: patient_first, pacing: predictive, abandoned: "4 %"}',
            'abandoned must be a share from "1 %" to "3 %"',
        ),
        ("{mode: operator_first, transfer: true}", "transfer hands a patient over, but with operator_first"),
        ("{mode: robot_first, groups: [a, b, a]}", 'groups has "a" twice: write each group once'),
        ("{mode: robot_first, groups: []}", "groups is an empty list: name groups of operators"),
        ("{mode: robot_first, answer: 2 s}", "answer must be from 5 s to 1 min"),
        ("{mode: robot_first, wrap_up: 2 h}", "wrap_up must be from 1 s to 1 h"),
        ("{mode: robot_first, patience: soon}", 'patience must be a time such as "30 s"'),
        (
            "{mode: robot_first, patience: 15 s}",
            "patience is 15 s, shorter than the 20 s that an operator's phone rings (answer)",
        ),
        ("often", "connect must be a list of names with values"),
    ],
)
def test_what_cannot_be_is_named(tmp_path: Path, connect: str, sentence: str) -> None:
    found = [said for _, said in faults(tmp_path, written(connect))]
    assert any(said.startswith(sentence) for said in found), found


def test_a_script_without_the_verb_has_nothing_to_connect(tmp_path: Path) -> None:
    text = spoiled(("  attempts: 3\n", f"  attempts: 3\n  {MODE}\n"))
    sentence = "the policy says how to connect people, but no step has the verb connect"
    assert [said for _, said in faults(tmp_path, text)] == [sentence]
