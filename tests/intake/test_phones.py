import pytest

from campaigns.intake.phones import parse_phone


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("8 (912) 345-67-89", "+79123456789"),
        ("+7 912 345 67 89", "+79123456789"),
        ("9123456789", "+79123456789"),
        ("8-912-345-67-89", "+79123456789"),
        ("79123456789", "+79123456789"),
        ("+7(912)3456789", "+79123456789"),
        (" 8\u00a0912\u00a0345\u00a067\u00a089 ", "+79123456789"),  # no-break spaces
        ("8–912–345–67–89", "+79123456789"),  # dashes of a word processor
        ("т. 89123456789", "+79123456789"),
        ("тел.: 8 912 345-67-89", "+79123456789"),
        ("'+79123456789", "+79123456789"),  # how Excel is told that this is text
        ("(3452) 50-50-50", "+73452505050"),
        ("8 800 200-01-22", "+78002000122"),
        ("+49 30 1234567", "+49301234567"),
        ("8 10 49 30 1234567", "+49301234567"),
        ("+7 (7172) 12-34-56", "+77172123456"),
    ],
)
def test_numbers_as_people_write_them(raw: str, expected: str) -> None:
    assert parse_phone(raw, "RU") == expected


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("", "phone is blank"),
        ("  ", "phone is blank"),
        ("нет", "phone is not one phone number"),
        ("8912345678", "phone is not a number that is in use"),  # a digit short
        ("891234567890", "phone is not a number that is in use"),
        ("112", "phone is not a number that is in use"),
        ("+8 912 345 67 89", "phone is not one phone number"),
        ("7,91235E+10", "phone is not one phone number"),  # Excel took it for a figure
        ("79123456789.0", "phone is not a number that is in use"),  # and so did pandas
        ("89123456789, 89123456780", "phone is not one phone number"),
        ("8 912 345 67 89 / 8 912 345 67 80", "phone is not one phone number"),
        ("89123456789/2", "phone is not a number that is in use"),
        ("8-800-FLOWERS", "phone is not one phone number"),
        ("8 (3452) 12-34-56 доб. 12", "phone has an extension, which cannot be dialled"),
        ("8 (3452) 12-34-56 ext 12", "phone has an extension, which cannot be dialled"),
        ("+" + "9" * 300, "phone is not one phone number"),
    ],
)
def test_what_is_no_number_to_call(raw: str, reason: str) -> None:
    with pytest.raises(ValueError, match=f"^{reason}$"):
        parse_phone(raw, "RU")


def test_the_country_decides_about_numbers_without_a_code() -> None:
    assert parse_phone("030 1234567", "DE") == "+49301234567"
    with pytest.raises(ValueError, match="not a number"):
        parse_phone("030 1234567", "RU")
