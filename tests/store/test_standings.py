"""What the rules are told of a number: its calls in every campaign; and caps kept in every transaction."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from campaigns.models import Attempt, Contact
from campaigns.rules.caps import LONGEST, WEEK, Caps, Ring
from campaigns.rules.due import Candidate, Decision, Standing, judge
from campaigns.rules.hours import Hours
from campaigns.rules.packs import Edition, Pack
from campaigns.rules.policy import Policy
from campaigns.rules.retries import Next
from campaigns.store import attempts, contacts, optouts
from campaigns.store.database import Database
from campaigns.store.standings import standing, standings
from campaigns.words import Outcome
from tests.store.people import ALL_DAY, HOUR, NOW, begun, finish, no_tasks, person, queue, seen, take

ZONE = "Asia/Yekaterinburg"
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
PHONE = "+71"
CAREFUL = Caps(1, 2, 8)


def ended(
    db: Database,
    contact: Contact,
    now: datetime,
    outcome: Outcome,
    *,
    rings: bool = True,
    answers: bool = False,
) -> None:
    """One call, over in a moment; afterwards the contact is due again."""
    attempt = begun(db, contact, now)
    if rings:
        attempts.rang(db, attempt, now)
    if answers:
        attempts.answered(db, attempt, now)
    finish(db, attempt, contact, Next("waiting", outcome, now, "retry", counted=True), now=now)


def rings_of(db: Database, external_id: str, campaign: str, now: datetime) -> tuple[Ring, ...]:
    with db.read() as session:
        return standing(session, seen(db, external_id, campaign), now).rings


def test_calls_of_every_campaign_that_rang_within_30_days_are_told(db: Database) -> None:
    queue(db, person("A", phone=PHONE), person("B", phone=PHONE, campaign="survey", time_zone="Asia/Omsk"))
    ended(db, take(db)[0], NOW, "voicemail", answers=True)
    ended(db, take(db, now=NOW + DAY)[0], NOW + DAY, "failed", rings=False)
    [contact] = take(db, now=NOW + 2 * DAY)
    attempts.rang(db, begun(db, contact, NOW + 2 * DAY), NOW + 2 * DAY)
    ids = {name: seen(db, name, campaign).id for name, campaign in (("A", "results"), ("B", "survey"))}
    rings = rings_of(db, "B", "survey", NOW + 2 * DAY)
    assert rings == (
        Ring(ids["A"], NOW, NOW, "machine", ZONE),
        Ring(contact.id, NOW + 2 * DAY, None, "", contact.time_zone),
    )
    assert [ring.at for ring in rings_of(db, "A", "results", NOW + LONGEST)] == [NOW + 2 * DAY]


@pytest.mark.parametrize(
    ("outcome", "answers", "met"),
    [
        ("voicemail", True, "machine"),
        ("failed", True, "abandoned"),  # somebody answered, and we had nothing to say
        ("failed", False, ""),
        ("unanswered", False, ""),
        ("silent", True, ""),
        ("partial", True, ""),
    ],
)
def test_what_a_call_met(db: Database, outcome: Outcome, answers: bool, met: str) -> None:
    queue(db, person("A", phone=PHONE))
    ended(db, take(db)[0], NOW, outcome, answers=answers)
    assert [ring.met for ring in rings_of(db, "A", "results", NOW)] == [met]


def test_an_opt_out_of_another_campaign_is_not_told(db: Database) -> None:
    queue(db, person("A", phone=PHONE), person("B", phone=PHONE, campaign="survey"))
    optouts.add(db, PHONE, "command", NOW, "survey")
    with db.read() as session:
        both = [seen(db, "A"), seen(db, "B", "survey")]
        assert [standings(session, both, NOW)[contact.id].opted_out for contact in both] == [False, True]


# ------------------------------------------------------------ caps, where calls are decided


def judge_at(now: datetime, caps: Caps = CAREFUL) -> Callable[[Contact, Standing], Decision]:
    pack = Pack("careful", "Careful", (Edition(date.min, caps=caps),))
    policy = Policy(20, {}, Hours(ALL_DAY, ALL_DAY, None), pack=pack)

    def ask(contact: Contact, standing: Standing) -> Decision:
        return judge(policy, Candidate(contact.time_zone, id=contact.id), standing, now)

    return ask


def capped(db: Database, now: datetime, limit: int = 10) -> list[Contact]:
    return contacts.take(db, limit, now, judge_at(now), no_tasks, seconds=60)


def capped_begin(db: Database, contact: Contact, now: datetime) -> int | None:
    return attempts.begin(db, contact.id, contact.token, "trunk", now, judge_at(now), None)


def test_a_number_that_rang_in_one_campaign_waits_in_the_other(db: Database) -> None:
    queue(db, person("A", phone=PHONE), person("B", phone=PHONE, campaign="survey"))
    [contact] = capped(db, NOW)
    attempt = capped_begin(db, contact, NOW)
    assert attempt is not None
    attempts.rang(db, attempt, NOW)
    finish(db, attempt, contact)
    assert capped(db, NOW + HOUR) == []
    waiting = seen(db, "B", "survey")
    assert (waiting.wait_reason, waiting.wait_grounds["cap"], waiting.wait_grounds["most"]) == (
        *("cap", "day", "1"),
    )
    midnight = datetime(2026, 3, 3, tzinfo=ZoneInfo(waiting.time_zone))
    assert waiting.next_at == midnight
    assert len(capped(db, midnight)) == 1


def test_a_cap_that_is_reached_after_the_contact_was_taken_holds_at_dialling(db: Database) -> None:
    """The call to the other number of A's is what rings in between: the phone they share is asked again."""
    queue(db, person("A", phone=PHONE), person("B", phone="+72", campaign="survey"))
    taken = {contact.external_id: contact for contact in capped(db, NOW)}
    attempt = capped_begin(db, taken["B"], NOW)
    assert attempt is not None
    with db.write() as session:  # as if it had been a call to A's number
        row = session.get_one(Attempt, attempt)
        row.phone, row.rang_at = PHONE, NOW
    assert capped_begin(db, taken["A"], NOW) is None
    assert (seen(db).wait_reason, seen(db).leased) == ("cap", False)


