"""The same message again, another one under its control id, and messages that are mended."""

import hashlib
from concurrent.futures import wait
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from campaigns.intake.lab.result import Fault, LabReading, LabStatus, LabVerdict
from campaigns.models import Task
from campaigns.store import lab_messages
from campaigns.store.database import Database, open_database
from campaigns.store.together import Together
from tests.intake.lab.laboratory import CAMPAIGN, DESK, NOW, Laboratory, message, result

UNKNOWN = Fault("OBX-5", "is a result that lab-codes.yaml does not know: add it")
PATIENCE_SECONDS = 60


def test_the_same_message_gets_the_same_answer_and_changes_nothing(any_lab: Laboratory) -> None:
    reading = message(result("A"), result("B", "preliminary"))
    first, again = any_lab.send(reading), any_lab.send(reading)
    assert again == replace(first, again=True)
    assert [fate for _, fate, _ in again.fates] == ["queued", "held"]
    people, [kept], orders = any_lab.rows()
    assert (len(people), len(orders), kept.repeats) == (1, 2, 1)


def test_the_same_sent_again_with_another_time_is_the_same(lab: Laboratory) -> None:
    lab.send(message(result(), control_id="7"))
    lab.send(message(result("A", "final", 3), control_id="7", content=b"the same, MSH-7 is now"))
    assert (lab.messages()[0].repeats, lab.reasons()) == (1, [])


def test_a_counter_that_starts_again_sends_other_messages(lab: Laboratory) -> None:
    for name in ("A", "B", "C"):
        assert lab.send(message(result(name), control_id="1")).fates[0][1] == "queued"
    assert lab.send(message(result("A"), control_id="1", sender="OTHER|KAZAN")).fates[0][1] == "known"
    assert len(lab.messages()) == 4


@pytest.mark.parametrize(("status", "task_of"), [("final", "A"), ("preliminary", "")])
def test_another_content_under_its_control_id_is_for_a_human_once(
    lab: Laboratory, status: str, task_of: str
) -> None:
    first = replace(result(), status=status)  # type: ignore[arg-type]
    answer = lab.send(message(first, control_id="1"))
    other = message(replace(first, cells={**first.cells, "result": "positive"}), control_id="1")
    assert [lab.send(other), lab.send(other)] == [replace(answer, again=True)] * 2
    assert lab.reasons() == ["lab_message_changed"]
    [kept] = lab.messages()
    assert (kept.answer, kept.repeats, kept.content) == ("AA", 2, other.content)
    assert lab.contact() is None or lab.seen().fields["result"] == "negative"
    with lab.db.read() as session:
        [task] = session.exec(select(Task))
    assert task.urgency == "high"
    row = lab.contact()
    assert task.contact_id == (row.id if task_of and row else None)
    assert task.details == {"control_id": "1", "sender": "LAB|KAZAN"}


def test_what_cannot_be_mapped_is_kept_and_accepted_once_it_can(any_lab: Laboratory) -> None:
    unread = replace(message(result(result="??"), control_id="1", content=b"MSH|1"), faults=(UNKNOWN,))
    assert any_lab.send(unread) == LabVerdict("AE", (UNKNOWN,))
    assert any_lab.send(unread).answer == "AE"
    [kept] = lab_messages.kept(any_lab.db)
    assert (kept.content, kept.repeats, kept.faults) == (b"MSH|1", 1, str(UNKNOWN))
    mended = message(result(), control_id="1", content=b"MSH|1")
    assert any_lab.send(mended).fates[0][1] == "queued"
    assert lab_messages.kept(any_lab.db) == []
    assert any_lab.send(mended).answer == "AA"
    assert any_lab.send(unread).answer == "AA", "what was accepted stays so, whatever the mapping says later"
    assert (len(any_lab.messages()), len(any_lab.rows()[0]), any_lab.reasons()) == (1, 1, [])


def test_what_was_kept_is_run_again_after_newer_ones(lab: Laboratory) -> None:
    unread = message(result(minute=-9), control_id="1", content=b"old", faults=[UNKNOWN])
    lab.send(unread)
    lab.send(message(result("A", "corrected", -8, result="positive"), control_id="1"))
    assert lab.send(replace(unread, faults=())).fates[0][1] == "older"
    assert (lab.seen().fields["result"], lab.reasons()) == ("positive", [])
    assert lab.send(replace(unread, faults=())).answer == "AA"
    assert [kept.repeats for kept in lab.messages()] == [2, 0]


