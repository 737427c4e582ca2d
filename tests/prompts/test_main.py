"""One sentence to a file, from the command line."""

import re
from pathlib import Path

import pytest

from prompts.__main__ import main
from prompts.audio import read_wav


def test_speaks_to_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.wav"
    assert main(["Добрый день. Нажмите {key:1}.", "--language", "ru", "-o", str(path)]) == 0
    shown = capsys.readouterr().out
    assert "x.wav: " in shown
    assert re.search(r", \d\.\d s, -(19\.[5-9]|20\.[0-5]) dBFS$", shown.strip())
    assert read_wav(path.read_bytes()).seconds > 1.0


@pytest.mark.parametrize(
    ("words", "target", "told"),
    [
        ("Нажмите 1.", "x.wav", "no voice can say"),
        ("{name}", "x.wav", "no value"),
        ("Да.", "no/x.wav", "cannot be written"),
    ],
)
def test_failures_are_one_sentence_and_exit_code_1(
    words: str, target: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([words, "-o", str(tmp_path / target)]) == 1
    captured = capsys.readouterr()
    assert told in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""


def test_wrong_use_exits_with_2() -> None:
    with pytest.raises(SystemExit) as caught:
        main(["Hallo", "--language", "de"])
    assert caught.value.code == 2
