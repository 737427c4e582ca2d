"""What a trunk bears, shared by all nodes: its row is the lock under which a call is begun on it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, select

from campaigns.errors import TrunkFull
from campaigns.models import OPEN_ATTEMPT, OPEN_OPERATOR_CALL, Attempt, OperatorCall, TrunkUse
from campaigns.store import locks

LATE = timedelta(milliseconds=10)  # a start that comes so late does not shift those after it
FULL_SECONDS = 0.5  # until it is looked again whether one of the calls has ended


@dataclass(frozen=True)
class TrunkLimit:
    """What all nodes together may ask of a trunk: calls at once, and starts a second."""

    name: str
    max_calls: int
    calls_per_second: float

    @property
    def share(self) -> timedelta:
        """From one start to the next."""
        return timedelta(seconds=1 / self.calls_per_second)


def hold(session: Session, limit: TrunkLimit, now: datetime) -> TrunkUse:
    """The trunk's row, locked, when a call may begin on it now. Raises `TrunkFull`."""
    use = _locked(session, limit.name)
    wait = use.next_start_at - now if use.next_start_at else timedelta(0)
    if timedelta(0) < wait <= limit.share + LATE:  # a longer one is from before a clock was set back
        raise TrunkFull(limit.name, wait.total_seconds())
    patients = select(func.count()).where(OPEN_ATTEMPT, Attempt.trunk == limit.name)
    phones = select(func.count()).where(OPEN_OPERATOR_CALL, OperatorCall.trunk == limit.name)
    if session.exec(patients).one() + session.exec(phones).one() >= limit.max_calls:
        raise TrunkFull(limit.name, FULL_SECONDS)
    return use


def spend(use: TrunkUse, limit: TrunkLimit, now: datetime) -> None:
    """A call begins now."""
    planned = use.next_start_at
    punctual = planned is not None and timedelta(0) <= now - planned <= min(LATE, limit.share / 2)
    use.next_start_at = (planned if punctual and planned else now) + limit.share


def _locked(session: Session, name: str) -> TrunkUse:
    use = session.get(TrunkUse, name, with_for_update=True)
    if use is None:
        locks.trunk(session, name)  # two that make the same row take turns
        use = session.get(TrunkUse, name, with_for_update=True)
    if use is None:
        use = TrunkUse(name=name)
        session.add(use)
        session.flush()
    return use
