import phonenumbers
import pytest

from campaigns.intake.zones import known_zones, zone_of


@pytest.mark.parametrize(
    ("phone", "zone"),
    [
        ("+73452500000", "Asia/Yekaterinburg"),  # Tyumen
        ("+74951234567", "Europe/Moscow"),
        ("+79123456789", ""),  # a Russian mobile number: eleven zones
        ("+77012345678", ""),  # a Kazakh one
        ("+77272500000", "Asia/Almaty"),
        ("+78005553535", ""),  # freephone
        ("+12125550123", "America/New_York"),
        ("+13079999999", "America/Denver"),
        ("+18005551234", ""),
        ("+493012345678", "Europe/Berlin"),
        ("+4915112345678", "Europe/Berlin"),  # mobile, in a country of one zone
        ("+442079460958", "Europe/London"),
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
