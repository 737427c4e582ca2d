"""The packs that are shipped are complete, small, and sound as they should; else: make pack."""

import hashlib
import random
from functools import cache

import pytest

from campaigns.cli.voicepack import shipped_texts
from prompts.audio import Clip, speech_level
from prompts.engines.pack import SHIPPED, Pack
from prompts.engines.pack_sound import SUFFIX, Shelves
from prompts.engines.pack_units import INDEX_NAME, Index, folded, read_index
from prompts.engines.protocol import FixedText, ValueText
from prompts.packing.names import names
from prompts.packing.wanted import CLOSED_FORMS, PACKED
from prompts.spoken.texts import Text
from prompts.spoken.wording import wording_of

MOST_BYTES = 25_000_000
LEVEL_DBFS, LEVEL_TOLERANCE_DB = -20.0, 1.0
SHORTEST_SECONDS, LONGEST_SECONDS = 0.15, 8.0
TRIED = 150  # clips of each language; all would take a minute

PACK = Pack()


@cache
def index(language: str) -> Index:
    return read_index((SHIPPED / language / INDEX_NAME).read_text(encoding="utf-8"))


def texts(language: str) -> list[Text]:
    return [text for text in shipped_texts() if text.language == language]


def test_all_packs_together_are_small() -> None:
    assert sum(path.stat().st_size for path in SHIPPED.rglob("*") if path.is_file()) < MOST_BYTES


def test_the_licence_names_every_source() -> None:
    licence = (SHIPPED / "LICENSE").read_text(encoding="utf-8")
    for source in ("RHVoice", "aleksandr", "joe", "OpenCorpora", "Census", "General Public License"):
        assert source in licence


@pytest.mark.parametrize("language", PACKED)
class TestEachLanguage:
    def test_it_has_every_fixed_sentence_and_phrase_of_the_campaigns(self, language: str) -> None:
        sentences = [sentence for text in texts(language) for sentence in wording_of(text).sentences]
        fixed = [sentence.words for sentence in sentences if sentence.fixed]
        phrases = [phrase.words for sentence in sentences for phrase in sentence.phrases if not phrase.value]
        lacking = [words for words in (*fixed, *phrases) if not PACK.knows(FixedText(language, words))]
        assert lacking == []

    def test_it_says_fixed_sentences_in_one_piece(self, language: str) -> None:
        sentences = {
            sentence.words
            for text in texts(language)
            for sentence in wording_of(text).sentences
            if sentence.fixed
        }
        assert {words for words in sentences if folded(words) not in index(language).units} == set()

    def test_it_has_every_closed_form(self, language: str) -> None:
        lacking = [form for form in CLOSED_FORMS[language]() if not PACK.knows(ValueText(language, form))]
        assert lacking == []

    def test_it_has_every_name_of_the_lists(self, language: str) -> None:
        lacking = [name for _, name in names(language) if not PACK.knows(ValueText(language, name))]
        assert lacking == []

    def test_the_index_fits_the_files(self, language: str) -> None:
        files = {path.stem for path in (SHIPPED / language).glob(f"*{SUFFIX}")}
        assert files == {shelf.name for shelf in index(language).shelves}
        for shelf in index(language).shelves:
            content = (SHIPPED / language / f"{shelf.name}{SUFFIX}").read_bytes()
            assert hashlib.sha256(content).hexdigest() == shelf.digest

    def test_a_sample_of_clips_has_speech_at_the_right_level(self, language: str) -> None:
        units = [unit for several in index(language).units.values() for unit in several]
        shelves = Shelves(SHIPPED / language)
        for unit in random.Random(8).sample(units, TRIED):
            clip = Clip(shelves.read(unit), index(language).rate_hz)
            level = speech_level(clip)
            assert SHORTEST_SECONDS < clip.seconds < LONGEST_SECONDS
            assert level is not None
            assert abs(level.active_dbfs - LEVEL_DBFS) < LEVEL_TOLERANCE_DB


@pytest.mark.parametrize(
    "text",
    [
        ValueText("ru", "Кому: Иванова Мария Петровна."),
        ValueText("ru", "Анализ взят третьего декабря."),
        ValueText("ru", "Вы звонили нам в четырнадцать ноль семь и не дозвонились."),
        ValueText(
            "ru",
            "Нам можно позвонить по номеру восемь, триста сорок пять, двести, ноль ноль, ноль пять.",
        ),
        ValueText("ru", "двести пятьдесят рублей тридцать копеек"),
        ValueText("ru", "третьего декабря в четырнадцать ноль пять"),
        ValueText("en", "An important message for Margaret Wilson."),
        ValueText("en", "You called us at two oh seven PM and could not get through."),
        FixedText("ru", "Чтобы мы больше не звонили, нажмите восемь."),
        FixedText("en", "To stop our calls, press star."),
    ],
)
def test_whole_sentences_with_values_are_known(text: FixedText | ValueText) -> None:
    assert PACK.knows(text)
    assert PACK.speak(text).seconds > 1


@pytest.mark.parametrize(
    "text",
    [
        FixedText("ru", "Вас ждёт ваш врач в понедельник."),
        FixedText("ru", "Вера, надежда, любовь."),
        ValueText("ru", "Кому: Трулюлюев Мария Петровна."),
        FixedText("en", "Your appointment is tomorrow."),
    ],
)
def test_other_sentences_are_left_to_other_voices(text: FixedText | ValueText) -> None:
    assert not PACK.knows(text)
