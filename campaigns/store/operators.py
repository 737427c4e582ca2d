"""Operators and the calls of their phones: one is seized, hears, takes, talks, and is released.

An operator is seized in the transaction that sees that nobody else has: `held_by` and an open `OperatorCall`
come and go together. Whoever locks a call and its operator locks them in this order.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from campaigns.models import OPEN_OPERATOR_CALL, Node, Operator, OperatorCall
from campaigns.rules.operators import (
    BREATH,
    MISSES_BEFORE_PAUSE,
    ON_ANOTHER_CALL,
    VAIN_BEFORE_NOTICE,
    Wanted,
    first_of,
    hindrance,
    is_miss,
    rest_after,
)
from campaigns.store.database import Database
from campaigns.words import ConnectMode, OperatorCallResult

IN_VAIN = ("busy", "refused")
BEHIND_THE_PHONE = ("failed", "patient_gone")
"""Results that say nothing of what the phone does with calls."""
REMOVED = "removed"
"""The `state_reason` of an operator who is gone, and whose calls are still counted."""

THERE = col(Operator.state_reason) != REMOVED
_AT_HAND = (Operator.state == "on", Operator.held_by == "", Operator.queue_call == "")


@dataclass(frozen=True)
class Seat:
    """An operator who is held; `call`: id of the OperatorCall, `trunk`: the one that leads to `address`."""

    call: int
    operator: int
    name: str
    address: str
    group: str
    trunk: str


def seize(
    db: Database,
    wanted: Wanted,
    contact_id: int,
    campaign: str,
    mode: ConnectMode,
    attempt_id: int | None,
    trunk_of: Mapping[str, str],
    node: str,
    now: datetime,
    zone: str,
    tried: Collection[int] = (),
) -> Seat | None:
    """Hold the operator who is next for this contact; None: nobody suitable is free.

    In the order of `wanted.groups`, within one who has been idle the longest. trunk_of: by group the trunk to
    its phones, only those that take calls now (`rules.operators.trunks_now`). zone: IANA, of the shifts.
    tried: ids of operators who are not to be asked (again). Two engines never hold the same one.
    """
    with db.write() as session:
        for found in _free(session, [wanted], trunk_of, now, zone):
            if found.id in tried:
                continue
            mine = _locked(session, found.id)
            if mine is None or hindrance(mine, now, zone, wanted):  # another engine was faster
                continue
            mine.held_by = node
            call = OperatorCall(
                operator_id=mine.id,
                contact_id=contact_id,
                attempt_id=attempt_id,
                campaign=campaign,
                mode=mode,
                trunk=trunk_of[mine.group],
                node=node,
                started_at=now,
            )
            session.add(call)
            session.flush()
            return Seat(call.id, mine.id, mine.name, mine.address, mine.group, call.trunk)
    return None


def free(
    db: Database, wanted: Collection[Wanted], trunk_of: Mapping[str, str], now: datetime, zone: str
) -> int:
    """How many operators could be seized now for at least one of these."""
    with db.read() as session:
        return len(_free(session, wanted, trunk_of, now, zone))


def registered(db: Database) -> int:
    """How many operators there are, at work or not."""
    with db.read() as session:
        return session.exec(select(func.count()).select_from(Operator).where(THERE)).one()


def open_calls(db: Database, node: str) -> list[OperatorCall]:
    """The calls of operators' phones that this engine has not ended, the oldest first."""
    wanted = select(OperatorCall).where(OPEN_OPERATOR_CALL, OperatorCall.node == node)
    with db.read() as session:
        return list(session.exec(wanted.order_by(col(OperatorCall.id))))


def answered(db: Database, call: int, now: datetime) -> None:
    """The phone was answered, by a person or by a machine."""
    with db.write() as session:
        held = _held(session, call)
        if held is not None:
            held.answered_at = held.answered_at or now


