"""A small right script, and how to spoil it."""

from pathlib import Path

from campaigns.flows.complaints import ScriptError
from campaigns.flows.loader import load_script
from campaigns.flows.script import Script

RIGHT = """\
name: trial
title: A trial
languages: [ru, en]
fields:
  born: {type: year}
  result: {type: choice, values: [good, bad]}
  seen: {type: datetime, private: false}
policy:
  attempts: 3
  deadline: 2 days
  hours: {weekdays: "9:00-20:00", weekends: "10:00-18:00", holidays: RU}
  retry_after: {busy: 10 min, hung_up: 1 h}
start: who
steps:
  who:
    ask: [hello, menu]
    keys:
      1: {then: born}
      2: {then: away}
  away:
    end: not_here
  born:
    verify: born
    ask: year
    wrong: wrong
    tries: 3
    then: result
    failed: away
  result:
    branch: result
    cases: {good: good, bad: bad}
  good:
    say: good
    delivers: true
    then: again
  bad:
    say: bad
    delivers: true
    then: again
  again:
    ask: again
    keys:
      1: {then: result, at_most: 2, after: mark}
      2: {then: mark, delivers: true}
  mark:
    ask: mark
    answer: mark
    scale: 5
    then: bye
  bye:
    end: completed
    say: bye
afterwards:
  - when: {mark: [1, 2]}
    task: low_mark
    urgency: high
    details: [result, mark]
texts:
  hello: {ru: "Это {institution}. Кому: {full_name}.", en: "This is {institution} for {full_name}."}
  menu: {ru: "Нажмите {key:1} или {key:2}.", en: "Press {key:1} or {key:2}."}
  year: {ru: "Год?", en: "Year?"}
  wrong: {ru: "Не тот.", en: "Wrong."}
  good: {ru: "Хорошо.", en: "Good.", private: true}
  bad: {ru: "Плохо, {born}.", en: "Bad, {born}."}
  again: {ru: "Ещё {key:1}, ясно {key:2}.", en: "Again {key:1}, clear {key:2}."}
  mark: {ru: "От {key:1} до {key:5}.", en: "From {key:1} to {key:5}."}
  bye: {ru: "До свидания.", en: "Goodbye."}
"""
VALUES = {
    "full_name": "Мария Петрова",
    "institution": "Поликлиника",
    "call_back": "+74951234567",
    "born": "1954",
    "result": "good",
    "seen": "2026-11-18T14:05:00+03:00",
}


def spoiled(*changes: tuple[str, str]) -> str:
    """The right script with parts replaced; every part must be there once."""
    text = RIGHT
    for old, new in changes:
        assert text.count(old) == 1, f"{text.count(old)} times in the script: {old}"
        text = text.replace(old, new)
    return text


def load(folder: Path, text: str = RIGHT) -> Script:
    """The script of a text, as the file trial.yaml."""
    path = folder / "trial.yaml"
    path.write_text(text, encoding="utf-8")
    return load_script(path)


def faults(folder: Path, text: str) -> list[tuple[int, str]]:
    """Line and sentence of every complaint about a text."""
    try:
        load(folder, text)
    except ScriptError as error:
        return [(complaint.line, complaint.sentence) for complaint in error.complaints]
    return []


def line_of(text: str, part: str) -> int:
    """The line on which a part begins."""
    return text[: text.index(part)].count("\n") + 1
