"""A contact's row as the rules see it."""

from campaigns.models import Contact
from campaigns.rules.due import Candidate


def candidate_of(contact: Contact) -> Candidate:
    """What the rules need to know of it; that of its number is its `Standing`."""
    return Candidate(
        contact.time_zone,
        contact.not_before,
        contact.deadline,
        contact.outcome,
        contact.delivered_at is not None,
        contact.id,
        bool(contact.consent_source and contact.consent_at),
        contact.fields,
        contact.zone_from,
    )
