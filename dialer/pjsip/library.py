"""The binding itself, and the C symbols that it does not wrap; everything else imports `pj` from here."""

import ctypes
import errno
import functools
from typing import Any

import pjsua2 as pj
from pjsua2 import _pjsua2

__all__ = [
    "calls_held",
    "is_no_way",
    "largest_call_count",
    "pj",
    "respond",
    "shorten_transactions",
    "sip_header",
]

PJ_OF_SYSTEM = 120_000  # the library adds it to an errno
NO_WAY = frozenset(PJ_OF_SYSTEM + code for code in (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN))

# RFC 3261 section 17: T1 as usual, but an unanswered INVITE or BYE gives its slot back after 6 s, not 32 s.
T1_MS, T2_MS, T4_MS, TIMEOUT_MS = 500, 4000, 5000, 6000


@functools.cache
def _symbols() -> ctypes.CDLL:
    return ctypes.CDLL(_pjsua2.__file__)


def largest_call_count() -> int:
    """How many calls one process holds: compiled in. Valid after `libInit`."""
    return int(_symbols().pjsua_call_get_max_count())


def calls_held() -> int:
    """How many call slots are taken now, those included that a silent far end holds after our hang-up."""
    return int(_symbols().pjsua_call_get_count())


def shorten_transactions() -> None:
    """Set the SIP transaction timers of this process; after `libInit`."""
    _symbols().pjsip_tsx_set_timers(T1_MS, T2_MS, T4_MS, TIMEOUT_MS)


def is_no_way(status: int) -> bool:
    """Whether an error of the library says that no route leads to the other side."""
    return status in NO_WAY


def sip_header(name: str, value: str) -> pj.SipHeader:
    """A header for an outgoing message; the value goes out as it is, so it must have been checked."""
    header = pj.SipHeader()
    header.hName, header.hValue = name, value
    return header


def respond(request: Any, status: int) -> None:
    """Answer a request within a dialog (`pj.SipRxData`); only inside the callback that shows it.

    The transaction must be in state TRYING: the library itself answers 500 to what is still unanswered
    when the callback has returned.
    """
    rdata = ctypes.c_void_p(int(request.pjRxData))
    get_dialog = _symbols().pjsip_rdata_get_dlg
    get_dialog.argtypes, get_dialog.restype = [ctypes.c_void_p], ctypes.c_void_p
    send = _symbols().pjsip_dlg_respond
    send.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, *[ctypes.c_void_p] * 3]
    if dialog := get_dialog(rdata):
        send(dialog, rdata, status, None, None, None)
