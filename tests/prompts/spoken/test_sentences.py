"""Where sentences end, what a value takes with it, and how long the pauses are."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompts.spoken.sentences import (
    CLAUSE_PAUSE_SECONDS,
    COMMA_PAUSE_SECONDS,
    JOINT_SECONDS,
    SENTENCE_PAUSE_SECONDS,
    Phrase,
    pause_seconds,
    sentences_of,
    tidy,
)

VALUES = {
    "A": "Анна",
    "D": "третьего декабря",
    "P": "восемь, девятьсот",
    "Q": "Что? Когда?",
    "S": "ул. Мира. Двор",
}


def cut(template: str) -> list[list[str]]:
    """Sentences as lists of phrases; <A> is a value, and a phrase with a value is shown in <>."""
    phrases = [
        Phrase(VALUES[part[1]], value=True, private=part == "<A>")
        if re.fullmatch("<.>", part)
        else Phrase(part)
        for part in re.split("(<.>)", template)
    ]
    return [
        [f"<{phrase.words}>" if phrase.value else phrase.words for phrase in sentence.phrases]
        for sentence in sentences_of("ru", phrases)
    ]


@pytest.mark.parametrize(
    ("template", "sentences"),
    [
        ("Спасибо. До свидания.", [["Спасибо."], ["До свидания."]]),
        ("Мы решили вопрос? Если да, нажмите один!", [["Мы решили вопрос?"], ["Если да, нажмите один!"]]),
        ("без точки", [["без точки"]]),
        ("Спасибо. без точки", [["Спасибо. без точки"]]),
        ("Подождите... Соединяем.", [["Подождите..."], ["Соединяем."]]),
        ("Подождите… соединяем.", [["Подождите… соединяем."]]),
        ("Что?! Да.", [["Что?!"], ["Да."]]),
        ("Нажмите «один». «Два» не нажимайте.", [["Нажмите «один»."], ["«Два» не нажимайте."]]),
        ("Он сказал: «Приду.» Ждите.", [["Он сказал: «Приду.»"], ["Ждите."]]),
        ("Спасибо. — Не за что.", [["Спасибо."], ["— Не за что."]]),
        ("Спасибо.До свидания.", [["Спасибо."], ["До свидания."]]),
        ("г. Тюмень, ул. Ленина, стр. Б. Ждём.", [["г. Тюмень, ул. Ленина, стр. Б. Ждём."]]),
        ("Врач А. С. Петров. Ждём.", [["Врач А. С. Петров."], ["Ждём."]]),
        ("Паспорт и т. д. Возьмите полис.", [["Паспорт и т. д. Возьмите полис."]]),
        ("Это я. Ждите.", [["Это я."], ["Ждите."]]),
        ("Dr. Smith is here. Please wait.", [["Dr. Smith is here."], ["Please wait."]]),
        ("Come at nine a.m. Bring it.", [["Come at nine a.m. Bring it."]]),
        ("Да. . . !", [["Да...!"]]),
        ("…", []),
        ("", []),
    ],
)
def test_fixed_words(template: str, sentences: list[list[str]]) -> None:
    assert cut(template) == sentences


@pytest.mark.parametrize(
    ("template", "sentences"),
    [
        ("<A>", [["<Анна>"]]),
        ("<A>, это клиника.", [["<Анна,>", "это клиника."]]),
        ("Ждём <D> в клинике.", [["Ждём", "<третьего декабря>", "в клинике."]]),
        ("Это <S>. Ждём.", [["Это", "<ул. Мира. Двор.>"], ["Ждём."]]),
        ("Кому: <A>.", [["Кому:", "<Анна.>"]]),
        ("<A> <D>", [["<Анна>", "<третьего декабря>"]]),
        ("<A><D>", [["<Анна>", "<третьего декабря>"]]),
        ("<A>, <D>. <A>!", [["<Анна,>", "<третьего декабря.>"], ["<Анна!>"]]),
        ("Звоните. <P>. До свидания.", [["Звоните."], ["<восемь, девятьсот.>"], ["До свидания."]]),
        ("ул. <A>.", [["ул.", "<Анна.>"]]),
        ("Ждём <D>. если можно", [["Ждём", "<третьего декабря.>", "если можно"]]),
        ("Клиника «<A>» ждёт.", [["Клиника", "<«Анна»>", "ждёт."]]),
        ("Ждём (<D>), приходите.", [["Ждём", "<(третьего декабря),>", "приходите."]]),
        ("Ann's <A>'s result.", [["Ann's", "<Анна's>", "result."]]),
        ("По-<D> ждём.", [["<По-третьего декабря>", "ждём."]]),
        ("<A> — это вы?", [["<Анна —>", "это вы?"]]),
        ("<A> - это вы?", [["<Анна ->", "это вы?"]]),
        ("в<D>и", [["в", "<третьего декабря>", "и"]]),
        ("Вопрос: <Q>. Ответ.", [["Вопрос:", "<Что? Когда?>"], ["Ответ."]]),
        ("Вопрос: <Q>... да", [["Вопрос:", "<Что? Когда?...>", "да"]]),
        ("<A> (—) <D>", [["<Анна>", "<третьего декабря>"]]),
        ("— <A>.", [["<Анна.>"]]),
    ],
)
def test_values(template: str, sentences: list[list[str]]) -> None:
    assert cut(template) == sentences


def test_a_sentence_is_private_when_a_value_of_one_contact_is_in_it() -> None:
    phrases = [
        Phrase("Это "),
        Phrase("клиника", value=True),
        Phrase(". Кому: "),
        Phrase("Анна", True, True),
        Phrase("."),
    ]
    house, person = sentences_of("ru", phrases)
    assert (house.fixed, house.private, person.fixed, person.private) == (False, False, False, True)
    assert [phrase.private for phrase in person.phrases] == [False, True]
    assert "Анна" not in repr(person)


def test_words_that_hold_a_mark_take_no_value_that_is_not_theirs() -> None:
    phrases = (phrase for phrase in (Phrase("да \ue000 \ue001 "), Phrase("Анна", True, True)))
    (sentence,) = sentences_of("ru", phrases)
    assert [phrase.words for phrase in sentence.phrases] == ["да", "Анна"]


@given(st.lists(st.tuples(st.text("аБ .,!?…:—«»()'-\n"), st.sampled_from(sorted(VALUES)))))
def test_every_value_is_one_phrase_and_no_word_is_lost(parts: list[tuple[str, str]]) -> None:
    phrases = [
        phrase for words, value in parts for phrase in (Phrase(words), Phrase(VALUES[value], True, True))
    ]
    spoken = [phrase for sentence in sentences_of("ru", phrases) for phrase in sentence.phrases]
    assert len([phrase for phrase in spoken if phrase.value]) == len(parts)
    letters = "".join(re.findall(r"\w", "".join(phrase.words for phrase in phrases)))
    assert "".join(re.findall(r"\w", "".join(phrase.words for phrase in spoken))) == letters


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("Спасибо.", SENTENCE_PAUSE_SECONDS),
        ("Готовы?", SENTENCE_PAUSE_SECONDS),
        ("«Да!»", SENTENCE_PAUSE_SECONDS),
        ("Подождите…", SENTENCE_PAUSE_SECONDS),
        ("Если да,", COMMA_PAUSE_SECONDS),
        ("«Анна»,", COMMA_PAUSE_SECONDS),
        ("Анна -", COMMA_PAUSE_SECONDS),
        ("Кому:", CLAUSE_PAUSE_SECONDS),
        ("Анна —", CLAUSE_PAUSE_SECONDS),
        ("да;", CLAUSE_PAUSE_SECONDS),
        ("Анализ взят", JOINT_SECONDS),
        ("", JOINT_SECONDS),
    ],
)
def test_pauses(words: str, seconds: float) -> None:
    assert pause_seconds(words) == seconds


@pytest.mark.parametrize(
    ("words", "neat"),
    [
        ("  В конце  нажмите\nодин .", "В конце нажмите один."),
        ("да ,нет", "да, нет"),
        ("да,, нет", "да, нет"),
        ("да,.", "да."),
        ("день..", "день."),
        ("ждите...", "ждите..."),
        ("ждите......", "ждите..."),
        ("« да »", "«да»"),
        ("т.е. да", "т.е. да"),
    ],
)
def test_tidy(words: str, neat: str) -> None:
    assert tidy(words) == neat


def test_a_degree_in_letters_ends_no_sentence() -> None:
    said = sentences_of("ru", [Phrase("Приём у д.м.н. Петрова. Приходите.")])
    assert [sentence.words for sentence in said] == ["Приём у д.м.н. Петрова.", "Приходите."]
