"""`dialer report` of a callback campaign: what became of every lost call, how soon, and who talked."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from campaigns.cli.options import console, say
from campaigns.rules.callback_ends import percents
from campaigns.web.desk import CALLBACK_COLOURS, LOST_COLOURS, WORDS, Cell, work

HOUR_COLUMNS = 8  # of an hour of an operator: 59:59 and its frame
FRAME = 4  # around the names


def sentences(data: Mapping[str, Any]) -> list[str]:
    """How soon people were called back, and whether all is accounted for, as people say it."""
    if not data["lost"]["in"]:
        return [
            f"No lost call is known: read a log with dialer queue {data['campaign']} --from-queue-log FILE. "
            f"What came of other contacts says dialer campaign report {data['campaign']}."
        ]
    callbacks, waits, prompt = data["callbacks"], data["called_back"], data["prompt"]
    told = [
        f"{data['lost']['in']} calls were lost; {callbacks['total']} callbacks came of them, of which "
        f"{callbacks['called']} were called and {callbacks['connected']} talked with an operator."
    ]
    if waits["callbacks"]:
        told.append(
            f"Half of those who were called waited at most {_minutes(waits['p50_seconds'])} for it, and "
            f"95 % at most {_minutes(waits['p95_seconds'])} (minutes and seconds)."
        )
    if prompt["callbacks"]:
        told.append(
            f"Within {prompt['minutes']} minutes {prompt['reached']} of {prompt['callbacks']} were spoken "
            f"with, {100 * prompt['share']:.1f} %."
        )
    return told


def show(data: Mapping[str, Any]) -> None:
    """The figures of `store.desk_figures`, in sentences and tables."""
    for sentence in sentences(data):
        say(sentence)
    if data["lost"]["in"]:
        console.print(_account("calls lost", data["lost"], LOST_COLOURS))
    if data["callbacks"]["total"]:
        console.print(_account("callbacks", data["callbacks"], CALLBACK_COLOURS))
    if data["operators"]:
        console.print(_operators(data["operators"]))
        for table in _by_hour(data["operators"], console.width):
            console.print(table)
    for log in data["logs"]:
        read = f"{log['lines']} lines read, {log['broken']} broken, {log['open_calls']} calls open"
        say(f"{log['source']}: {read}.")


def _account(title: str, figures: Mapping[str, int], names: Mapping[str, str]) -> Table:
    counts = {name: figures[name] for name in names}
    shares = percents(counts)
    table = Table(title, "", "%")
    for column in table.columns[1:]:
        column.justify = "right"
    for name, count in counts.items():
        table.add_row(WORDS[name], str(count), f"{shares[name]:.1f}")
    table.add_section()
    table.add_row("all", str(sum(counts.values())), f"{sum(shares.values()):.1f}")
    return table


def _operators(operators: Sequence[Mapping[str, Any]]) -> Table:
    table = Table("operator", "group", "calls", "talked", "talk")
    for column in table.columns[2:]:
        column.justify = "right"
    for each in operators:
        cells = each["operator"], each["group"], str(each["calls"]), str(each["talked"])
        table.add_row(*map(Text, cells), _minutes(each["talk_seconds"]))
    return table


def _by_hour(operators: Sequence[Mapping[str, Any]], columns: int) -> Iterator[Table]:
    """Calls over talk, so many hours beside each other as fit into these columns."""
    hours, rows = work(operators)
    longest = max(len(each["operator"]) for each in operators)
    fit = max(1, (columns - longest - FRAME) // HOUR_COLUMNS)
    for first in range(0, len(hours), fit):
        table = Table("operator", *(f"{hour:02}" for hour in hours[first : first + fit]))
        for column in table.columns:
            column.no_wrap = True
        for each, cells in rows:
            table.add_row(Text(each["operator"]), *map(_hour, cells[first : first + fit]))
        yield table


def _hour(cell: Cell | None) -> str:
    return f"{cell.calls}\n{_minutes(60 * cell.minutes)}" if cell else ""


def _minutes(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"
