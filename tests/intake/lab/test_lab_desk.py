"""One message after another: what is queued, corrected, cancelled, and what a human has to look at."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from campaigns.flows.owed import owed
from campaigns.intake.lab.result import Fault, LabStatus
from campaigns.store import campaigns, contacts, corrections
from campaigns.store.audit import audit
from campaigns.words import LabFate
from tests.intake.lab.laboratory import ANNA, CAMPAIGN, NOW, SCRIPT, Laboratory, message, result
from tests.store import invariants
from tests.store.people import COMPLETED, RETRY, no_tasks, person, take

POSITIVE: dict[str, Any] = {"result": "positive"}
HEARD_AND_HUNG_UP = replace(RETRY, outcome="partial")
TAKEN_BACK: tuple[LabStatus, ...] = ("withdrawn", "wrong_patient", "not_done")


def test_a_final_result_is_queued_for_whoever_sent_it(lab: Laboratory) -> None:
    verdict = lab.send(message(result("A"), sender="LAB|KAZAN"))
    row = lab.seen()
    assert (verdict.answer, verdict.faults) == ("AA", ())
    assert verdict.fates == (("A", "queued", row.id),)
    assert (row.phone, row.fields["result"], row.institution) == (ANNA["phone"], "negative", ANNA["clinic"])
    assert (row.queued_by, row.state, row.due) == ("LAB|KAZAN", "waiting", True)
    [kept] = lab.messages()
    assert (kept.answer, kept.content, kept.repeats) == ("AA", b"", 0)


@pytest.mark.parametrize("status", ["final", "preliminary", "withdrawn"])
def test_a_test_message_leaves_no_trace(lab: Laboratory, status: LabStatus) -> None:
    verdict = lab.send(message(result(status=status), test=True, faults=[Fault("OBX-5", "is blank")]))
    assert (verdict.answer, verdict.fates) == ("AA", (("A", "ignored", None),))
    assert lab.rows() == ([], [], [])


def test_a_message_of_other_tests_leaves_no_trace(lab: Laboratory) -> None:
    assert lab.send(replace(message(), ignored=3)).answer == "AA"
    assert lab.rows() == ([], [], [])


def test_a_preliminary_result_waits_until_it_is_final(lab: Laboratory) -> None:
    assert lab.says(status="preliminary", minute=-9) == "held"
    assert lab.contact() is None
    assert lab.says(status="preliminary", minute=-8, result="") == "held"
    assert lab.says(status="final", minute=-7) == "queued"
    assert lab.says(status="preliminary", minute=-8) == "older"
    assert lab.seen().state == "waiting"


@pytest.mark.parametrize(
    ("first", "second", "fate", "told"),
    [
        ({}, {}, "known", "negative"),
        ({}, POSITIVE, "corrected", "positive"),
        (POSITIVE, {"full_name": "Мария"}, "corrected", "negative"),
    ],
)
@pytest.mark.parametrize("status", ["final", "corrected"])
def test_what_comes_later_is_told(
    lab: Laboratory,
    status: LabStatus,
    first: dict[str, Any],
    second: dict[str, Any],
    fate: LabFate,
    told: str,
) -> None:
    lab.says(minute=-9, **first)
    assert lab.says(status=status, minute=-8, **second) == fate
    assert (lab.seen().state, lab.seen().fields["result"]) == ("waiting", told)
    assert lab.says(status="final", minute=-9, result="inconclusive") == "older"
    assert lab.seen().fields["result"] == told
    assert lab.reasons() == []


@pytest.mark.parametrize("status", TAKEN_BACK)
def test_who_is_not_called_yet_is_cancelled_and_no_doctor_hears_of_it(
    lab: Laboratory, status: LabStatus
) -> None:
    lab.says(minute=-9, **POSITIVE)
    assert lab.says(status=status, minute=-8) == "cancelled"
    assert lab.seen().state == "cancelled"
    assert lab.says(status="final", minute=-9, **POSITIVE) == "older"
    assert (lab.seen().state, lab.reasons()) == ("cancelled", [])
    assert audit(lab.db, {CAMPAIGN: owed(SCRIPT)}, NOW).clean
    invariants.check(lab.db)


@pytest.mark.parametrize("status", TAKEN_BACK)
def test_what_was_taken_back_before_it_came_is_not_queued(lab: Laboratory, status: LabStatus) -> None:
    assert lab.says(status=status, minute=-8) == "cancelled"
    assert lab.says(minute=-9) == "older"
    assert lab.contact() is None
    assert lab.says(minute=-7) == "queued"


@pytest.mark.parametrize("status", TAKEN_BACK)
def test_what_was_late_changes_nothing_where_all_was_told_at_once(lab: Laboratory, status: LabStatus) -> None:
    """A laboratory whose OBR-22 stands still: when it was sent tells, and then what it says."""
    first = result(minute=-9)
    said = replace(first, status=status, sent_at=first.sent_at + timedelta(seconds=2))
    lab.send(message(first))
    lab.send(message(said))
    for late in (first, replace(first, sent_at=said.sent_at)):
        assert lab.send(message(late)).fates[0][1] == "older"
    assert lab.seen().state == "cancelled"
    assert lab.send(message(replace(first, sent_at=NOW))).fates[0][1] == "queued"


@pytest.mark.parametrize("told_at", [None, NOW - timedelta(minutes=9)])
def test_a_preliminary_result_makes_no_other_older(lab: Laboratory, told_at: datetime | None) -> None:
    lab.send(message(result("A", "preliminary", -8)))
    final = replace(result(minute=-9), told_at=told_at)
    assert lab.send(message(final)).fates[0][1] == "queued"
    [order] = lab.rows()[2]
    assert (order.told_at, order.sent_at) == (told_at, final.sent_at)


@pytest.mark.parametrize("status", [*TAKEN_BACK, "preliminary"])
def test_what_is_issued_again_is_called(lab: Laboratory, status: LabStatus) -> None:
    lab.says(minute=-9)
    lab.says(status=status, minute=-8)
    campaigns.move(lab.db, CAMPAIGN, "running", NOW)
    campaigns.finish_done(lab.db, NOW)
    assert lab.says(minute=-7, **POSITIVE) == "queued"
    row = lab.seen()
    assert (row.state, row.due, row.closed_at, row.fields["result"]) == ("waiting", True, None, "positive")
    assert campaigns.state_of(lab.db, CAMPAIGN) == "running"
    invariants.check(lab.db)
    lab.call()
    assert lab.says(minute=-6, **POSITIVE) == "known"
    assert (lab.seen().state, lab.reasons()) == ("done", [])


@pytest.mark.parametrize(
    ("status", "cells", "expected"),
    [
        ("corrected", POSITIVE, ["corrected_after_told", "doctor_positive_result"]),
        ("withdrawn", {}, ["withdrawn_after_told"]),
        ("wrong_patient", {}, ["withdrawn_after_told"]),
        ("preliminary", {}, ["withdrawn_after_told"]),
    ],
)
@pytest.mark.parametrize("ending", [COMPLETED, HEARD_AND_HUNG_UP])
def test_who_was_told_is_never_called_anew_without_a_human(
    lab: Laboratory, status: LabStatus, cells: dict[str, Any], expected: list[str], ending: object
) -> None:
    lab.says(minute=-9)
    lab.call(ending=ending)  # type: ignore[arg-type]
    assert lab.says(status=status, minute=-8, **cells) == "told"
    lab.after = timedelta(days=1)
    assert (lab.reasons(), take(lab.db, 1, lab.now)) == (expected, [])
    assert lab.says(status=status, minute=-7, **cells) in ("told", "known")
    assert lab.reasons() == expected
    assert lab.says(minute=-6) in ("told", "known")
    assert take(lab.db, 1, lab.now) == []
    invariants.check(lab.db)


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize(
    ("status", "cells", "reason"),
    [
        ("corrected", POSITIVE, "corrected_after_told"),
        ("withdrawn", {}, "withdrawn_after_told"),
        ("preliminary", {}, "withdrawn_after_told"),
    ],
)
@pytest.mark.parametrize("over", [True, False])
def test_what_comes_during_the_call_is_settled_when_it_ends(
    lab: Laboratory, told: bool, status: LabStatus, cells: dict[str, Any], reason: str, over: bool
) -> None:
    lab.says(minute=-9)
    contact, attempt = lab.call(tells=told, ending=None)
    assert lab.says(status=status, minute=-8, **cells) in ("corrected", "cancelled", "held")
    lab.hang_up(contact, attempt, COMPLETED if over else HEARD_AND_HUNG_UP)
    lab.after = timedelta(days=1)
    due = [row.external_id for row in take(lab.db, 1, lab.now)]
    if told:
        assert (reason in lab.reasons(), due) == (True, [])
    else:
        assert due == (["A"] if status == "corrected" and not over else [])
    invariants.check(lab.db)


def test_what_is_taken_back_and_issued_again_during_the_call_goes_on(lab: Laboratory) -> None:
    lab.says(minute=-9)
    contact, attempt = lab.call(tells=False, ending=None)
    lab.says(status="withdrawn", minute=-8)
    assert lab.says(minute=-7) == "known"
    lab.hang_up(contact, attempt, RETRY)
    assert (lab.seen().state, lab.reasons()) == ("waiting", [])


def test_what_a_call_ended_after_the_withdrawal_is_called_once_it_is_issued_again(lab: Laboratory) -> None:
    lab.says(minute=-9)
    contact, attempt = lab.call(tells=False, ending=None)
    lab.says(status="withdrawn", minute=-8)
    lab.hang_up(contact, attempt, RETRY)
    assert lab.seen().state == "cancelled"
    assert lab.says(minute=-7) == "queued"
    invariants.check(lab.db)


def test_whom_a_person_cancelled_stays_cancelled(lab: Laboratory) -> None:
    lab.says(minute=-9)
    corrections.cancel(lab.db, CAMPAIGN, ["A"], NOW, no_tasks)
    lab.says(status="withdrawn", minute=-8)
    assert lab.says(minute=-7, **POSITIVE) == "corrected"
    assert lab.seen().state == "cancelled"


@pytest.mark.parametrize("deeds", ["cancel withdraw", "withdraw cancel", "withdraw hang_up cancel"])
@pytest.mark.parametrize("again", [{}, POSITIVE])
def test_whom_a_person_cancelled_during_the_call_stays_cancelled(
    lab: Laboratory, deeds: str, again: dict[str, Any]
) -> None:
    lab.says(minute=-9)
    contact, attempt = lab.call(tells=False, ending=None)
    for deed in deeds.split():
        match deed:
            case "cancel":
                corrections.cancel(lab.db, CAMPAIGN, ["A"], NOW, no_tasks)
            case "withdraw":
                lab.says(status="withdrawn", minute=-8)
            case _:
                lab.hang_up(contact, attempt, RETRY)
    assert lab.says(minute=-7, **again) in ("known", "corrected")
    if "hang_up" not in deeds:
        lab.hang_up(contact, attempt, RETRY)
    assert (lab.seen().state, take(lab.db, 1, lab.now + timedelta(days=1))) == ("cancelled", [])
    invariants.check(lab.db)


def test_all_results_of_a_message_or_none(lab: Laboratory) -> None:
    wrong = result("B", "final", 0, "phone")
    verdict = lab.send(message(result("A"), wrong, result("C", "withdrawn"), content=b"MSH|..."))
    assert (verdict.answer, verdict.fates) == ("AE", ())
    assert verdict.faults == (Fault("PID-13", "(phone) is blank"),)
    people, [kept], orders = lab.rows()
    assert (people, orders) == ([], [])
    assert (kept.answer, kept.content, kept.faults) == ("AE", b"MSH|...", "PID-13 (phone) is blank")
    right = message(result("A"), result("B"), result("C", "withdrawn"))
    assert [fate for _, fate, _ in lab.send(right).fates] == ["queued", "queued", "cancelled"]


@pytest.mark.parametrize(
    ("results", "fault"),
    [
        ([result(phone="12")], Fault("PID-13", "(phone) is no possible number")),
        ([result(clinic="")], Fault("", "clinic is blank")),
        ([result(" ")], Fault("OBR-3", "(external_id) is blank")),
        ([result(" ", "withdrawn")], Fault("OBR-3", "(external_id) is blank")),
        ([result(), result(result="positive")], None),
        ([result(deadline="2026-03-01")], None),
    ],
)
def test_what_is_wrong_is_said_with_its_place_and_without_a_value(
    lab: Laboratory, results: list[object], fault: Fault | None
) -> None:
    verdict = lab.send(message(*results))  # type: ignore[arg-type]
    assert (verdict.answer, len(verdict.faults)) == ("AE", 1)
    if fault is not None:
        assert verdict.faults[0].place == fault.place
        assert verdict.faults[0].sentence.split()[0] == fault.sentence.split()[0]
    assert not any(value and value in str(verdict.faults[0]) for value in ANNA.values())
    assert lab.contact() is None


def test_the_same_result_twice_in_a_message_is_one(lab: Laboratory) -> None:
    verdict = lab.send(message(result(), result(), result("B", minute=-9), result("B", **POSITIVE)))
    assert [name for name, _, _ in verdict.fates] == ["A", "B"]
    assert lab.seen("B").fields["result"] == "positive"


def test_two_laboratories_that_number_alike_do_not_move_each_others_patients(lab: Laboratory) -> None:
    lab.says()
    other = result(minute=1, full_name="Пётр Петров", phone="+79127654321")
    for status in ("final", "withdrawn"):
        verdict = lab.send(message(replace(other, status=status), sender="OTHER|OMSK"))
        assert (verdict.answer, verdict.faults[0].place) == ("AE", "OBR-3")
    assert (lab.seen().full_name, lab.seen().state) == (ANNA["full_name"], "waiting")
    lab.after = timedelta(minutes=5)
    assert lab.send(message(other)).fates[0][1] == "corrected"  # its own laboratory may


NOBODY = {"full_name": "", "phone": "", "birth_year": ""}


@pytest.mark.parametrize(
    ("cells", "answer"),
    [
        ({}, "AA"),
        ({"phone": "+79160000001"}, "AA"),
        ({"birth_year": ""}, "AA"),
        ({"full_name": "Анна  иванова", "phone": "8 912 123-45-67", "birth_year": "1990"}, "AA"),
        ({"full_name": "Мария Иванова"}, "AE"),  # of the same family, with the same phone
        ({"full_name": "Мария Иванова", "phone": "+79160000001"}, "AE"),
        ({"phone": "+79160000001", "birth_year": "1990"}, "AE"),
        ({"phone": "", "birth_year": ""}, "AE"),
        ({"full_name": ""}, "AE"),
        (NOBODY, "AE"),
    ],
)
@pytest.mark.parametrize("minute", [-8, -20])
def test_what_another_laboratory_says_counts_where_it_is_the_same_person(
    lab: Laboratory, cells: dict[str, str], answer: str, minute: int
) -> None:
    """And what is not of the same person is refused, not passed over as older."""
    lab.says(minute=-9)
    verdict = lab.send(message(result("A", "withdrawn", minute, **cells), sender="OTHER|OMSK"))
    assert verdict.answer == answer
    assert {fault.place for fault in verdict.faults} == ({"OBR-3"} if answer == "AE" else set())
    assert lab.seen().state == ("cancelled" if (answer, minute) == ("AA", -8) else "waiting")


@pytest.mark.parametrize(("first", "answer"), [("withdrawn", "AE"), ("preliminary", "AA")])
def test_what_another_laboratory_ended_before_it_came_silences_nobody(
    lab: Laboratory, first: LabStatus, answer: str
) -> None:
    lab.says(status=first, minute=-8)
    other = message(result("A", "final", -9), sender="OTHER|OMSK")
    assert lab.send(other).answer == answer


def test_what_a_laboratory_took_back_without_naming_its_patient_is_ended(lab: Laboratory) -> None:
    lab.says(minute=-9)
    assert lab.says(status="withdrawn", minute=-8, **NOBODY) == "cancelled"


def test_a_contact_of_a_file_is_corrected_and_keeps_its_owner(lab: Laboratory) -> None:
    contacts.add(lab.db, [person("A", CAMPAIGN, phone=ANNA["phone"], queued_by="registry")], NOW)
    assert lab.says(status="preliminary") == "older"
    assert lab.says() == "corrected"
    assert (lab.seen().queued_by, lab.seen().institution) == ("registry", ANNA["clinic"])


def test_a_laboratory_whose_clock_is_ahead_is_still_heard(lab: Laboratory) -> None:
    assert lab.says(minute=60 * 24 * 365) == "queued"
    lab.after = timedelta(minutes=2)
    assert lab.says(status="withdrawn", minute=1) == "cancelled"
