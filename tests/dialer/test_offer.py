import pytest

from dialer.pjsip.offer import heard_type, with_event_types

OFFER = (
    "v=0\r\nm=audio 4000 RTP/AVP 8 0 120\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n"
    "a=rtpmap:120 telephone-event/8000\r\na=fmtp:120 0-16\r\na=sendrecv\r\n"
)


def test_the_usual_payload_type_is_offered_alone() -> None:
    assert with_event_types(OFFER) == (
        "v=0\r\nm=audio 4000 RTP/AVP 8 0 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n"
        "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=sendrecv\r\n"
    )


@pytest.mark.parametrize(
    "sdp",
    [
        "",
        OFFER.replace("120", "101"),
        OFFER.replace(" 120\r\n", "\r\n"),
        OFFER.replace("a=fmtp:120 0-16\r\n", ""),
    ],
)
def test_an_offer_that_looks_otherwise_is_left_alone(sdp: str) -> None:
    assert with_event_types(sdp) == sdp


@pytest.mark.parametrize(("answered", "heard"), [(101, 101), (96, 96), (120, 120), (100, 100), (-1, 101)])
def test_we_listen_for_what_was_answered(answered: int, heard: int) -> None:
    assert heard_type(answered) == heard
