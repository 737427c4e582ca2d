"""When the engine's duties are due. APScheduler only ticks; the work is done in the engine's own thread."""

import threading
from collections.abc import Mapping
from datetime import UTC

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler


class Ticks:
    """Named duties that fall due at their intervals."""

    def __init__(self, every_seconds: Mapping[str, float]) -> None:
        self._due = {name: threading.Event() for name in every_seconds}
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        for name, seconds in every_seconds.items():
            self._due[name].set()  # everything is due at the start
            self._scheduler.add_job(self.force, "interval", args=[name], seconds=seconds, id=name)

    def start(self) -> None:
        """Begin to tick."""
        self._scheduler.start()

    def stop(self) -> None:
        """End the ticking; idempotent."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def force(self, name: str) -> None:
        """Make the duty due now."""
        self._due[name].set()

    def due(self, name: str) -> bool:
        """Whether the duty has fallen due since it was last asked for."""
        event = self._due[name]
        if event.is_set():
            event.clear()
            return True
        return False
