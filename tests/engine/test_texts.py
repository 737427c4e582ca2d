"""Texts and their values: what is shared, what is missing, and where sentences end."""

import pytest

from campaigns.engine.texts import HOUSE, Sample, samples, text_of
from campaigns.errors import Unspeakable, as_clause
from campaigns.flows.loader import LIBRARY, load_script
from campaigns.flows.samples import example_values
from prompts.errors import BadTemplate
from prompts.spoken.wording import wording_of
from prompts.studio import Text, Value

COVID = load_script(LIBRARY / "covid-results.yaml")
VALUES = example_values(COVID, "ru")
BREAK = "|"


@pytest.mark.parametrize(
    ("name", "shared"),
    [
        ("opening", {"institution": True, "full_name": False}),
        ("call_us", {"call_back": True}),
        ("negative", {"sample_date": False}),
        ("sorry", {}),
    ],
)
def test_only_settings_of_the_house_are_shared(name: str, shared: dict[str, bool]) -> None:
    values = text_of(COVID, name, "ru", VALUES).values
    assert {name: value.shared for name, value in values.items()} == shared


def test_a_value_that_is_not_there_is_left_to_the_studio_to_miss() -> None:
    without = {name: value for name, value in VALUES.items() if name != "sample_date"}
    assert text_of(COVID, "negative", "ru", without).values == {}


def test_a_language_that_the_campaign_lost_is_named_with_the_text() -> None:
    with pytest.raises(Unspeakable, match='covid-results has no text "opening" in kk: add it'):
        text_of(COVID, "opening", "kk", VALUES)


def test_samples_are_everything_and_nobodys() -> None:
    found = samples(COVID, "ru", {"institution": "поликлиника", "call_back": "+73452500000"})
    assert {"positive", "negative", "inconclusive", "machine", "goodbye"} <= {one.id for one in found}
    assert all(value.shared for one in found for value in one.text.values.values())
    opening = next(one.text for one in found if one.id == "opening")
    assert opening.values["institution"] == Value("place", "поликлиника", shared=True)


@pytest.mark.parametrize(
    "template",
    [
        "Спасибо.| До свидания.",
        "Это {institution}.| Важное сообщение.| Кому: {full_name}.",
        "Это {institution}, важное сообщение.",
        "Если да, нажмите {key:1}.| Если нет, нажмите {key:2}.",
        "Нажмите {key:1} или {key:*}.| {full_name}, ждём вас!",
        "Ждём вас {sample_date}.| {clinic}.| Дом {full_name}.",
        "Вы звонили в {called_at:time} и не дозвонились",
    ],
)
def test_sentences_are_cut_where_the_studio_cuts_them(template: str) -> None:
    values = {
        "institution": Value("place", "поликлиника номер три"),
        "full_name": Value("name", "Мария Петрова"),
        "clinic": Value("place", "Больница"),
        "sample_date": Value("date", "2026-11-18"),
        "called_at": Value("datetime", "2026-11-18T14:05:00+03:00"),
    }
    whole = Sample("c", "ru", "t", Text("ru", template.replace(BREAK, ""), values))
    parts = whole.sentences()
    assert [part.text.template for part in parts] == [piece.strip() for piece in template.split(BREAK)]
    assert [part.number for part in parts] == list(range(1, len(parts) + 1))
    said = [wording_of(part.text).words for part in parts]
    assert said == [sentence.words for sentence in wording_of(whole.text).sentences]


def test_an_unspeakable_text_is_named_with_campaign_language_and_sentence() -> None:
    sample = Sample("covid", "ru", "opening", Text("ru", "{"), 2)
    said = str(sample.unspeakable(BadTemplate("The brace is alone.")))
    assert said == 'covid: the text "opening" in ru, sentence 2 cannot be spoken: the brace is alone.'
    with pytest.raises(Unspeakable, match=r'^covid: the text "opening" in ru, sentence 2 cannot be spoken: '):
        sample.sentences()


@pytest.mark.parametrize(
    ("sentence", "clause"), [("There is none.", "there is none."), ("ITU says no.", "ITU says no."), ("", "")]
)
def test_a_sentence_behind_a_colon(sentence: str, clause: str) -> None:
    assert as_clause(sentence) == clause


def test_the_house_has_no_value_of_a_person() -> None:
    assert {"institution", "call_back"} == HOUSE
