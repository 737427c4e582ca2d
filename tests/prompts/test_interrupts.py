"""Ctrl-C while a voice speaks."""

import signal
import threading
from pathlib import Path

import pytest

from prompts.audio import Clip
from prompts.engines.chain import Chain
from prompts.engines.protocol import SpokenText
from prompts.engines.tone import Tone
from prompts.interrupts import held_back
from prompts.settings import SpeechSettings
from prompts.studio import Studio, Text


class Interrupted(Tone):
    """Somebody presses Ctrl-C in the middle of each sentence."""

    finished = 0

    def speak(self, text: SpokenText) -> Clip:
        signal.raise_signal(signal.SIGINT)
        self.finished += 1
        return super().speak(text)


def test_a_voice_ends_its_sentence_and_then_the_interrupt_is_felt(tmp_path: Path) -> None:
    engine = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        Studio(SpeechSettings(tmp_path), Chain(local=(engine,))).render(
            Text("ru", "Добрый день. До свидания.")
        )
    assert engine.finished == 1
    assert not list(tmp_path.glob("shared/*"))


def test_who_ignores_interrupts_goes_on_ignoring_them() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with held_back():
            signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_other_threads_may_speak_too() -> None:
    done: list[int] = []

    def speak() -> None:
        with held_back():
            done.append(1)

    thread = threading.Thread(target=speak)
    thread.start()
    thread.join()
    assert done
