"""A pack made from a few wishes with the voice that is always there."""

from functools import partial
from pathlib import Path

import pytest

from prompts.audio import Clip, speech_level
from prompts.engines.pack import Pack
from prompts.engines.pack_units import INDEX_NAME
from prompts.engines.protocol import FixedText, ValueText
from prompts.engines.tone import Tone
from prompts.packing.maker import LEVEL_DBFS, make
from prompts.packing.voices import VoiceOf
from prompts.packing.wishes import Wish

WISHES = [
    Wish("Спасибо.", "fixed", "phrases"),
    Wish("Иванова,", "name", "surname"),
    Wish("Мария.", "name", "given"),
    Wish("третьего декабря.", "closed", "dates"),
]
VOICE = VoiceOf(partial(Tone))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("packs")
    (made / "ru").mkdir()
    (made / "ru" / "left-over.ogg").write_bytes(b"of an older pack")
    counted: list[int] = []
    size = make("ru", WISHES, VOICE, made, lambda: counted.append(1))
    assert len(counted) == len(WISHES)
    assert size == sum(path.stat().st_size for path in (made / "ru").iterdir())
    return made


def test_it_holds_a_shelf_for_each_kind_and_nothing_else(folder: Path) -> None:
    names = {path.name for path in (folder / "ru").iterdir()}
    assert names == {"phrases.ogg", "surname.ogg", "given.ogg", "dates.ogg", INDEX_NAME}


def test_the_engine_speaks_it_at_the_level_of_a_call(folder: Path) -> None:
    pack = Pack(folder)
    assert pack.knows(FixedText("ru", "Спасибо."))
    assert not pack.knows(FixedText("ru", "Мария."))
    clip: Clip = pack.speak(ValueText("ru", "Иванова Мария"))
    level = speech_level(clip)
    assert level is not None
    assert abs(level.active_dbfs - LEVEL_DBFS) < 1


def test_it_is_made_alike_each_time(folder: Path, tmp_path: Path) -> None:
    make("ru", list(reversed(WISHES)), VOICE, tmp_path)
    for path in (folder / "ru").iterdir():
        assert (tmp_path / "ru" / path.name).read_bytes() == path.read_bytes()
