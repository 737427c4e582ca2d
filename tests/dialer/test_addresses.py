import re

import pytest

from dialer.addresses import BadAddress, TrunkAddress, address_of
from dialer.settings import Trunk


@pytest.mark.parametrize(
    ("uri", "address"),
    [
        ("sip:127.0.0.1", TrunkAddress("127.0.0.1", 5060, "")),
        ("sip:127.0.0.1:5090", TrunkAddress("127.0.0.1", 5090, "")),
        ("sip:localhost:5090", TrunkAddress("127.0.0.1", 5090, "")),
        ("sip:gw@sbc.example;transport=tcp", TrunkAddress("sbc.example", 5060, ";transport=tcp")),
        (" sip:sbc.example:5080;transport=TCP;x=1 ", TrunkAddress("sbc.example", 5080, ";transport=TCP;x=1")),
    ],
)
def test_trunks_that_are_understood(uri: str, address: TrunkAddress) -> None:
    assert address_of(Trunk("t", uri)) == address


@pytest.mark.parametrize(
    "uri",
    ["", "127.0.0.1", "tel:112", "sips:a", "sip:[::1]", "sip:a:0", "sip:a:65536", "sip:a b", "sip:a\r\nX: 1"],
)
def test_trunks_that_are_refused_by_name(uri: str) -> None:
    with pytest.raises(BadAddress, match=r"^Trunk 't': "):
        address_of(Trunk("t", uri))


@pytest.mark.parametrize(
    ("uri", "number", "request_uri"),
    [
        ("sip:10.0.0.1", "+79120000001", "sip:+79120000001@10.0.0.1"),
        ("sip:gw@sbc.example:5090;transport=tcp", "112", "sip:112@sbc.example:5090;transport=tcp"),
        ("sip:10.0.0.1", "*21#", "sip:*21%23@10.0.0.1"),
    ],
)
def test_the_number_becomes_the_user_of_the_uri(uri: str, number: str, request_uri: str) -> None:
    assert address_of(Trunk("t", uri)).request_uri(number) == request_uri


@pytest.mark.parametrize(
    "number", ["", "+", "+7 912", "7;tag=1", "7@evil", "7\r\n", "+7912\n", "a", "1" * 41]
)
def test_numbers_that_are_refused_and_not_repeated(number: str) -> None:
    with pytest.raises(BadAddress) as caught:
        address_of(Trunk("t", "sip:a")).request_uri(number)
    assert not re.search(r"[0-9@]", str(caught.value))


@pytest.mark.parametrize(
    ("caller_id", "identity"),
    [
        ("", "sip:dialer@a"),
        ("+74950000000", "sip:+74950000000@a"),
        ("clinic", "sip:clinic@a"),
        ("sip:desk@b.example", "sip:desk@b.example"),
        ('"Клиника" <sip:+7495@b>', '"Клиника" <sip:+7495@b>'),
    ],
)
def test_who_calls(caller_id: str, identity: str) -> None:
    assert address_of(Trunk("t", "sip:a")).identity(caller_id) == identity


@pytest.mark.parametrize(
    "caller_id", ["a b", "1\r\nX: 1", '"a\r\nb" <sip:c@d>', "<sip:a@b>;x", "sip:a@b\n", "a@b"]
)
def test_caller_ids_that_could_carry_a_header_are_refused(caller_id: str) -> None:
    with pytest.raises(BadAddress):
        address_of(Trunk("t", "sip:a")).identity(caller_id)


@pytest.mark.parametrize(("host", "literal"), [("10.0.0.1", True), ("sbc.example", False), ("10.0.0", False)])
def test_names_have_to_be_looked_up(host: str, literal: bool) -> None:
    assert TrunkAddress(host, 5060, "").is_literal == literal


def test_a_looked_up_name_is_routed_without_showing() -> None:
    address = TrunkAddress("sbc.example", 5080, ";transport=tcp")
    assert address.tcp
    assert address.route("10.0.0.9") == "sip:10.0.0.9:5080;transport=tcp;lr;hide"
