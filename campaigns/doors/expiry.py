"""Until when a certificate is good, by a handshake with ourselves: Python alone reads no certificate."""

import ssl
from datetime import UTC, datetime
from pathlib import Path

MOST_ROUNDS = 5  # of a handshake in memory; TLS 1.3 takes two


def good_until(serving: ssl.SSLContext, certificate: Path) -> datetime | None:
    """The moment at which the certificate ends, aware; None when it has ended, or has not begun.

    serving: a context that has loaded this certificate and its key. Raises ssl.SSLError when the handshake
    fails for another reason.
    """
    asking = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    asking.check_hostname = False
    asking.load_verify_locations(certificate)
    asking.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # the certificate itself is what is trusted
    try:
        told = _peer(asking, serving)
    except ssl.SSLCertVerificationError as error:
        if error.verify_message in ("certificate has expired", "certificate is not yet valid"):
            return None
        raise
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(told["notAfter"])), UTC)


def _peer(asking: ssl.SSLContext, serving: ssl.SSLContext) -> dict[str, object]:
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = serving.wrap_bio(to_server, to_client, server_side=True)
    client = asking.wrap_bio(to_client, to_server)
    for _ in range(MOST_ROUNDS):
        done = [_is_through(side) for side in (client, server)]
        if done[0]:
            return dict(client.getpeercert() or {})
    raise ssl.SSLError("the handshake does not end")


def _is_through(side: ssl.SSLObject) -> bool:
    try:
        side.do_handshake()
    except ssl.SSLWantReadError:
        return False
    return True
