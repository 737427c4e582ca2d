"""The list of operators: entered, shown, put on and off, removed; their calls are in `store.operators`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from campaigns.errors import OperatorRefused, UnknownOperator
from campaigns.models import OPEN_OPERATOR_CALL, LogPosition, Operator, OperatorCall
from campaigns.store import wakeups
from campaigns.store.database import Database
from campaigns.store.operators import REMOVED, THERE
from campaigns.words import OperatorState

SIP_PORT = ":5060"  # what is meant without a port (RFC 3261 section 19.1.2)


@dataclass(frozen=True)
class NewOperator:
    """Somebody to be entered; address: `sip:name@host[:port]` or E.164, the rest as in the table."""

    name: str
    address: str
    group: str
    languages: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    shift: str = ""
    agent: str = ""


def enter(db: Database, new: NewOperator, now: datetime) -> None:
    """Enter an operator, who is off; one of this name who was removed comes back with the old calls.

    Raises `OperatorRefused` when somebody there has the name, the address or the agent.
    """
    try:
        with db.write() as session:
            everybody = session.exec(select(Operator)).all()
            _check(new, [each for each in everybody if each.state_reason != REMOVED])
            back = next((each for each in everybody if _same(each.name, new.name)), None)
            if back is None:
                session.add(Operator(**_values(new, now)))
            else:
                back.sqlmodel_update(_values(new, now))
            session.flush()
    except IntegrityError:  # another command was faster by a moment
        raise OperatorRefused(f"Operator {new.name} has just been entered by somebody else.") from None


def listing(db: Database) -> list[Operator]:
    """Everybody who is there, by group and name."""
    with db.read() as session:
        return list(session.exec(select(Operator).where(THERE).order_by(Operator.group, Operator.name)))


def calls_since(db: Database, since: datetime) -> Mapping[int, int]:
    """By operator how many calls the phone has had since then."""
    wanted = select(OperatorCall.operator_id, func.count()).where(OperatorCall.started_at >= since)
    with db.read() as session:
        return dict(session.exec(wanted.group_by(col(OperatorCall.operator_id))).all())


def log_read_at(db: Database) -> datetime | None:
    """When a log of an inbound queue was last read; None: never."""
    wanted = select(LogPosition.read_at).order_by(col(LogPosition.read_at).desc())
    with db.read() as session:
        return session.exec(wanted).first()


def put(db: Database, name: str, state: OperatorState, now: datetime) -> Operator:
    """Put an operator on or off, or pause one; who is in a call ends it in peace. Raises `UnknownOperator`.

    Who is put on takes calls at once, whatever was missed or is said of a call of the inbound queue.
    """
    with db.write() as session:
        operator = _named(session, name)
        if state == "on":
            operator.misses, operator.queue_call, operator.free_at = 0, "", now
            if operator.state != "on":
                operator.idle_since = now
            wakeups.ring(session)
        operator.state_reason = "operator" if state == "paused" else ""
        operator.state, operator.changed_at = state, now
        return operator


def remove(db: Database, name: str, now: datetime) -> None:
    """Remove an operator; calls that were made stay in the figures, under the name.

    Raises `UnknownOperator`, or `OperatorRefused` for one who is in a call.
    """
    with db.write() as session:
        operator = _named(session, name)
        mine = select(OperatorCall.id).where(OperatorCall.operator_id == operator.id)
        if operator.held_by or session.exec(mine.where(OPEN_OPERATOR_CALL)).first() is not None:
            raise OperatorRefused(
                f"Operator {operator.name} is in a call: run dialer operators off {operator.name!r}, "
                "and remove it when the call has ended."
            )
        if session.exec(mine.limit(1)).first() is None:
            session.delete(operator)
            return
        operator.address, operator.agent, operator.queue_call = f"{REMOVED} {operator.id}", "", ""
        operator.state, operator.state_reason, operator.changed_at = "off", REMOVED, now


def _values(new: NewOperator, now: datetime) -> dict[str, Any]:
    fresh = {"state": "off", "state_reason": "", "misses": 0}
    since = dict.fromkeys(("changed_at", "idle_since", "free_at"), now)
    lists = {"languages": list(new.languages), "skills": list(new.skills)}
    return {**vars(new), **lists, **fresh, **since}


def _check(new: NewOperator, there: Sequence[Operator]) -> None:
    for other in there:
        if _same(other.name, new.name):
            raise OperatorRefused(
                f"There is an operator {other.name} already: remove it first, or choose another name."
            )
        if other.address.removesuffix(SIP_PORT) == new.address.removesuffix(SIP_PORT):
            raise OperatorRefused(
                f"Operator {other.name} has this address already: two operators need two phones."
            )
        if new.agent and other.agent and _one_agent(new.agent, other.agent):
            raise OperatorRefused(
                f"Operator {other.name} is agent {other.agent} of the queue already: name another agent, or "
                "put the name of the queue's log and a colon before both (--source of dialer queue)."
            )


def _one_agent(one: str, other: str) -> bool:
    """Whether both may be meant by one name in a log; `source:name` is only of that log."""
    return one == other or one.endswith(f":{other}") or other.endswith(f":{one}")


def _named(session: Session, name: str) -> Operator:
    """The operator as of now, this transaction's alone."""
    everybody = session.exec(select(Operator).where(THERE)).all()
    known = next((each for each in everybody if _same(each.name, name)), None)
    found = None if known is None else _locked(session, known.id)
    if found is None:
        raise UnknownOperator(f"There is no operator {name}: see dialer operators list.")
    return found


def _locked(session: Session, operator: int) -> Operator | None:
    return session.get(Operator, operator, with_for_update={"key_share": True}, populate_existing=True)


def _same(name: str, other: str) -> bool:
    return name.casefold() == other.casefold()
