"""The voice that is always there."""

import multiprocessing
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import espeakng_loader
import pytest

from prompts.audio import finish, speech_level
from prompts.engines import espeak
from prompts.engines.espeak import Espeak, short_path
from prompts.engines.lexicon import PHONEMES, RESPELLED, with_phonemes
from prompts.engines.protocol import FixedText, ValueText
from prompts.errors import EngineError
from tests.prompts.signals import starts_after_seconds

ENGINE = Espeak(150)
UNSTRESSED = r"(?<!')[aeiouyIV]"
SENTENCES = [
    ("ru", "Здравствуйте! Вам звонит городская поликлиника номер пять."),
    ("ru", "Если это вы, нажмите один. Если нет, нажмите два."),
    ("ru", "Да."),
    ("en", "Hello. This is the city hospital calling."),
    ("en", "If this is you, press one. If not, press two."),
    ("en", "Yes."),
    ("kk", "Бұл қалалық емхана. Маңызды хабарлама."),
    ("kk", "Егер бұл сіз болсаңыз, бір түймесін басыңыз."),
    ("kk", "Иә."),
]


@pytest.mark.parametrize(("language", "words"), SENTENCES)
def test_sentences_are_spoken_at_a_speaking_pace(language: str, words: str) -> None:
    clip = ENGINE.speak(FixedText(language, words))
    assert clip.rate_hz == 22050
    letters = sum(letter.isalpha() for letter in words)
    assert 0.04 * letters < clip.seconds < 0.12 * letters + 1.0


@pytest.mark.parametrize(("language", "words"), SENTENCES)
def test_finished_speech_has_its_level_and_begins_at_once(language: str, words: str) -> None:
    finished = finish(ENGINE.speak(ValueText(language, words)), 8000, -20.0)
    level = speech_level(finished)
    assert level is not None
    assert level.active_dbfs == pytest.approx(-20.0, abs=0.2)
    assert starts_after_seconds(finished) <= 0.06


def test_rate_and_punctuation_are_heard() -> None:
    words = "Нажмите один чтобы прослушать сообщение"
    normal = ENGINE.speak(FixedText("ru", words)).seconds
    assert Espeak(120).speak(FixedText("ru", words)).seconds > normal * 1.1
    assert ENGINE.speak(FixedText("ru", "Нажмите один. Чтобы прослушать, сообщение.")).seconds > normal + 0.3


def test_rate_and_language_do_not_leak_between_sentences() -> None:
    ru, en = FixedText("ru", "Спасибо, до свидания."), FixedText("en", "Thank you, goodbye.")
    alone = ENGINE.speak(ru).seconds
    Espeak(300).speak(en)
    assert ENGINE.speak(ru).seconds == pytest.approx(alone, abs=0.05)
    assert [ENGINE.phonemes(FixedText("en", "hello")), ENGINE.phonemes(FixedText("ru", "да"))] == [
        "h@l'oU",
        "d'A",
    ]


@pytest.mark.parametrize(
    ("words", "phonemes"),
    [
        ("сорок", "s'orVk"),
        ("отмените", "Vtm;in;'it;i"),
        ("Оцените", "Vtsyn;'it;i"),
        ("измените", "izm;in;'it;i"),
        ("замените", "zVm;in;'it;i"),
        ("примените", "p@-r;im;in;'it;i"),
        ("коронавирус", "kVrVnav;'irus"),
        ("нажмите", "naZm;'it;i"),
        ("четырнадцать", "tS;it'yrnVttsVt;"),
        ("звонит", "zvVn;'it"),
        ("уже", "uZ'E"),
        ("Поляков", "pVl;Ik'of"),
        ("Горбунова", "gVrbun'ova#"),
        ("Оганесян", "VgVn;is;'An_"),
        ("Денисович", "d;in;'isVv;itS;"),
        ("Королев", "kVrVl;'8f"),
        ("Семеновна", "s;im;'8nVvna#"),
        ("Петр", "p;'8t@-r"),
    ],
)
def test_stress(words: str, phonemes: str) -> None:
    assert ENGINE.phonemes(FixedText("ru", words)).strip() == phonemes


def _first_thing_said() -> str:
    return Espeak(150).phonemes(FixedText("ru", "сорок"))


def test_the_lexicon_holds_from_the_first_word_of_a_process() -> None:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(_first_thing_said).strip() == "s'orVk"


