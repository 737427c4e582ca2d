"""Character sets that are declared, not declared, and declared falsely."""

import pytest

from campaigns.intake.hl7_v2.text import decode

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


def test_damaged_utf8_is_not_sound() -> None:
    content = "Иванов^Иван^Иванович".encode().replace("н".encode()[1:], b"", 1)
    assert not decode(content, "UNICODE UTF-8").sound
