"""What is read of an ORU: whom it is about, which results are ours, and how final they are."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from tests.intake.oru import LINES, NOW, reading, result, with_fields

# ------------------------------------------------------------ how final


@pytest.mark.parametrize(
    ("obx", "obr", "status"),
    [
        ("F", "", "final"),
        ("F", "F", "final"),
        ("F", "A", "final"),
        ("C", "F", "corrected"),
        ("F", "C", "corrected"),
        ("A", "", "corrected"),
        ("P", "F", "preliminary"),
        ("F", "P", "preliminary"),
        ("R", "", "preliminary"),
        ("D", "F", "withdrawn"),
        ("W", "C", "wrong_patient"),
        ("X", "P", "not_done"),
        ("F", "X", "not_done"),
        ("", "F", "final"),
    ],
)
def test_status(obx: str, obr: str, status: str) -> None:
    found = result(OBX=with_fields("OBX", {11: obx}), OBR=with_fields("OBR", {25: obr}))
    assert found.status == status


@pytest.mark.parametrize(
    ("obx", "obr", "place"), [("Q", "", "OBX-11"), ("F", "Q", "OBR-25"), ("", "", "OBX-11")]
)
def test_unknown_status(obx: str, obr: str, place: str) -> None:
    found = reading(OBX=with_fields("OBX", {11: obx}), OBR=with_fields("OBR", {25: obr}))
    assert [fault.place for fault in found.faults] == [place]


def test_cancelled_order_has_no_result() -> None:
    assert result(OBX="", OBR=with_fields("OBR", {25: "X"})).status == "not_done"
    assert reading(OBX="", OBR=with_fields("OBR", {25: "F"})).faults[0].place == "OBR-25"


# ------------------------------------------------------------ which results


def obx(number: int, test: str, value: str, status: str = "F") -> str:
    return f"OBX|{number}|CE|{test}||{value}||||||{status}"


OURS, OTHER = "94309-2^^LN", "718-7^Hemoglobin^LN"
FOUND, NOT_FOUND = "260373001^^SCT", "260415000^^SCT"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([obx(1, OURS, FOUND), obx(2, OTHER, "14")], ("positive", "final", 1)),
        ([obx(1, OURS, FOUND), obx(2, OURS, "POS")], ("positive", "final", 0)),
        ([obx(1, OURS, FOUND, "D"), obx(2, OURS, NOT_FOUND, "C")], ("negative", "corrected", 0)),
        ([obx(1, OURS, FOUND), obx(2, OURS, FOUND, "P")], ("positive", "preliminary", 0)),
        ([obx(1, OURS, FOUND), "SPM|1", obx(2, OURS, NOT_FOUND)], ("positive", "final", 0)),
        ([obx(1, "LOCAL^^L^94500-6^^LN", "L1^x^L^260415000^^SCT")], ("negative", "final", 0)),
        ([obx(1, "UNKNOWN^^L", NOT_FOUND)], ("negative", "final", 0)),  # OBR-4 says which it is
    ],
)
def test_one_result_of_an_order(lines: list[str], said: tuple[str, str, int]) -> None:
    found = reading(OBX="\r".join(lines))
    (one,) = found.results
    assert found.faults == ()
    assert (one.cells.get("result"), one.status, found.ignored) == said


@pytest.mark.parametrize(
    ("lines", "places"),
    [
        ([obx(1, OURS, "1^Perhaps^SCT")], ["OBX-5"]),
        ([obx(1, OURS, "")], ["OBX-5"]),
        ([obx(1, OURS, "260415000^Detected^SCT")], ["OBX-5"]),
        ([obx(1, OURS, FOUND), obx(2, OURS, NOT_FOUND)], ["OBX-5 (second OBX)"]),
        ([obx(1, OURS, FOUND)[: -len("||||||F")] + "|||N|||F"], ["OBX-8"]),
        ([obx(1, OURS, NOT_FOUND)[: -len("||||||F")] + "|||A|||F"], ["OBX-8"]),
        ([obx(1, OURS, NOT_FOUND)[: -len("||||||F")] + "|||POS|||F"], ["OBX-8"]),
        ([obx(1, OTHER, "14"), obx(2, "789-8^RBC^LN", "5")], ["OBX-3", "OBX-3 (second OBX)"]),
    ],
)
def test_what_cannot_be_told(lines: list[str], places: list[str]) -> None:
    assert [fault.place for fault in reading(OBX="\r".join(lines)).faults] == places


def test_only_what_is_told_must_be_known() -> None:
    assert reading(OBX=obx(1, OURS, "1^Perhaps^SCT", "P")).faults == ()
    assert reading(OBX=obx(1, OURS, "", "D")).faults == ()


def test_orders_of_two_patients() -> None:
    second = [
        "PID|2||P18||Петров^Пётр||1960|M|||||+79123456788",
        LINES["OBR"].replace("F1", "F2"),
        LINES["OBX"],
    ]
    one, two = reading(OBX="\r".join([LINES["OBX"], *second])).results
    assert (one.external_id, two.external_id, two.cells["full_name"]) == ("F1", "F2", "Петров Пётр")
    assert two.places["phone"] == "PID-13 (second PID)"


@pytest.mark.parametrize(
    ("obr", "orc", "number"),
    [
        ({3: "F7^LAB", 2: "P7"}, "", "F7"),
        ({3: "", 2: "P7"}, "ORC|RE|P8|F8", "F8"),
        ({3: "", 2: "P7"}, "", "P7"),
        ({3: "", 2: ""}, "", "P17/94500-6/20261119081500"),
    ],
)
def test_number_of_an_order(obr: Mapping[int, str], orc: str, number: str) -> None:
    found = result(OBR="\r".join(filter(None, [orc, with_fields("OBR", obr)])))
    assert found.external_id == number


def test_order_without_a_number() -> None:
    found = reading(PID=with_fields("PID", {3: ""}), OBR=with_fields("OBR", {2: "", 3: ""}))
    assert [fault.place for fault in found.faults] == ["OBR-3"]


def test_segments_that_belong_to_nothing() -> None:
    assert reading(OBR="", OBX="").faults[0].place == "OBR-1"
    assert reading(OBR="").faults[0].place == "OBX-1"


CBC = "58410-2^CBC^LN"


@pytest.mark.parametrize("status", ["X", "D", "W"])
def test_the_end_of_another_test_is_none_of_ours(status: str) -> None:
    """Laboratories number all tests of a sample alike."""
    ended = with_fields("OBR", {4: CBC, 25: status})
    both = reading(OBX="\r".join([LINES["OBX"], ended]))
    assert ([one.status for one in both.results], both.faults) == (["final"], ())
    alone = reading(OBR=ended, OBX="")
    assert (alone.results, [fault.place for fault in alone.faults]) == ((), ["OBR-4"])


@pytest.mark.parametrize(
    ("test", "lines", "status"),
    [
        (OURS, [], "not_done"),
        ("", [], "not_done"),
        (CBC, [obx(1, OURS, FOUND)], "not_done"),
        (OURS, [obx(1, OTHER, "14"), obx(2, "789-8^RBC^LN", "5")], "not_done"),
        ("", [obx(1, "", "")], "not_done"),
        (CBC, [obx(1, OURS, FOUND), obx(2, OTHER, "14")], "not_done"),
    ],
)
def test_the_end_of_ours(test: str, lines: list[str], status: str) -> None:
    found = reading(OBR=with_fields("OBR", {4: test, 25: "X"}), OBX="\r".join(lines))
    assert ([one.status for one in found.results], found.faults) == ([status], ())


@pytest.mark.parametrize(
    ("obx_lines", "places"),
    [
        (["OBX|1|TX|94500-6^^LN||Обнаружено", "(предварительно)||||||P"], ["OBX-5"]),
        ([LINES["OBX"], "OBX|2|TX|1^^L||a", " OBX|3|TX|", "NEG"], ["OBX-5 (second OBX)"]),
        ([LINES["OBX"], "NTE|1||a", "b", "obx|2"], ["NTE-3"]),
        ([LINES["OBX"], "NTE|1||a", "", "  ", "ZX1|own", "NTE|2||b", "\x1a"], []),
    ],
)
def test_a_line_that_is_no_segment(obx_lines: list[str], places: list[str]) -> None:
    found = reading(OBX="\r".join(obx_lines))
    assert [fault.place for fault in found.faults if "no segment" in fault.sentence] == places


def test_the_head_goes_on_in_another_line() -> None:
    assert reading(MSH=LINES["MSH"] + "||\rCITY").faults[0].place == "MSH-14"


# ------------------------------------------------------------ whom


@pytest.mark.parametrize(
    ("field", "value", "cells"),
    [
        (5, "Иванова&&&&^Мария^^^^^A~Петрова^Мария^^^^^L", {"full_name": "Петрова Мария"}),
        (5, "O\\T\\Neil^Ann", {"full_name": "O&Neil Ann"}),
        (7, "1954", {"birth_year": "1954"}),
        (7, "195403121200", {"birth_year": "1954"}),
        (7, "19540101000000+0300", {"birth_year": "1954"}),
        (13, "(343)234-56-78C call at home", {"phone": "(343)234-56-78"}),
        (13, "^PRN^PH^^7^343^2345678", {"phone": "+7 343 2345678"}),
        (13, "^PRN^PH^^^343^2345678", {"phone": "343 2345678"}),
        (13, "^^^^^^^^^^^+73432345678", {"phone": "+73432345678"}),
        (13, "83432345678^PRN^PH~89123456789^PRN^CP", {"phone": "89123456789", "phone_2": "83432345678"}),
        (13, "83432345678^PRN^FX~a@b.example^NET^Internet~+79123456789", {"phone": "+79123456789"}),
        (13, "12345~+79123456789", {"phone": "+79123456789"}),
        (13, "12345", {"phone": "12345"}),
        (13, "(903)555-0123^PRN^PH^^1^903^5550123", {"phone": "+1 903 5550123"}),  # in Texas
        (13, "(903)555-0123^PRN^PH^^1", {"phone": "+19035550123"}),
        (13, "+79123456789^PRN^CP^^1", {"phone": "+79123456789"}),
        (13, "89035550123^PRN^CP^^1", {"phone": "+1 89035550123"}),  # of no American: not one of Moscow
        (13, "8 (343) 234-56-78^PRN^PH^^7^343^", {"phone": "+73432345678"}),
        (13, "8 (343) 234-56-78^PRN^PH^^7^343^34", {"phone": "+73432345678"}),
        (13, "83432345678^PRN^PH^^8", {"phone": "83432345678"}),  # 8 is no country
        (15, "eng", {"language": "en", "full_name": "Мария Петровна Иванова"}),
        (15, "^English", {"language": "en"}),
        (15, "tt", {"language": "ru"}),
    ],
)
def test_cells_of_a_patient(field: int, value: str, cells: Mapping[str, str]) -> None:
    found = result(PID=with_fields("PID", {field: value})).cells
    assert {name: found[name] for name in cells} == cells
    assert sum(name.startswith("phone") for name in found) == max(
        1, sum(name.startswith("phone") for name in cells)
    )


def test_what_is_missing_has_a_place() -> None:
    found = result(PID="PID|1")
    assert {"phone", "full_name", "birth_year"}.isdisjoint(found.cells)
    assert (found.places["phone"], found.places["full_name"], found.places["birth_year"]) == (
        "PID-13",
        "PID-5",
        "PID-7",
    )
    assert result(PID="").places["phone"] == "PID-13"


@pytest.mark.parametrize("fields", [{30: "Y"}, {29: "20261101"}])
def test_nobody_calls_the_dead(fields: Mapping[int, str]) -> None:
    assert [str(fault)[:6] for fault in reading(PID=with_fields("PID", fields)).faults] == [
        f"PID-{min(fields)}"
    ]
    assert reading(PID=with_fields("PID", fields), OBX=obx(1, OURS, FOUND, "D")).faults == ()


@pytest.mark.parametrize(
    ("obr7", "spm17", "obx14", "day", "place"),
    [
        ("20261119", "20261118", "", "2026-11-19", "OBR-7"),
        ("20261118203000+0000", "", "", "2026-11-19", "OBR-7"),  # in Yekaterinburg
        ("20261119060000+1000", "", "", "2026-11-19", "OBR-7"),  # as it is written
        ("20261118233000", "", "", "2026-11-18", "OBR-7"),
        ("", "20261118^20261119", "20261117", "2026-11-18", "SPM-17"),
        ("", "", "20261117", "2026-11-17", "OBX-14"),
        ("202611", "", "", "202611", "OBR-7"),
        ("", "", "", None, "OBR-7"),
    ],
)
def test_day_of_the_sample(obr7: str, spm17: str, obx14: str, day: str | None, place: str) -> None:
    lines = [with_fields("OBX", {14: obx14}), "|".join(["SPM", *[""] * 16, spm17])]
    found = result(OBR=with_fields("OBR", {7: obr7}), OBX="\r".join(lines))
    assert (found.cells.get("sample_date"), found.places["sample_date"]) == (day, place)


TEN = datetime(2026, 11, 20, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("obr22", "msh7", "told_at", "sent_at"),
    [
        ("20261120130000+0300", "20261120", TEN, NOW),
        ("20261120", "202611201500", None, TEN),
        ("20991231235959", "20261120", NOW, NOW),  # its clock is fast
        ("", "no time", None, NOW),
        ("20261399000000", "20261120150060", None, TEN.replace(second=59)),
        ("20261120200000", "20261120200500+1000", TEN, TEN.replace(minute=5)),  # MSH-7 says the offset
        ("20261120130000+0300", "20261120200500+1000", TEN, TEN.replace(minute=5)),
    ],
)
def test_when_it_was_said(obr22: str, msh7: str, told_at: datetime | None, sent_at: datetime) -> None:
    found = result(OBR=with_fields("OBR", {22: obr22}), MSH=with_fields("MSH", {7: msh7}))
    assert (found.told_at, found.sent_at) == (told_at, sent_at)


def test_a_message_in_utc() -> None:
    """The day of what names no offset is that of the clinic's clock, too."""
    found = result(
        MSH=with_fields("MSH", {7: "20261119230000+0000"}), OBR=with_fields("OBR", {7: "20261118203000"})
    )
    assert found.cells["sample_date"] == "2026-11-19"
