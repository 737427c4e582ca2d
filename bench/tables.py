"""What was measured, beside what it should be."""

from collections.abc import Mapping, Sequence

from rich.table import Table

from bench.plan import AT_ONCE, CALLS, KEYS_A_CALL, MARK, PROMPTS_AFTER_KEYS
from bench.product import QUEUED_ROWS, Measured
from bench.wire import most_at_once, percentile

AIM_SECONDS = 0.2  # answer -> speech and key -> next prompt, 95th percentile
QUEUE_AIM_SECONDS = 60.0

Row = tuple[str, str, str, bool]  # what, measured, aim, met


def campaign_rows(measured: Measured) -> Sequence[Row]:
    """The campaign, from the product's report, from SIPp and from the wire."""
    report, sipp, wire = measured.report, measured.sipp, measured.wire
    sent = sum(event.what.startswith("pressed ") for event in sipp.seen)
    completed = report["outcomes"].get("completed", 0)
    # Only who has proved the year and confirmed comes to the mark: a digit lost or doubled ends elsewhere.
    understood = KEYS_A_CALL * min(completed, report["answers"].get("mark", {}).get(MARK, 0))
    at_once = most_at_once(wire)
    talked = sum(call.ended_at - call.answered_at for call in wire)
    cpu = {role: 1000 * seconds / max(talked, 1.0) for role, seconds in measured.spending.cpu_seconds.items()}
    parts = ", ".join(f"{role} {ms:.1f}" for role, ms in sorted(cpu.items()))
    answers = [seconds for call in wire if (seconds := call.first_speech_seconds) is not None]
    keys = [seconds for call in wire for seconds in call.key_to_prompt_seconds()]
    digits = (sent, sum(len(call.keys) for call in wire), understood)
    all_keys = (CALLS * KEYS_A_CALL,) * 3
    placed = (report["attempts"], sipp.calls)
    done = (completed, sipp.successful)
    return [
        ("simultaneous calls", str(at_once), str(AT_ONCE), at_once == AT_ONCE),
        ("placed (report / SIPp)", _all(placed), _all((CALLS, CALLS)), placed == (CALLS, CALLS)),
        ("completed (report / SIPp)", _all(done), _all((CALLS, CALLS)), done == (CALLS, CALLS)),
        ("digits (SIPp / wire / used)", _all(digits), _all(all_keys), digits == all_keys),
        ("outcomes", _ends(report["outcomes"]), f"completed {CALLS}", completed == CALLS),
        (
            "endings",
            _ends(report["endings"]),
            f"answered {CALLS}",
            report["endings"].get("answered") == CALLS,
        ),
        _delay("answer -> first speech", answers, CALLS),
        _delay("key -> next prompt", keys, CALLS * PROMPTS_AFTER_KEYS),
        ("CPU a call-second", f"{sum(cpu.values()):.1f} ms ({parts})", "", True),
        (
            "memory (PSS)",
            f"{measured.spending.pss_mb:.0f} MB, {measured.spending.processes} processes",
            "",
            True,
        ),
    ]


def other_rows(queue_seconds: float, lines_seconds: float, first_answer_seconds: float) -> Sequence[Row]:
    """What happens before the calls."""
    queued = queue_seconds <= QUEUE_AIM_SECONDS
    return [
        (f"{QUEUED_ROWS} rows queued", f"{queue_seconds:.1f} s", f"{QUEUE_AIM_SECONDS:.0f} s", queued),
        (f"{AT_ONCE} lines started", f"{lines_seconds:.1f} s", "", True),
        ("command to first answer, nothing rendered before", f"{first_answer_seconds:.1f} s", "", True),
    ]


def table(title: str, rows: Sequence[Row]) -> Table:
    """Rich table; what falls short is red."""
    made = Table("what", "measured", "aim", title=title)
    for what, value, aim, met in rows:
        made.add_row(what, value if met else f"[bold red]{value}[/]", aim)
    return made


def _all(counts: Sequence[int]) -> str:
    return " / ".join(map(str, counts))


def _ends(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{what} {count}" for what, count in counts.items())


def _delay(what: str, seconds: Sequence[float], expected: int) -> Row:
    """50th and 95th percentile; met when none is missing and the aim was reached."""
    half, most = percentile(seconds, 50), percentile(seconds, 95)
    value = f"{1000 * half:.0f} / {1000 * most:.0f} ms (50 / 95 %, n = {len(seconds)})"
    aim = f"95 % {1000 * AIM_SECONDS:.0f} ms, n = {expected}"
    return what, value, aim, len(seconds) == expected and most <= AIM_SECONDS
