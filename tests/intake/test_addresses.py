"""Addresses of operators' phones: one way to write each, and a reason for what is none."""

import pytest

from campaigns.intake.addresses import parse_address


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("sip:101@10.0.0.5", "sip:101@10.0.0.5"),
        (" SIP:101@PBX.Clinic.local:5060 ", "sip:101@pbx.clinic.local:5060"),
        ("101@10.0.0.5:05080", "sip:101@10.0.0.5:5080"),
        ("sip:Anna.I@pbx", "sip:Anna.I@pbx"),  # RFC 3261 section 19.1.4: the user's case counts
        ("sip:101@localhost", "sip:101@127.0.0.1"),
        ("8 (912) 345-67-89", "+79123456789"),
        ("+7 912 345 67 89", "+79123456789"),
    ],
)
def test_each_phone_is_written_in_one_way(written: str, kept: str) -> None:
    assert parse_address(written, "RU") == kept
    assert parse_address(kept, "RU") == kept


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("", "the address is missing: write sip:101@10.0.0.5"),
        ("  ", "is missing"),
        ("sip:", "cannot be used: write sip:101@"),
        ("sip:10.0.0.5", "cannot be used"),
        ("sip:@10.0.0.5", "cannot be used"),
        ("sip:101@", "cannot be used"),
        ("sip:101@10.0.0.5;transport=tcp", "cannot be used"),
        ("sip:a b@10.0.0.5", "cannot be used"),
        ("sip:101@10.0.0.5>\r\nX: y", "cannot be used"),
        ("sip:101@[::1]", "cannot be used"),
        ("sips:101@pbx", "sips:, which is not spoken"),
        ("sip:101@10.0.0.300", "10.0.0.300, which is no IPv4 address"),
        ("sip:101@pbx:70000", "port 70000, which does not exist"),
        ("sip:101@pbx:0", "port 0, which does not exist"),
        ("101", "neither a SIP address nor a telephone number"),
        ("Anna", "neither a SIP address nor a telephone number"),
    ],
)
def test_what_cannot_be_dialled_is_refused(written: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse_address(written, "RU")
