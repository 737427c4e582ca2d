"""Simulated patients: real SIP phones on loopback, each with a behaviour, for the demo and the tests."""

from dialer.phones.call_log import PhoneCall, most_at_once, read_log
from dialer.phones.patients import BEHAVIOURS, Behaviour, Patient
from dialer.phones.supervisor import Phones

__all__ = ["BEHAVIOURS", "Behaviour", "Patient", "PhoneCall", "Phones", "most_at_once", "read_log"]
