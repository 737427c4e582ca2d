"""Nothing ends without a person that must not: what the proof finds, and what it lets pass."""

from pathlib import Path

import pytest

from campaigns.flows import coverage
from campaigns.flows.loader import LIBRARY, load_script
from campaigns.flows.watched import unmarked, watched
from tests.flows.scripts import faults, line_of, load, spoiled

LOW = ("    scale: 5\n", "    scale: 5\n    low: [1, 2]\n")
NO_RULE = ("  - when: {mark: [1, 2]}\n", "  - when: {result: good, mark: 5}\n")
TOLD = "  told:\n    task: bad\n    urgency: low\n    then: bye\n  bye:\n"
MORE = "  more:\n    ask: again\n    keys:\n      1: {then: told}\n      2: {then: told}\n"
TASK = ("    then: bye\n  bye:\n", f"    then: told\n{TOLD}")
HANGS_UP = ("    then: bye\n  bye:\n", f"    then: more\n{MORE}{TOLD}")
STRANGE_TASK = (
    "  away:\n    end: not_here\n",
    "  away:\n    task: stranger\n    urgency: low\n    then: gone\n  gone:\n    end: not_here\n",
)
GOOD_ONLY = (
    "    then: bye\n  bye:\n",
    f"    then: how\n  how:\n    branch: mark\n    cases: {{5: told}}\n    else: bye\n{TOLD}",
)
UNVERIFIED = ("  away:\n    end: not_here\n", "  away:\n    end: unverified\n")
RESULT = ("policy:\n", "policy:\n  purpose: result\n")
PARTIAL = ("hung_up: 1 h", "hung_up: 1 h, partial: 1 h")
STRANGER = ("  away:\n    end: not_here\n", "  away:\n    end: wrong_person\n")
NEVER_HEARD = ("afterwards:\n", "afterwards:\n  - {when: {delivered: no}, task: untold, urgency: high}\n")


def rule(when: str) -> tuple[str, str]:
    """Another rule beside that of low marks."""
    return "afterwards:\n", f"afterwards:\n  - {{when: {{{when}}}, task: more, urgency: low}}\n"


@pytest.mark.parametrize(
    "changes",
    [
        [LOW],
        [LOW, NO_RULE, TASK],  # made on the way
        [LOW, NO_RULE, TASK, PARTIAL],
        [LOW, NO_RULE, rule("mark: 1"), ("task: low_mark", "task: low_mark  # and"), TASK],
        [LOW, ("when: {mark: [1, 2]}", "when: {mark: [1, 2], state: [done, exhausted]}")],
        [
            LOW,
            ("when: {mark: [1, 2]}", "when: {mark: [1, 2], result: good}"),
            rule("mark: [1, 2], result: bad"),
        ],
        [UNVERIFIED, rule("outcome: unverified")],
        [RESULT, NEVER_HEARD],
        [RESULT, NEVER_HEARD, STRANGER],
        [RESULT, rule("result: good, delivered: no"), ("when: {mark: [1, 2]}", "when: {result: bad}")],
        [NO_RULE],  # no mark is called low, so none is looked after; `campaign check` tells of it
    ],
)
def test_what_has_a_person_passes(tmp_path: Path, changes: list[tuple[str, str]]) -> None:
    assert faults(tmp_path, spoiled(*changes)) == []


@pytest.mark.parametrize(
    ("changes", "at", "part"),
    [
        ([LOW, NO_RULE], "  mark:\n    ask", 'the mark 1 of "mark" could end without a person'),
        ([LOW, ("[1, 2]}", "[1]}")], "  mark:\n    ask", 'the mark 2 of "mark"'),
        ([LOW, ("[1, 2]}", "[1, 2], state: exhausted}")], "  mark:\n    ask", "state done"),
        ([LOW, ("[1, 2]}", "[1, 2], result: good}")], "  mark:\n    ask", "result bad"),
        ([LOW, ("[1, 2]}", "[1, 2], outcome: completed}")], "  mark:\n    ask", "outcome"),
        ([LOW, NO_RULE, HANGS_UP], "  mark:\n    ask", "outcome partial"),  # nothing yet when they hang up
        ([LOW, PARTIAL], "  mark:\n    ask", "could be lost: after outcome partial another call asks again"),
        ([UNVERIFIED], "  away:\n    end", 'who is not verified at "away" could be left without a person'),
        ([RESULT], "policy:", "a result could be closed without having been heard, and without a person"),
        ([RESULT, rule("state: exhausted")], "policy:", "outcome opted_out"),
        ([RESULT, rule("result: good, delivered: no")], "policy:", "result bad"),
        (
            [RESULT, STRANGER, rule("delivered: no, state: exhausted"), rule("outcome: opted_out")],
            "policy:",
            "outcome wrong_person",
        ),
        ([RESULT, rule("delivered: no, outcome: [none, unanswered]")], "policy:", "state exhausted"),
    ],
)
def test_what_could_end_without_a_person_is_refused(
    tmp_path: Path, changes: list[tuple[str, str]], at: str, part: str
) -> None:
    text = spoiled(*changes)
    [(line, sentence)] = faults(tmp_path, text)
    assert line == line_of(text, at)
    assert part in sentence


