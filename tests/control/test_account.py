"""Accounts of whole lives of contacts."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from campaigns.control.account import Account, account_of
from campaigns.models import Campaign, Contact
from campaigns.rules import reasons
from campaigns.store import approvals, attempts, campaigns, changes, optouts
from campaigns.store.dossier import open_dossier
from dialer.fake import Patient
from tests.engine.world import COVID, HEARS_AND_MARKS, NUMBER, SURVEY, World

OTHER = "+79120000002"
HOUR = timedelta(hours=1)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path, {NUMBER: HEARS_AND_MARKS, OTHER: Patient(ends="no_answer")})
    yield world
    world.database.close()


def account(world: World, external_id: str = "A-1", campaign: str = COVID, readable: bool = True) -> Account:
    contact = world.contact(campaign, external_id)
    dossier = open_dossier(world.database, contact.id, world.clock.now())
    return account_of(dossier, world.scripts[campaign].policy if readable else None, world.clock.now())


def turn(world: World) -> str:
    """When the next call is due, which the jitter of the campaign moves by some minutes."""
    contact = world.contact(COVID, "A-1")
    assert contact.next_at is not None
    return reasons.clock(contact.next_at, contact.time_zone)


def test_a_call_that_went_well(world: World) -> None:
    world.queue(COVID, "A-1", NUMBER)
    world.launch(COVID)
    world.run_until_idle()
    told = account(world)
    assert told.head.startswith(
        "A-1 of covid-results, number +7…01, time zone Asia/Yekaterinburg, the clinic's, for neither row nor "
        "number says one; there it is Mon 2026-03-02 12:0"
    )
    assert told.present == [
        "It was closed as done on Mon 2026-03-02 12:00 there: nothing was left to do by telephone.",
        "What came of it: completed.",
    ]
    assert told.to_come == []
    [call] = told.calls
    assert call.head == "Call 1, Mon 2026-03-02 12:00 there, to +7…01"
    assert "on a working day with calling hours 09:00-20:00." in call.why[0]
    assert "ru-careful" in call.why[1]
    assert call.why[-1] == "It went through main: it was the only one."
    assert call.came_of_it[0] == "The phone rang; it ended: answered (completed); it used up an attempt."


def test_a_contact_that_is_called_again_at_its_second_number(world: World) -> None:
    world.queue(COVID, "A-1", OTHER, phones=(OTHER, NUMBER), zone_from="file")
    world.launch(COVID)
    world.run_until_idle()
    told = account(world)
    assert (
        "number +7…01 (the second of its 2 numbers), time zone Asia/Yekaterinburg, from its row" in told.head
    )
    assert told.present[0].startswith("The last call: nobody answered; 1 of 5 attempts are used.")
    assert told.to_come == [f"It is called from {turn(world)} there on, when a line is free."]
    assert told.calls[0].head.endswith("to +7…02 (the first of its 2 numbers)")
    assert told.calls[0].came_of_it[1].endswith(f"The next call was due on {turn(world)} there.")


def test_when_a_retry_falls_outside_the_calling_hours(world: World) -> None:
    world.clock.pass_seconds(7.5 * 3600)  # 19:30 there, and it is tried again after an hour
    world.queue(COVID, "A-1", OTHER)
    world.launch(COVID)
    world.run_until_idle()
    told = account(world)
    assert told.to_come[0] == f"Its turn comes on {turn(world)} there."
    assert told.to_come[1].startswith(
        f"By its campaign's rules as they stand: At {turn(world)} there it will be outside the calling hours"
    )
    assert told.to_come[2] == "It is called from Tue 2026-03-03 09:00 there on, when a line is free."


def test_without_its_campaigns_file_the_record_alone_is_told(world: World) -> None:
    world.queue(COVID, "A-1", NUMBER, not_before=world.clock.now() + HOUR)
    told = account(world, readable=False)
    assert told.present[0] == "It is not to be called before Mon 2026-03-02 13:00 there."
    assert told.to_come == [
        "It is looked at again on Mon 2026-03-02 13:00 there; its campaign's file cannot be read, so more is "
        "not known."
    ]


@pytest.mark.parametrize(
    ("hold", "said"),
    [
        (lambda world: None, "Its campaign was never launched: nobody in it is called meanwhile."),
        (
            lambda world: (
                world.launch(COVID),
                campaigns.move(world.database, COVID, "paused", world.clock.now(), "failures"),
            ),
            "Its campaign is paused since Mon 2026-03-02 12:00 there, by itself, because too many of its "
            "calls failed: nobody in it is called meanwhile.",
        ),
        (
            lambda world: (
                world.launch(COVID),
                campaigns.move(world.database, COVID, "stopped", world.clock.now()),
            ),
            "Its campaign is stopped since Mon 2026-03-02 12:00 there, by a supervisor: nobody in it is "
            "called meanwhile.",
        ),
        (
            lambda world: optouts.add(world.database, NUMBER, "command", world.clock.now(), COVID),
            "Its number +7…01 opted out of this campaign on Mon 2026-03-02 12:00 there, by command.",
        ),
    ],
)
def test_what_holds_a_contact_back(world: World, hold: object, said: str) -> None:
    world.queue(COVID, "A-1", NUMBER)
    assert callable(hold)
    hold(world)
    assert said in account(world).present


@pytest.mark.parametrize("to", ["draft", "paused", "stopped"])
def test_where_no_call_can_come_none_is_promised(world: World, to: str) -> None:
    world.queue(COVID, "A-1", NUMBER)
    world.queue(COVID, "A-2", OTHER, not_before=world.clock.now() + HOUR)
    if to != "draft":
        world.launch(COVID)
        campaigns.move(world.database, COVID, "paused" if to == "paused" else "stopped", world.clock.now())
    assert account(world).to_come == [
        "Its rules would allow a call now. Once its campaign runs, it would be called when a line is free."
    ]
    assert account(world, "A-2").to_come == [
        "Once its campaign runs, it would be called from Mon 2026-03-02 13:00 there on, when a line is free."
    ]


@pytest.mark.parametrize(("left", "said"), [(1, "after 1 more call."), (5, "after 5 more calls.")])
def test_that_only_the_first_calls_are_made_is_told(world: World, left: int, said: str) -> None:
    world.queue(COVID, "A-1", NUMBER)
    world.launch(COVID)
    with world.database.write() as session:
        session.get_one(Campaign, COVID).first_left = left
    assert account(world).present[-1] == f"Its campaign stops for an approval {said}"


def test_who_waits_behind_another_contact_of_the_same_number(world: World) -> None:
    world.queue(COVID, "A-1", NUMBER)
    world.queue(SURVEY, "B-1", NUMBER, fields={})
    world.launch(COVID, SURVEY)
    world.pass_once()
    told = account(world, "B-1", SURVEY)
    assert (
        "Its number is held by A-1 of covid-results: never two calls to one number at once." in told.present
    )


@pytest.mark.parametrize(
    ("close", "why"),
    [
        (
            lambda world: optouts.add(world.database, NUMBER, "key", world.clock.now()),
            "the number has opted out",
        ),
        (lambda world: world.clock.pass_seconds(3 * 3600), "its deadline passed"),
    ],
)
def test_why_a_contact_was_closed_without_a_call(world: World, close: object, why: str) -> None:
    world.queue(
        COVID, "A-1", NUMBER, deadline=world.clock.now() + 2 * HOUR, not_before=world.clock.now() + HOUR
    )
    world.launch(COVID)
    assert callable(close)
    close(world)
    world.pass_once()
    present = account(world).present[0]
    assert present.endswith(f"there: {why}.")
    assert account(world).calls == []


def test_a_contact_that_cannot_be_called_any_more_before_its_deadline(world: World) -> None:
    world.clock.pass_seconds(8.5 * 3600)  # 20:30 there
    world.queue(COVID, "A-1", NUMBER, deadline=world.clock.now() + 2 * HOUR)
    assert account(world).to_come == [
        "It is not called any more, but closed when its turn comes: it could not be called again before its "
        "deadline: the rules would have allowed that on Tue 2026-03-03 09:00 there."
    ]
    world.launch(COVID)
    world.pass_once()
    assert "it could not be called again before its deadline" in account(world).present[0]


def test_a_trunk_that_failed_and_changes(world: World) -> None:
    world.queue(COVID, "A-1", NUMBER)
    contact = world.contact(COVID, "A-1")
    with world.database.write() as session:
        row = session.get_one(Contact, contact.id)
        details = {"changed": "phone, result", "revision": "2", "state": "waiting"}
        changes.note(session, COVID, "corrected", world.clock.now(), details, row.id)
        changes.note(session, COVID, "some_new_kind", world.clock.now(), {"calls": "3"}, row.id)
    assert account(world).changes == [
        "Mon 2026-03-02 12:00: Corrected while it was waiting: phone, result (revision 2).",
        "Mon 2026-03-02 12:00: Some new kind: calls 3.",
    ]


def test_what_was_done_to_its_campaign(world: World) -> None:
    world.queue(COVID, "A-1", NUMBER)
    now, said = world.clock.now(), {"opening ru": "0123abcd"}
    approvals.launch(world.database, COVID, said, 3, now)
    campaigns.pause_running(world.database, COVID, "failures", now)
    approvals.approve(world.database, COVID, said, now)
    campaigns.move(world.database, COVID, "running", now)
    campaigns.move(world.database, COVID, "stopped", now)
    told = account(world)
    assert [line.removeprefix("Mon 2026-03-02 12:00: ") for line in told.changes] == [
        "Its campaign was set running.",
        "Its campaign was launched on trial; calls until it waits for an approval: 3.",
        "The texts of its campaign were approved.",
        "Its campaign was paused, by itself, because too many of its calls failed.",
        "The first calls of its campaign were approved.",
        "Its campaign was set running.",
        "Its campaign was stopped, by a supervisor.",
    ]
    assert told.as_json()["changes"] == told.changes


def test_an_attempt_from_before_grounds_were_kept(world: World) -> None:
    world.queue(COVID, "A-1", NUMBER)
    world.launch(COVID)
    world.run_until_idle()
    with world.database.write() as session:
        contact = world.contact(COVID, "A-1")
        [attempt] = attempts.of_contact(world.database, contact.id)
        row = session.get_one(type(attempt), attempt.id)
        row.grounds, row.decision, row.phone = {}, {}, ""
    [call] = account(world).calls
    assert call.why[0] == "What allowed it was not recorded: an older version placed it."
    assert call.head == "Call 1, Mon 2026-03-02 12:00 there"


def test_a_due_contact_is_told_of_its_operators(world: World) -> None:
    world.queue(COVID, "A-1", NUMBER)
    world.launch(COVID)
    dossier = open_dossier(world.database, world.contact(COVID, "A-1").id, world.clock.now())
    policy = world.scripts[COVID].policy
    assert account_of(dossier, policy, world.clock.now(), "Nobody.").to_come[-1] == "Nobody."
    done = replace(dossier, contact=Contact(**{**vars(dossier.contact), "next_at": None, "state": "done"}))
    assert "Nobody." not in account_of(done, policy, world.clock.now(), "Nobody.").to_come
