"""TLS of a door, from the PEM files that `dialer.toml` names."""

import ssl
from pathlib import Path

from campaigns.errors import DoorShut
from campaigns.setting_doors import ApiTable, MllpTable, TlsTable
from campaigns.settings import Home

Stamp = tuple[tuple[str, int, int], ...]
"""Name, time of change and size of each file: another stamp, other certificates."""


def tls_of(home: Home, name: str, table: ApiTable | MllpTable) -> ssl.SSLContext | None:
    """What the door speaks, at least TLS 1.2; None where it has no certificate. Raises DoorShut."""
    if not table.certificate:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    load(context, home, name, table)
    authority = table.client_ca if isinstance(table, MllpTable) else ""
    if authority:
        _trust(context, home.folder / authority, name)
    return context


def load(context: ssl.SSLContext, home: Home, name: str, table: TlsTable) -> None:
    """Read certificate and key, anew if need be: connections made from now on see them. Raises DoorShut."""
    certificate, key = home.folder / table.certificate, home.folder / table.key
    for path, column in ((certificate, "certificate"), (key, "key")):
        _readable(path, name, column)
    try:
        for each in (ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), context):  # first where nothing can be spoilt
            each.load_cert_chain(certificate, key, password=_nobody_types)
    except _Locked:
        raise DoorShut(f"[{name}] key: {key} wants a password: keep the key without one.") from None
    except (ssl.SSLError, OSError) as error:
        raise DoorShut(f"[{name}] certificate: {_reason(error, certificate, key)}.") from None


class Renewal:
    """The TLS of one open door, which takes up certificates that are put there later."""

    def __init__(self, home: Home, name: str, table: ApiTable | MllpTable) -> None:
        """As `tls_of`. Raises DoorShut."""
        self._home, self._name, self._table = home, name, table
        self._stamp = self._seen()
        self.context = tls_of(home, name, table)

    def look(self) -> None:
        """Take them up, if there are new ones. Raises DoorShut; then those before are spoken with."""
        stamp = self._seen()
        if self.context is not None and stamp and stamp != self._stamp:
            load(self.context, self._home, self._name, self._table)
            self._stamp = stamp

    def _seen(self) -> Stamp:
        """() while one is missing."""
        try:
            files = (self._table.certificate, self._table.key)
            found = [(name, (self._home.folder / name).stat()) for name in files]
        except OSError:
            return ()
        return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in found)


class _Locked(Exception):
    """The key is encrypted."""


def _nobody_types() -> str:
    raise _Locked


def _readable(path: Path, name: str, column: str) -> None:
    try:
        path.open("rb").close()
    except OSError as error:
        raise DoorShut(
            f"[{name}] {column}: {path} cannot be read ({error.strerror}): put the PEM file there."
        ) from None


def _reason(error: ssl.SSLError | OSError, certificate: Path, key: Path) -> str:
    match getattr(error, "reason", None):
        case "KEY_VALUES_MISMATCH" | "KEY_TYPE_MISMATCH":
            return f"{key} is the key of another certificate than {certificate}: put the right one there"
        case "CA_MD_TOO_WEAK" | "EE_KEY_TOO_SMALL" | "CA_KEY_TOO_SMALL":
            return f"{certificate} is too weak to be used: have a new one made"
        case _:
            return f"{certificate} and {key} are not both PEM files: put such there"


def _trust(context: ssl.SSLContext, authority: Path, name: str) -> None:
    """Only who shows a certificate of this authority comes in."""
    _readable(authority, name, "client_ca")
    try:
        context.load_verify_locations(authority)
    except (ssl.SSLError, OSError):
        raise DoorShut(f"[{name}] client_ca: {authority} is no PEM file of certificates.") from None
    context.verify_mode = ssl.CERT_REQUIRED
