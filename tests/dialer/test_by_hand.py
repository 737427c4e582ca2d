import wave
from pathlib import Path

import pytest

from dialer.__main__ import main
from tests.contract.lines_under_test import write_prompt
from tests.dialer.peer import Behaviour, Peer

PEOPLE = {"+71": Behaviour(keys=[(0.2, "1")]), "+72": Behaviour(status=486), "+73": Behaviour()}


@pytest.fixture
def uri() -> object:
    with Peer(PEOPLE.__getitem__) as peer:
        yield peer.uri


def test_a_call_by_hand_plays_collects_records_and_tells(
    uri: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prompt, record = write_prompt(tmp_path / "a.wav"), tmp_path / "r.wav"
    assert main([uri, "+71", "--play", str(prompt), "--keys", "1", "--record", str(record)]) == 0
    printed = capsys.readouterr().out
    for told in ("Ringing(", "Answered(", "Played(", "keys='1'", "cause='answered'"):
        assert told in printed
    with wave.open(str(record)) as file:
        assert file.getnframes() > 0


def test_without_keys_it_hangs_up_after_the_last_prompt(
    uri: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prompt = str(write_prompt(tmp_path / "a.wav", 0.2))
    assert main([uri, "+73", "--play", prompt, "--play", prompt]) == 0
    assert capsys.readouterr().out.count("finished=True") == 2


def test_a_call_that_is_not_answered_is_exit_code_one(uri: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([uri, "+72"]) == 1
    assert "cause='busy'" in capsys.readouterr().out


def test_a_bad_trunk_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tel:112", "+71"]) == 1
    assert capsys.readouterr().err.startswith("Trunk 'by-hand': its uri is not of the form sip:host")
