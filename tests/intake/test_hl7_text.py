"""Character sets that are declared, not declared, and declared falsely."""

import pytest

from campaigns.intake.hl7_v2.letters import MOST_WORDS, oddness
from campaigns.intake.hl7_v2.text import Decoded, decode

PERSON = "PID|1||7||Щукина^Юлия^Эдуардовна|ПЕТРОВ^ПЁТР|поликлиника № 3|не обнаружено"
NORTHERN = "PID|1||7||Müller^Jörg^Åke"


@pytest.mark.parametrize(
    "declared", ["", "ASCII", "8859/1", "UNICODE UTF-8", "8859/5", "WINDOWS-1251", "nonsense"]
)
@pytest.mark.parametrize("written", ["utf-8", "cp1251", "koi8-r", "iso8859-5", "cp866"])
def test_cyrillic_whatever_is_declared(declared: str, written: str) -> None:
    if (declared, written) == ("WINDOWS-1251", "koi8-r"):
        return  # nobody says so of KOI8-R, and small letters of the one read as capitals of the other
    text = PERSON.replace("№", "N") if written == "koi8-r" else PERSON
    found = decode(f"MSH|^~\\&|LAB\r{text}\r".encode(written), declared)
    assert (found.text, found.sound) == (f"MSH|^~\\&|LAB\r{text}\r", True)


@pytest.mark.parametrize(
    ("declared", "written"),
    [
        ("8859/1", "latin-1"),
        ("", "latin-1"),
        ("8859/1", "utf-8"),
        ("8859/2", "iso8859-2"),
        ("CP1252", "cp1252"),
    ],
)
def test_latin(declared: str, written: str) -> None:
    text = NORTHERN if written != "iso8859-2" else "PID|1||7||Dvořák^Jiří^Novák"
    found = decode(text.encode(written), declared)
    assert (found.text, found.sound) == (text, True)


@pytest.mark.parametrize(
    ("content", "declared", "text"),
    [
        (b"\xef\xbb\xbf" + "MSH|Я".encode(), "ASCII", "MSH|Я"),
        ("MSH|Я".encode("utf-16"), "", "MSH|Я"),
        ("MSH|Я".encode("utf-16-be"), "UNICODE UTF-16", "MSH|Я"),
        (b"MSH|plain", "KOI8-R", "MSH|plain"),
        ("Ю".encode("cp1251"), "WINDOWS-1251", "Ю"),
    ],
)
def test_marks_and_short_texts(content: bytes, declared: str, text: str) -> None:
    assert decode(content, declared).text == text


SHORT = ("ИВАНОВ^ЮРИЙ^ЛЬВОВНА", "смирнов^лев^николаевич", "Кузнецов^Пётр", "ПОПОВА^АННА||НЕ ОБНАРУЖЕНО")


@pytest.mark.parametrize("declared", ["", "KOI8-R", "WINDOWS-1251", "8859/5", "8859/1"])
@pytest.mark.parametrize("written", ["cp1251", "koi8-r", "iso8859-5", "cp866"])
@pytest.mark.parametrize("text", SHORT)
def test_a_name_is_never_garbled(text: str, written: str, declared: str) -> None:
    found = decode(text.encode(written), declared)
    assert found.text == text or not found.sound


@pytest.mark.parametrize(
    ("text", "written"), [("ПОПОВ", "koi8-r"), ("ЦОЙ", "koi8-r"), ("ПОПОВ", "iso8859-5")]
)
def test_what_reads_nearly_as_well_in_another_set_is_refused(text: str, written: str) -> None:
    declared = {"koi8-r": "KOI8-R", "iso8859-5": "8859/5"}[written]
    assert decode(text.encode(written), declared) == Decoded(text, written, True)
    found = decode(text.encode(written), "")
    assert found.text == text or not found.sound


@pytest.mark.parametrize("text", SHORT)
@pytest.mark.parametrize("declared", ["", "ASCII", "WINDOWS-1251", "8859/1"])
def test_the_usual_lie_is_understood(text: str, declared: str) -> None:
    assert decode(text.encode("cp1251"), declared) == Decoded(text, "cp1251", True)


def test_only_so_many_words_are_weighed() -> None:
    words = "слово " * MOST_WORDS
    assert oddness(words + "ЪыЬ " * MOST_WORDS) == oddness(words) < oddness("ЪыЬ ")


def test_damaged_utf8_is_not_sound() -> None:
    content = "Иванов^Иван^Иванович".encode().replace("н".encode()[1:], b"", 1)
    assert not decode(content, "UNICODE UTF-8").sound
