"""The lines beside their aims: one column for each number of calls."""

from collections.abc import Callable, Sequence

from rich.table import Table

from bench.lines import KEYS, Measured
from bench.machine import ENGINE
from bench.rate import Pace
from bench.wire import percentile

AIMED_AT = 240  # calls for which all aims hold; above, only that nothing is lost
GAP_AIM_SECONDS = 0.040
CPU_AIM_MS = 2.5
MEMORY_AIM_MB = 2.5
SHARES = (50, 95, 99)

Cell = tuple[str, bool]  # what was measured, and whether it meets the aim
Row = tuple[str, str, Callable[[Measured], Cell]]


def lines_table(measured: Sequence[Measured], bare: Sequence[Measured] = ()) -> Table:
    """All sizes; what falls short is red."""
    made = Table(
        "what", *(f"{m.calls} calls" for m in measured), "aim", title="through the pool, SIPp beside"
    )
    for what, aim, cell in ROWS:
        made.add_row(what, *(_coloured(cell(m)) for m in measured), aim)
    if bare:
        found = {m.calls: m for m in bare}
        made.add_row("the bare library, CPU", *(_bare(found.get(m.calls)) for m in measured), "")
        made.add_row("ours / bare", *(_ratio(m, found.get(m.calls)) for m in measured), "")
    return made


def aims_met(measured: Sequence[Measured]) -> bool:
    """Whether no cell is red."""
    return all(cell(m)[1] for _, _, cell in ROWS for m in measured)


def rate_table(paces: Sequence[Pace]) -> Table:
    """Rising rates of short calls."""
    best = max((pace.calls_per_second for pace in paces if pace.clean), default=0)
    made = Table(
        "calls/s", "placed", "completed", "most up", "no free line", "dialled late", "causes",
        title=f"short calls of a second: {best} a second is the highest clean rate",
    )  # fmt: skip
    for pace in paces:
        result = pace.result
        counts = (str(result[name]) for name in ("placed", "completed", "most_up", "no_free_line"))
        causes = ", ".join(f"{cause} {count}" for cause, count in result["causes"].items())
        made.add_row(str(pace.calls_per_second), *counts, f"{1000 * result['latest_seconds']:.0f} ms", causes)
    return made


def cpu_ms(measured: Measured) -> float:
    """Of all our processes, a call-second in the steady part; nan when there was none."""
    return sum(measured.steady.ms.values()) if measured.steady else float("nan")


def _counts(measured: Measured) -> Cell:
    result = measured.result
    counts = (result["placed"], result["answered"], result["completed"])
    return " / ".join(map(str, counts)), set(counts) == {measured.calls}


def _at_once(measured: Measured) -> Cell:
    return str(measured.result["most_up"]), measured.result["most_up"] == measured.calls


def _keys(measured: Measured) -> Cell:
    expected = measured.calls * len(KEYS)
    pressed = sum(reaction.keys_pressed for reaction in measured.reactions)
    caught = measured.result["keys_caught"]
    lost = expected - caught
    return f"{pressed} / {caught} / {lost}", (pressed, lost) == (expected, 0)


def _endings(measured: Measured) -> Cell:
    result = measured.result
    causes = ", ".join(f"{cause} {count}" for cause, count in result["causes"].items())
    left = result["stuck"], result["not_free"]
    return f"{causes}; {left[0]} / {left[1]}", left == (0, 0) and set(result["causes"]) == {"answered"}


def _delays(field: str, each: int, aim: float) -> Callable[[Measured], Cell]:
    def cell(measured: Measured) -> Cell:
        values = [value for reaction in measured.reactions for value in getattr(reaction, field)]
        told = " / ".join(f"{1000 * percentile(values, share):.0f}" for share in SHARES)
        missing = measured.calls * each - len(values)
        late = measured.calls <= AIMED_AT and not percentile(values, 95) <= aim
        return told + (f" ({missing} missing)" if missing else ""), not (missing or late)

    return cell


def _gap(measured: Measured) -> Cell:
    gaps = [reaction.largest_gap for reaction in measured.reactions]
    told = " / ".join(f"{1000 * percentile(gaps, share):.0f}" for share in SHARES)
    return told, measured.calls > AIMED_AT or percentile(gaps, 95) < GAP_AIM_SECONDS


def _cpu(measured: Measured) -> Cell:
    if measured.steady is None:
        return "never all up", False
    roles = {"driver" if role == ENGINE else role: ms for role, ms in measured.steady.ms.items()}
    parts = ", ".join(f"{role} {ms:.2f}" for role, ms in sorted(roles.items()))
    total = cpu_ms(measured)
    return f"{total:.2f} ({parts})", measured.calls > AIMED_AT or total < CPU_AIM_MS


def _far_end(measured: Measured) -> Cell:
    return (f"{measured.steady.far_end_ms:.2f}" if measured.steady else "-"), True


def _memory(measured: Measured) -> Cell:
    if measured.steady is None:
        return "-", False
    each = measured.steady.pss_mb / measured.calls
    return f"{each:.2f} ({measured.steady.pss_mb:.0f} in all)", (
        measured.calls > AIMED_AT or each < MEMORY_AIM_MB
    )


def _ready(measured: Measured) -> Cell:
    return f"{measured.ready_seconds:.1f}", measured.ready_seconds < 5.0


ROWS: Sequence[Row] = (
    ("lines ready, s", "5 at 480", _ready),
    ("placed / answered / completed", "all", _counts),
    ("most up at once", "all", _at_once),
    ("keys pressed / caught / lost", "none lost", _keys),
    ("endings; stuck calls / lines", "answered; 0 / 0", _endings),
    ("answer -> first speech, ms, 50 / 95 / 99 %", "95 %: 200 at 240", _delays("first_speech", 1, 0.2)),
    ("key -> next prompt, ms", "95 %: 200 at 240", _delays("key_to_prompt", len(KEYS), 0.2)),
    ("key -> prompt stops, ms", "95 %: 100 at 240", _delays("key_to_stop", len(KEYS), 0.1)),
    ("largest RTP gap of a call, ms", "95 %: 40 at 240", _gap),
    ("CPU, ms a call-second, steady", "2.5 at 240", _cpu),
    ("CPU of SIPp beside", "", _far_end),
    ("memory (PSS), MB a call", "2.5 at 240", _memory),
)  # fmt: skip


def _bare(measured: Measured | None) -> str:
    if measured is None or measured.steady is None:
        return "-"
    gaps = [reaction.largest_gap for reaction in measured.reactions]
    each = measured.steady.pss_mb / measured.calls
    return f"{cpu_ms(measured):.2f}; {each:.2f} MB; gap {1000 * percentile(gaps, 95):.0f} ms"


def _ratio(ours: Measured, bare: Measured | None) -> str:
    return "-" if bare is None else f"{cpu_ms(ours) / cpu_ms(bare):.2f}"


def _coloured(cell: Cell) -> str:
    return cell[0] if cell[1] else f"[bold red]{cell[0]}[/]"
