"""Rule packs as files: what the shipped ones say, and what is refused with its line."""

from datetime import date, time, timedelta
from pathlib import Path

import pytest

from campaigns.flows.complaints import Complaint, ScriptError
from campaigns.flows.packs import SHIPPED, find_packs, load_pack, pack_reader
from campaigns.flows.reader import Book, Node
from campaigns.rules.caps import Caps
from campaigns.rules.hours import Hours, Window
from campaigns.rules.packs import NO_PACK, Demand, Edition, Exemption, Pack
from tests.flows.scripts import faults, load, spoiled

TODAY = date(2026, 11, 22)
RIGHT = """\
name: trial
title: On trial
editions:
  - since: 2026-01-01
    until: 2026-05-31
    hours:
      is: {weekdays: "9:00-20:00", weekends: none, holidays: RU}
      source: a law
    day: {is: 1, source: a rule}
    week: {is: 2, source: b rule}
    month: {is: none, source: no rule}
    after_machine: {is: 24 h, source: c rule}
    after_abandoned: {is: 3 days, source: d rule}
    exempt: {is: [callback], source: sense}
    consent: {is: true, source: e rule}
    ring: {is: 15 s, source: f rule}
    demands:
      - {is: Be polite, source: manners}
  - since: 2026-06-01
    hours: {is: none, source: none}
    day: {is: none, source: none}
    week: {is: none, source: none}
    month: {is: none, source: none}
    after_machine: {is: none, source: none}
    after_abandoned: {is: none, source: none}
    exempt: {is: none, source: none}
    consent: {is: false, source: none}
    ring: {is: none, source: none}
"""


def write(folder: Path, *changes: tuple[str, str], name: str = "trial") -> Path:
    text = RIGHT
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_pack_is_read_as_it_stands(tmp_path: Path) -> None:
    first, second = load_pack(write(tmp_path)).editions
    assert first == Edition(
        date(2026, 1, 1),
        date(2026, 5, 31),
        Hours(Window(time(9), time(20)), None, "RU"),
        Caps(1, 2, None, timedelta(hours=24), timedelta(days=3)),
        frozenset({"callback"}),
        consent=True,
        ring_seconds=15.0,
        sources=first.sources,
        demands=(Demand("Be polite", "manners"),),
    )
    assert first.sources is not None
    assert (first.sources["day"], first.sources["ring"], len(first.sources)) == ("a rule", "f rule", 9)
    assert second == Edition(date(2026, 6, 1), sources=second.sources)


@pytest.mark.parametrize(
    ("old", "new", "line", "sentence"),
    [
        ("name: trial", "name: other", 1, 'that of the file, "trial"'),
        ("title: On trial\n", "", 1, 'the rule pack lacks "title"'),
        ("title: On trial", "tilte: On trial", 2, 'does not know "tilte"'),
        ("    day: {is: 1, source: a rule}\n", "", 4, 'the edition lacks "day"'),
        ("    day: {is: 1, source: a rule}", "    hour: {is: 1, source: a rule}", 9, 'does not know "hour"'),
        ("day: {is: 1, source: a rule}", "day: {is: 1}", 9, 'day lacks "source"'),
        ("day: {is: 1, source: a rule}", "day: 1", 9, "day must be a list of names with values"),
        ("day: {is: 1,", "day: {is: 0,", 9, "day must be a whole number from 1 to 100"),
        ("day: {is: 1,", "day: {is: once,", 9, "day must be a whole number"),
        ("c rule", '""', 12, "source must be a text"),
        ("is: 24 h,", "is: 24 hours,", 12, "after_machine must be a time"),
        ("is: 3 days,", "is: 31 days,", 13, "after_abandoned cannot be longer than 30 days"),
        ("is: 15 s,", "is: 1 h,", 16, "ring cannot be longer than 2 min"),
        ("is: true,", "is: maybe,", 15, "consent must be true or false"),
        ("[callback]", "[callback, survey]", 14, 'exempt cannot be "survey"'),
        ('"9:00-20:00"', '"20:00-9:00"', 7, "never open"),
        ("holidays: RU", "holidays: Atlantis", 7, "Atlantis"),
        ("since: 2026-01-01", "since: soon", 4, "since must be a day such as 2025-09-01"),
        ("since: 2026-01-01", 'since: "2026-02-30"', 4, "since: there is no day 2026-02-30; write"),
        ("since: 2026-01-01", "since: 2026-02-30", 4, "since: there is no day 2026-02-30; write"),
        ("since: 2026-01-01", "since: 2026-01-01 12:00:00", 4, "since must be a day such as 2025-09-01"),
        ("until: 2026-05-31", "until: 2026-06-31", 5, "until: there is no day 2026-06-31"),
        (
            "day: {is: 1,",
            "day: {is: 3,",
            9,
            "day allows 3 calls and week only 2: day can be at most 2, or none",
        ),
        (
            "month: {is: none, source: no rule}",
            "month: {is: 1, source: no rule}",
            10,
            "week allows 2 calls and month only 1",
        ),
        ("day: {is: 1,", "day: {is: once,", 9, "from 1 to 100, or none"),
        ("is: 24 h,", "is: soon,", 12, '"1 h" or "3 days", or none'),
        ("{is: Be polite, source: manners}", "{is: Be polite}", 18, 'the demand lacks "source"'),
        ("since: 2026-06-01", "since: 2026-07-01", 19, "between 2026-05-31 and 2026-07-01 no edition holds"),
        ("since: 2026-06-01", "since: 2026-05-31", 19, "two editions hold"),
        ("since: 2026-06-01", "since: 2025-06-01", 19, "the oldest first"),
        ("until: 2026-05-31", "until: 2025-05-31", 4, "ends before it begins"),
        (
            "since: 2026-06-01",
            "since: 2026-06-01\n    until: 2027-01-01",
            19,
            "nothing holds after 2027-01-01",
        ),
    ],
)
def test_what_is_refused_and_where(tmp_path: Path, old: str, new: str, line: int, sentence: str) -> None:
    path = write(tmp_path, (old, new))
    with pytest.raises(ScriptError) as error:
        load_pack(path)
    complaints = error.value.complaints
    assert any(one.line == line and sentence in one.sentence for one in complaints), complaints
    assert {one.file for one in complaints} == {str(path)}


