"""The binding itself, and the two C symbols that it does not wrap; everything else imports `pj` from here."""

import ctypes
import functools

import pjsua2 as pj
from pjsua2 import _pjsua2

__all__ = ["calls_held", "largest_call_count", "pj", "shorten_transactions"]

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
