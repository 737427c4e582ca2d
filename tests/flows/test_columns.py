"""What a campaign file says of its columns, and of the order of a contact's times."""

from pathlib import Path

import pytest

from tests.flows.scripts import faults, line_of, load, spoiled

FIELDS = "fields:\n"
SEEN = "  seen: {type: datetime, private: false}\n"
PROMISED = "  promised_by: {type: date, future: true, after: seen}\n"
POLICY = "policy:\n"


def with_columns(columns: str, *changes: tuple[str, str]) -> str:
    return spoiled((SEEN, SEEN + PROMISED), (POLICY, f"columns: {columns}\npolicy:\n"), *changes)


def test_names_in_files_are_in_small_letters_and_may_be_in_any_language(tmp_path: Path) -> None:
    script = load(
        tmp_path, with_columns('{Deadline: promised_by, "Срок  до": promised_by, номер: external_id}')
    )
    assert script.columns == {
        "deadline": "promised_by",
        "срок до": "promised_by",
        "номер": "external_id",
    }
    assert load(tmp_path).columns == {}


def test_two_columns_may_swap_their_names(tmp_path: Path) -> None:
    assert load(tmp_path, with_columns("{phone: phone_2, phone_2: phone}")).columns["phone"] == "phone_2"


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ("{until: due}", "until stands for due, which is no field and no column of a contact"),
        ("{until: 7 days}", '"7 days" is no name: use small letters a-z, digits and underscores'),
        ("{seen: seen}", 'no column needs or can have the name "seen": leave it out'),
        ("{reason: seen, when: seen}", 'no column needs or can have the name "reason": leave it out'),
        ("{Tel: phone, tel: phone_2}", "tel stands here twice; small and capital letters are the same"),
        (
            "{phone: full_name}",
            "phone stands for full_name, and nothing stands for phone: give it a name, too",
        ),
        ("{seen: born}", "seen stands for born, and nothing stands for seen: give it a name, too"),
        ("[seen]", "columns must be a list of names with values (name: value)"),
    ],
)
def test_what_cannot_be_followed_is_told(tmp_path: Path, columns: str, sentence: str) -> None:
    text = with_columns(columns)
    assert faults(tmp_path, text) == [(line_of(text, "columns:"), sentence)]


def test_the_order_of_two_times(tmp_path: Path) -> None:
    assert load(tmp_path, with_columns("{a: seen}")).fields["promised_by"].after == "seen"


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("type: date, after: promised_by", "promised_by cannot be after promised_by: both must be fields"),
        ("type: date, after: born", "promised_by cannot be after born: both must be fields of the type date"),
        ("type: date, after: gone", "promised_by cannot be after gone: both must be fields of the type date"),
        ("type: text, after: seen", "promised_by cannot be after seen: both must be fields of the type date"),
    ],
)
def test_an_order_that_cannot_be_kept_is_told(tmp_path: Path, written: str, sentence: str) -> None:
    text = with_columns("{a: seen}", ("{type: date, future: true, after: seen}", f"{{{written}}}"))
    told = faults(tmp_path, text)
    assert [line for line, _ in told] == [line_of(text, "  promised_by:")]
    assert sentence in told[0][1]


def test_two_fields_cannot_each_be_after_the_other(tmp_path: Path) -> None:
    text = with_columns("{a: seen}", (SEEN.strip(), "seen: {type: datetime, after: promised_by}"))
    assert [sentence for _, sentence in faults(tmp_path, text)] == [
        "seen is after promised_by, which is after seen: leave one out",
        "promised_by is after seen, which is after promised_by: leave one out",
    ]


def test_calls_begin_after_a_promise(tmp_path: Path) -> None:
    text = with_columns("{a: seen}", ("  attempts: 3\n", "  attempts: 3\n  after: promised_by\n"))
    assert load(tmp_path, text).policy.after == "promised_by"
    assert load(tmp_path).policy.after == ""


@pytest.mark.parametrize("name", ["born", "gone"])
def test_calls_cannot_begin_after_what_is_no_time(tmp_path: Path, name: str) -> None:
    text = spoiled(("  attempts: 3\n", f"  attempts: 3\n  after: {name}\n"))
    assert faults(tmp_path, text) == [
        (line_of(text, "  after:"), f"after names {name}, which is no field of the type date or datetime")
    ]
