"""The page of a survey: whom it reached, what they said, and how institutions differ."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from campaigns.rules.aapor import CODES
from campaigns.rules.naturally import natural
from campaigns.web.bars import HEIGHT, WIDTH, bars, scale
from campaigns.web.pages import page
from campaigns.web.report import Slice, slices
from campaigns.web.spread import WIDTH as SPREAD_WIDTH
from campaigns.web.spread import colour, spread

DISPOSITION_COLOURS: Final[Mapping[str, str]] = {
    "complete": "#1b7f5c",
    "partial": "#a5d6b9",
    "break_off": "#f2c879",
    "refusal": "#b23a48",
    "other": "#5b8def",
    "non_contact": "#b79ad9",
    "unknown": "#d9d9d9",
    "not_eligible": "#8d8d8d",
}
_ANSWER_COLOURS: Final = ("#5b8def", "#f0a35e", "#b79ad9", "#4caf82", "#f2c879", "#8d6e63", "#c9d7f2")


def survey_page(
    data: Mapping[str, Any], sentences: Sequence[str], definitions: Sequence[str], made_at: datetime
) -> str:
    """One HTML page that needs no network. data: as `dialer report --campaign NAME --json` prints it."""
    weeks = [(week["week"], week["cases"], week["complete"]) for week in data["weeks"]]
    return page(
        "survey.html",
        made_at,
        data=data,
        sentences=sentences,
        definitions=definitions,
        codes=CODES,
        dispositions=slices({name: data[name] for name in DISPOSITION_COLOURS}, DISPOSITION_COLOURS),
        answers={each["question"]: _answers(each) for each in data["questions"] if each["answered"]},
        weeks=bars(weeks),
        scale=scale(max((cases for _, cases, _ in weeks), default=0)),
        spreads=_spreads(data),
        width=WIDTH,
        height=HEIGHT,
        spread_width=SPREAD_WIDTH,
    )


def _answers(question: Mapping[str, Any]) -> Sequence[Slice]:
    answers = question["answers"]
    if question["marks"]:
        top = len(question["marks"]["marks"])
        colours = {mark: colour(int(mark), top) for mark in question["marks"]["marks"]}
    else:
        colours = {name: _ANSWER_COLOURS[place % len(_ANSWER_COLOURS)] for place, name in enumerate(answers)}
    return slices({name: answers.get(name, 0) for name in colours}, colours)


def _spreads(data: Mapping[str, Any]) -> list[tuple[str, list[Any]]]:
    """Question -> the institutions' marks, the lowest mean first."""
    found = []
    for question in (each["question"] for each in data["questions"] if each["marks"]):
        rows = [
            spread(place["institution"], each["marks"])
            for place in data["institutions"]
            for each in place["questions"]
            if each["question"] == question
        ]
        there = sorted((row for row in rows if row), key=lambda row: (row.figures["mean"], natural(row.name)))
        if there:
            found.append((question, there))
    return found
