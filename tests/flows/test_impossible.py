"""Rules that read well and never come to anything are told with their line."""

from pathlib import Path

import pytest

from campaigns.flows.complaints import ScriptError
from campaigns.flows.packs import load_pack
from tests.flows.scripts import faults, line_of, spoiled
from tests.flows.test_packs import write

HOURS = '  hours: {weekdays: "9:00-20:00", weekends: "10:00-18:00", holidays: RU}\n'
WAITS = "  retry_after: {busy: 10 min, hung_up: 1 h}\n"


@pytest.mark.parametrize(
    ("weekdays", "weekends", "sentence"),
    [
        (
            "5:00-8:00",
            "10:00-18:00",
            "the calling hours of weekdays never open: ru-careful since ",
        ),
        ("9:00-20:00", "20:00-22:00", "the calling hours of weekends never open: ru-careful since "),
        ("5:00-8:00", "20:00-22:00", "the calling hours never open: ru-careful since "),
        ("5:00-8:00", "none", "the calling hours never open: ru-careful since "),
    ],
)
def test_hours_that_the_pack_shuts(tmp_path: Path, weekdays: str, weekends: str, sentence: str) -> None:
    hours = f'  hours: {{weekdays: "{weekdays}", weekends: "{weekends}", holidays: RU}}\n'.replace(
        '"none"', "none"
    )
    text = spoiled((HOURS, f"{hours}  rules: ru-careful\n"))
    found = faults(tmp_path, text)
    assert [line for line, _ in found] == [line_of(text, "  hours:")] * 2
    assert all(told.startswith(sentence) for _, told in found)
    assert found[0][1].endswith("weekdays 08:00-22:00, weekends 09:00-20:00")


def test_hours_that_the_pack_narrows_are_right(tmp_path: Path) -> None:
    hours = '  hours: {weekdays: "6:00-9:00", weekends: none}\n  rules: ru-careful\n'
    assert faults(tmp_path, spoiled((HOURS, hours))) == []


@pytest.mark.parametrize(
    ("busy", "jitter", "sentence"),
    [
        ("2 days", "", "busy: the first wait can never end in a call, the deadline is 2 days after queueing"),
        ("[1 day, 1 day]", "", "busy: the second wait can never end in a call"),
        ("2 days", "  jitter: 20 %\n", ""),
        ("3 days", "  jitter: 20 %\n", "busy: the first wait can never end in a call"),
        ("[1 day, 23 h]", "", ""),
    ],
)
def test_a_retry_after_the_deadline(tmp_path: Path, busy: str, jitter: str, sentence: str) -> None:
    text = spoiled((WAITS, f"  retry_after:\n    hung_up: 1 h\n    busy: {busy}\n{jitter}"))
    found = faults(tmp_path, text)
    assert [line for line, _ in found] == ([line_of(text, "    busy:")] if sentence else [])
    assert all(told.startswith(sentence) for _, told in found)


def test_a_pack_that_has_not_begun_is_refused(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        ("since: 2026-01-01\n    until: 2026-05-31", "since: 2098-01-01"),
        ("since: 2026-06-01", "since: 2099-06-01"),
    )
    with pytest.raises(ScriptError) as raised:
        load_pack(path)
    [complaint] = raised.value.complaints
    assert complaint.line == 4
    assert "no edition holds today" in complaint.sentence
    assert "the first one begins on 2098-01-01" in complaint.sentence
