"""The lists of names."""

import re
from collections import Counter
from importlib.resources import files

import pytest

from prompts.packing.names import name_wishes, names

RU, EN = list(names("ru")), list(names("en"))
COMMON = """
Иванов Иванова Кузнецов Кузнецова Ахметов Ахметова Мамедов Мамедова Шевченко Черных Ким Фёдоров Соловьёва
Островская Мельник Анна Мария Пётр Гузель Рустам Петровна Сергеевич Ильинична Ильич Рашидовна
"""
NO_NAMES = "Столов Машина Голова Картина Основа Причина По Красный Москва"


def lines(language: str, kind: str) -> list[tuple[str, ...]]:
    text = (files("prompts.packing") / f"names_{language}.tsv").read_text(encoding="utf-8")
    return [tuple(line.split("\t")[1:]) for line in text.splitlines() if line.startswith(f"{kind}\t")]


def test_there_are_as_many_as_promised() -> None:
    assert len(lines("ru", "surname")) >= 3000
    assert len(lines("ru", "given")) >= 300
    assert len([form for line in lines("ru", "patronymic") for form in line]) >= 500
    counted = Counter(kind for kind, _ in EN)
    assert counted["surname"] >= 1500
    assert counted["given"] >= 300


@pytest.mark.parametrize("name", COMMON.split())
def test_common_names_are_there(name: str) -> None:
    assert name in {form for _, form in RU}


@pytest.mark.parametrize("word", NO_NAMES.split())
def test_words_that_are_no_names_are_not(word: str) -> None:
    assert word not in {form for _, form in RU}


def test_surnames_bend_by_gender() -> None:
    for line in lines("ru", "surname"):
        if len(line) == 2:
            masculine, feminine = line
            assert feminine in (f"{masculine}а", f"{masculine[:-2]}ая", f"{masculine[:-2]}яя"), line
        else:
            assert not re.search("(ов|ев|ёв)$", line[0]), line


def test_patronymics_are_pairs() -> None:
    for masculine, feminine in lines("ru", "patronymic"):
        assert masculine.endswith("ич")
        assert feminine.endswith(("овна", "евна", "ична", "вна")), feminine


def test_every_line_is_a_name_and_stands_once() -> None:
    for language, letters in (("ru", "[А-ЯЁ][а-яё]+"), ("en", "(Mc)?[A-Z][a-z']+")):
        for kind in ("surname", "given", "patronymic"):
            forms = [form for line in lines(language, kind) for form in line]
            assert all(re.fullmatch(letters, form) for form in forms)
            twice = [form for form, count in Counter(forms).items() if count > 1]
            assert twice == []


def test_the_ending_fits_the_place_in_a_full_name() -> None:
    texts = {wish.text for wish in name_wishes("ru")}
    assert {"Иванова,", "Мария,", "Мария.", "Петровна."} <= texts
    assert "Петровна," not in texts
    assert {"Smith.", "Mary,"} <= {wish.text for wish in name_wishes("en")}
