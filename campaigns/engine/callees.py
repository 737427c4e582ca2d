"""Whoever was called, as the rules of retrying see them."""

from campaigns.models import Contact
from campaigns.rules.retries import History, Person


def person_of(contact: Contact) -> Person:
    """The contact as it was when its call was begun; `phone` is the number that was called."""
    return Person(
        id=contact.id,
        phone=contact.phone,
        phones=tuple(contact.phones or [contact.phone]),
        time_zone=contact.time_zone,
        deadline=contact.deadline,
        history=History.of(contact.history),
    )
