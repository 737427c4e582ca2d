"""Requests in JSON: a list, or one on each line; what is broken spoils itself alone."""

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from campaigns.flows.script import Script
from campaigns.intake.columns import Columns
from campaigns.intake.contact_file import Counts, queue_file, try_file
from campaigns.intake.errors import IntakeError
from campaigns.intake.json_file import JsonFile, is_json, open_json
from campaigns.intake.json_text import LONGEST_REQUEST, READ_AT_ONCE
from campaigns.store import contacts
from campaigns.store.database import Database
from tests.intake.conftest import DEFAULTS, NOW

WANTED = Columns(("external_id", "phone"), ("note",), {"tel": "phone"})
ZOYA = {
    "external_id": 1,
    "phone": 89123456789,
    "full_name": "Ёлкина Зоя",
    "language": "ru",
    "birth_year": 1954,
    "result": "positive",
    "deadline": None,
}
BOB = {**ZOYA, "external_id": "2", "phone": "+7 912 345-67-80", "full_name": "Bob", "language": "en"}
NO_YEAR = {**ZOYA, "external_id": "3", "birth_year": None, "extra": {"a": [1.50, True]}}

QueueJson = Callable[..., Counts]


@pytest.fixture
def queue(db: Database, script: Script, folder: Path) -> QueueJson:
    def write_and_queue(content: str | bytes, name: str = "requests.json") -> Counts:
        path = folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return queue_file(db, script, path, DEFAULTS, NOW)

    return write_and_queue


def lines(*requests: object) -> str:
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in requests)


def opened(folder: Path, content: str | bytes) -> JsonFile:
    path = folder / "requests.json"
    path.write_bytes(content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content)
    return open_json(path, WANTED)


def told_of(folder: Path, content: str | bytes) -> list[tuple[int, object]]:
    source = opened(folder, content)
    return [(row.line, source.told(row)) for row in source.rows()]


def ids(db: Database) -> list[str]:
    return [contact.external_id for contact in contacts.listing(db, "covid-results")]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (lines(ZOYA, BOB), "requests.jsonl"),
        ("\n" + lines(ZOYA) + "\n \r\n" + lines(BOB), "requests.JSON"),
        (json.dumps([ZOYA, BOB]), "requests.json"),
        (json.dumps([ZOYA, BOB], indent=2, ensure_ascii=False), "requests.txt"),
        ("\ufeff" + json.dumps([ZOYA, BOB]), "requests.csv"),  # what it holds counts, too
        ("\ufeff" + lines(ZOYA, BOB), "requests"),
    ],
)
def test_requests_are_queued(queue: QueueJson, db: Database, content: str, name: str) -> None:
    counts = queue(content, name)
    assert (counts.new, counts.known, counts.rejected) == (2, 0, 0)
    assert (counts.rejects_path, counts.ignored_columns, counts.complaint) == (None, (), "")
    assert ids(db) == ["1", "2"]
    contact = contacts.find(db, "covid-results", "1")
    assert contact is not None
    assert (contact.phone, contact.full_name) == ("+79123456789", "Ёлкина Зоя")
    assert contact.fields == {"birth_year": "1954", "result": "positive"}
    again = queue(content, name)
    assert (again.new, again.known, again.rejected) == (0, 2, 0)


def test_a_csv_and_a_json_file_of_the_same_are_repetitions(queue: QueueJson) -> None:
    queue(json.dumps([ZOYA]))
    header = "external_id,phone,full_name,language,birth_year,result\n"
    counts = queue(header + "1,8 (912) 345-67-89,Ёлкина Зоя,ru,1954,positive\n", "same.csv")
    assert (counts.new, counts.known) == (0, 1)


