"""Which questions everybody is asked, and which marks and answers count for what."""

from pathlib import Path

import pytest

from campaigns.flows.loader import LIBRARY, find_scripts, load_script
from campaigns.flows.surveyed import Asked, Scale, asked


@pytest.mark.parametrize(
    ("name", "questions", "core"),
    [
        ("abandoned-callback", ("callback",), {"callback"}),
        ("satisfaction-survey", ("dealt_with", "mark"), {"dealt_with", "mark"}),
    ],
)
def test_the_shipped_scripts(name: str, questions: tuple[str, ...], core: set[str]) -> None:
    found = asked(load_script(find_scripts(LIBRARY)[name]))
    assert found.questions[: len(questions)] == questions
    assert found.core == core


SURVEY = """
name: own
title: Own
languages: [en]
fields: {}
policy:
  purpose: survey
  attempts: 1
  hours: {weekdays: "9:00-20:00", weekends: none}
  retry_after: {busy: 1 h}
start: came
steps:
  came:
    ask: came_menu
    answer: came
    broken: [no]
    keys:
      1: {value: yes, then: mark}
      2: {value: no, then: why}
  mark:
    ask: mark_menu
    answer: mark
    scale: 5
    low: [1, 2]
    then: end
  why:
    record: [say_why, after_the_tone]
    answer: why
    then: end
  end:
    end: completed
afterwards:
  - {when: {mark: [1, 2]}, task: low_mark, urgency: high}
  - {when: {came: no}, task: promise_broken, urgency: high}
texts:
  came_menu: {en: "Did we come? If yes, press {key:1}. If not, press {key:2}."}
  mark_menu: {en: "Press a key from {key:1} to {key:5}."}
  say_why: {en: Please say why.}
"""


def test_what_some_go_round_is_not_asked_of_everybody(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(SURVEY, encoding="utf-8")
    assert asked(load_script(file)) == Asked(
        ("came", "mark", "why"),
        frozenset({"came"}),
        {"mark": Scale(5, frozenset({"1", "2"}))},
        {"came": frozenset({"no"})},
    )
