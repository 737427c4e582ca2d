"""Certificates for tests, of an authority that is made for them."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import trustme


@dataclass(frozen=True)
class Issued:
    """PEM files: a certificate with its chain, its key, both in one, and whose word it is."""

    certificate: Path
    key: Path
    both: Path
    authority: Path

    def trusted(self) -> ssl.SSLContext:
        """How somebody speaks who takes the authority's word."""
        return ssl.create_default_context(cafile=str(self.authority))

    def server(self) -> ssl.SSLContext:
        """How whoever has the certificate serves."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.both)
        return context


def issued(
    folder: Path, *names: str, authority: trustme.CA | None = None, until: datetime | None = None
) -> Issued:
    """A certificate of these hosts or addresses; `until`: aware, else it is good for years."""
    authority = authority or trustme.CA()
    begins = datetime(2000, 1, 1, tzinfo=UTC) if until else None
    leaf = authority.issue_cert(*names, not_before=begins, not_after=until)
    made = Issued(*(folder / name for name in ("cert.pem", "key.pem", "both.pem", "authority.pem")))
    made.certificate.write_bytes(b"".join(pem.bytes() for pem in leaf.cert_chain_pems))
    leaf.private_key_pem.write_to_path(made.key)
    leaf.private_key_and_cert_chain_pem.write_to_path(made.both)
    authority.cert_pem.write_to_path(made.authority)
    made.key.chmod(0o600)
    return made
