"""Speech of a simulation: ready at once, and never heard."""

from collections.abc import Sequence
from pathlib import Path

from campaigns.engine.renderer import Clips, Order


class UnheardSpeech:
    """A renderer that names a file for every text and makes none."""

    def __init__(self) -> None:
        self._finished: list[Clips] = []
        self._paths: dict[str, Path] = {}

    def order(self, order: Order) -> None:
        paths = {name: self._paths.setdefault(name, Path(f"{name}.wav")) for name in order.texts}
        self._finished.append(Clips(order.owner, paths))

    def finished(self) -> Sequence[Clips]:
        finished, self._finished = self._finished, []
        return finished

    def owners(self) -> Sequence[str]:
        return ()

    def forget(self, owner: str) -> None:
        """There is nothing to remove."""

    def troubles(self) -> Sequence[str]:
        return ()

    def stop(self) -> None:
        """Nothing runs."""
