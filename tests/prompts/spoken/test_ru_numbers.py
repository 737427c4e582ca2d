"""Numbers with gender and case, and the nouns that agree with them."""

import pytest

from prompts.spoken import ru_nouns as nouns
from prompts.spoken.ru_amounts import measured
from prompts.spoken.ru_numbers import CASES, Case, Gender, Noun, amount, cardinal, decimal, grouped, ordinal


@pytest.mark.parametrize(
    ("number", "gender", "forms"),
    [
        (0, "m", "ноль, нуля, нулю, ноль, нулём, нуле"),
        (1, "m", "один, одного, одному, один, одним, одном"),
        (1, "f", "одна, одной, одной, одну, одной, одной"),
        (1, "n", "одно, одного, одному, одно, одним, одном"),
        (2, "f", "две, двух, двум, две, двумя, двух"),
        (4, "m", "четыре, четырёх, четырём, четыре, четырьмя, четырёх"),
        (11, "f", "одиннадцать, одиннадцати, одиннадцати, одиннадцать, одиннадцатью, одиннадцати"),
        (40, "m", "сорок, сорока, сорока, сорок, сорока, сорока"),
        (58, "m", "пятьдесят восемь, пятидесяти восьми, пятидесяти восьми, пятьдесят восемь, "
         "пятьюдесятью восемью, пятидесяти восьми"),
        (90, "m", "девяносто, девяноста, девяноста, девяносто, девяноста, девяноста"),
        (100, "m", "сто, ста, ста, сто, ста, ста"),
        (200, "m", "двести, двухсот, двумстам, двести, двумястами, двухстах"),
        (1000, "m", "тысяча, тысячи, тысяче, тысячу, тысячей, тысяче"),
        (1001, "f", "тысяча одна, тысячи одной, тысяче одной, тысячу одну, тысячей одной, тысяче одной"),
        (2000, "f", "две тысячи, двух тысяч, двум тысячам, две тысячи, двумя тысячами, двух тысячах"),
        (21000, "n", "двадцать одна тысяча, двадцати одной тысячи, двадцати одной тысяче, "
         "двадцать одну тысячу, двадцатью одной тысячей, двадцати одной тысяче"),
        (-3, "m", "минус три, минус трёх, минус трём, минус три, минус тремя, минус трёх"),
    ],
)  # fmt: skip
def test_cardinals_in_six_cases(number: int, gender: Gender, forms: str) -> None:
    assert ", ".join(cardinal(number, gender, case) for case in CASES) == forms


@pytest.mark.parametrize(
    ("number", "gender", "said"),
    [
        (1_000_001, "f", "один миллион одна"),  # num2words: «одна миллион одна»
        (2_000_002, "f", "два миллиона две"),
        (1_000_000, "n", "один миллион"),
        (21_000_000_000, "f", "двадцать один миллиард"),
    ],
)
def test_millions_keep_their_own_gender(number: int, gender: Gender, said: str) -> None:
    assert cardinal(number, gender) == said


@pytest.mark.parametrize(
    ("number", "gender", "case", "said"),
    [
        (3, "n", "g", "третьего"),
        (3, "f", "a", "третью"),
        (21, "f", "n", "двадцать первая"),
        (40, "n", "a", "сороковое"),
        (100, "m", "p", "сотом"),
        (1000, "m", "n", "тысячный"),
        (1900, "m", "g", "тысяча девятисотого"),
        (2000, "m", "p", "двухтысячном"),
        (2025, "m", "d", "две тысячи двадцать пятому"),
        (10_001, "m", "n", "десять тысяч первый"),  # num2words: «десятый тысяч первый»
        (100_002, "f", "g", "сто тысяч второй"),
    ],
)
def test_ordinals(number: int, gender: Gender, case: Case, said: str) -> None:
    assert ordinal(number, gender, case) == said


@pytest.mark.parametrize(
    ("number", "noun", "case", "said"),
    [
        (1, nouns.HOUR, "n", "один час"),
        (2, nouns.HOUR, "n", "два часа"),
        (5, nouns.HOUR, "n", "пять часов"),
        (11, nouns.HOUR, "n", "одиннадцать часов"),
        (21, nouns.HOUR, "g", "двадцати одного часа"),
        (112, nouns.HOUR, "d", "ста двенадцати часам"),
        (1, nouns.MINUTE, "a", "одну минуту"),
        (3, nouns.KOPECK, "n", "три копейки"),
        (5, nouns.KOPECK, "n", "пять копеек"),
        (4, nouns.RUBLE, "i", "четырьмя рублями"),
        (1, nouns.YEAR, "n", "один год"),
        (3, nouns.YEAR, "n", "три года"),
        (5, nouns.YEAR, "n", "пять лет"),
        (2, nouns.YEAR, "g", "двух лет"),
        (2, nouns.YEAR, "d", "двум годам"),
        (1, nouns.WEEK, "a", "одну неделю"),
        (6, nouns.WEEK, "n", "шесть недель"),
        (2, nouns.UNIT, "i", "двумя единицами"),
        (1, nouns.THOUSAND, "i", "одной тысячей"),
        (5, nouns.TIMES, "n", "пять раз"),
        (3, nouns.PERSON, "g", "трёх человек"),
    ],
)
def test_nouns_agree(number: int, noun: Noun, case: Case, said: str) -> None:
    assert amount(number, noun, case) == said


@pytest.mark.parametrize(
    ("whole", "part", "case", "said"),
    [
        (5, "6", "n", "пять целых шесть десятых"),
        (1, "1", "n", "одна целая одна десятая"),
        (0, "25", "n", "ноль целых двадцать пять сотых"),
        (0, "05", "n", "ноль целых пять сотых"),
        (21, "011", "g", "двадцати одной целой одиннадцати тысячных"),
        (2, "5", "i", "двумя целыми пятью десятыми"),
        (3, "141592", "n", "три целых тысяча четыреста пятнадцать десятитысячных"),
    ],
)
def test_decimals(whole: int, part: str, case: Case, said: str) -> None:
    assert decimal(whole, part, case) == said


@pytest.mark.parametrize(
    ("number", "noun", "case", "said"),
    [
        ("1,5", nouns.TABLET, "n", "полторы таблетки"),
        ("1.5", nouns.HOUR, "g", "полутора часов"),
        ("0,5", nouns.LITRE, "n", "ноль целых пять десятых литра"),
        ("2,50", nouns.LITRE, "n", "два с половиной литра"),
        ("3,0", nouns.LITRE, "n", "три литра"),
        ("1 200", nouns.RUBLE, "n", "тысяча двести рублей"),
        ("2000", nouns.RUBLE, "d", "двум тысячам рублей"),
    ],
)
def test_measures(number: str, noun: Noun, case: Case, said: str) -> None:
    assert measured(number, noun, case) == said


@pytest.mark.parametrize(
    ("digits", "said"),
    [
        ("05", "ноль пять"),
        ("00", "ноль ноль"),
        ("345", "триста сорок пять"),
        ("0", "ноль"),
        ("010", "ноль десять"),
    ],
)
def test_groups_keep_their_noughts(digits: str, said: str) -> None:
    assert grouped(digits) == said
