"""What the doctor says of what other systems were not told."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from campaigns.doctor.outbox import findings, outbox
from campaigns.settings import Home, SettingsFile
from campaigns.store.outbox_desk import Standing

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def standing(waiting: int, dead: int, minutes: int | None) -> Standing:
    oldest = None if minutes is None else NOW - timedelta(minutes=minutes)
    return Standing("registry", waiting, dead, 7, oldest, "")


@pytest.mark.parametrize(
    ("one", "known", "verdict", "sentence"),
    [
        (standing(0, 0, None), True, "right", "Nothing is given up"),
        (standing(5, 0, 59), True, "right", "nothing has waited for an hour"),
        (standing(5, 0, 61), True, "doubtful", "not told 5 things yet, the oldest since 2026-03-02 10:59"),
        (standing(5, 2, 5), True, "doubtful", "not told 7 things, the oldest since 2026-03-02 11:55 UTC"),
        (standing(0, 2, 5), False, "doubtful", "run dialer outbox drop --receiver 'registry' --note WHY"),
        (standing(0, 0, None), False, "right", "Nothing is given up"),
    ],
)
def test_a_receiver(one: Standing, known: bool, verdict: str, sentence: str) -> None:
    [found] = findings([one], ["registry"] if known else [], NOW)
    assert (found.what, found.verdict) == ("outbox", verdict)
    assert sentence in found.sentence


def test_where_nobody_is_told_anything_nothing_is_said(tmp_path: Path) -> None:
    file = SettingsFile.model_validate({"trunks": ({"name": "main", "uri": "sip:127.0.0.1"},)})
    assert list(findings([], [], NOW)) == list(outbox(Home(tmp_path, file))) == []