def test_a_cap_holds_after_a_fail_over(db: Database) -> None:
    queue(db, person("A", phone=PHONE))
    [contact] = capped(db, NOW)
    attempt = capped_begin(db, contact, NOW)
    assert attempt is not None
    attempts.rang(db, attempt, NOW)
    moved = attempts.fail_over(db, attempt, contact.token, "congestion", 503, NOW)
    assert moved is not None
    assert capped_begin(db, moved, NOW) is None
    assert seen(db).wait_reason == "cap"


@pytest.mark.parametrize("seed", range(4))
def test_no_number_rings_past_a_cap_whatever_happens(db: Database, seed: int) -> None:
    """Contacts of one number in two zones and three campaigns; calls ring, fail over, or are not heard of."""
    draw = random.Random(seed)
    zones = {"A": ZONE, "B": "Europe/Kaliningrad", "C": ZONE}
    people = [person(name, phone=PHONE, time_zone=zone) for name, zone in zones.items()]
    queue(db, *(replace(one, campaign=f"c{index}") for index, one in enumerate(people)))
    now, rang = NOW, list[tuple[datetime, str]]()
    for _ in range(100):
        now += timedelta(seconds=draw.choice([60, 3600, 20_000, 90_000]))
        for contact in capped(db, now):
            attempt = capped_begin(db, contact, now)
            assert attempt is not None
            if draw.random() < 0.3:
                moved = attempts.fail_over(db, attempt, contact.token, "congestion", 503, now)
                assert moved is not None
                contact, attempt = moved, capped_begin(db, moved, now)
                assert attempt is not None
            if draw.random() < 0.7:
                attempts.rang(db, attempt, now)
                rang.append((now, contact.time_zone))
            again = Next("waiting", "unanswered", now + 600 * SECOND, "retry", counted=False)
            finish(db, attempt, contact, again, now=now)
    assert len(rang) > 4
    for at, zone in rang:
        days = [other.astimezone(ZoneInfo(zone)).date() for other, _ in rang]
        assert days.count(at.astimezone(ZoneInfo(zone)).date()) == 1
        assert sum(at - WEEK < other <= at for other, _ in rang) <= 2
        assert sum(at - LONGEST < other <= at for other, _ in rang) <= 8
