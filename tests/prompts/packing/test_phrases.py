"""What of a campaign's texts goes into a pack."""

import pytest

from prompts.packing.phrases import phrase_wishes
from prompts.spoken.texts import Text, Value

HOUSE = Value("place", "служба здоровья", shared=True)


@pytest.mark.parametrize(
    ("template", "values", "texts"),
    [
        ("Спасибо.", {}, ["Спасибо."]),
        (
            "Если нет, нажмите {key:2}. Спасибо!",
            {},
            ["Если нет, нажмите два.", "Если нет,", "нажмите два.", "Спасибо."],
        ),
        ("Анализ взят {day}.", {"day": Value("date", "2026-11-18")}, ["Анализ взят,"]),
        (
            "Вы звонили нам в {at} и не дозвонились.",
            {"at": Value("time", "14:05")},
            ["Вы звонили нам в,", "Вы звонили нам,", "и не дозвонились."],
        ),
        (
            "Это {house}.",
            {"house": HOUSE},
            ["Это служба здоровья.", "Это,", "служба здоровья."],
        ),
        ("Кому: {name}.", {"name": Value("name", "Иванова Анна")}, ["Кому,"]),
        ("По номеру {phone}.", {"phone": Value("phone", "+73452500000", shared=True)}, ["По номеру,"]),
    ],
)
def test_sentences_phrases_and_clauses(template: str, values: dict[str, Value], texts: list[str]) -> None:
    made = phrase_wishes([Text("ru", template, values)])
    assert list(dict.fromkeys(wish.text for wish in made)) == texts


def test_no_value_of_a_person_is_ever_wished() -> None:
    values = {"name": Value("name", "Иванова Анна"), "clinic": Value("place", "Тайная клиника")}
    made = phrase_wishes([Text("ru", "Это {name}. Вас ждёт {clinic}, до встречи.", values)])
    said = " ".join(wish.text for wish in made)
    assert "Иванова" not in said
    assert "Тайная" not in said
    assert "до встречи" in said