@pytest.mark.parametrize("named", [True, False])
def test_what_was_sent_again_mended_is_not_run_again(any_lab: Laboratory, named: bool) -> None:
    """Also where nothing of it could be read but its control id."""
    whole = message(result(result="positive"), control_id="1", content=b"as it came")
    unread = replace(whole, results=whole.results if named else (), faults=(UNKNOWN,))
    other = message(result("B"), control_id="1", content=b"of another")
    for kept in (unread, replace(other, faults=(UNKNOWN,))):
        any_lab.send(kept)
    assert any_lab.send(message(result(), control_id="1", content=b"mended")).fates[0][1] == "queued"
    left = [row.content for row in lab_messages.kept(any_lab.db)]
    assert left == [b"of another"] if named else left == [b"as it came", b"of another"]
    verdict = any_lab.send(whole)
    assert (verdict.answer, verdict.fates[0][1]) == ("AA", "queued")
    assert any_lab.seen().fields["result"] == "negative"
    assert [row.content for row in lab_messages.kept(any_lab.db)] == [b"of another"]
    assert any_lab.reasons() == []
    assert any_lab.send(other).fates[0][1] == "queued"


def test_what_was_kept_after_another_was_accepted_is_for_a_human(lab: Laboratory) -> None:
    lab.send(message(result(), control_id="1"))
    lab.after = timedelta(minutes=1)
    whole = message(result(result="positive"), control_id="1", content=b"later")
    lab.send(replace(whole, faults=(UNKNOWN,)))
    lab.send(message(result(), control_id="1"))
    assert [row.content for row in lab_messages.kept(lab.db)] == [b"later"]
    assert lab.send(whole).again
    assert (lab.seen().fields["result"], lab.reasons()) == ("negative", ["lab_message_changed"])
    assert lab_messages.kept(lab.db) == []


def test_a_message_of_many_long_numbers_is_known_again(any_lab: Laboratory) -> None:
    """Longer together than what PostgreSQL can index."""
    names = [hashlib.sha512(bytes([number])).hexdigest() for number in range(40)]
    for again in (False, True):
        assert any_lab.send(message(*map(result, names), control_id="1")).again == again


def test_a_result_that_became_final_under_its_control_id_is_called(lab: Laboratory) -> None:
    steps: list[tuple[LabStatus, str]] = [
        ("preliminary", "held"),
        ("final", "queued"),
        ("withdrawn", "cancelled"),
    ]
    for minute, (status, fate) in enumerate(steps, start=-5):
        reading = message(result("A", status, minute), control_id="1")
        assert lab.send(reading).fates[0][1] == fate
        assert lab.send(reading).again
    assert lab.reasons() == []


def test_two_that_cannot_be_read_are_both_kept(lab: Laboratory) -> None:
    for content in (b"one", b"two"):
        lab.send(replace(message(control_id="1", content=content), faults=(UNKNOWN,)))
    assert [kept.content for kept in lab_messages.kept(lab.db)] == [b"one", b"two"]
    [second] = lab_messages.kept(lab.db, after=lab.messages()[0].id)
    assert second.content == b"two"


def test_a_row_that_is_mended_under_its_control_id_is_judged_anew(lab: Laboratory) -> None:
    assert lab.send(message(result("A", "final", 0, "phone"), control_id="1")).answer == "AE"
    assert lab.send(message(result("A"), control_id="1")).answer == "AA"
    [kept] = lab.messages()
    assert (kept.answer, kept.content, kept.faults, kept.repeats) == ("AA", b"", "", 1)


def test_two_doors_at_once_enter_each_result_once(shared_db: Database) -> None:
    """Two nodes with the same messages, in opposite orders."""
    lab = Laboratory(shared_db)
    other = open_database(shared_db._reading.url.render_as_string(hide_password=False))
    readings = [message(result(f"P{number % 10}", minute=-number)) for number in range(30)]
    doors = [Together(shared_db), Together(other)]
    asked = [
        door.submit(lambda session, reading=each: _receive(session, reading))  # type: ignore[misc]
        for door, order in zip(doors, (readings, readings[::-1]), strict=True)
        for each in order
    ]
    wait(asked, PATIENCE_SECONDS)
    for door in doors:
        door.close()
    other.close()
    assert {one.result().answer for one in asked} == {"AA"}
    people, messages, orders = lab.rows()
    assert (len(people), len(orders), len(messages)) == (10, 10, 30)
    assert {message.repeats for message in messages} == {1}
    newest = {each.results[0].external_id: each.results[0].told_at for each in readings[:10]}
    assert {order.external_id: order.told_at for order in orders} == newest


def _receive(session: object, reading: LabReading) -> LabVerdict:
    return DESK.receive(session, CAMPAIGN, reading, "", NOW)  # type: ignore[arg-type]
