"""Times as people write them, and what they are told of those that are none."""

from datetime import date, time, timedelta

import pytest

from campaigns.flows.reader import Book, Node, read_document
from campaigns.flows.times import in_words, read_day, read_duration, read_hours, read_window
from campaigns.rules.hours import Hours, Window


def node(written: str, what: str = "it") -> Node:
    """The value of one line of YAML."""
    return Node(Book("trial"), read_document(Book("trial"), f"- {written}\n".encode()).value[0], 1, what)  # type: ignore[index]


def told(of: Node) -> list[str]:
    return [complaint.sentence for complaint in of.book.complaints]


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=90), "90 s"),
        (timedelta(minutes=90), "90 min"),
        (timedelta(hours=72), "3 days"),
        (timedelta(hours=25), "25 h"),
        (timedelta(days=1), "1 day"),
    ],
)
def test_a_span_is_told_as_it_would_be_written(span: timedelta, words: str) -> None:
    assert in_words(span) == words
    assert read_duration(node(words)) == span


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("0 min", 'it must be longer than nothing: write a time such as "15 min", or none'),
        ("soon", 'it must be a time such as "30 s", "15 min", "1 h" or "3 days", or none'),
        ("", 'it must be a time such as "30 s", "15 min", "1 h" or "3 days", or none'),
        ("[1 h]", 'it must be a time such as "30 s", "15 min", "1 h" or "3 days", or none'),
    ],
)
def test_a_time_that_is_none_has_one_complaint(written: str, sentence: str) -> None:
    value = node(written)
    assert read_duration(value, ", or none") is None
    assert told(value) == [sentence]


@pytest.mark.parametrize("written", ["2025-09-01", '"2025-09-01"'])
def test_a_day_is_read(written: str) -> None:
    assert read_day(node(written)) == date(2025, 9, 1)


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("2017-02-30", "it: there is no day 2017-02-30; write a day such as 2025-09-01"),
        ("20250901", "it must be a day such as 2025-09-01"),
        ("2025-W01-1", "it must be a day such as 2025-09-01"),
        ("01.09.2025", "it must be a day such as 2025-09-01"),
        ("", "it must be a day such as 2025-09-01"),
    ],
)
def test_a_day_that_is_none_has_one_complaint(written: str, sentence: str) -> None:
    value = node(written)
    assert read_day(value) is None
    assert told(value) == [sentence]


def test_a_dash_of_a_word_processor_is_one() -> None:
    assert read_window(node("9:00\u201320:00")) == Window(time(9), time(20))


@pytest.mark.parametrize(
    ("weekdays", "weekends", "holidays", "sentence"),
    [
        (
            "none",
            "none",
            "RU",
            'the calling hours never open: write hours for weekdays, such as "9:00-20:00"',
        ),
        (
            "none",
            "9:00-20:00",
            "RU",
            'only weekends can be none: write hours for weekdays, such as "9:00-20:00"',
        ),
        ("9:00-20:00", "no", "RU", 'weekends must be hours such as "9:00-20:00", or none'),
        ("9:00-20:00", "none", "ru", '"ru" must be in capitals: write holidays: RU'),
        ("9:00-20:00", "none", "us-ny", '"us-ny" must be in capitals: write holidays: US-NY'),
        ("9:00-20:00", "none", "none", "leave holidays out when none are kept"),
        ("9:00-20:00", "none", "", "holidays must be a text: it is blank"),
        (
            "20:00-9:00",
            "none",
            "RU",
            "weekdays: the calling hours 20:00-09:00 never open: the end must be later than the start, "
            "on the same day",
        ),
    ],
)
def test_hours_that_are_none(weekdays: str, weekends: str, holidays: str, sentence: str) -> None:
    book = Book("trial")
    lines = f"weekdays: {weekdays}\nweekends: {weekends}\nholidays: {holidays}\n"
    assert read_hours(read_document(book, lines.encode())) is None
    assert [complaint.sentence for complaint in book.complaints] == [sentence]


def test_hours_without_weekends_and_holidays() -> None:
    lines = b"weekdays: 9:00-20:00\nweekends: none\n"
    assert read_hours(read_document(Book("trial"), lines)) == Hours(Window(time(9), time(20)), None)
