"""What the people at the numbers do: patients, and operators whose phones are called to be bridged."""

from dataclasses import dataclass

from dialer.messages import Cause

HANGS_UP = "!"


@dataclass(frozen=True)
class Patient:
    """What the person at a number does with a call. Times in seconds.

    >>> Patient(keys=("1", "1954", "2", "5"))     # answers four questions, then says nothing more
    >>> Patient(keys=("1", "", "!"))              # answers, keeps silent at the second, hangs up at the third
    >>> Patient(ends="busy")
    >>> Patient(beep_seconds=4)                   # an answering machine
    >>> Patient(keys=("1",), talks_seconds=120)   # an operator: takes the call, talks, and hangs up
    >>> Patient(keys=("2",), says_seconds=(8.0,), says_key="1")  # a low mark, and why; a key ends that
    """

    keys: tuple[str, ...] = ()  # one for each Collect, in order; "" is silence, "!" hangs up at that question
    ends: Cause = "answered"  # another cause: the call is not answered and ends so
    answer_seconds: float = 2.0  # from Dial to the answer, or to the refusal
    press_seconds: float = 0.5  # from the end of the prompts to the first key
    barges_in: bool = False  # presses so long after the Collect instead, while prompts play
    says_seconds: tuple[float, ...] = ()  # one for each Listen, in order; then, and at 0.0, nothing is said
    says_key: str = ""  # pressed `press_seconds` after that; "" is silence, "!" hangs up
    presses: tuple[tuple[float, str], ...] = ()  # (seconds from the answer, key), whatever is asked then
    beep_seconds: float | None = None  # from the answer to the beep of a machine
    hangs_up_seconds: float | None = None  # from the answer
    line_dies_seconds: float | None = None  # from the answer: the line process dies, with the call beside it
    media_lost_seconds: float | None = None  # from the answer: the audio stops, of this call alone
    talks_seconds: float | None = None  # from the bridge: then this one hangs up
    holds: tuple[tuple[float, float], ...] = ()  # (seconds from the answer, for how long)
    refer_status: int = 200  # what becomes of a REFER: 2xx reaches the target, 603 refuses, 0 tells nothing
    refer_seconds: float = 1.0  # until that is told