def taken(db: Database, call: int, now: datetime) -> None:
    """The operator pressed 1: whatever the phone missed before counts no more."""
    with db.write() as session:
        held = _held(session, call)
        if held is not None and held.taken_at is None:
            held.taken_at = now
            _operator_of(session, held).misses = 0


def began(db: Database, call: int, attempt_id: int) -> None:
    """The patient is called for this operator, by this attempt."""
    with db.write() as session:
        held = _held(session, call)
        if held is not None:
            held.attempt_id = attempt_id


def bridged(db: Database, call: int, attempt_id: int, now: datetime) -> None:
    """The two hear each other; what that means for the contact stands with the attempt."""
    with db.write() as session:
        held = _held(session, call)
        if held is not None:
            held.attempt_id = attempt_id
            held.bridged_at = held.bridged_at or now


def unjoined(db: Database, attempt_id: int) -> bool:
    """Whether an operator had taken this attempt's call when the engine died, and was not joined with it."""
    taken = col(OperatorCall.taken_at).is_not(None) & col(OperatorCall.bridged_at).is_(None)
    lost = OPEN_OPERATOR_CALL | (col(OperatorCall.cause) == "line_lost")
    with db.read() as session:
        of_attempt = select(OperatorCall.id).where(OperatorCall.attempt_id == attempt_id, taken, lost)
        return session.exec(of_attempt.limit(1)).first() is not None


def release(
    db: Database,
    call: int,
    result: OperatorCallResult,
    now: datetime,
    wrap_up: timedelta,
    talk_seconds: float = 0.0,
    cause: str | None = None,
    sip_status: int | None = None,
    *,
    trunk_failed: bool = False,
) -> str | None:
    """The call of an operator's phone is over; a notice for the supervisor, if there is one. Idempotent.

    The operator rests (`rules.operators.rest_after`) and goes to the end of the line. After two misses in a
    row the operator is paused. trunk_failed: it was the way to the phone (`dialer.endings.trunk_failed`), for
    which no operator is paused or told of; nor for a line of our own that was lost.
    """
    with db.write() as session:
        held = _held(session, call)
        if held is None:
            return None
        _close(held, result, now, talk_seconds, cause, sip_status)
        operator = _operator_of(session, held)
        _let_go(operator, now, rest_after(result, wrap_up))
        was_answered, not_the_phone = held.answered_at is not None, trunk_failed or cause == "line_lost"
        if is_miss(result, was_answered, not_the_phone):
            return _missed(operator, now, result if was_answered else cause or result)
        if result == "refused" and was_answered:
            operator.misses = 0  # somebody is there
        if result in IN_VAIN and not trunk_failed:
            return _in_vain(session, operator)
    return None


def give_back(db: Database, call: int) -> None:
    """Nobody was dialled after all: the operator is free and as long idle as before; idempotent."""
    with db.write() as session:
        held = _held(session, call)
        if held is not None:
            _operator_of(session, held).held_by = ""
            session.delete(held)


def recover(db: Database, node: str, now: datetime) -> int:
    """Close what an engine of this name that is gone left open; how many calls. On SQLite: of any name.

    Only one engine works on a file of SQLite, so what another name left there is nobody's any more.

    Who was bridged then has talked until the engine was last heard of, at least, and may talk still: a line
    process keeps bridged pairs. The others' calls were lost with their lines, which nobody is blamed for.
    """
    return _recover(db, OperatorCall.node == node if db.shared else True, now)


def recover_dead(db: Database, silent_since: datetime, now: datetime) -> int:
    """The same for every engine that was not heard of since then; several may do it at once."""
    dead = select(Node.name).where(col(Node.beat_at) <= silent_since)
    return _recover(db, col(OperatorCall.node).in_(dead), now)


