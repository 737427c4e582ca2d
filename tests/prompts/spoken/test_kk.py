"""Kazakh: values, whole texts as words and as sound, and what a campaign in it needs."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompts.engines.espeak import Espeak
from prompts.engines.protocol import FixedText, ValueText
from prompts.spoken.kk import KAZAKH, MONTHS, cardinal, key_said, ordinal
from prompts.spoken.texts import Text, Value, ValueKind
from prompts.spoken.wording import wording_of
from tests.prompts.spoken.lines_kk import LINES


@pytest.mark.parametrize(("kind", "raw", "said"), LINES)
def test_said(kind: ValueKind, raw: str, said: str) -> None:
    assert " ".join(KAZAKH.forms[kind](raw).split()) == said
    assert KAZAKH.unspeakable.search(said) is None


def test_the_table_is_long_enough_and_has_every_kind() -> None:
    assert len(LINES) >= 40
    assert {kind for kind, _, _ in LINES} == set(get_args(ValueKind)) == set(KAZAKH.forms)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (1, "бірінші"),
        (2, "екінші"),
        (3, "үшінші"),
        (4, "төртінші"),
        (5, "бесінші"),
        (6, "алтыншы"),
        (7, "жетінші"),
        (8, "сегізінші"),
        (9, "тоғызыншы"),
        (10, "оныншы"),
        (20, "жиырмасыншы"),
        (30, "отызыншы"),
        (40, "қырқыншы"),
        (50, "елуінші"),
        (60, "алпысыншы"),
        (70, "жетпісінші"),
        (80, "сексенінші"),
        (90, "тоқсаныншы"),
        (100, "жүзінші"),
        (365, "үш жүз алпыс бесінші"),
        (1000, "мыңыншы"),
        (1_000_000, "бір миллионыншы"),
    ],
)
def test_ordinals(number: int, said: str) -> None:
    assert ordinal(number) == said


@given(st.integers(0, 10**9))
def test_ordinals_follow_the_harmony_of_vowels(number: int) -> None:
    """A stem whose last vowel is a back one takes -ыншы, any other -інші."""
    stem, last = cardinal(number).split()[-1], ordinal(number).split()[-1]
    vowel = [letter for letter in stem if letter in "аоұыуәөүіеи"][-1]
    hard = vowel in "аоұы" or stem.startswith("миллиа") or stem == "миллион"
    assert last.endswith("ншы" if hard else "нші")


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("date", "03.12.2024"),
        ("year", "54"),
        ("phone", "жоқ"),
        ("digits", "1а"),
        ("count", "1.5"),
        ("money", "көп"),
    ],
)
def test_what_is_not_of_its_kind_is_refused(kind: ValueKind, raw: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        KAZAKH.forms[kind](raw)


@pytest.mark.parametrize(("key", "said"), [("1", "бір"), ("0", "нөл"), ("*", "жұлдызша"), ("#", "тор")])
def test_keys(key: str, said: str) -> None:
    assert key_said(key, "") == said


TEXTS = {
    "opening": "Бұл {institution}. Маңызды хабарлама. Кімге: {full_name}.",
    "menu": "Егер бұл сіз болсаңыз, {key:1} түймесін басыңыз. "
    "Егер бұл адам қазір жоқ болса, {key:2} түймесін басыңыз.",
    "year": "Туған жылыңыздың төрт санын теріңіз.",
    "result": "Сіздің нәтижеңіз теріс. Коронавирус табылған жоқ. Талдау алынған күн: {sample_date}.",
    "appointment": "Қабылдау уақыты: {visit}.",
    "goodbye": "Бізге мына нөмірге қоңырау шалыңыз: {call_back}. Сау болыңыз.",
}
VALUES = {
    "institution": Value("place", "№ 3 қалалық емхана", shared=True),
    "full_name": Value("name", "Әбдірахманова Гүлнәр"),
    "sample_date": Value("date", "2024-12-03"),
    "visit": Value("datetime", "2024-12-05T09:30:00+05:00"),
    "call_back": Value("phone", "+77172123456", shared=True),
}
SAID = {
    "opening": "Бұл нөмір үш қалалық емхана. Маңызды хабарлама. Кімге: Әбдірахманова Гүлнәр.",
    "menu": "Егер бұл сіз болсаңыз, бір түймесін басыңыз. "
    "Егер бұл адам қазір жоқ болса, екі түймесін басыңыз.",
    "year": "Туған жылыңыздың төрт санын теріңіз.",
    "result": "Сіздің нәтижеңіз теріс. Коронавирус табылған жоқ. Талдау алынған күн: үшінші желтоқсан.",
    "appointment": "Қабылдау уақыты: бесінші желтоқсан, сағат тоғыз отыз.",
    "goodbye": "Бізге мына нөмірге қоңырау шалыңыз: "
    "сегіз, жетпіс бір, жетпіс екі, он екі, отыз төрт, елу алты. "
    "Сау болыңыз.",
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_campaign_in_kazakh_has_its_words(name: str) -> None:
    assert wording_of(Text("kk", TEXTS[name], VALUES)).words == SAID[name]


@pytest.mark.parametrize("name", TEXTS)
def test_a_campaign_in_kazakh_is_heard(name: str) -> None:
    engine = Espeak(150)
    for sentence in wording_of(Text("kk", TEXTS[name], VALUES)).sentences:
        text = ValueText("kk", sentence.words)
        letters = sum(letter.isalpha() for letter in sentence.words)
        assert engine.knows(text)
        assert 0.03 * letters < engine.speak(text).seconds < 0.15 * letters + 1.0


@pytest.mark.parametrize(
    "word", [*MONTHS, "әке", "ғылым", "өнер", "ұлы", "үй", "қала", "таң", "гауһар", "іс", "щи"]
)
def test_no_letter_is_spelled_out_by_the_voice(word: str) -> None:
    """espeak-ng says an unknown letter by its name, which makes a word three times as long."""
    assert len(Espeak(150).phonemes(FixedText("kk", word)).replace("'", "").split()) == 1


@given(kind=st.sampled_from(["name", "place", "text"]), raw=st.text(max_size=80))
def test_no_text_leaves_a_figure_or_raises(kind: ValueKind, raw: str) -> None:
    assert not any(character.isdigit() and character.isascii() for character in KAZAKH.forms[kind](raw))
