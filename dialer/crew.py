"""The line processes of a pool: how many there shall be, which of them live, and their replacement."""

import math
import selectors
from collections.abc import Sequence

from dialer.errors import LinesNotStarted
from dialer.limits import allow_descriptors
from dialer.messages import Configure, Stop
from dialer.port_ranges import Plot, Plots
from dialer.processes import LARGEST_BROOD, Birthplace
from dialer.roster import LineProcess, judge
from dialer.settings import LineSettings

REBIRTH_SECONDS = 1.0  # between two tries to replace a process, so that a fault of the machine is no storm
SUPERVISION_SECONDS = 0.25  # how often heartbeats are looked at
START_FAILURES = 5  # ports that were snatched away, per process; more is another fault


class Crew:
    """Used by one pool, from one thread. `fault` is the last thing that went wrong, as a sentence."""

    def __init__(self, settings: LineSettings) -> None:
        self.processes: list[LineProcess] = []
        self.fault = ""
        self._settings = settings
        self._plots = Plots(settings)
        self._birthplace: Birthplace | None = None
        self._selector = selectors.DefaultSelector()
        self._wanted = 0
        self._starting = True
        self._next_birth_at = self._next_supervision_at = 0.0
        self._failures = 0

    # ------------------------------------------------------------ how many

    def open(self) -> None:
        """Want one process, which will tell how many calls it holds. Raises LinesNotStarted."""
        self._birthplace = Birthplace(self._settings.start_seconds)
        self._wanted = 1

    def complete(self, calls: int) -> None:
        """Want as many as all lines need, at so many calls each. Raises LinesNotStarted."""
        allow_descriptors(self._settings.count, calls)
        self._wanted = math.ceil(self._settings.count / calls)
        self._plots.divide(self._wanted - 1, calls)

    @property
    def is_complete(self) -> bool:
        """All that are wanted are ready."""
        return sum(process.ready for process in self.processes) >= self._wanted

    @property
    def is_hopeless(self) -> bool:
        """Too many have not come up."""
        return self._failures > START_FAILURES * self._wanted

    def started(self) -> None:
        """From now on a process that cannot be replaced is tried again, for as long as it takes."""
        self._starting = False

    def dismiss(self) -> None:
        """Tell all to end; want no others."""
        self._wanted = 0
        for process in self.processes:
            process.channel.tell(Stop())

    def close(self) -> None:
        """End the nursery, and with it all that are left."""
        if self._birthplace is not None:
            self._birthplace.close()
            self._birthplace = None

    # ------------------------------------------------------------ life and death

    def speaking(self, wait_seconds: float) -> Sequence[LineProcess]:
        """Those that have said something, or are gone; waits at most so long for the first."""
        return [key.data for key, _ in self._selector.select(wait_seconds)]

    def supervise(self, now: float) -> Sequence[LineProcess]:
        """Look after all, every now and then: those that have to be buried. Others are told to stop."""
        if now < self._next_supervision_at:
            return ()
        self._next_supervision_at = now + SUPERVISION_SECONDS
        lost: list[LineProcess] = []
        for process in self.processes:
            match judge(process, now, self._settings):
                case "kill":
                    lost.append(process)
                case "stop":
                    process.retiring, process.told_to_stop_at = True, now
                    process.channel.tell(Stop())
                case "retire":
                    process.retiring = True
                case "keep":
                    pass
        return lost

    def bury(self, process: LineProcess) -> None:
        """It is dead, or shall be."""
        self._selector.unregister(process.channel)
        self.processes.remove(process)
        if self._birthplace is not None:
            self._birthplace.kill(process)
        process.channel.close()
        self._plots.give_back(process.plot)
        self._failures += not process.ready

    def replace(self, now: float) -> None:
        """Start some of those that are missing; what fails after the start is tried again."""
        if self.is_whole or (now < self._next_birth_at and not self._starting):
            return
        self._next_birth_at = now + REBIRTH_SECONDS
        try:
            self._bear()
        except LinesNotStarted as error:
            self.fault = str(error)
            if self._starting:
                raise
        else:
            if not self.is_whole:
                self._next_birth_at = now

    @property
    def is_whole(self) -> bool:
        """All that are wanted were born."""
        return len(self.processes) >= self._wanted

    def _bear(self) -> None:
        """Raises LinesNotStarted, also when the machine has no descriptor left for another process."""
        try:
            self._bear_missing()
        except OSError as error:
            raise LinesNotStarted(f"A line process could not be started: {error.strerror}.") from None

    def _bear_missing(self) -> None:
        if self._birthplace is None or not self._birthplace.alive:
            self.close()
            self._birthplace = Birthplace(self._settings.start_seconds)
        missing = min(LARGEST_BROOD, self._wanted - len(self.processes))
        registrar = self._lacks_registrar()
        orders: list[tuple[Configure, Plot]] = []
        born: list[LineProcess] = []
        try:
            for index in range(missing):
                orders.append(self._order(registrar and index == 0))
            born = self._birthplace.bear(orders)
        finally:
            for _, plot in orders[len(born) :]:
                self._plots.give_back(plot)
        for process in born:
            self.processes.append(process)
            self._selector.register(process.channel, selectors.EVENT_READ, process)

    def _lacks_registrar(self) -> bool:
        """Some trunk wants registration, and no process is the registrar."""
        return any(trunk.register for trunk in self._settings.trunks) and not any(
            process.registrar for process in self.processes
        )

    def _order(self, registrar: bool) -> tuple[Configure, Plot]:
        sip_port, plot = self._plots.sip_port(), self._plots.take()
        trunks = self._settings.trunks
        return Configure(sip_port, plot.rtp_port_first, plot.rtp_port_last, trunks, registrar), plot