def test_every_entry_of_the_lexicon_mends_something(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the library learns a word, its entry goes."""
    monkeypatch.setattr(espeak, "with_phonemes", lambda language, words: words)
    for language, entries in PHONEMES.items():
        for word, phonemes in entries.items():
            assert ENGINE.phonemes(FixedText(language, word)).strip() != phonemes
    for language, words in RESPELLED.items():
        for word, respelled in words.items():
            bare, said = (ENGINE.phonemes(FixedText(language, one)) for one in (word, respelled))
            assert bare != said


def test_every_phoneme_of_the_lexicon_is_one_of_the_library() -> None:
    """An unknown one is dropped in silence: a word with a sound less. Unstressed vowels may bend."""
    for language, entries in PHONEMES.items():
        for word, phonemes in entries.items():
            said = ENGINE.phonemes(FixedText(language, word)).strip()
            assert re.sub(UNSTRESSED, "-", said) == re.sub(UNSTRESSED, "-", phonemes)


@pytest.mark.parametrize(
    ("words", "handed"),
    [
        ("Сорок пять", "[[s'orVk]] пять"),
        ("сорока", "сорока"),
        ("за\u0301мок", "замок"),
        ("Пожалуйста, отмените!", "Пожалуйста, [[Vtm;in;'it;i]]!"),
        ("Киселевой Алене", "киселёвой алёне"),
        ("с Королевым", "с королёвым"),
        ("семена", "семена"),
    ],
)
def test_lexicon(words: str, handed: str) -> None:
    assert with_phonemes("ru", words) == handed


def test_threads_take_turns() -> None:
    with ThreadPoolExecutor(4) as pool:
        clips = list(pool.map(ENGINE.speak, [FixedText(*sentence) for sentence in SENTENCES * 4]))
    for index, clip in enumerate(clips):
        assert clip.seconds == pytest.approx(clips[index % len(SENTENCES)].seconds, abs=0.05)


@pytest.mark.parametrize("language", ["ru", "en", "kk"])
def test_it_knows_every_text_of_its_languages(language: str) -> None:
    assert ENGINE.knows(ValueText(language, "12 № %"))


def test_other_languages_are_refused() -> None:
    assert not ENGINE.knows(FixedText("de", "Hallo"))
    with pytest.raises(EngineError, match="not set up"):
        ENGINE.speak(FixedText("de", "Hallo"))
    with pytest.raises(EngineError, match="not set up"):
        ENGINE.identity("de")


def test_identity_names_voice_and_rate() -> None:
    assert {"ru", "150"} <= set(ENGINE.identity("ru"))
    assert ENGINE.identity("ru") != ENGINE.identity("en") != Espeak(120).identity("en")


# ---------------------------------------------------------------- the data path


def test_a_short_path_stays(tmp_path: Path) -> None:
    assert short_path(tmp_path, len(str(tmp_path))) == tmp_path


def test_a_long_path_becomes_a_short_link(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 100) / "data"
    deep.mkdir(parents=True)
    (deep / "phontab").write_text("here")
    short = tmp_path / "s"
    short.mkdir()
    link = short_path(deep, len(str(tmp_path)) + 10, lambda: str(short))
    assert len(str(link)) <= len(str(tmp_path)) + 10
    assert (link / "phontab").read_text() == "here"


def test_no_short_path_anywhere_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="too long"):
        short_path(tmp_path / "data", 3, lambda: str(tmp_path))


def _speak_from(data: str) -> float:
    espeakng_loader.get_data_path = lambda: data
    return espeak.Espeak(150).speak(FixedText("ru", "Спасибо.")).seconds


def test_speaks_from_a_path_too_long_for_the_library(tmp_path: Path) -> None:
    """The library says OK at its start and then fails to set a voice; the link prevents it."""
    deep = tmp_path / ("x" * 100) / ("y" * 100)
    deep.mkdir(parents=True)
    data = deep / "espeak-ng-data"
    data.symlink_to(espeakng_loader.get_data_path())
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(_speak_from, (str(data),)) == pytest.approx(
            ENGINE.speak(FixedText("ru", "Спасибо.")).seconds, abs=0.05
        )


def test_a_missing_library_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(espeak, "_library", None)
    monkeypatch.setattr(espeakng_loader, "get_library_path", lambda: "/nowhere/libespeak-ng.so")
    with pytest.raises(EngineError, match="install the package"):
        ENGINE.speak(FixedText("ru", "Спасибо."))
