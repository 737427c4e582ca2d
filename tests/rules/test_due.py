from datetime import UTC, datetime, time, timedelta

import pytest

from campaigns.rules.due import CallNow, Candidate, Close, Decision, Standing, WaitUntil, judge
from campaigns.rules.hours import Hours, Window
from campaigns.rules.policy import Policy

POLICY = Policy(3, {}, Hours(Window(time(9), time(20)), Window(time(10), time(18))))
ZONE = "Etc/GMT-5"  # five hours ahead of UTC
NOON = datetime(2026, 3, 4, 7, tzinfo=UTC)  # Wednesday 12:00 there
NIGHT = datetime(2026, 3, 4, 18, tzinfo=UTC)  # 23:00 there
MORNING = datetime(2026, 3, 5, 4, tzinfo=UTC)  # the next 09:00 there
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("contact", "now", "expected"),
    [
        (Candidate(ZONE), NOON, CallNow()),
        (Candidate(ZONE), NIGHT, WaitUntil(MORNING, "hours")),
        (Candidate(ZONE, delivered=True), NOON, Close("done", "delivered")),
        # not before
        (Candidate(ZONE, not_before=NOON + HOUR), NOON, WaitUntil(NOON + HOUR, "queued")),
        (Candidate(ZONE, not_before=NOON), NOON, CallNow()),
        (Candidate(ZONE, not_before=NOON - HOUR), NIGHT, WaitUntil(MORNING, "hours")),
        # the deadline
        (Candidate(ZONE, deadline=NOON), NOON, Close("exhausted", None)),
        (Candidate(ZONE, deadline=NOON, outcome="voicemail"), NOON, Close("exhausted", "voicemail")),
        (Candidate(ZONE, deadline=NOON + HOUR), NOON, CallNow()),
        (Candidate(ZONE, not_before=NOON + HOUR, deadline=NOON - HOUR), NOON, Close("exhausted", None)),
        # the hours do not open again before it
        (Candidate(ZONE, deadline=MORNING), NIGHT, Close("exhausted", None)),
        (Candidate(ZONE, deadline=MORNING - HOUR, outcome="hung_up"), NIGHT, Close("exhausted", "hung_up")),
        (Candidate(ZONE, deadline=MORNING + HOUR), NIGHT, WaitUntil(MORNING, "hours")),
    ],
)
def test_the_judgement(contact: Candidate, now: datetime, expected: Decision) -> None:
    assert judge(POLICY, contact, Standing(), now) == expected


@pytest.mark.parametrize("now", [NOON, NIGHT])
@pytest.mark.parametrize("delivered", [True, False])
def test_who_opted_out_is_closed_whatever_else_holds(now: datetime, delivered: bool) -> None:
    contact = Candidate(ZONE, not_before=NOON + HOUR, deadline=NOON - HOUR, delivered=delivered)
    assert judge(POLICY, contact, Standing(opted_out=True), now) == Close("done", "opted_out")


def test_every_wait_lies_in_the_future_and_ends() -> None:
    contact, now = Candidate("America/Sao_Paulo", not_before=NIGHT), NOON
    waits = 0
    while isinstance(decision := judge(POLICY, contact, Standing(), now), WaitUntil):
        assert decision.at > now
        now, waits = decision.at, waits + 1
        assert waits < 4
    assert decision == CallNow()