BROKEN = """\
  kept:
    ask: kept
    answer: kept
    broken: [no]
    keys:
      1: {value: yes, then: mark}
      2: {value: no, then: mark}
"""
KEPT = [
    ("1: {then: result, at_most: 2, after: mark}", "1: {then: result, at_most: 2, after: kept}"),
    ("2: {then: mark, delivers: true}", "2: {then: kept, delivers: true}"),
    ("  mark:\n    ask", BROKEN + "  mark:\n    ask"),
    ("  bye: {ru", '  kept: {ru: "Да {key:1}, нет {key:2}.", en: "Yes {key:1}, no {key:2}."}\n  bye: {ru'),
]


def test_a_broken_promise_needs_a_person_and_may_lean_on_a_later_low_mark(tmp_path: Path) -> None:
    assert "the answer no of" in faults(tmp_path, spoiled(*KEPT))[0][1]
    rest = rule("kept: no, mark: [3, 4, 5, none]")
    assert faults(tmp_path, spoiled(*KEPT, LOW, rest)) == []
    assert "mark 1" in faults(tmp_path, spoiled(*KEPT, NO_RULE, rest))[0][1]  # there no mark is low
    both = [LOW, rest, ("when: {mark: [1, 2]}", "when: {kept: yes, mark: [1, 2]}")]
    assert "kept no, mark 1" in faults(tmp_path, spoiled(*KEPT, *both))[0][1]  # neither leans on the other


def test_rules_that_nobody_can_prove_are_said_to_be_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coverage, "MOST_PLACES", 3)
    assert "too many answers at once" in faults(tmp_path, spoiled(LOW))[0][1]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            [("    scale: 5\n", "    scale: 5\n    low: [0, 1]\n")],
            '"0" is no answer of this question: 1, 2, 3, 4, 5',
        ),
        (
            [("    scale: 5\n", "    scale: 5\n    broken: [1]\n")],
            '"mark" has a scale: write which marks are low',
        ),
        (
            [("    ask: again\n", "    ask: again\n    low: [1]\n")],
            '"again" has no scale, so no mark of it is low',
        ),
        (
            [("    ask: again\n", "    ask: again\n    broken: [no]\n")],
            '"no" is no answer of this question: it has',
        ),
        ([("    urgency: high\n", "    urgency: high\n    check: Not This\n")], '"Not This" is no name'),
        ([rule("delivered: maybe")], 'delivered is never "maybe"'),
    ],
)
def test_what_makes_no_sense_is_refused(
    tmp_path: Path, changes: list[tuple[str, str]], sentence: str
) -> None:
    assert any(sentence in said for _, said in faults(tmp_path, spoiled(*changes)))


def test_what_is_watched_is_told_with_the_reasons_of_its_tasks(tmp_path: Path) -> None:
    [mark] = watched(load(tmp_path, spoiled(LOW)))
    assert (mark.question, mark.kind, mark.scale) == ("mark", "low_mark", 5)
    assert mark.values == {"1", "2"}
    assert mark.reasons == {"low_mark"}
    [mark] = watched(load(tmp_path, spoiled(LOW, TASK, STRANGE_TASK)))
    assert mark.reasons == {"low_mark", "bad"}
    [mark] = watched(load(tmp_path, spoiled(LOW, GOOD_ONLY)))
    assert mark.reasons == {"low_mark"}
    assert [step.name for step in unmarked(load(tmp_path))] == ["mark"]


@pytest.mark.parametrize(
    ("lacking", "part"),
    [
        (
            ("    task: wrong_number\n    urgency: normal\n    details: [clinic]\n", "    say: sorry\n"),
            "outcome wrong_person",
        ),
        (("{1: bad_mark, 2: bad_mark}", "{1: bad_mark}"), "the mark 2"),
    ],
)
def test_a_shipped_campaign_without_one_of_its_tasks_is_refused(
    tmp_path: Path, lacking: tuple[str, str], part: str
) -> None:
    text = (LIBRARY / "covid-results.yaml").read_text(encoding="utf-8")
    assert text.count(lacking[0]) == 1
    text = text.replace("name: covid-results", "name: trial").replace(*lacking)
    assert any(part in sentence for _, sentence in faults(tmp_path, text))


def test_the_shipped_campaigns_watch_every_mark_and_promise() -> None:
    names = ("covid-results", "satisfaction-survey", "service-control")
    scripts = [load_script(LIBRARY / f"{name}.yaml") for name in names]
    assert [unmarked(script) for script in scripts] == [()] * 3
    assert [[each.question for each in watched(script)] for script in scripts] == [
        ["mark"],
        ["dealt_with", "mark"],
        ["received", "mark"],
    ]
