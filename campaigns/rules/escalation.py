"""Where a task goes that is late, or that was closed too early: one level up, and never past one."""

from typing import get_args

from campaigns.words import Level, TaskEvent

LEVELS: tuple[Level, ...] = get_args(Level)
"""From the first to whom a task comes to the last; there is nobody above that."""


def above(level: Level) -> Level | None:
    """The next level; None at the top."""
    place = LEVELS.index(level) + 1
    return LEVELS[place] if place < len(LEVELS) else None


def when_late(level: Level) -> TaskEvent:
    """What happens to a task that is not done in time at this level."""
    return "reminded" if above(level) is None else "escalated"


def level_after(level: Level, event: TaskEvent) -> Level:
    """Whose it is once this has happened; who is at the top keeps it."""
    return (above(level) or level) if event in ("escalated", "stands") else level
