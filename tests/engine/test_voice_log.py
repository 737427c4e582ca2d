"""Complaints of voices are plain sentences, each once."""

import logging

import pytest

from campaigns.engine.voice_log import voices_told

LOG = logging.getLogger("prompts.somewhere")
FAILED = "engine_failed engine=%s reason=%r"
AWAY = "gTTS gave no answer: is the network there?"


@pytest.mark.parametrize(
    ("line", "values", "sentence"),
    [
        (FAILED, ("gtts", AWAY), f"The next voice speaks for gtts: {AWAY}"),
        (FAILED, ("piper", "It raised KeyError."), "The next voice speaks for piper: it raised KeyError."),
        (
            "pack_damaged folder=%s",
            ("/p",),
            "The voice pack in /p is damaged and is not used: install it again.",
        ),
        (
            "recordings_unused folder=%s count=%d reason=%r",
            ("/r", 2, "a.wav is cut"),
            "2 recordings, or lines of phrases.csv, in /r are of no use: ask the doctor why.",
        ),
        ("anything else", (), "A voice complains: anything else"),
    ],
)
def test_a_complaint_is_a_sentence(line: str, values: tuple[object, ...], sentence: str) -> None:
    told: list[str] = []
    with voices_told(told.append):
        LOG.warning(line, *values)
        LOG.warning(line, *values)
        LOG.info(line, *values)
    LOG.warning(line, *values)
    assert told == [sentence]
