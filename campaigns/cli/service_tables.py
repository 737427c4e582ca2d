"""`dialer report` of all campaigns: sentences, tables, and rows of a spreadsheet."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.table import Table
from rich.text import Text

from campaigns.cli.options import console, say
from campaigns.cli.spreadsheet import Cell
from campaigns.cli.survey_tables import NOBODY, per_cent, table
from campaigns.web.service import TASK_COLOURS, TOLD_COLOURS, WORDS

DEFINITIONS = (
    "A contact counts when it was closed, or queued while it is open; a task when it was raised; a call when "
    "it ended; an opted-out number when it was entered.",
    "Told: the message was heard to its end, or confirmed; from when the result was queued, or may be told. "
    "The share within an hour is of all but those cancelled and those whose hour is not over.",
    "Reached: took part in a call (completed, heard, answered a part, asked for a human, or refused). "
    "Attempts are calls that used up one of the campaign's; faults of a trunk are none.",
    "In time: closed by the moment when the task was first due, whatever was put off since. The share is of "
    "all but those not due yet. The level is the highest that a task came to.",
    "Saved: all that calls took without an operator, from dialling to the end; so long somebody would have "
    "been busy who dials by hand. Work before and after calls is not counted.",
    "The standard deviation is that of the marks themselves (divided by their count); low marks are those "
    "that the campaign's file names.",
)
"""What the figures mean, in short."""


def sentences(data: Mapping[str, Any]) -> list[str]:
    """The figures as people say them; nothing is said of what nobody did."""
    results, reached, tasks, saved = data["results"], data["reached"], data["tasks"], data["saved"]
    promises, opt_outs = data["promises"], data["opt_outs"]
    told = [
        (
            results["share"],
            f"{results['hour']} of {results['contacts']} results were told within an hour: "
            f"{per_cent(results['share'])} % of those whose hour is over.",
        ),
        (
            reached["share"],
            f"{reached['reached']} of {reached['called']} contacts that were called were reached, "
            f"{per_cent(reached['share'])} %.",
        ),
        (
            promises["share"],
            f"{promises['broken']} of {promises['asked']} who were asked did not get what they were "
            f"promised, {per_cent(promises['share'])} %.",
        ),
        (
            tasks["share_on_time"],
            f"Tasks raised: {tasks['tasks']}, {per_cent(tasks['share_on_time'])} % of those due were done in "
            f"time; open: {tasks['open']}, {tasks['overdue']} of them overdue.",
        ),
        (
            opt_outs["share_of_reached"],
            f"{opt_outs['contacts']} of those reached want no more calls, "
            f"{per_cent(opt_outs['share_of_reached'])} %; numbers entered: {opt_outs['numbers']}.",
        ),
        (
            saved["calls"] or None,
            f"Calls that needed no operator: {saved['calls']}; they took {saved['hours']:.1f} hours, "
            f"{saved['talk_hours']:.1f} of them talking.",
        ),
    ]
    said = [sentence for share, sentence in told if share is not None]
    return said or ["Nothing was done in this time that a figure could be made of."]


def show(data: Mapping[str, Any]) -> None:
    """The figures of `store.service_figures`, in sentences and tables."""
    for sentence in sentences(data):
        say(sentence)
    for each in _tables(data):
        console.print(each)


def rows(data: Mapping[str, Any]) -> list[Mapping[str, Cell]]:
    """The rows of a spreadsheet: table, what it is of, figure, value; every figure of `--json` has one."""
    return [
        {"table": where, "of": of, "figure": figure, "value": value}
        for where, of, figure, value in _figures(data)
    ]


def _figures(data: Mapping[str, Any]) -> Iterator[tuple[str, str, str, Cell]]:
    for campaign in data["campaigns"]:
        yield "campaigns", campaign["campaign"], "contacts", campaign["contacts"]
    for where in ("results", "promises", "opt_outs", "saved"):
        yield from ((where, "", figure, value) for figure, value in _flat(data[where]))
    yield from (("reached", "", figure, value) for figure, value in _flat(data["reached"]))
    for attempt in data["reached"]["by_attempt"]:
        of = str(attempt["attempt"])
        yield from (("reached", of, figure, value) for figure, value in _flat(attempt) if figure != "attempt")
    for marks in data["marks"]:
        of = marks["institution"]
        yield from (("marks", of, figure, value) for figure, value in _flat(marks) if figure != "institution")
    yield from (("tasks", "", figure, value) for figure, value in _flat(data["tasks"]) if "." not in figure)
    for by in ("by_level", "by_urgency"):
        for of, figures in data["tasks"][by].items():
            yield from ((f"tasks_{by}", of, figure, value) for figure, value in _flat(figures))


def _flat(figures: Mapping[str, Any]) -> Iterator[tuple[str, Cell]]:
    """Name and value; of what has parts, `name.part`; rows have their own table."""
    for name, value in figures.items():
        if isinstance(value, Mapping):
            yield from ((f"{name}.{part}", each) for part, each in _flat(value))
        elif not isinstance(value, list):
            yield name, value


def _tables(data: Mapping[str, Any]) -> Iterator[Table]:
    if data["results"]["contacts"]:
        told = table("results", "", right=(1,))
        for name in TOLD_COLOURS:
            told.add_row(WORDS[name], str(data["results"][name]))
        told.add_section()
        told.add_row("all", str(data["results"]["contacts"]))
        yield told
    if data["reached"]["by_attempt"]:
        yield _reached(data["reached"])
    if data["marks"]:
        yield _marks(data)
    if data["tasks"]["tasks"]:
        yield _tasks(data["tasks"])


def _reached(reached: Mapping[str, Any]) -> Table:
    found = table("attempt", "called", "reached", "%", "% by then", right=range(5))
    for each in reached["by_attempt"]:
        counts = str(each["attempt"]), str(each["called"]), str(each["reached"])
        found.add_row(*counts, per_cent(each["share"]), per_cent(each["by_then"]))
    return found


def _marks(data: Mapping[str, Any]) -> Table:
    found = table("institution", "scale", "marks", "mean", "median", "s.d.", "low %", right=range(1, 7))
    for each in data["marks"]:
        scale, count = f"1-{each['scale']}", str(each["count"])
        middle = f"{each['mean']:.2f}", f"{each['median']:g}", f"{each['deviation']:.2f}"
        found.add_row(Text(each["institution"] or NOBODY), scale, count, *middle, per_cent(each["low_share"]))
    return found


def _tasks(tasks: Mapping[str, Any]) -> Table:
    ends = [name.replace("_", " ") for name in TASK_COLOURS]
    found = table("tasks", *ends, "all", "%", "reopened", right=range(1, 8))
    groups = [(name, figures) for by in ("by_level", "by_urgency") for name, figures in tasks[by].items()]
    for name, figures in (*groups, ("all", tasks)):
        if name in ("high", "all"):
            found.add_section()
        counts = [str(figures[end]) for end in (*TASK_COLOURS, "tasks")]
        shares = per_cent(figures["share_on_time"]), str(figures["reopened"])
        found.add_row(name, *counts, *shares)
    return found
