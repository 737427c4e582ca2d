"""The head of a message: what is refused, and how errors are told."""

import pytest

from campaigns.intake.hl7_v2.answers import answer
from campaigns.intake.hl7_v2.segments import MOST_SEPARATORS
from campaigns.intake.lab.result import Fault
from tests.intake.oru import LINES, NOW, message, read, reading, with_fields


@pytest.mark.parametrize("processing", ["T", "D", "P^A", "T^T"])
def test_of_a_test_nothing_is_read(processing: str) -> None:
    found = reading(MSH=with_fields("MSH", {11: processing}), OBX="nonsense")
    assert (found.test, found.results, found.faults) == (True, (), ())


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        (9, "ADT^A01", "200"),
        (9, "ORU^R30", "200"),
        (10, "", "101"),
        (10, "x" * 300, "102"),
        (11, "", "202"),
        (11, "X", "202"),
        (12, "2.2", "203"),
        (12, "3.0", "203"),
        (12, "", "203"),
    ],
)
def test_refused_messages_name_the_field(field: int, value: str, code: str) -> None:
    found = message(MSH=with_fields("MSH", {field: value}))
    assert found.reading is None
    assert [fault.place for fault in found.faults] == [f"MSH-{field}"]
    lines = answer(found.header, "AR", found.faults, NOW).decode().split("\r")
    assert lines[1].startswith(
        f"MSA|AR|{'' if (field, value) == (10, '') else 'M1' if field != 10 else value}|MSH-{field} "
    )
    assert f"MSH^1^{field}" in lines[2]
    assert code in lines[2]


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"", "MSH-1"),
        (b"GET / HTTP/1.1\r\n\r\n", "MSH-1"),
        (b"MSH", "MSH-1"),
        (b"MSHxxxxxxxxxxx", "MSH-1"),
        ("\r".join(LINES.values()).replace("^~\\&", "^^\\&").encode(), "MSH-2"),
        ("\r".join([*LINES.values(), *LINES.values()]).encode(), "MSH-1 (second MSH)"),
        ("\r".join(LINES.values()).replace("Мария", "\0").encode(), "MSH-18"),
        ("\r".join(LINES.values()).encode().replace(b"\xd0\xb2", b"\xd0"), "MSH-18"),
        ("\r".join([*LINES.values(), "OBX|" + "|" * MOST_SEPARATORS]).encode(), "MSH-9"),
    ],
)
def test_no_message(content: bytes, place: str) -> None:
    found = read(content)
    assert found.reading is None
    assert [fault.place for fault in found.faults][:1] == [place]
    assert b"\rMSA|AR|" in answer(found.header, "AR", found.faults, NOW)


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r\r", "\r\n\r\n"])
def test_ends_of_segments(ends: str) -> None:
    found = read((ends.join(LINES.values()) + ends).encode())
    assert found.reading is not None
    assert found.reading.results[0].cells["result"] == "positive"


def test_other_delimiters_and_hexadecimal() -> None:
    lines = "\r".join(LINES.values()).replace("Мария", r"\XCCE0F0E8FF\ ").encode("cp1251")
    swapped = lines.translate(bytes.maketrans(b"|^\\", b"#$/"))
    found = read(swapped)
    assert found.reading is not None
    assert found.reading.results[0].cells["full_name"] == "Иванова Мария Петровна"
    assert answer(found.header, "AA", (), NOW).decode().startswith("MSH#$~/&#DIALER#HOSP#LIS#CITYLAB#")


@pytest.mark.parametrize(
    ("version", "kind", "error"),
    [
        (
            "2.3",
            "ACK^R01",
            r"ERR|OBX^2^5^103&Table value not found&HL70357~PID^1^13^101&Required field missing&HL70357",
        ),
        ("2.5", "ACK^R01^ACK", "ERR||OBX^2^5|103^Table value not found^HL70357|E||||OBX-5 (second OBX) is a"),
    ],
)
def test_errors_as_the_version_has_them(version: str, kind: str, error: str) -> None:
    faults = [
        Fault("OBX-5 (second OBX)", "is a result that lab-codes.yaml does not know"),
        Fault("PID-13", "is blank"),
    ]
    header = message(MSH=with_fields("MSH", {12: version, 18: "UNICODE UTF-8"})).header
    msh, msa, *errors = answer(header, "AE", faults, NOW).decode().rstrip("\r").split("\r")
    assert msh.split("|")[8] == kind
    assert msh.split("|")[10:12] == ["P", version]
    assert msh.endswith("|UNICODE UTF-8")
    assert msa == "MSA|AE|M1|OBX-5 (second OBX) is a result that lab-codes.yaml does not know"
    assert errors[0].startswith(error)
    assert len(errors) == (1 if version == "2.3" else 2)
