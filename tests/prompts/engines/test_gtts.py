"""The engine on the network, without the network."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import gtts
import pytest

from prompts.engines.gtts import Gtts, fetch_mp3
from prompts.engines.protocol import FixedText, ValueText
from prompts.engines.resting import REST_SECONDS
from prompts.errors import EngineError

MP3 = (Path(__file__).parent / "two_seconds.mp3").read_bytes()
TEXT = FixedText("ru", "Спасибо. До свидания.")
LONG_TEXT = FixedText("ru", "Нажмите один, чтобы прослушать сообщение ещё раз. " * 4)


def answered(status: int, reason: str) -> gtts.gTTSError:
    """As gTTS raises it when the service answers."""
    response = SimpleNamespace(status_code=status, reason=reason)
    return gtts.gTTSError(tts=SimpleNamespace(tld="com", lang_check=True), response=response)


UNREACHED = gtts.gTTSError(tts=SimpleNamespace(tld="com"))
TOO_MANY = answered(429, "Too Many Requests")
UNAVAILABLE = answered(503, "Service Unavailable")


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
        (TOO_MANY, TEXT, "no answer"),
        (UNREACHED, TEXT, "no answer"),
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
        Gtts(5.0, service).speak(ValueText("ru", "Иванова"))  # type: ignore[arg-type]
    assert service.asked == []


def clock_at(times: list[float]) -> Callable[[], float]:
    return lambda: times[0]


@pytest.mark.parametrize(
    ("answer", "failures_to_rest"),
    [
        (UNREACHED, 1),
        (TimeoutError("read timed out"), 1),
        (ConnectionResetError("reset"), 1),
        (TOO_MANY, 2),
        (UNAVAILABLE, 2),
        (b"", 2),
        (MP3[: len(MP3) // 4], 2),
        (b"<html>", 2),
        (AssertionError("No text to speak"), 2),
    ],
)
def test_it_rests_at_once_without_a_network_and_after_two_bad_answers(
    answer: bytes | Exception, failures_to_rest: int
) -> None:
    now = [1000.0]
    service = Service(answer)
    engine = Gtts(5.0, service, clock_at(now))
    for _ in range(failures_to_rest):
        with pytest.raises(EngineError):
            engine.speak(TEXT)
    with pytest.raises(EngineError, match="rests"):
        engine.speak(TEXT)
    assert engine.resting
    assert engine.knows(TEXT)  # what it has said before is still to be had
    assert len(service.asked) == failures_to_rest
    service.answer = MP3
    now[0] += REST_SECONDS
    assert engine.speak(TEXT).seconds > 1


def test_a_success_between_two_bad_answers_keeps_it_awake() -> None:
    service = Service()
    engine = Gtts(5.0, service, clock_at([0.0]))
    for answer in (TOO_MANY, MP3, b"", MP3):
        service.answer = answer
        if answer == MP3:
            engine.speak(TEXT)
        else:
            with pytest.raises(EngineError):
                engine.speak(TEXT)
    assert len(service.asked) == 4


def test_a_network_that_hangs_is_left_behind_after_the_time_out() -> None:
    """Neither a look-up of a name nor an answer that drips heeds the client's own time-out."""
    released = threading.Event()

    def hang(words: str, language: str, timeout_seconds: float) -> bytes:
        released.wait()
        return MP3

    engine = Gtts(0.01, hang)
    try:
        with pytest.raises(EngineError, match="no answer"):
            engine.speak(TEXT)
        with pytest.raises(EngineError, match="rests"):
            engine.speak(TEXT)
    finally:
        released.set()


def test_identity_and_languages() -> None:
    assert Gtts(5.0).identity("en") == (gtts.__version__, "en")
    assert not Gtts(5.0).knows(FixedText("tt", "Рәхмәт"))
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


def test_the_clients_own_error_tells_whether_there_was_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Against a change of gTTS: its real client, on an address that refuses."""
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    with pytest.raises(gtts.gTTSError) as caught:
        fetch_mp3("Спасибо.", "ru", 2.0)
    assert caught.value.rsp is None
    engine = Gtts(2.0)
    with pytest.raises(EngineError):
        engine.speak(TEXT)
    with pytest.raises(EngineError, match="rests"):
        engine.speak(TEXT)
