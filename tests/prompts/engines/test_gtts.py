"""The engine on the network, without the network."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import gtts
import pytest

from prompts.engines.gtts import REST_SECONDS, Gtts, fetch_mp3
from prompts.engines.protocol import FixedText, PersonalText
from prompts.errors import EngineError

MP3 = (Path(__file__).parent / "two_seconds.mp3").read_bytes()
TEXT = FixedText("ru", "Спасибо. До свидания.")
LONG_TEXT = FixedText("ru", "Нажмите один, чтобы прослушать сообщение ещё раз. " * 4)


@dataclass
class Service:
    """Answers as told, and remembers what it was asked."""

    answer: bytes | Exception = MP3
    asked: list[tuple[str, str, float]] = field(default_factory=list)

    def __call__(self, words: str, language: str, timeout_seconds: float) -> bytes:
        self.asked.append((words, language, timeout_seconds))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def test_mp3_is_decoded_at_its_own_rate() -> None:
    service = Service()
    clip = Gtts(5.0, service).speak(TEXT)
    assert clip.rate_hz == 22050
    assert clip.seconds == pytest.approx(2.0, abs=0.15)
    assert service.asked == [(TEXT.words, "ru", 5.0)]


@pytest.mark.parametrize(
    ("answer", "text", "told"),
    [
        (b"", TEXT, "without audio"),
        (b"<html>503</html>", TEXT, "no MP3"),
        (MP3[: len(MP3) // 4], TEXT, "too short"),
        (MP3, LONG_TEXT, "too short"),
        (MP3 * 5, FixedText("ru", "Да."), "too long"),
        (TimeoutError("read timed out"), TEXT, "no answer"),
        (gtts.gTTSError("429 (Too Many Requests)"), TEXT, "no answer"),
        (AssertionError("No text to speak"), TEXT, "no answer"),
    ],
)
def test_failures_are_engine_errors_without_the_text(
    answer: bytes | Exception, text: FixedText, told: str
) -> None:
    with pytest.raises(EngineError, match=told) as caught:
        Gtts(5.0, Service(answer)).speak(text)
    assert text.words not in str(caught.value)


def test_values_never_reach_the_network() -> None:
    """The type checker refuses it: strict mypy would tell if the ignore were not needed."""
    service = Service()
    with pytest.raises(EngineError, match="kept from the network"):
        Gtts(5.0, service).speak(PersonalText("ru", "Иванова"))  # type: ignore[arg-type]
    assert service.asked == []


def clock_at(times: list[float]) -> Callable[[], float]:
    return lambda: times[0]


def test_after_two_failures_it_rests_and_then_is_asked_again() -> None:
    now = [1000.0]
    service = Service(TimeoutError())
    engine = Gtts(5.0, service, clock_at(now))
    for _ in range(5):
        with pytest.raises(EngineError):
            engine.speak(TEXT)
    assert len(service.asked) == 2
    service.answer = MP3
    now[0] += REST_SECONDS
    assert engine.speak(TEXT).seconds > 1
    assert len(service.asked) == 3


def test_a_success_between_two_failures_keeps_it_awake() -> None:
    service = Service()
    engine = Gtts(5.0, service, clock_at([0.0]))
    for answer in (TimeoutError(), MP3, TimeoutError(), MP3):
        service.answer = answer
        if isinstance(answer, Exception):
            with pytest.raises(EngineError):
                engine.speak(TEXT)
        else:
            engine.speak(TEXT)
    assert len(service.asked) == 4


def test_identity_and_languages() -> None:
    assert Gtts(5.0).identity("en") == (gtts.__version__, "en")
    with pytest.raises(EngineError, match="not set up"):
        Gtts(5.0).identity("tt")


def test_the_client_is_called_with_a_time_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without one it would wait for ever."""
    seen: list[float | None] = []

    def stream(client: gtts.gTTS) -> list[bytes]:
        seen.append(client.timeout)
        return [b"a", b"b"]

    monkeypatch.setattr(gtts.gTTS, "stream", stream)
    logging.getLogger("gtts").setLevel(logging.CRITICAL)
    assert fetch_mp3("Спасибо.", "ru", 2.5) == b"ab"
    assert seen == [2.5]
