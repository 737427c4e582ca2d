"""Rule packs: editions follow each other without a gap, and the one of the day holds."""

from datetime import date

import pytest

from campaigns.rules.packs import NO_PACK, Edition, Misfit, Pack, misfit

SPRING, SUMMER, AUTUMN = date(2026, 3, 1), date(2026, 6, 1), date(2026, 9, 1)
LAST_OF_SPRING = date(2026, 5, 31)


@pytest.mark.parametrize(
    ("editions", "at"),
    [
        ((), 0),
        ((Edition(SPRING),), None),
        ((Edition(SPRING), Edition(SUMMER)), None),
        ((Edition(SPRING, LAST_OF_SPRING), Edition(SUMMER)), None),
        ((Edition(SUMMER), Edition(SPRING)), 1),
        ((Edition(SPRING), Edition(SPRING)), 1),
        ((Edition(SPRING, LAST_OF_SPRING), Edition(AUTUMN)), 1),
        ((Edition(SPRING, SUMMER), Edition(SUMMER)), 1),
        ((Edition(SUMMER, SPRING), Edition(AUTUMN)), 0),
        ((Edition(SPRING, LAST_OF_SPRING), Edition(SUMMER, AUTUMN)), 1),
    ],
)
def test_where_editions_do_not_follow_each_other(editions: tuple[Edition, ...], at: int | None) -> None:
    fault = misfit(editions)
    assert (fault.edition if fault else None) == at
    if fault:
        with pytest.raises(ValueError, match=r".") as raised:
            Pack("trial", "Trial", editions)
        assert str(raised.value) == fault.sentence


def test_a_gap_and_an_overlap_are_told_apart() -> None:
    gap = misfit([Edition(SPRING, LAST_OF_SPRING), Edition(AUTUMN)])
    overlap = misfit([Edition(SPRING, SUMMER), Edition(SUMMER)])
    assert gap == Misfit(
        1, "between 2026-05-31 and 2026-09-01 no edition holds: until must be the day before"
    )
    assert overlap == Misfit(
        1, "between 2026-06-01 and 2026-06-01 two editions hold: until must be the day before"
    )


@pytest.mark.parametrize(
    ("on", "since"),
    [
        (date(2020, 1, 1), SPRING),  # before the first one: the careful reading
        (SPRING, SPRING),
        (LAST_OF_SPRING, SPRING),
        (SUMMER, SUMMER),
        (date(2040, 1, 1), SUMMER),
    ],
)
def test_the_edition_of_the_day(on: date, since: date) -> None:
    assert Pack("trial", "Trial", (Edition(SPRING), Edition(SUMMER))).edition(on).since == since


def test_no_pack_demands_nothing_on_any_day() -> None:
    edition = NO_PACK.edition(date.min)
    assert (edition, edition.sources, edition.demands) == (Edition(date.min), None, ())
