"""No value of a patient reaches the network: the types say so, and every shipped campaign shows it."""

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import numpy as np
import pytest
import soundfile
from mypy import api

from campaigns.flows.loader import LIBRARY, find_scripts, load_script
from campaigns.flows.script import Script
from prompts.engines.chain import chain_of
from prompts.engines.gtts import Gtts
from prompts.settings import SpeechSettings
from prompts.spoken.sentences import Sentence
from prompts.spoken.wording import wording_of
from prompts.studio import Studio, Text, Value, ValueKind

PROJECT = Path(__file__).parents[2]
TELLING: Mapping[str, str] = {
    "name": "Заволокина Секлетинья Пафнутьевна",
    "place": "Лечебница № 76, г. Кукуево, ул. Журавлиная, д. 68",
    "date": "2024-08-26",
    "datetime": "2024-08-26T16:48:00+05:00",
    "time": "16:48",
    "year": "1947",
    "phone": "+79876667688",
    "digits": "7686",
    "count": "786",
    "money": "876.60",
    "temperature": "38.7",
    "text": "Удаление бородавки 76",
}
SECONDS_A_LETTER = 0.07
MP3_RATE_HZ = 24000


@dataclass
class Network:
    """Answers with an MP3 of a fitting length, or not at all; remembers what it was told."""

    there: bool = True
    told: list[tuple[str, str]] = field(default_factory=list)

    def __call__(self, words: str, language: str, timeout_seconds: float) -> bytes:
        self.told.append((language, words))
        if not self.there:
            raise OSError("Network is unreachable")
        seconds = len(words) * SECONDS_A_LETTER
        sound = np.random.default_rng(1).standard_normal(round(seconds * MP3_RATE_HZ)) / 10
        out = io.BytesIO()
        soundfile.write(out, sound, MP3_RATE_HZ, format="MP3")
        return out.getvalue()


def texts_of(script: Script) -> Iterator[Text]:
    """Every text in every language, with every value that it speaks."""
    for language in script.languages:
        for name, text in script.texts.items():
            slots = set(re.findall(r"\{([a-z_0-9]+)(?::[a-z]+)?\}", text.wording[language])) - {"key"}
            kinds = {
                slot: script.spoken_values(name, language, dict.fromkeys(slots, ""))[slot][0]
                for slot in slots
            }
            values = {slot: Value(cast(ValueKind, kind), TELLING[kind]) for slot, kind in kinds.items()}
            yield Text(language, text.wording[language], values)


def tokens(words: str) -> set[str]:
    return set(re.findall(r"\w+", words.lower()))


SCRIPTS = [load_script(path) for path in find_scripts(LIBRARY).values()]


@pytest.fixture
def settings(tmp_path: Path) -> SpeechSettings:
    return SpeechSettings(tmp_path / "speech", engine="tone", online=True)


def studio_on(network: Network, settings: SpeechSettings) -> Studio:
    chain = chain_of(settings)
    assert [engine.name for engine in chain.online] == ["gtts"]
    return Studio(settings, replace(chain, online=(Gtts(5.0, network),)))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_no_value_of_a_shipped_campaign_is_told_to_the_network(
    script: Script, settings: SpeechSettings
) -> None:
    network = Network()
    studio = studio_on(network, settings)
    fixed: set[str] = set()
    spoken: set[str] = set()
    for text in texts_of(script):
        studio.render(text, "c1")
        for sentence in wording_of(text).sentences:
            for phrase in sentence.phrases:
                (spoken if phrase.value else fixed).update(tokens(phrase.words))
        spoken.update(*(tokens(value.raw) for value in text.values.values()))
    telling = spoken - fixed  # what only a value says
    assert len(telling) > 10
    assert {language for language, _ in network.told} == set(script.languages)
    for _, words in network.told:
        assert not tokens(words) & telling
        assert not re.search("[0-9]", words)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_the_network_is_told_whole_fixed_sentences_alone(script: Script, settings: SpeechSettings) -> None:
    """What stands beside a value stays here with it: even «Кому:» would tell when somebody is called."""
    network = Network()
    studio = studio_on(network, settings)
    sentences: list[Sentence] = []
    for text in texts_of(script):
        studio.render(text, "c1")
        sentences += wording_of(text).sentences
    assert set(network.told) == {(one.language, one.words) for one in sentences if one.fixed}
    beside = {phrase.words.strip(",") for one in sentences if not one.fixed for phrase in one.phrases}
    assert beside
    assert not beside & {words.strip(",") for _, words in network.told}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_without_a_network_a_whole_campaign_asks_it_a_time_or_two(
    script: Script, settings: SpeechSettings
) -> None:
    network = Network(there=False)
    studio = studio_on(network, settings)
    engines = {
        part.engine
        for owner in ("c1", "c2", "c3")
        for text in texts_of(script)
        for part in studio.rendered(text, owner).parts
    }
    assert engines == {"tone"}
    assert 1 <= len(network.told) <= 2


PROGRAM = """
from prompts.engines.gtts import Gtts
from prompts.engines.protocol import FixedText, OnlineEngine, SpokenText, ValueText
engine: OnlineEngine = Gtts(5.0)
any_text: SpokenText = FixedText("ru", "Добрый день.")
engine.speak(FixedText("ru", "Добрый день."))
engine.speak(ValueText("ru", "Иванова"))
Gtts(5.0).speak(ValueText("ru", "Иванова"))
Gtts(5.0).speak(any_text if input() else ValueText("ru", "Иванова"))
"""


def test_the_type_checker_refuses_to_hand_a_value_to_the_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM, encoding="utf-8")
    monkeypatch.setenv("MYPYPATH", str(PROJECT))
    monkeypatch.chdir(tmp_path)  # away from the settings of the project
    cache = ["--cache-dir", str(PROJECT / ".mypy_cache" / "privacy")]  # for the next time
    options = ["--strict", "--ignore-missing-imports", "--follow-imports", "silent", *cache]
    shown, _, _ = api.run([*options, str(program)])
    refused = re.findall(
        r'^\S*program\.py:(\d+): error: Argument 1 to "speak" of "\w+" has', shown, re.MULTILINE
    )
    assert refused == ["7", "8", "9"], shown
    assert shown.count("error:") == len(refused), shown
