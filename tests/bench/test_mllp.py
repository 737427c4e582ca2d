"""What `bench mllp` sends can be read, and its table says when something was lost."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench import hl7_load, mllp
from bench.http_load import Answered, Load
from campaigns.intake.hl7_v2.message import read_hl7
from campaigns.intake.lab.codes import lab_codes
from campaigns.intake.rows import IntakeDefaults


def test_each_message_is_a_result_of_its_own(tmp_path: Path) -> None:
    codes, now = lab_codes(tmp_path / "lab-codes.yaml"), datetime.now(UTC)
    phones = set()
    for number in (1, 2, 99_999_999):
        block = hl7_load.message(number)
        assert (block[:1], block[-2:]) == (b"\x0b", b"\x1c\r")
        reading = read_hl7(block[1:-2], codes, IntakeDefaults("RU", "Europe/Moscow"), now).reading
        assert reading is not None
        [result] = reading.results
        assert (reading.faults, result.external_id, result.cells["result"]) == ((), f"S{number}", "negative")
        phones.add(result.cells["phone"])
    assert len(phones) == 3


@pytest.mark.parametrize(
    ("senders", "statuses", "seconds", "met"),
    [
        (50, [0] * 1000, 2.0, True),
        (50, [0] * 999, 2.0, False),
        (50, [0] * 1000 + [1], 2.0, False),
        (1, [0], 2.0, True),
    ],
)
def test_the_aim_is_for_many_and_for_answers_that_accept(
    senders: int, statuses: list[int], seconds: float, met: bool
) -> None:
    load = Load([Answered(status, 0.01, b"") for status in statuses], seconds)
    assert mllp.load_row("sqlite", senders, load, 1.0)[3] is met
