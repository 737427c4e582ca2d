import re

import pytest

from dialer.addresses import BadAddress, BadNumber, Invitation, TrunkAddress, address_of, in_format_of, way_to
from dialer.settings import NumberFormat, Trunk


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


RUSSIAN, ITALIAN, AMERICAN = ("7", "8", "810"), ("39", "", "00"), ("1", "1", "011")


@pytest.mark.parametrize(
    ("number_format", "codes", "number", "written"),
    [
        ("e164", RUSSIAN, "+79120000001", "+79120000001"),
        ("digits", RUSSIAN, "+79120000001", "79120000001"),
        ("national", RUSSIAN, "+79120000001", "89120000001"),
        ("national", RUSSIAN, "+380440000001", "810380440000001"),
        ("national", ITALIAN, "+390612345678", "0612345678"),
        ("national", ITALIAN, "+79120000001", "0079120000001"),
        ("national", AMERICAN, "+12025550100", "12025550100"),
        ("national", RUSSIAN, "112", "112"),
        ("digits", RUSSIAN, "*21#", "*21#"),
        ("digits", RUSSIAN, "clinic", "clinic"),
    ],
)
def test_numbers_are_written_as_the_trunk_wants_them(
    number_format: NumberFormat, codes: tuple[str, str, str], number: str, written: str
) -> None:
    country, national, international = codes
    trunk = Trunk(
        "t",
        "sip:a",
        number_format=number_format,
        country_code=country,
        national_prefix=national,
        international_prefix=international,
    )
    assert in_format_of(trunk, number) == written


@pytest.mark.parametrize(
    ("trunk", "caller_id", "invitation"),
    [
        (Trunk("t", "sip:a"), "", Invitation("sip:+7912@a", "<sip:dialer@a>")),
        (Trunk("t", "sip:a", "u@b c"), "", Invitation("sip:+7912@a", "<sip:u%40b%20c@a>")),
        (Trunk("t", "sip:a", caller_ids=("+7495", "+7499")), "", Invitation("sip:+7912@a", "<sip:+7495@a>")),
        (
            Trunk("t", "sip:a:5070", number_format="national", asserted_identity=True, username="u"),
            "+7499",
            Invitation("sip:8912@a:5070", "<sip:8499@a>", (("P-Asserted-Identity", "<sip:8499@a>"),)),
        ),
        (
            Trunk("t", "sip:a", number_format="digits", asserted_identity=True, username="u"),
            '"Desk" <sip:+7499@b;user=phone>',
            Invitation(
                "sip:7912@a",
                '"Desk" <sip:+7499@b;user=phone>',
                (("P-Asserted-Identity", '"Desk" <sip:+7499@b;user=phone>'),),
            ),
        ),
    ],
)
def test_an_invitation_says_who_calls_whom(trunk: Trunk, caller_id: str, invitation: Invitation) -> None:
    assert way_to(trunk).invitation("+7912", caller_id) == invitation


def test_a_number_is_told_from_a_caller_id_that_cannot_be_used() -> None:
    way = way_to(Trunk("t", "sip:a", number_format="digits"))
    with pytest.raises(BadNumber):
        way.invitation("+", "+7495")
    with pytest.raises(BadAddress) as caught:
        way.invitation("+7912", "a b")
    assert not isinstance(caught.value, BadNumber)


@pytest.mark.parametrize(
    ("uri", "proxy", "routes"),
    [
        ("sip:10.0.0.1", "", ()),
        ("sip:a.example:5070", "", ("sip:192.0.2.1:5070;lr;hide",)),
        ("sip:a.example", "sip:10.0.0.5", ("sip:10.0.0.5;lr",)),
        ("sip:10.0.0.1", "sip:10.0.0.5:5070;transport=tcp;lr", ("sip:10.0.0.5:5070;transport=tcp;lr",)),
        ("sip:10.0.0.1", "sip:p.example", ("sip:192.0.2.1:5060;lr;hide", "sip:p.example;lr")),
        ("sip:10.0.0.1", "sip:p.example;lr=on;hide", ("sip:192.0.2.1:5060;lr;hide", "sip:p.example;lr")),
    ],
)
def test_the_route_goes_by_the_proxy_and_needs_no_look_up(
    uri: str, proxy: str, routes: tuple[str, ...]
) -> None:
    assert way_to(Trunk("t", uri, proxy=proxy)).routes("192.0.2.1") == routes