@pytest.mark.parametrize("form", ["lines", "list"])
def test_rejected_requests_can_be_mended_and_queued_again(
    queue: QueueJson, db: Database, folder: Path, form: str
) -> None:
    broken = '{"external_id": "4", "phone": oops}'
    requests = [lines(NO_YEAR).strip(), broken, "12", lines(BOB).strip()]
    counts = queue("\n".join(requests) if form == "lines" else f"[{', '.join(requests)}]")
    assert (counts.new, counts.rejected) == (1, 3)
    assert counts.ignored_columns == ("extra",)
    place = folder / "requests.rejects.jsonl"
    assert counts.rejects_path == place
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    first, second, third = map(json.loads, place.read_text().splitlines())
    unit = "line" if form == "lines" else "element"
    assert first == {"rejected": {unit: 1, "reasons": ["birth_year is blank"]}, **NO_YEAR}
    assert '"a": [1.5, true]' in place.read_text()
    assert second == {
        "rejected": {unit: 2, "reasons": ["it is no JSON object from character 31 on"]},
        "unreadable": broken,
    }
    assert third == {"rejected": {unit: 3, "reasons": ["it is no JSON object"]}, "unreadable": "12"}
    mended = place.read_text().replace('"birth_year": null', '"birth_year": 1960')
    counts = queue(mended, "again.jsonl")
    assert (counts.new, counts.rejected) == (1, 2)
    assert ids(db) == ["2", "3"]
    left = counts.rejects_path
    assert left is not None
    once_more = [json.loads(line) for line in left.read_text().splitlines()]
    assert [each["unreadable"] for each in once_more] == [broken, "12"]  # neither nested nor changed
    assert [each["rejected"]["line"] for each in once_more] == [2, 3]
    whole = lines({**ZOYA, "external_id": "4"}).strip()  # mended within its quotation marks
    counts = queue(lines({**once_more[0], "unreadable": whole}, once_more[1]), "again.jsonl")
    assert (counts.new, counts.rejected) == (1, 1)
    assert ids(db) == ["2", "3", "4"]


@pytest.mark.parametrize(
    ("request_text", "expected"),
    [
        ('{"External_ID ": "A", "TEL": 5.50}', {"external_id": "A", "tel": "5.50"}),
        (
            '{"external_id": 12345678901234567890123, "phone": "1"}',
            {"external_id": "12345678901234567890123", "phone": "1"},
        ),
        ('{"external_id": null, "phone": -1e3}', {"external_id": "", "phone": "-1e3"}),
        ('{"external_id": "A", "phone": ["1"]}', ["phone is a list or an object: it must be one value"]),
        (
            '{"external_id": {}, "phone": true}',
            [
                "external_id is a list or an object: it must be one value",
                "phone is neither a text nor a number",
            ],
        ),
        ('{"phone": "1", "phone": "2"}', ["phone stands there more than once: leave one"]),
        ('{"x": "1", "x": [2]}', {}),  # what is not read may be anything
        ('{"phone": NaN}', ["it holds NaN, which is no JSON value"]),
        ('{"phone": -Infinity}', ["it holds -Infinity, which is no JSON value"]),
        ('{"phone": "\\ud800"}', ["it holds bytes or signs that are no UTF-8 text: save the file as UTF-8"]),
        ('{"phone": "1",}', None),
        ("{'phone': 1}", ["it is no JSON object from character 2 on"]),
        ('["external_id", "phone"]', ["it is no JSON object"]),
        ('{"phone": ' + "[" * 20_000 + "]" * 20_000 + "}", None),
        ('{"phone": ' + "1" * 10_000 + "}", {"phone": "1" * 10_000}),
    ],
)
def test_members_as_cells(folder: Path, request_text: str, expected: object) -> None:
    right = '{"external_id": "0", "phone": "0"}'
    for content in (f"{right}\n{request_text}\n{right}\n", f"[{right},\n{request_text}, {right}]"):
        told = told_of(folder, content)
        assert [told[0][1], told[2][1]] == [{"external_id": "0", "phone": "0"}] * 2
        found = told[1][1]
        if expected is None:
            assert isinstance(found, tuple)
            assert found[0].startswith(("it is no JSON object", "it is nested too deep"))
        else:
            assert (list(found) if isinstance(found, tuple) else found) == expected


def test_bytes_that_are_no_text_spoil_one_request_only(folder: Path) -> None:
    people = [f'{{"external_id": "{n}", "phone": "{name}"}}' for n, name in enumerate(["Зоя", "Яна", "Ира"])]
    content = "\n".join(people).encode().replace("Яна".encode(), "Яна".encode()[:-1])
    source = opened(folder, content)
    rows = list(source.rows())
    assert [isinstance(source.told(row), dict) for row in rows] == [True, False, True]
    kept = source.rejected(rows[1], ["?"])
    assert json.loads(kept)["unreadable" if "unreadable" in kept else "phone"].count("\udcd0") == 1


