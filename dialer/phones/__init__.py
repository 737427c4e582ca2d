"""Simulated patients and operators: real SIP phones on loopback, each with a behaviour; for demo, tests."""

from dialer.phones.call_log import PhoneCall, most_at_once, read_log
from dialer.phones.patients import BEHAVIOURS, CONNECTED, OPERATOR, SAYS, Behaviour, Patient
from dialer.phones.supervisor import Phones

__all__ = [
    "BEHAVIOURS",
    "CONNECTED",
    "OPERATOR",
    "SAYS",
    "Behaviour",
    "Patient",
    "PhoneCall",
    "Phones",
    "most_at_once",
    "read_log",
]