@pytest.mark.parametrize(
    "content", ["", "- 1", "a: [", "editions: []", "name: trial\ntitle: t\neditions: []"]
)
def test_what_is_no_pack_at_all_is_refused_too(tmp_path: Path, content: str) -> None:
    (tmp_path / "trial.yaml").write_text(content)
    with pytest.raises(ScriptError):
        load_pack(tmp_path / "trial.yaml")


def test_a_file_that_is_gone_is_a_complaint(tmp_path: Path) -> None:
    with pytest.raises(ScriptError, match="the rule pack cannot be read"):
        load_pack(tmp_path / "gone.yaml")


def named(book: Book, name: object, *folders: Path) -> Pack | None:
    return pack_reader(*folders)(Node(book, name, 7, "rules"))


def test_a_pack_is_known_by_its_name_and_an_own_one_goes_first(tmp_path: Path) -> None:
    book = Book("campaign.yaml")
    assert named(book, "none") == NO_PACK
    shipped = named(book, "us-health", tmp_path)
    assert shipped is not None
    write(tmp_path, ("name: trial", "name: us-health"), name="us-health")
    own = named(book, "us-health", tmp_path)
    assert own is not None
    assert (shipped.title, own.title) == ("USA, health-care calls", "On trial")
    assert book.complaints == []


def test_an_unknown_pack_is_a_complaint_where_it_is_named(tmp_path: Path) -> None:
    book = Book("campaign.yaml")
    assert named(book, "ru-brave", tmp_path) is None
    assert book.complaints == [
        Complaint(
            "campaign.yaml",
            7,
            'there is no rule pack "ru-brave"; there are: none, ru-careful, uk-ofcom, us-health',
        )
    ]


def test_faults_of_a_pack_are_told_where_they_are_and_once(tmp_path: Path) -> None:
    path = write(tmp_path, ("is: 15 s", "is: long"))
    book = Book("campaign.yaml")
    assert named(book, "trial", tmp_path) is named(book, "trial", tmp_path) is None
    assert [(one.file, one.line) for one in book.complaints] == [(str(path), 16)]


def test_a_campaign_file_names_its_pack(tmp_path: Path) -> None:
    text = spoiled(("attempts: 3", "attempts: 3\n  rules: uk-ofcom"))
    assert load(tmp_path, text).policy.pack == load_pack(SHIPPED / "uk-ofcom.yaml")
    [(_, sentence)] = faults(tmp_path, spoiled(("attempts: 3", "attempts: 3\n  rules: no-such")))
    assert 'there is no rule pack "no-such"' in sentence


PACKS = {name: load_pack(path) for name, path in find_packs(SHIPPED).items()}


def test_every_shipped_figure_has_its_source() -> None:
    assert set(PACKS) == {"ru-careful", "us-health", "uk-ofcom"}
    for pack in PACKS.values():
        for edition in pack.editions:
            assert edition.sources is not None
            assert all(len(source) > 10 for source in edition.sources.values())
            assert edition.demands


@pytest.mark.parametrize(
    ("name", "caps", "weekdays", "consent", "exempt"),
    [
        ("ru-careful", Caps(1, 2, 8), Window(time(8), time(22)), False, {"callback", "urgent_result"}),
        ("us-health", Caps(1, 3, None), Window(time(8), time(21)), True, set()),
        (
            "uk-ofcom",
            Caps(after_machine=timedelta(hours=24), after_abandoned=timedelta(hours=72)),
            Window(time(8), time(21)),
            False,
            {"callback"},
        ),
    ],
)
def test_what_the_shipped_packs_say_today(
    name: str, caps: Caps, weekdays: Window, consent: bool, exempt: set[Exemption]
) -> None:
    edition = PACKS[name].edition(TODAY)
    assert edition.hours is not None
    assert (edition.caps, edition.hours.weekdays, edition.consent) == (caps, weekdays, consent)
    assert (set(edition.exempt), edition.ring_seconds) == (exempt, 15.0)
