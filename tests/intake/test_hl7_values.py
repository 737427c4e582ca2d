"""What was found is read whole: no part of a text says what all of it does not say."""

import pytest

from campaigns.intake.hl7_v2.segments import unescape
from tests.intake.oru import reading, result, with_fields

OURS = "94500-6^^LN"
WRAPPED = "РНК SARS-CoV-2 не{}обнаружена"


def obx(kind: str, value: str, test: str = OURS) -> str:
    return f"OBX|1|{kind}|{test}||{value}||||||F"


@pytest.mark.parametrize("kind", ["TX", "FT", "ST", "CE", "CWE", ""])
@pytest.mark.parametrize("mark", ["~", "^", "&", " ", "\\.br\\", "\\E\\.br\\E\\"])
def test_a_wrapped_text_is_one_text(kind: str, mark: str) -> None:
    found = reading(OBX=obx(kind, WRAPPED.format(mark)))
    told = [one.cells.get("result") for one in found.results]
    assert told == (["negative"] if "E" not in mark else [None])
    assert [fault.place for fault in found.faults] == (["OBX-5"] if "E" in mark else [])


@pytest.mark.parametrize("kind", ["TX", "ST", "CWE", ""])
@pytest.mark.parametrize(
    "value",
    [
        "Result: not~detected",
        "Result: not^detected",
        "Result: not&detected",
        "Обнаружено~не подтверждено",
        "Обнаружено^не подтверждено",
        "Обнаружено&не подтверждено",
        "не подтверждено^^^обнаружено",
        "не обнаружено~антиген: обнаружен",
        "POS~NEG",
        "260373001^^SCT~нечто",
        "РНК \\не\\ обнаружена",  # no escape: nothing vanishes
        "\\XFF\\ обнаружена",  # a letter of no set
    ],
)
def test_a_part_is_not_the_whole(kind: str, value: str) -> None:
    found = reading(OBX=obx(kind, value))
    assert "result" not in found.results[0].cells
    assert [fault.place for fault in found.faults] == ["OBX-5"]


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        ("CE", "POS^Positive", "positive"),
        ("CE", "260415000^in words of its own", "negative"),
        ("CE", "^Not detected", "negative"),
        ("CE", "1^Not detected", "negative"),
        ("CWE", "L1^x^L^260415000^^SCT", "negative"),
        ("CWE", "^^^^^^^^Not detected", "negative"),
        ("CWE", "L1^Not detected^99LAB", "negative"),
        ("CWE", "260415000^^SCT~ND^Not detected^L", "negative"),
        ("ST", "260415000^Not detected^SCT", "negative"),
        ("ST", "X1^Not detected^99LAB", "negative"),
        ("TX", "Обнаружено~обнаружено", "positive"),
        ("TX", "\\H\\Обнаружено.\\N\\", "positive"),
    ],
)
def test_codes_and_their_texts(kind: str, value: str, said: str) -> None:
    assert result(OBX=obx(kind, value)).cells["result"] == said
    assert reading(OBX=obx(kind, value)).faults == ()


def test_an_obx_without_a_test_goes_on_with_ours() -> None:
    found = reading(OBX="\r".join([obx("TX", "Обнаружено"), obx("TX", "не подтверждено", "")]))
    assert [fault.place for fault in found.faults] == ["OBX-5 (second OBX)"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("a\\S\\b\\T\\c\\E\\d", "a^b&c\\d"),
        ("a\\.sp+1\\b\\.in-2\\c", "a b c"),
        ("\\H\\a\\N\\", "a"),
        ("\\XCAEEF2\\", "Кот"),
        ("\\XC\\ \\no\\", "\\XC\\ \\no\\"),
    ],
)
def test_escapes(written: str, meant: str) -> None:
    assert unescape(written, "\r|~^&", "\\", "cp1251") == meant


def test_escapes_are_letters_of_the_declared_set() -> None:
    name = {5: "\\XC8E2E0EDEEE2\\^Anna", 15: ""}
    msh = with_fields("MSH", {18: "WINDOWS-1251"})
    assert result(MSH=msh, PID=with_fields("PID", name)).cells["full_name"] == "Иванов Anna"
    found = reading(PID=with_fields("PID", name))
    assert [fault.place for fault in found.faults] == ["PID-5"]
