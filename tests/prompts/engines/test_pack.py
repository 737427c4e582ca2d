"""The voice pack: what it can say, with which units, and how they are put together."""

import threading
from pathlib import Path

import numpy as np
import pytest

from prompts.engines.pack import GAP_SECONDS, Pack
from prompts.engines.pack_cover import IN_FIXED, IN_VALUES, cover
from prompts.engines.pack_units import INDEX_NAME, read_index, words_and_marks
from prompts.engines.protocol import FixedText, ValueText
from prompts.errors import EngineError
from prompts.spoken.sentences import COMMA_PAUSE_SECONDS, SENTENCE_PAUSE_SECONDS
from tests.prompts.packing.small_pack import RATE_HZ, Entry, beep, write_pack

SURNAME, GIVEN, PATRONYMIC, WHOLE, CLAUSE, PRESS = 0, 1, 2, 4, 5, 6
ENTRIES: list[Entry] = [
    ("Иванова,", "name"),
    ("Мария,", "name"),
    ("Петровна.", "name"),
    ("Вера,", "name"),
    ("Если это вы, нажмите один.", "fixed"),
    ("Если это вы,", "fixed"),
    ("нажмите", "fixed"),
    ("Кому:", "fixed"),
    ("Вы звонили нам в", "fixed"),
    ("Вы звонили нам", "fixed"),
    ("в два часа,", "closed"),
    ("два часа,", "closed"),
    ("два,", "closed"),
    ("два.", "closed"),
    ("пять.", "closed"),
    ("пять,", "closed"),
    ("Мы решили ваш вопрос?", "fixed"),
    ("и,", "part"),
    ("Фёдоров,", "name"),
    ("Спасибо.", "fixed"),
    ("два пять,", "closed"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pack(tmp_path_factory.mktemp("packs"), "ru", ENTRIES)


@pytest.fixture(scope="module")
def pack(folder: Path) -> Pack:
    return Pack(folder)


def units(folder: Path, text: str, value: bool) -> list[str] | None:
    """The texts of the units that say `text`."""
    index = read_index((folder / "ru" / INDEX_NAME).read_text(encoding="utf-8"))
    pieces = cover(index, text, IN_VALUES if value else IN_FIXED)
    if pieces is None:
        return None
    names = {unit: f"{words}{unit.ending}" for words, several in index.units.items() for unit in several}
    return [names[piece.unit] for piece in pieces]


@pytest.mark.parametrize(
    ("text", "said_by"),
    [
        ("Если это вы, нажмите один.", ["если это вы нажмите один."]),
        ("Если это вы, нажмите два.", ["если это вы,", "нажмите,", "два."]),
        ("Нажмите пять!", ["нажмите,", "пять."]),
        ("Мы решили ваш вопрос?", ["мы решили ваш вопрос?"]),
        ("Спасибо. Если это вы, нажмите два.", ["спасибо.", "если это вы,", "нажмите,", "два."]),
    ],
)
def test_fixed_words_are_said_by_the_fewest_units_with_the_right_ending(
    folder: Path, text: str, said_by: list[str]
) -> None:
    assert units(folder, text, value=False) == said_by


@pytest.mark.parametrize(
    ("text", "said_by"),
    [
        ("Кому: Иванова Мария Петровна.", ["кому,", "иванова,", "мария,", "петровна."]),
        ("Мария Петровна Иванова", ["мария,", "петровна.", "иванова,"]),
        ("Иванова-Федоров", ["иванова,", "федоров,"]),
        ("Вы звонили нам в два часа.", ["вы звонили нам,", "в два часа,"]),
        ("Вы звонили нам в", ["вы звонили нам в,"]),
        ("два пять.", ["два,", "пять."]),
        ("два пять,", ["два пять,"]),
        ("два и пять", ["два,", "и,", "пять,"]),
    ],
)
def test_values_may_be_said_by_names_and_parts(folder: Path, text: str, said_by: list[str]) -> None:
    assert units(folder, text, value=True) == said_by


@pytest.mark.parametrize(
    "text",
    [
        FixedText("ru", "Если это вы спасибо."),  # two fixed units without punctuation between them
        FixedText("ru", "Спасибо, Вера."),  # a name among fixed words may be a word
        FixedText("ru", "Спасибо и два."),  # a scrap
        FixedText("ru", "Ваш врач ждёт вас."),
        ValueText("ru", "Иванова Мария Сидоровна"),
        ValueText("ru", ""),
        ValueText("en", "Иванова"),
        ValueText("ru", "Вы звонили нам спасибо"),
    ],
)
def test_what_it_does_not_know(pack: Pack, text: FixedText | ValueText) -> None:
    assert not pack.knows(text)
    with pytest.raises(EngineError, match="lacks a word"):
        pack.speak(text)


def test_ordinary_text_of_a_customer_is_left_to_other_voices(pack: Pack) -> None:
    assert pack.knows(FixedText("ru", "Если это вы, нажмите пять."))
    assert not pack.knows(FixedText("ru", "Вы звонили нам, и если это вы, нажмите пять."))


@pytest.mark.parametrize(
    ("text", "numbers", "gaps_seconds"),
    [
        (ValueText("ru", "Иванова Мария Петровна"), [SURNAME, GIVEN, PATRONYMIC], [GAP_SECONDS] * 2),
        (FixedText("ru", "Если это вы, нажмите."), [CLAUSE, PRESS], [COMMA_PAUSE_SECONDS + 0.09]),
        (
            FixedText("ru", "Мы решили ваш вопрос? Спасибо."),
            [16, 19],
            [SENTENCE_PAUSE_SECONDS + 0.09],
        ),
    ],
)
def test_units_are_joined_with_gaps_by_punctuation(
    pack: Pack, text: FixedText | ValueText, numbers: list[int], gaps_seconds: list[float]
) -> None:
    """A gap counts the silence that finished clips begin and end with: 90 ms together."""
    clip = pack.speak(text)
    expected = sum(len(beep(number)) for number in numbers)
    expected += sum(round((gap - 0.09) * RATE_HZ) for gap in gaps_seconds)
    assert clip.rate_hz == RATE_HZ
    assert len(clip.samples) == expected


def test_each_unit_is_read_from_its_own_place(pack: Pack) -> None:
    clip = pack.speak(ValueText("ru", "Петровна"))
    wanted = beep(PATRONYMIC)
    assert len(clip.samples) == len(wanted)
    assert np.corrcoef(clip.samples, wanted)[0, 1] > 0.95


def test_identity_changes_with_the_pack(pack: Pack, tmp_path: Path) -> None:
    other = Pack(write_pack(tmp_path, "ru", ENTRIES[:5]))
    assert pack.identity("ru") != other.identity("ru")
    assert pack.identity("ru") == pack.identity("ru")
    with pytest.raises(EngineError, match="no voice pack for the language kk"):
        pack.identity("kk")


@pytest.mark.parametrize(
    "content",
    [b"", b"nothing of the kind", b"# voice pack 2: x\nrate\t8000\na\t.\tnowhere\t0\t1\t0.0\n", b"\xff"],
)
def test_a_damaged_index_is_said_once_and_knows_nothing(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "ru").mkdir()
    (tmp_path / "ru" / INDEX_NAME).write_bytes(content)
    pack = Pack(tmp_path)
    assert not pack.knows(FixedText("ru", "Спасибо."))
    assert not pack.knows(FixedText("ru", "Да."))
    assert len(caplog.records) == 1


@pytest.mark.parametrize("content", [None, b"", b"OggS no more"])
def test_a_damaged_shelf_is_an_engine_error(tmp_path: Path, content: bytes | None) -> None:
    write_pack(tmp_path, "ru", ENTRIES)
    shelf = tmp_path / "ru" / "name.ogg"
    shelf.unlink() if content is None else shelf.write_bytes(content)
    with pytest.raises(EngineError, match="install the package again"):
        Pack(tmp_path).speak(ValueText("ru", "Иванова"))


def test_threads_read_the_same(pack: Pack) -> None:
    text = ValueText("ru", "Иванова Мария Петровна")
    alone = pack.speak(text).samples
    heard: list[bool] = []

    def listen() -> None:
        heard.extend(np.allclose(pack.speak(text).samples, alone, atol=0.01) for _ in range(20))

    threads = [threading.Thread(target=listen) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard == [True] * 80


@pytest.mark.parametrize(
    ("text", "words", "marks"),
    [
        ("Ёлка, да!", ["елка", "да"], [",", "."]),
        ("за\u0301мок", ["замок"], [""]),
        ("Кому: О’Нил — «тут»?", ["кому", "о'нил", "тут"], [",", ",", "?"]),
        ("двадцать-пять (и) шесть…", ["двадцать", "пять", "и", "шесть"], ["", ",", "", "."]),
        ("Спасибо... Да - нет", ["спасибо", "да", "нет"], [".", ",", ""]),
        ("…", [], []),
    ],
)
def test_words_and_marks(text: str, words: list[str], marks: list[str]) -> None:
    assert words_and_marks(text) == (words, marks)
