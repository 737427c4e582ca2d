"""Letters across scripts."""

import re
import string

import pytest

from prompts.spoken.letters import (
    LATIN_LETTERS_AT_SCHOOL,
    LATIN_LETTERS_IN_RUSSIAN,
    RUSSIAN_LETTERS,
    plain,
    to_cyrillic,
    to_latin,
    unmixed,
)


@pytest.mark.parametrize(
    ("latin", "cyrillic"),
    [
        ("John", "Джон"),
        ("Smith", "Смит"),
        ("Schmidt", "Шмидт"),
        ("Charles", "Чарлес"),
        ("Cecilia", "Сесилиа"),
        ("Maya", "Мая"),
        ("Yana", "Яна"),
        ("Tony", "Тони"),
        ("Ray", "Рай"),
        ("Emma", "Эмма"),
        ("Eva", "Ева"),
        ("Quinn", "Квинн"),
        ("covid", "ковид"),
    ],
)
def test_latin_by_ear(latin: str, cyrillic: str) -> None:
    assert to_cyrillic(latin) == cyrillic


@pytest.mark.parametrize(
    ("cyrillic", "latin"),
    [
        ("Щербаков", "Shcherbakov"),
        ("Дмитрий", "Dmitry"),
        ("Елена", "Yelena"),
        ("Андреев", "Andreyev"),
        ("Фёдор", "Fyodor"),
        ("Ильья", "Ilya"),
        ("Чайковский", "Chaykovsky"),
        ("жук", "zhuk"),
    ],
)
def test_cyrillic_by_ear(cyrillic: str, latin: str) -> None:
    assert to_latin(cyrillic) == latin


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Ömer", "Omer"),
        ("Łukasz", "Lukasz"),
        ("Straße", "Strasse"),
        ("Қайрат", "Кайрат"),
        ("Йод ёж", "Йод ёж"),
        ("№ 5°", "№ 5°"),
    ],
)
def test_marks_and_kindred_letters(written: str, shown: str) -> None:
    assert plain(written) == shown


@pytest.mark.parametrize(
    ("written", "stress", "kept"),
    [
        ("за\u0301мок", True, "за\u0301мок"),
        ("за\u0301мок", False, "замок"),
        ("Jose\u0301", True, "Jose"),
        ("к\u0301", True, "к"),
        ("е\u0301ж 5\u0301", True, "е\u0301ж 5"),
    ],
)
def test_stress_marks_stay_behind_russian_vowels_where_wanted(written: str, stress: bool, kept: str) -> None:
    assert plain(written, stress) == kept


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Cидоров", "Сидоров"),  # with a Latin C
        ("ПOЛИС", "ПОЛИС"),  # with a Latin O
        ("COVID", "COVID"),
        ("Сидоров", "Сидоров"),
        ("QR-код", "QR-код"),
        ("IВ", "IВ"),
    ],
)
def test_letters_that_look_alike(typed: str, meant: str) -> None:
    assert unmixed(typed) == meant


def test_every_letter_has_a_name() -> None:
    assert len(RUSSIAN_LETTERS) == 33
    for names in (LATIN_LETTERS_IN_RUSSIAN, LATIN_LETTERS_AT_SCHOOL):
        assert "".join(names) == string.ascii_lowercase
        assert all(re.fullmatch("[а-яё -]+", name) for name in names.values())