@pytest.mark.parametrize("shift", range(4))
def test_a_long_list_is_read_in_parts(folder: Path, shift: int) -> None:
    request = '{"external_id": "Ё\\"]},{", "phone": "' + "1" * 1000 + '"}'
    count = READ_AT_ONCE // len(request) * 2
    told = told_of(folder, " " * shift + "[" + ",\n".join([request] * count) + "]\n")
    assert [number for number, _ in told] == list(range(1, count + 1))
    assert {str(cells) for _, cells in told} == {str({"external_id": 'Ё"]},{', "phone": "1" * 1000})}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty: it needs a list of requests, or one request on each line"),
        (b"\xef\xbb\xbf \n", "is neither a JSON list of requests nor JSON lines"),
        (b"PK\x03\x04rest", "is an Excel workbook: save it as CSV"),
        (b"external_id,phone\n1,2\n", "is neither a JSON list of requests nor JSON lines"),
        (b'"external_id"', "is neither a JSON list of requests nor JSON lines"),
        ("[]".encode("utf-16"), "is (neither a JSON list|no text in UTF-8)"),
        (b'[{"a": "\0"}]', "is no text in UTF-8: save it as JSON in UTF-8"),
        (b"[]", "has no request that can be read: it is an empty list"),
        (b"[1, 2]", "has no request that can be read: in element 1, it is no JSON object"),
        (
            b'{\n"external_id": "1",\n"phone": "2"\n}\n',
            "that can be read: in line 1, it is no JSON object from",
        ),
        (b'{"requests": [{"external_id": 1}]}', "has no external_id, tel or phone in any of its requests"),
        (b'[{"external_id": 1}]', "has no tel or phone in any of its requests, and each needs it"),
        (b'[{"external_id": 1, "phone": 2}', "ends behind element 1: it was cut off, so get it once more"),
        (
            b'[{"external_id": 1, "phone": 2},',
            "^Element 2 of .* does not end: a quotation mark or a bracket is missing, or",
        ),
        (
            b'[{"external_id": 1, "phone": "2',
            "^Element 1 of .* does not end: a quotation mark or a bracket is missing, or",
        ),
        (b'[{"external_id": 1} {"phone": 2}]', "has something behind element 1 that is no comma"),
        (b'[{"external_id": 1, "phone": 2}]\n[]', "goes on behind its list: leave one list in the file"),
        (b'[{"phone": "' + b"1" * LONGEST_REQUEST + b'"}]', "^Element 1 of .* is longer than 64 KiB"),
        (b'[{"phone": "' + b"1" * READ_AT_ONCE * 2, "^Element 1 of .* is longer than 64 KiB"),
        (b'{"phone": "' + b"1" * LONGEST_REQUEST + b'"}', "^Line 1 of .* is longer than 64 KiB"),
    ],
)
def test_a_file_that_is_no_such_file_is_refused_in_one_sentence(
    folder: Path, content: bytes, sentence: str
) -> None:
    with pytest.raises(IntakeError, match=sentence) as refusal:
        opened(folder, content)
    assert "requests.json" in str(refusal.value)
    assert str(refusal.value).endswith(".")
    assert "\n" not in str(refusal.value)


def test_nothing_is_queued_of_a_list_that_was_cut_off(queue: QueueJson, db: Database) -> None:
    with pytest.raises(IntakeError, match="it was cut off"):
        queue(json.dumps([ZOYA, BOB])[:-1])
    assert ids(db) == []


def test_a_name_or_a_beginning_says_json(folder: Path) -> None:
    assert is_json(folder / "gone.NDJSON")
    assert not is_json(folder / "gone.csv")
    (folder / "it.csv").write_text("external_id\n")
    assert not is_json(folder / "it.csv")


def test_a_trial_names_elements_and_writes_nothing(db: Database, script: Script, folder: Path) -> None:
    path = folder / "requests.json"
    path.write_text(json.dumps([ZOYA, NO_YEAR, ZOYA]))
    tried = try_file(db, script, path, DEFAULTS, NOW)
    assert (tried.new, tried.known, tried.unit) == (1, 1, "element")
    assert tried.faults == ((2, ("birth_year is blank",)),)
    assert [each.name for each in folder.iterdir()] == ["requests.json"]
    assert ids(db) == []


@pytest.mark.parametrize("form", ["lines", "list"])
def test_a_line_end_within_a_string_is_kept_and_not_healed(folder: Path, form: str) -> None:
    broken = (
        '{"external_id": "A", "pho\nne": "1"}' if form == "list" else '{"external_id": "A\x1d", "phone": "1"}'
    )
    right = '{"external_id": "B\u2028", "phone": ["1"]}'
    content = f"[{broken}, {right}]" if form == "list" else f"{broken}\n{right}\n"
    source = opened(folder, content)
    kept = [json.loads(source.rejected(row, ["?"])) for row in source.rows()]
    assert kept[0]["unreadable"] == broken
    assert kept[1]["external_id"] == "B\u2028"