@pytest.mark.parametrize(
    ("trunk", "says"),
    [
        (Trunk("t", "sip:a:0"), "port 0 does not exist"),
        (Trunk("t", "sip:a", proxy="10.0.0.5"), "its proxy is not of the form"),
        (Trunk("t", "sip:a", proxy="sip:p:70000"), "port 70000 does not exist"),
        (Trunk("t", "sip:a", 'u"x'), "its username holds quotes"),
        (Trunk("t", "sip:a", "u\r\n"), "its username holds quotes"),
        (Trunk("t", "sip:a", register=True), "has no username"),
        (Trunk("t", "sip:a", asserted_identity=True), "no caller id to assert"),
        (Trunk("t", "sip:a", caller_ids=("+7495", "a b")), "neither a number nor a SIP address"),
        (Trunk("t", "sip:a", country_code="+7"), "country_code is not"),
        (Trunk("t", "sip:a", country_code=""), "country_code is not"),
        (Trunk("t", "sip:a", national_prefix="8w"), "national_prefix is not"),
        (Trunk("t", "sip:a", international_prefix="+"), "international_prefix is not"),
        (Trunk("t", "sip:a", number_format="free"), "number_format is none of e164, digits, national"),  # type: ignore[arg-type]
        (Trunk("t", "sip:a", networks=("10.0.0.0/33",)), "one of its networks is no IPv4 network"),
        (Trunk("t", "sip:a", networks=("::1",)), "one of its networks is no IPv4 network"),
        (Trunk("t", "sip:a", networks=("10.0.0.1",) * 65), "more than 64 networks"),
    ],
)
def test_a_trunk_that_cannot_work_is_refused_before_the_start(trunk: Trunk, says: str) -> None:
    with pytest.raises(BadAddress, match=r"^Trunk 't': ") as caught:
        way_to(trunk)
    assert says in str(caught.value)


def test_networks_may_be_written_as_hosts() -> None:
    networks = way_to(Trunk("t", "sip:a", networks=("10.0.0.7/24", "192.0.2.1"))).networks
    assert [str(network) for network in networks] == ["10.0.0.0/24", "192.0.2.1/32"]


@pytest.mark.parametrize(
    ("uri", "proxy", "destination"),
    [
        ("sip:203.0.113.10", "sip:127.0.0.1:5080", "203.0.113.10"),
        ("sip:trunk.example", "sip:127.0.0.1:5080", "127.0.0.1"),  # nobody has looked its name up
        ("sip:203.0.113.10", "", "203.0.113.10"),
    ],
)
def test_audio_goes_to_the_trunk_and_not_to_its_proxy(uri: str, proxy: str, destination: str) -> None:
    way = way_to(Trunk("t", uri, proxy=proxy))
    assert way.media_towards(way.next_hop.host) == destination


NEAR = ("10.0.0.0/24",)


@pytest.mark.parametrize(
    ("trunk", "phone", "uri", "direct"),
    [
        (Trunk("t", "sip:10.0.0.1"), "sip:101@10.0.0.1", "sip:101@10.0.0.1", False),
        (Trunk("t", "sip:10.0.0.1:5070"), "sip:101@10.0.0.1", "sip:101@10.0.0.1:5070", False),
        (Trunk("t", "sip:10.0.0.1:5070"), "sip:101@10.0.0.1:5070", "sip:101@10.0.0.1:5070", False),
        (Trunk("t", "sip:10.0.0.1:5070"), "sip:101@10.0.0.1:5060", "sip:101@10.0.0.1", True),
        (Trunk("t", "sip:127.0.0.1"), "sip:anna@localhost:6001", "sip:anna@127.0.0.1:6001", True),
        (
            Trunk("t", "sip:pbx.example;transport=tcp"),
            "sip:anna@PBX.example",
            "sip:anna@pbx.example;transport=tcp",
            False,
        ),
        (Trunk("t", "sip:pbx", proxy="sip:10.0.0.9"), "sip:101@10.0.0.9", "sip:101@pbx", False),
        (Trunk("t", "sip:a", networks=NEAR), "sip:101@10.0.0.44", "sip:101@10.0.0.44", True),
        (Trunk("t", "sip:a", networks=NEAR), "sip:*9#@10.0.0.44:5080", "sip:*9%23@10.0.0.44:5080", True),
        (Trunk("t", "sip:a"), "sip:101@192.0.2.1", "sip:101@192.0.2.1", True),
        (Trunk("t", "sip:a", number_format="national"), "sip:+7912@a", "sip:8912@a", False),
        (Trunk("t", "sip:a", number_format="national"), "+7912", "sip:8912@a", False),
    ],
)
def test_the_phone_of_an_operator_is_reached_through_its_trunk_or_past_it(
    trunk: Trunk, phone: str, uri: str, direct: bool
) -> None:
    invitation = way_to(trunk).invitation(phone, "", resolved="192.0.2.1")
    assert (invitation.uri, invitation.direct) == (uri, direct)


@pytest.mark.parametrize(
    "phone",
    [
        "sip:101@10.0.1.1",
        "sip:101@elsewhere.example",
        "sip:101@8.8.8.8",
        "sip:@10.0.0.1",
        "sip:10.0.0.1",
        "sip:101@10.0.0.1:0",
        "sip:101@10.0.0.1:70000",
        "sip:101@10.0.0.1;transport=tcp",
        "sip:101@10.0.0.1\r\nX: 1",
        "sip:10 1@10.0.0.1",
        "sip:101@[::1]",
        "sips:101@10.0.0.1",
    ],
)
def test_other_phones_are_refused_and_not_repeated(phone: str) -> None:
    way = way_to(Trunk("t", "sip:10.0.0.1", networks=NEAR))
    with pytest.raises(BadNumber) as caught:
        way.invitation(phone, "", resolved="10.0.0.1")
    assert "10" not in str(caught.value)
