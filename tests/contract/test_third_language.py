"""A campaign in Russian and Kazakh: a third language needs no change in the campaigns' code."""

from pathlib import Path

import pytest

from campaigns.flows.loader import load_script
from campaigns.flows.samples import example_values
from campaigns.flows.script import Script
from campaigns.flows.standard import STANDARD_TEXTS
from prompts.spoken.texts import Text, Value, ValueKind
from prompts.spoken.wording import wording_of

KAZAKH = {
    "opening": "Бұл {institution}. Маңызды хабарлама. Кімге: {full_name}.",
    "menu": "Қайта қоңырау шалу керек болса, {key:1} түймесін басыңыз.",
    "thank_you": "Рақмет. Келген күніңіз: {seen_on}. Сау болыңыз.",
    "no_such_key": "Мұнда ондай түйме жоқ.",
    "too_few_keys": "Сіз барлық санды термедіңіз.",
    "other_keys": "Енді қоңырау шалмауымыз үшін {key:opt_out} түймесін басыңыз. "
    "Қызметкер керек болса, {key:human} түймесін басыңыз.",
    "go_back": "Артқа қайту үшін кез келген басқа түймені басыңыз.",
    "opted_out": "Жақсы. Біз бұл нөмірге енді қоңырау шалмаймыз. Сау болыңыз.",
    "call_us": "Қызметкер мына нөмірде жауап береді: {call_back}. Қайталаймын: {call_back}. Сау болыңыз.",
    "goodbye": "Бізге мына нөмірге қоңырау шала аласыз: {call_back}. Сау болыңыз.",
    "machine": "Бұл {institution}. Маңызды хабарлама. Кімге: {full_name}. "
    "Мына нөмірге қоңырау шалыңыз: {call_back}.",
}
RUSSIAN = {
    "opening": "Это {institution}. Важное сообщение. Кому: {full_name}.",
    "menu": "Если вам перезвонить, нажмите {key:1}.",
    "thank_you": "Спасибо. Вы были у нас {seen_on}. До свидания.",
}
CAMPAIGN = """
name: two-languages
title: A campaign in Russian and Kazakh
languages: [ru, kk]
fields:
  seen_on: {type: date, private: false}
policy:
  attempts: 3
  deadline: 24 h
  hours: {weekdays: "9:00-20:00", weekends: "10:00-18:00", holidays: RU}
start: ask
steps:
  ask:
    ask: [opening, menu, other_keys]
    keys:
      1: {then: thanks}
  thanks:
    end: completed
    say: thank_you
texts:
"""
KINDS: dict[str, ValueKind] = {
    "institution": "place",
    "full_name": "name",
    "seen_on": "date",
    "call_back": "phone",
}


@pytest.fixture
def script(tmp_path: Path) -> Script:
    texts = [
        f'  {name}:\n    ru: "{RUSSIAN.get(name) or STANDARD_TEXTS[name]["ru"]}"\n    kk: "{said}"\n'
        for name, said in KAZAKH.items()
    ]
    path = tmp_path / "two-languages.yaml"
    path.write_text(CAMPAIGN + "".join(texts))
    return load_script(path)


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_it_is_checked_and_every_text_of_it_can_be_said(script: Script, language: str) -> None:
    raw = example_values(script, language)
    values = {name: Value(kind, raw[name]) for name, kind in KINDS.items()}
    said = {
        text.id: wording_of(Text(language, text.wording[language], values)).words
        for text in script.texts.values()
    }
    assert set(said) == set(KAZAKH)
    assert all(said.values())


def test_the_values_are_said_in_kazakh(script: Script) -> None:
    values = {"seen_on": Value("date", "2026-11-18")}
    words = wording_of(Text("kk", script.texts["thank_you"].wording["kk"], values)).words
    assert words == "Рақмет. Келген күніңіз: он сегізінші қараша. Сау болыңыз."
