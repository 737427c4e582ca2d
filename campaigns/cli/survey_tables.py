"""`dialer report` of a survey: sentences, tables, and rows of a spreadsheet."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal

from rich.table import Table
from rich.text import Text

from campaigns.cli.options import console, say
from campaigns.cli.spreadsheet import Cell
from campaigns.rules.aapor import CODES, MEANING
from campaigns.rules.callback_ends import percents

By = Literal["question", "institution", "week"]
TABLE_RATES: Final = ("RR1", "RR2", "REF1")
NOBODY: Final = "(none)"
"""The institution of contacts that have none."""


def sentences(data: Mapping[str, Any]) -> list[str]:
    """Whom the survey reached, as people say it."""
    if not data["contacts"]:
        return [f"No contact of {data['campaign']} was closed or queued in this time."]
    rates = data["rates"]
    told = [
        f"{data['contacts']} contacts: {data['open']} still wait, {data['cases']} are closed cases; "
        f"{data['complete']} completed the survey and {data['partial']} a part of it."
    ]
    if data["cases"]:
        told.append(
            f"Response rate {per_cent(rates['RR1'])} % (AAPOR RR1; with partial interviews, RR2, "
            f"{per_cent(rates['RR2'])} %), cooperation {per_cent(rates['COOP1'])} % (COOP1), "
            f"refusals {per_cent(rates['REF1'])} % (REF1), contact {per_cent(rates['CON1'])} % (CON1)."
        )
    for question in data["questions"]:
        if question["marks"] and question["marks"]["count"]:
            told.append(f"{words(question['question'])}: {marks_in_words(question['marks'])}.")
    return told


def marks_in_words(marks: Mapping[str, Any]) -> str:
    """`25 marks, mean 3.62, median 4, standard deviation 1.41, 12.0 % of them low`."""
    said = (
        f"{marks['count']} marks, mean {marks['mean']:.2f}, median {marks['median']:g}, "
        f"standard deviation {marks['deviation']:.2f}"
    )
    return said if marks["low_share"] is None else f"{said}, {per_cent(marks['low_share'])} % of them low"


def definitions(data: Mapping[str, Any]) -> list[str]:
    """What the figures mean, in short."""
    asked = ", ".join(words(name) for name in data["everybody_is_asked"]) or "not known"
    return [
        "A contact stands in the week (ISO, "
        f"{data['time_zone']}) in which it was closed; one that still waits, in that of its queueing, and is "
        "no case yet.",
        "Dispositions and rates: AAPOR, Standard Definitions, 10th edition (2023). "
        + " ".join(f"{CODES[name]} {words(name)}: {MEANING[name]}." for name in CODES),
        f"Everybody is asked: {asked}. Answers go before what later calls meant.",
        "RR1 = complete / all that are eligible or unknown; RR2 = complete and partial / the same; RR3 and "
        "RR4 take of the unknown only the share e that is eligible among the others; RR5 and RR6 none. "
        "COOP1 = complete / all who were spoken with; REF1 = refusals and break-offs / the denominator of "
        "RR1; CON1 = spoken with / the same; BRK1 = break-offs / all who began.",
        "The standard deviation is that of the marks themselves (divided by their count).",
    ]


def show(data: Mapping[str, Any], by: By) -> None:
    """The figures of `store.survey_figures`, in sentences and tables."""
    for sentence in sentences(data):
        say(sentence)
    if data["cases"]:
        console.print(_dispositions(data))
        console.print(_rates(data["rates"]))
    if by == "question":
        for question in data["questions"]:
            if question["answered"]:
                console.print(_question(question))
    elif data[f"{by}s"]:
        for each in _places(data[f"{by}s"], by):
            console.print(each)


def rows(data: Mapping[str, Any], by: By) -> list[Mapping[str, Cell]]:
    """The rows of a spreadsheet: one for each answer, institution or week."""
    if by == "question":
        return [row for question in data["questions"] for row in _answer_rows(question)]
    return [{by: place[by], **_place_row(place)} for place in data[f"{by}s"]]


def _answer_rows(question: Mapping[str, Any]) -> list[Mapping[str, Cell]]:
    marks = _mark_cells(question["marks"])
    return [
        {
            "question": question["question"],
            "answer": answer,
            "count": count,
            "share": round(count / question["answered"], 4),
            **marks,
        }
        for answer, count in question["answers"].items()
    ]


def _place_row(place: Mapping[str, Any]) -> Mapping[str, Cell]:
    cells: dict[str, Cell] = {name: place[name] for name in ("contacts", "open", "cases", *CODES)}
    cells |= place["rates"]
    for question in place["questions"]:
        name = question["question"]
        cells |= {f"{name}_{key}": value for key, value in _mark_cells(question["marks"]).items()}
        cells[f"{name}_answered"] = question["answered"]
        cells |= {f"{name}={answer}": count for answer, count in question["answers"].items()}
    return cells


def _mark_cells(marks: Mapping[str, Any] | None) -> Mapping[str, Cell]:
    names = ("mean", "median", "deviation", "low", "low_share")
    return {} if marks is None else {name: marks[name] for name in names}


def _dispositions(data: Mapping[str, Any]) -> Table:
    counts: dict[str, int] = {name: data[name] for name in CODES}
    shares = percents(counts)
    found = table("AAPOR", "cases", "", "%", right=(2, 3))
    for code, (name, count) in zip(CODES.values(), counts.items(), strict=True):
        found.add_row(code, words(name), str(count), f"{shares[name]:.1f}")
    found.add_section()
    found.add_row("", "all", str(data["cases"]), f"{sum(shares.values()):.1f}")
    return found


def _rates(rates: Mapping[str, float | None]) -> Table:
    shown = {name: value for name, value in rates.items() if name != "e"}
    found = table("rate", "%", "rate", "%", "rate", "%", right=(1, 3, 5))
    cells = [cell for name, value in shown.items() for cell in (name, per_cent(value))]
    for start in range(0, len(cells), 6):
        found.add_row(*cells[start : start + 6])
    return found


def _question(question: Mapping[str, Any]) -> Table:
    answers = question["answers"]
    shares = percents(answers)
    found = table(words(question["question"]), "", "%", right=(1, 2))
    for answer, count in answers.items():
        found.add_row(Text(words(answer) or "(nothing)"), str(count), f"{shares[answer]:.1f}")
    found.add_section()
    found.add_row("all", str(question["answered"]), f"{sum(shares.values()):.1f}")
    return found


def _places(places: Sequence[Mapping[str, Any]], by: By) -> Iterator[Table]:
    """Whom each reached, and for each scale its marks."""
    counts = "open", "cases", "complete", "partial"
    found = table(by, *counts, *TABLE_RATES, right=range(1, 1 + len(counts) + len(TABLE_RATES)))
    for place in places:
        rates = [per_cent(place["rates"][name]) for name in TABLE_RATES]
        found.add_row(_named(place, by), *(str(place[name]) for name in counts), *rates)
    yield found
    for number, question in enumerate(places[0]["questions"]):
        if question["marks"]:
            yield _marks(places, by, number)


def _marks(places: Sequence[Mapping[str, Any]], by: By, number: int) -> Table:
    name = words(places[0]["questions"][number]["question"])
    found = table(by, name, "mean", "median", "s.d.", "low %", right=range(1, 6))
    for place in places:
        marks = place["questions"][number]["marks"]
        if marks["count"]:
            middle = f"{marks['mean']:.2f}", f"{marks['median']:g}", f"{marks['deviation']:.2f}"
            found.add_row(_named(place, by), str(marks["count"]), *middle, per_cent(marks["low_share"]))
    return found


def _named(place: Mapping[str, Any], by: By) -> Text:
    return Text(place[by] or NOBODY)


def table(*columns: str, right: Sequence[int]) -> Table:
    """A table whose columns at these places are numbers."""
    made = Table(*columns)
    made.columns[0].overflow = "fold"
    for place in right:
        made.columns[place].justify = "right"
    return made


def per_cent(share: float | None) -> str:
    """`45.0` for 0.45; `-` where nothing divides."""
    return "-" if share is None else f"{100 * share:.1f}"


def words(name: str) -> str:
    """A name of a script or a literal, for people."""
    return name.replace("_", " ")
