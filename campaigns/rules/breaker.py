"""When a trunk that fails is given a rest, and how it comes back: a state machine, as a table."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

State = Literal["working", "resting", "trying"]
Step = Literal["failed_often", "may_be_back", "failed", "worked"]

MOVES: Mapping[tuple[State, Step], State] = {
    ("working", "failed_often"): "resting",  # five failures of its own in a row
    ("resting", "may_be_back"): "trying",  # OPTIONS was answered, or it has rested for long
    ("trying", "failed"): "resting",
    ("trying", "worked"): "working",
}

FAILURES_BEFORE_REST = 5  # in a row; fewer happen on a healthy trunk (a refused number, a lost packet)
PROBES_AFTER_SECONDS = (5.0, 10.0, 20.0, 40.0, 60.0)  # each after the one before; the last again and again
TRIAL_SECONDS = 60.0  # a trunk that never answers OPTIONS, as many do, gets one call after so long
TRIAL_AGAINST_ADVICE_SECONDS = 600.0  # and so does one that says by OPTIONS that it is not well
NOT_WELL = frozenset({0, 408, 502, 503, 504})  # nothing came back, or a proxy that cannot reach it


@dataclass
class Breaker:
    """Whether one trunk may be called; time is handed in as monotonic seconds.

    Working, a trunk rests after 5 failures in a row. Resting, it is asked with OPTIONS after 5, 10, 20, 40,
    60, 60 ... seconds; once it answers, it is tried: one call, and if that does not fail, all. A call tells
    something only by the way it begins, and only of the state in which it was begun: one that was answered
    an hour ago and ends now says nothing of the trunk, nor does one that was on its way when the rest began.
    """

    state: State = "working"
    registered: bool = True  # False: the trunk wants us to register and refuses it
    failures: int = 0
    since: float = float("-inf")  # the present state began
    trial: bool = False  # the one call is on its way
    probes: int = 0  # sent since it worked last
    probe_at: float = float("inf")
    probed_at: float = float("inf")  # the last one that has no result yet
    spoke: bool = False  # OPTIONS was answered in this rest

    @property
    def rests(self) -> bool:
        """Whether a supervisor would say so: it is not, or not yet again, called as usual."""
        return self.state != "working" or not self.registered

    def may_call(self, now: float) -> bool:
        """Whether a call may be placed, as far as its health goes."""
        if not self.registered:
            return False
        match self.state:
            case "working":
                return True
            case "trying":
                return not self.trial
            case "resting":
                return now >= self.since + (TRIAL_AGAINST_ADVICE_SECONDS if self.spoke else TRIAL_SECONDS)

    def started(self, now: float) -> None:
        """A call is placed."""
        if self.state == "resting":
            self._move("may_be_back", now)
        self.trial = self.state == "trying"

    def worked(self, begun: float, now: float) -> None:
        """A call that was begun then rings, or was refused for a reason that is not the trunk's."""
        if begun < self.since:
            return
        self.failures = self.probes = 0
        if self.state == "trying":
            self._move("worked", now)

    def failed(self, begun: float, now: float) -> None:
        """A call that was begun then failed by a fault of the trunk's, before it rang."""
        if begun < self.since:
            return
        self.failures += 1
        if self.state == "trying":
            self._move("failed", now)
        elif self.state == "working" and self.failures >= FAILURES_BEFORE_REST:
            self._move("failed_often", now)

    def told_nothing(self, begun: float) -> None:
        """A call that was begun then came to nothing by a fault of ours: the trial is still to be made."""
        if begun >= self.since:
            self.trial = False

    def probe_due(self, now: float) -> bool:
        """Whether to ask with OPTIONS now; then it counts as asked."""
        if self.state != "resting" or now < self.probe_at:
            return False
        self.probes += 1
        self.probed_at, self.probe_at = now, now + PROBES_AFTER_SECONDS[-1]
        return True

    def probed(self, sip_status: int, now: float) -> None:
        """What came of asking; 0 is silence. Any other answer than those of `NOT_WELL` lets a call try it."""
        if self.state != "resting":
            return
        self.spoke = self.spoke or sip_status != 0
        if sip_status in NOT_WELL:
            self.probe_at = max(now, min(self.probed_at, now) + self._patience())
        else:
            self._move("may_be_back", now)

    def _patience(self) -> float:
        return PROBES_AFTER_SECONDS[min(self.probes, len(PROBES_AFTER_SECONDS) - 1)]

    def _move(self, step: Step, now: float) -> None:
        self.state = MOVES[self.state, step]
        self.since, self.failures, self.trial = now, 0, False
        if self.state == "resting":
            self.spoke = False
            self.probe_at = now + self._patience()
