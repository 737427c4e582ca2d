from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import phonenumbers
import pytest

from campaigns.intake.zones import known_zones, zone_of


@pytest.mark.parametrize(
    ("phone", "zone"),
    [
        ("+73452500000", "Asia/Yekaterinburg"),  # Tyumen
        ("+74951234567", "Europe/Moscow"),
        ("+79123456789", ""),  # a Russian mobile number: eleven zones
        ("+77012345678", "Asia/Almaty"),  # a Kazakh one: the whole country has one time since 2024
        ("+77272500000", "Asia/Almaty"),
        ("+78005553535", ""),  # freephone
        ("+74012123456", "Europe/Kaliningrad"),
        ("+78452123456", "Europe/Saratov"),
        ("+74112123456", "Asia/Yakutsk"),
        ("+74115421234", ""),  # Yakutia, some part of it: three zones
        ("+12125551234", ""),  # New York, or a mobile number that its owner took to California
        ("+18765550123", "America/Jamaica"),  # the same kind of number, in a country of one zone
        ("+628123456789", ""),  # an Indonesian mobile number: three zones
        ("+622112345678", "Asia/Jakarta"),
        ("+5511987654321", ""),  # a Brazilian one: four
        ("+551123456789", "America/Sao_Paulo"),
        ("+18005551234", ""),
        ("+493012345678", "Europe/Berlin"),
        ("+4915112345678", "Europe/Berlin"),  # mobile, in a country of one zone
        ("+442079460958", "Europe/London"),
        ("+375172123456", "Europe/Minsk"),  # which the library of numbers calls Moscow
        ("+213550123456", "Africa/Algiers"),  # and this one Paris, with a summer time that is not there
        ("+212522123456", "Africa/Casablanca"),
        ("+380441234567", "Europe/Kyiv"),  # and this one Bucharest, with the same time
        ("+61891234567", ""),  # Adelaide or Perth
        ("+34922123456", "Atlantic/Canary"),
        ("+34612345678", ""),  # the mainland or the Canaries
        ("+870773111632", ""),  # a ship
        ("+491801234567", ""),  # a shared-cost number
    ],
)
def test_a_number_says_its_zone_only_without_doubt(phone: str, zone: str) -> None:
    assert zone_of(phone) == zone


def test_no_number_gives_a_zone_that_this_machine_does_not_know() -> None:
    examples = [phonenumbers.example_number(region) for region in phonenumbers.SUPPORTED_REGIONS]
    written = [
        phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        for number in examples
        if number is not None
    ]
    zones = {zone_of(phone) for phone in written}
    assert len(zones) > 100
    assert zones <= known_zones() | {""}


HOURS_OF_REGIONS = {  # before UTC, by area code, as the federal law on the reckoning of time has them
    2: "401",
    3: "365 471 472 473 474 475 481 482 483 484 485 486 487 491 492 493 494 495 496 498 499 811 812 813 814 "
    "815 816 817 818 820 821 831 833 834 835 836 841 843 844 847 855 861 862 863 865 866 867 869 871 872 "
    "873 877 878 879",
    4: "341 842 845 846 848 851",
    5: "342 343 345 346 347 349 351 352 353",
    6: "381",
    7: "382 383 384 385 388 390 391 394",
    8: "301 395",
    9: "302 416",
    10: "421 423 426",
    11: "413 424",
    12: "415 427",
}


@pytest.mark.parametrize("month", [1, 7])
@pytest.mark.parametrize(
    ("code", "hours"), [(code, hours) for hours, codes in HOURS_OF_REGIONS.items() for code in codes.split()]
)
def test_a_russian_town_has_the_time_of_its_region(code: str, hours: int, month: int) -> None:
    said = {zone_of(f"+7{code}{last}") for last in ("2123456", "3312345", "4212345", "6212345")} - {""}
    assert said
    for zone in said:
        offset = datetime(2026, month, 1, tzinfo=UTC).astimezone(ZoneInfo(zone)).utcoffset()
        assert offset is not None
        assert offset.total_seconds() == hours * 3600