def _recover(db: Database, whose: ColumnElement[bool] | bool, now: datetime) -> int:
    with db.write() as session:
        wanted = select(OperatorCall).where(OPEN_OPERATOR_CALL, whose).order_by(col(OperatorCall.id))
        lost = session.exec(wanted.with_for_update(key_share=True, skip_locked=True)).all()
        for held in lost:
            engine = session.get(Node, held.node)
            operator = _operator_of(session, held)
            if held.bridged_at is None:
                _close(held, "failed", now, 0.0, "line_lost", None)
                _let_go(operator, now, BREATH)
            else:
                heard = now if engine is None else min(now, engine.beat_at)
                talk = max(0.0, (heard - held.bridged_at).total_seconds())
                _close(held, "talked", now, talk, None, None)
                _let_go(operator, now, ON_ANOTHER_CALL)
        return len(lost)


def _free(
    session: Session,
    wanted: Collection[Wanted],
    trunk_of: Mapping[str, str],
    now: datetime,
    zone: str,
) -> list[Operator]:
    """Who suits one of these and is free, in the order of the groups of the first of them."""
    at_hand = session.exec(select(Operator).where(*_AT_HAND, col(Operator.group).in_(list(trunk_of)))).all()
    suitable = [each for each in at_hand if any(not hindrance(each, now, zone, one) for one in wanted)]
    return first_of(suitable, next((one.groups for one in wanted), ()))


def _locked(session: Session, operator: int) -> Operator | None:
    """The operator as of now, this transaction's alone; None: no longer at hand, or another's."""
    wanted = select(Operator).where(Operator.id == operator, *_AT_HAND)
    locking = wanted.with_for_update(skip_locked=True, key_share=True)
    return session.exec(locking.execution_options(populate_existing=True)).first()


def _held(session: Session, call: int) -> OperatorCall | None:
    """An open call, this transaction's alone."""
    wanted = select(OperatorCall).where(OperatorCall.id == call, OPEN_OPERATOR_CALL)
    return session.exec(wanted.with_for_update(key_share=True)).first()


def _operator_of(session: Session, held: OperatorCall) -> Operator:
    wanted = select(Operator).where(Operator.id == held.operator_id)
    return session.exec(wanted.with_for_update(key_share=True)).one()


def _close(
    held: OperatorCall,
    result: OperatorCallResult,
    now: datetime,
    talk_seconds: float,
    cause: str | None,
    sip_status: int | None,
) -> None:
    held.ended_at, held.result, held.talk_seconds = now, result, talk_seconds
    held.cause, held.sip_status = cause, sip_status


def _let_go(operator: Operator, now: datetime, rest: timedelta) -> None:
    operator.held_by, operator.idle_since, operator.free_at = "", now, now + rest


def _missed(operator: Operator, now: datetime, why: str) -> str | None:
    operator.misses += 1
    if operator.misses < MISSES_BEFORE_PAUSE or operator.state != "on":
        return None
    operator.state, operator.state_reason, operator.changed_at = "paused", "no_answer", now
    last = "answered, but nobody pressed 1" if why == "not_taken" else why.replace("_", " ")
    return (
        f"Operator {operator.name} is paused: nobody took {operator.misses} calls in a row, "
        f"the last: {last}. Back with: dialer operators on {operator.name!r}."
    )


def _in_vain(session: Session, operator: Operator) -> str | None:
    """A phone that is never anything but busy, or refuses, is told of; only its owner can help."""
    session.flush()
    wanted = select(OperatorCall.result).where(
        OperatorCall.operator_id == operator.id, col(OperatorCall.result).not_in(BEHIND_THE_PHONE)
    )
    last = session.exec(wanted.order_by(col(OperatorCall.id).desc()).limit(10 * VAIN_BEFORE_NOTICE)).all()
    run = next((place for place, result in enumerate(last) if result not in IN_VAIN), len(last))
    if not run or run % VAIN_BEFORE_NOTICE:
        return None
    return (
        f"The phone of operator {operator.name} was busy or refused {run} times in a row: see whether it "
        f"rejects every call, or pause it with: dialer operators pause {operator.name!r}."
    )
