"""Signs webhooks as the Standard Webhooks specification says (v1: HMAC-SHA256 over id, time and body)."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence

PREFIX = "whsec_"  # of a secret as people write it; base64 follows
SHORTEST_BYTES, LONGEST_BYTES = 24, 64  # of a secret, as the specification wants them
HOW_TO_MAKE_ONE = f'make one with: echo "{PREFIX}$(openssl rand -base64 32)"'


def secret_of(written: str) -> bytes:
    """The key behind a secret such as `whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw`, with or without its prefix.

    Raises ValueError, with a clause that says what is wrong and never holds the secret.
    """
    text = written.strip().removeprefix(PREFIX)
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"is no base64: {HOW_TO_MAKE_ONE}") from None
    if len(key) < SHORTEST_BYTES:
        raise ValueError(f"is of {len(key)} bytes and must have {SHORTEST_BYTES}: {HOW_TO_MAKE_ONE}")
    if len(key) > LONGEST_BYTES:
        raise ValueError(f"is of {len(key)} bytes and may have {LONGEST_BYTES}: {HOW_TO_MAKE_ONE}")
    return key


def signed(secrets: Sequence[bytes], message_id: str, timestamp: int, body: bytes) -> Mapping[str, str]:
    """The headers that prove who sent this body, and when.

    message_id: the same at every try; timestamp: seconds since 1970 of this try, which receivers refuse when
    it is minutes old. Each secret gives a signature: a receiver may hold either one while they change.
    """
    content = f"{message_id}.{timestamp}.".encode() + body
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(_signature(secret, content) for secret in secrets),
    }


def _signature(secret: bytes, content: bytes) -> str:
    return "v1," + base64.b64encode(hmac.new(secret, content, hashlib.sha256).digest()).decode("ascii")
