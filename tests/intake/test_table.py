from pathlib import Path

import pytest

from campaigns.intake.columns import Columns
from campaigns.intake.errors import IntakeError
from campaigns.intake.table import Table, open_table
from campaigns.intake.textfile import LONGEST_LINE_BYTES

NEEDED = ("external_id", "phone")


def table_of(folder: Path, content: bytes) -> Table:
    path = folder / "people.csv"
    path.write_bytes(content)
    return open_table(path, Columns(NEEDED, ("deadline",)))


def rows_of(folder: Path, content: bytes) -> list[tuple[int, list[str], str]]:
    return [(row.line, list(row.cells), row.complaint) for row in table_of(folder, content).rows()]


@pytest.mark.parametrize(
    ("header", "columns", "delimiter"),
    [
        (b"external_id,phone", ("external_id", "phone"), ","),
        (b"external_id;phone", ("external_id", "phone"), ";"),
        (b" External_ID ; PHONE;", ("External_ID", "PHONE", ""), ";"),
        (b'"external_id","phone"', ("external_id", "phone"), ","),
        (b'external_id;phone;"a,b,c,d,e"', ("external_id", "phone", "a,b,c,d,e"), ";"),
        (b"\xef\xbb\xbfexternal_id,phone", ("external_id", "phone"), ","),
        (b"\r\n\r\nexternal_id,phone", ("external_id", "phone"), ","),
    ],
)
def test_the_header(folder: Path, header: bytes, columns: tuple[str, ...], delimiter: str) -> None:
    table = table_of(folder, header + b"\r\n1\r\n")
    assert (table.columns, table.delimiter) == (columns, delimiter)
    assert [row.cells[0] for row in table.rows()] == ["1"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(folder: Path, encoding: str, end: str) -> None:
    text = end.join(["external_id;phone;имя", "1;2;Ёлкина Зоя", "", ";;", "3;4;Ян", ""])
    table = table_of(folder, text.encode(encoding))
    assert table.columns[2] == "имя"
    assert [(row.line, list(row.cells)) for row in table.rows()] == [
        (2, ["1", "2", "Ёлкина Зоя"]),
        (5, ["3", "4", "Ян"]),
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'1,"2,3"\n', [(2, ["1", "2,3"], "")]),
        (b'1,"say ""hm"""\n', [(2, ["1", 'say "hm"'], "")]),
        (b'1,a "b" c\n', [(2, ["1", 'a "b" c'], "")]),  # a quotation mark inside is only a mark
        (b'1,"two\r\nlines"\n3,4\n', [(2, ["1", "two\nlines"], ""), (4, ["3", "4"], "")]),
        (b"1,2,,,\n", [(2, ["1", "2", "", "", ""], "")]),  # what Excel leaves
        (b"1\n", [(2, ["1"], "")]),
        (b"1,2,3\n", [(2, ["1", "2", "3"], "the row has 3 cells, the header 2")]),
        (b'1,"2"3\n4,5\n', [(2, ['1,"2"3'], "the quotation marks do not match"), (3, ["4", "5"], "")]),
    ],
)
def test_rows(folder: Path, body: bytes, expected: list[tuple[int, list[str], str]]) -> None:
    assert rows_of(folder, b"external_id,phone\n" + body) == expected


@pytest.mark.parametrize("others", [0, 1, 5, 30])
@pytest.mark.parametrize("form", [b"%d,%d", b'%d,"%d"'])
def test_a_quotation_mark_left_open_takes_no_other_row_along(folder: Path, others: int, form: bytes) -> None:
    following = [form % (n, n) for n in range(others)]
    found = rows_of(folder, b"\n".join([b"external_id,phone", b'1,"2', *following]))
    assert found[0][:2] == (2, ['1,"2'])
    assert "quotation mark" in found[0][2]
    assert found[1:] == [(3 + n, [str(n), str(n)], "") for n in range(others)]


def test_damaged_utf8_spoils_one_row_only(folder: Path) -> None:
    lines = ["external_id,phone", "1,Зоя", "2,Яна", "3,Ира"]
    content = "\n".join(lines).encode().replace("Яна".encode(), "Яна".encode()[:-1])
    assert [(line, complaint) for line, _, complaint in rows_of(folder, content)] == [
        (2, ""),
        (3, "the row holds bytes that are no UTF-8 text"),
        (4, ""),
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty: it needs a first line"),
        (b"\xef\xbb\xbf", "is blank: it needs a first line"),
        (b"\n \n", "is blank: it needs a first line"),
        (b"PK\x03\x04rest", "is an Excel workbook: save it as CSV"),
        (b"\x89PNG\x00\x01", "is no text in UTF-8 or Windows-1251"),
        ("external_id,phone\n".encode("utf-16"), "is no text in UTF-8 or Windows-1251"),
        (b"external_id\n", "has no column phone: its first line must name"),
        (b"a,b\n", "has no columns external_id, phone: its first line must name"),
        (b"external_id,phone,Phone\n", "has more than one column phone: leave one"),
        (b"external_id,phone,deadline,deadline\n", "has more than one column deadline: leave one"),
        (b"external_id,phone\n1," + b"2" * LONGEST_LINE_BYTES, "^Line 2 of .* is longer than 64 KiB"),
        (b'"external_id,phone\n', "has no column external_id"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_one_sentence(
    folder: Path, content: bytes, sentence: str
) -> None:
    with pytest.raises(IntakeError, match=sentence) as refusal:
        table_of(folder, content)
    assert "people.csv" in str(refusal.value)
    assert str(refusal.value).endswith(".")
    assert "\n" not in str(refusal.value)


def test_what_is_no_file_is_refused(folder: Path) -> None:
    with pytest.raises(IntakeError, match=f"^There is no file {folder}/gone.csv.$"):
        open_table(folder / "gone.csv", Columns(NEEDED))
    with pytest.raises(IntakeError, match="is a folder: name the file in it"):
        open_table(folder, Columns(NEEDED))
    with pytest.raises(IntakeError, match="is no ordinary file"):
        open_table(Path("/dev/null"), Columns(NEEDED))


def test_a_file_that_cannot_be_read_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "locked.csv"
    path.write_text("external_id,phone\n")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)  # root may read every file
    with pytest.raises(IntakeError, match=r"locked.csv cannot be read: Permission denied\.$"):
        open_table(path, Columns(NEEDED))
