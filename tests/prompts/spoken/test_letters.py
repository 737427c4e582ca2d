"""Letters across scripts."""

import pytest

from prompts.spoken.letters import plain, to_cyrillic, to_latin


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
