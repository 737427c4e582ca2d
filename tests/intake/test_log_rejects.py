"""Broken lines of logs, kept in the home."""

from pathlib import Path

from campaigns.intake.log_reading import Fault
from campaigns.intake.log_rejects import LONGEST_LINE, Kept, keep

LOG = Path("/var/log/asterisk/queue_log")


def test_lines_are_added_with_file_line_and_reason(tmp_path: Path) -> None:
    place = tmp_path / "rejects" / "queue_log.rejects.txt"
    for number in (7, 9):
        assert keep(tmp_path, LOG, [Fault(LOG, number, "it names no event", "1|2|3\n")]) == Kept(place)
    assert place.read_text() == "".join(f"{LOG}:{number}: it names no event: 1|2|3\n" for number in (7, 9))
    assert place.stat().st_mode & 0o777 == 0o600
    assert place.parent.stat().st_mode & 0o777 == 0o700


def test_what_would_garble_a_terminal_does_not(tmp_path: Path) -> None:
    keep(tmp_path, LOG, [Fault(LOG, 1, "why", "\x1b[2J\0" + "я" * (LONGEST_LINE * 2) + "\r\n")])
    (line,) = (tmp_path / "rejects" / "queue_log.rejects.txt").read_text().splitlines()
    assert line.startswith(f"{LOG}:1: why: ?[2J?я")
    assert len(line) < LONGEST_LINE + 100


def test_nothing_to_keep_leaves_no_file(tmp_path: Path) -> None:
    assert keep(tmp_path, LOG, []) == Kept(None)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_to_is_said(tmp_path: Path) -> None:
    (tmp_path / "rejects").write_text("a file stands in the way")
    kept = keep(tmp_path, LOG, [Fault(LOG, 1, "why", "x")])
    assert kept.path is None
    assert "could not be written" in kept.complaint
