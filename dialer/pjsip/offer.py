"""Which payload types carry key presses: what we offer, and what we listen for (RFC 4733 section 2.4.1)."""

OWN_TYPE = 120  # what pip's wheel writes; a build of our own may write another
OFFERED_TYPES = (101,)  # what most of the world sends

# The wheel hears events on one payload type only: the first that our own offer names. Seen with answers of
# 101, 96, 120 and none, each sending 101, 96 and 120: with 101 offered alone only 101 was heard; with all
# three offered and nothing else done still only 101; with the type that the answer names set before the
# stream is created (`heard_type`), each far end that sends what it answered was heard, also one that sends
# 101 without having agreed. That is so with 101 offered alone, too. No more are offered: of several, baresip
# 1.0 names the last in its answer and sends the first.


def with_event_types(sdp: str) -> str:
    """Our own offer with all of OFFERED_TYPES in it; one that does not look as expected is left as it is."""
    own = f"a=rtpmap:{OWN_TYPE} telephone-event/8000\r\na=fmtp:{OWN_TYPE} 0-16\r\n"
    if own not in sdp or f" {OWN_TYPE}\r\n" not in sdp:
        return sdp
    # 0-15: event 16 is a hook flash, which is no key.
    attributes = "".join(
        f"a=rtpmap:{kind} telephone-event/8000\r\na=fmtp:{kind} 0-15\r\n" for kind in OFFERED_TYPES
    )
    formats = " ".join(str(kind) for kind in OFFERED_TYPES)
    return sdp.replace(f" {OWN_TYPE}\r\n", f" {formats}\r\n", 1).replace(own, attributes)


def heard_type(answered_type: int) -> int:
    """The payload type to listen for; `answered_type` is what the far end's SDP names, below 0 for none."""
    return answered_type if answered_type >= 0 else OFFERED_TYPES[0]
