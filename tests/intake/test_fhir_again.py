"""Reports that were kept, or came late: what was said since then holds."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from campaigns.intake.fhir.reading import read_fhir
from campaigns.intake.hl7_v2.file import Hl7Intake
from campaigns.intake.lab.codes import lab_codes
from campaigns.intake.lab.desk import LabDesk
from campaigns.intake.rows import IntakeDefaults
from campaigns.store.database import open_database
from campaigns.words import LabFate
from tests import ready
from tests.intake.fhir_reading import desk
from tests.intake.lab_reports import Resource, as_bytes, observation, report

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
DEFAULTS = IntakeDefaults("RU", "Asia/Yekaterinburg")


class Home:
    """A home that takes reports one after another, each a minute after the one before it."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._now = folder, NOW
        url = f"sqlite:///{folder / 'dialer.db'}"
        ready.fresh_database(url)
        self.db = open_database(url)
        self._lab_desk = LabDesk(ready.shipped_scripts().__getitem__, DEFAULTS)

    def takes(self, made: Resource) -> str:
        self._now += timedelta(minutes=1)
        held = desk(now=self._now)
        reading = read_fhir(as_bytes(made), None, "lab", held).reading
        with self.db.write() as session:
            verdict = self._lab_desk.receive(session, "covid-results", reading, "lab", self._now)
        return verdict.fates[0][1] if verdict.answer == "AA" else verdict.answer

    def again(self) -> list[LabFate]:
        codes = lab_codes(self._folder / "lab-codes.yaml")
        intake = Hl7Intake(self.db, self._lab_desk, "covid-results", codes, DEFAULTS)
        verdicts = intake.again(self._now + timedelta(hours=1))
        return [fate for _, verdict in verdicts for _, fate, _ in verdict.fates]


def unknown(**changes: object) -> Resource:
    made = report(**changes)
    observation(made)["valueCodeableConcept"] = {"text": "плюс"}
    return made


@pytest.mark.parametrize("issued", [None, "2026-03-02T08:00:00Z"])
def test_a_report_that_was_kept_does_not_undo_what_was_said_since_then(
    tmp_path: Path, issued: str | None
) -> None:
    home = Home(tmp_path)
    assert home.takes(unknown(issued=issued)) == "AE"
    assert home.takes(report(issued=issued, status="corrected")) == "queued"
    (tmp_path / "lab-codes.yaml").write_text("results: {positive: {words: [плюс]}}", encoding="utf-8")
    assert home.again() == ["older"]
    home.db.close()


@pytest.mark.parametrize("first", ["corrected", "entered-in-error", "cancelled"])
@pytest.mark.parametrize("late", ["final", "preliminary"])
def test_a_report_that_comes_late_changes_nothing_of_the_same_issue(
    tmp_path: Path, first: str, late: str
) -> None:
    home = Home(tmp_path)
    assert home.takes(report(status=first)) in ("queued", "cancelled")
    assert home.takes(report(status=late, effectiveDateTime="2026-02-28")) == "older"
    home.db.close()
