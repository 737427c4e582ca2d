"""What an answer to a webhook means, and what a failure to get one does: one plain sentence each (pure)."""

import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

import httpx

from campaigns.courier.port import Fault, Sent

E = TypeVar("E", bound=BaseException)

LONGEST_REST_SECONDS = 3600.0  # what a receiver may ask for; the courier looks again within the hour
GONE = 410  # the one status by which a receiver says that it never wants anything again
_MEANINGS: Mapping[int, str] = {
    400: "does not understand what it is sent: ask whoever runs it",
    401: "refuses us: it must have the secret that secrets_env names",
    403: "refuses us: it must have the secret that secrets_env names, and allow this machine's address",
    404: "has nothing at this address: correct its url in dialer.toml",
    405: "takes no POST at this address: correct its url in dialer.toml",
    408: "says that we were too slow",
    GONE: "says that it is gone for good: remove it from dialer.toml, or correct its url and try again",
    413: "says that this is too large: ask whoever runs it",
    429: "asks for fewer at a time, and is given time",
}


def meaning(
    receiver: str, status: int, headers: Mapping[str, str], now: datetime, kind: str = "Webhook"
) -> Sent | Fault:
    """What the head of an answer says. Its body counts for nothing, and a redirect is never followed."""
    who = f'{kind} "{receiver}"'
    match status // 100:
        case 2:
            return Sent()
        case 3:
            what = "sends us elsewhere, which is never followed: put the final address into its url"
        case 5:
            what = "is there but has failed: ask whoever runs it"
        case _:
            what = _MEANINGS.get(status, "does not take this: ask whoever runs it")
    rest = _rest_seconds(headers.get("retry-after", ""), now)
    return Fault(f"{who} {what} (status {status}).", permanent=status == GONE, retry_after_seconds=rest)


def failure(receiver: str, host: str, error: BaseException, seconds: float, kind: str = "Webhook") -> Fault:
    """Why there was no answer; it may have been taken all the same."""
    who = f'{kind} "{receiver}"'
    certificate = _cause(error, ssl.SSLCertVerificationError)
    match error:
        case _ if certificate is not None:
            reason = certificate.verify_message.rstrip(".") or "it does not verify"
            what = (
                f"has a certificate that is not trusted for {host} ({reason}): have it mended, "
                "or add its authority to those of this machine"
            )
        case _ if _cause(error, ssl.SSLError) is not None:
            what = f"does not speak TLS as it should at {host}: ask whoever runs it"
        case TimeoutError() | httpx.TimeoutException():
            what = f"did not answer within {seconds:.3g} seconds"
        case httpx.ConnectError():
            what = f"cannot be connected to at {host}: is it running, and does a firewall let us through?"
        case httpx.RemoteProtocolError():
            what = "hung up, or answered what is not HTTP"
        case httpx.InvalidURL() | httpx.LocalProtocolError() | httpx.UnsupportedProtocol():
            what = "has an address that cannot be called: correct its url in dialer.toml"
        case _:
            what = "was cut off before it had answered"
    return Fault(f"{who} {what}.")


def _cause(error: BaseException, kind: type[E]) -> E | None:
    each: BaseException | None = error
    while each is not None:
        if isinstance(each, kind):
            return each
        each = each.__cause__ or each.__context__
    return None


def _rest_seconds(written: str, now: datetime) -> float | None:
    """Of Retry-After, seconds or a date (RFC 9110, section 10.2.3); None where it says nothing of use."""
    if written.isascii() and written.isdigit():
        return min(float(written[:9]), LONGEST_REST_SECONDS)
    try:
        until = parsedate_to_datetime(written)
        seconds = (until.replace(tzinfo=until.tzinfo or UTC) - now).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(seconds, LONGEST_REST_SECONDS) if seconds > 0 else None
