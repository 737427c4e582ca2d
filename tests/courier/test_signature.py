"""Webhooks are signed so that anybody's Standard Webhooks library takes them."""

import base64
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from campaigns.courier.signature import secret_of, signed

OLD = "whsec_" + base64.b64encode(bytes(range(32))).decode()
NEW = "whsec_" + base64.b64encode(bytes(range(100, 132))).decode()
BODY = '{"type":"contact.closed","data":{"state":"done","answers":{"причина":"никто не пришёл"}}}'.encode()


def now() -> int:
    return int(datetime.now(UTC).timestamp())


def headers(secrets: Sequence[str], at: int, key: str = "msg_1", body: bytes = BODY) -> dict[str, str]:
    return dict(signed([secret_of(each) for each in secrets], key, at, body))


@pytest.mark.parametrize("theirs", [OLD, NEW])
def test_whoever_has_either_secret_takes_it_while_they_change(theirs: str) -> None:
    taken = Webhook(theirs).verify(BODY, headers([NEW, OLD], now()))
    assert taken["data"]["answers"] == {"причина": "никто не пришёл"}


@pytest.mark.parametrize(
    ("sent", "body", "key"),
    [
        (headers([OLD], now()), BODY, "msg_1"),  # the secret is gone that the receiver has
        (headers([NEW], now() - 3600), BODY, "msg_1"),  # kept and sent again by somebody else
        (headers([NEW], now()), BODY.replace(b"done", b"open"), "msg_1"),
        (headers([NEW], now()), BODY, "msg_2"),
    ],
    ids=["secret", "time", "body", "id"],
)
def test_what_was_changed_on_the_way_is_not_taken(sent: dict[str, str], body: bytes, key: str) -> None:
    with pytest.raises(WebhookVerificationError):
        Webhook(NEW).verify(body, {**sent, "webhook-id": key})


def test_the_specifications_own_example() -> None:
    body = b'{"test": 2432232314}'
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    sent = headers([secret], 1614265330, "msg_p5jXN8AQM9LWM0D4loKWxJek", body)
    assert sent["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("whsec_не ключ", "is no base64: make one with"),
        ("whsec_abc-def_ghi", "is no base64"),
        ("", "is of 0 bytes and must have 24"),
        ("whsec_", "is of 0 bytes and must have 24"),
        (base64.b64encode(bytes(23)).decode(), "is of 23 bytes and must have 24"),
        (base64.b64encode(bytes(65)).decode(), "is of 65 bytes and may have 64"),
    ],
)
def test_a_secret_that_cannot_be_one_is_refused_without_being_shown(written: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint) as refused:
        secret_of(written)
    assert len(written) < 8 or written not in str(refused.value)


@pytest.mark.parametrize("size", [24, 32, 64])
def test_a_secret_is_read_with_and_without_prefix_padding_and_blanks(size: int) -> None:
    key = bytes(range(size))
    text = base64.b64encode(key).decode()
    for written in (text, f"whsec_{text}", f" whsec_{text}\n", f"whsec_{text.rstrip('=')}"):
        assert secret_of(written) == key
