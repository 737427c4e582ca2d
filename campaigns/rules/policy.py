"""The rules of calling of one campaign, as a value."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from campaigns.rules.hours import Hours


@dataclass(frozen=True)
class Policy:
    """How often, when and until when a contact is called.

    attempts: the most counted attempts (1 or more).
    retry_after: the wait before the next attempt, by cause of the ending (`busy`, `no_answer`, `declined`)
        or, for answered calls, by outcome (`voicemail`, `not_here`, `hung_up`, `silent`, `partial`).
        What is absent is never tried again.
    hours: when calls may be placed, in the contact's own time.
    deadline: counted from queueing, for contacts without a deadline of their own; None: no deadline.
    Raises ValueError with one plain sentence when a value cannot be followed.
    """

    attempts: int
    retry_after: Mapping[str, timedelta]
    hours: Hours
    deadline: timedelta | None = None

    def __post_init__(self) -> None:
        if self.attempts < 1:
            raise ValueError("a campaign needs at least one attempt for each contact")
        for cause, wait in self.retry_after.items():
            if wait <= timedelta(0):
                raise ValueError(f'the wait after "{cause}" must be longer than nothing')
        if self.deadline is not None and self.deadline <= timedelta(0):
            raise ValueError("the deadline of a campaign must be longer than nothing")
