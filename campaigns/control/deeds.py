"""What was done to a contact, or to its campaign as a whole, in sentences."""

from collections.abc import Mapping

from campaigns.models import Change
from campaigns.rules import reasons

CONTACT: Mapping[str, str] = {
    "corrected": "Corrected while it was {state}: {changed} (revision {revision}).",
    "cancelled": "Cancelled.",
    "withdrawn": "Taken back by its laboratory ({status}) while it was {state}.",
    "reissued": "Issued again by its laboratory.",
    "got_through": "Its caller got through to the queue, and is not called back.",
    "cancel_asked": "To be cancelled when the call that runs is over.",
    "number_opted_out": "Its number {from} opted out, so its number {to} is called.",
    "number_capped": "Its number {from} had rung as often as the rules allow, so its number {to} is called.",
}
CAMPAIGN: Mapping[str, str] = {
    "running": "Its campaign was set running.",
    "paused": "Its campaign was paused{why}.",
    "stopped": "Its campaign was stopped{why}.",
    "finished": "Its campaign finished: nobody in it was left to call.",
    "first_calls": "Its campaign was launched on trial; calls until it waits for an approval: {calls}.",
    "first_calls_approved": "The first calls of its campaign were approved.",
    "texts_approved": "The texts of its campaign were approved.",
}
"""By the kind of the change, with its details."""

_RECORDED = ("state", "revision", "changed", "from", "to", "calls", "status")
NOT_RECORDED: Mapping[str, str] = dict.fromkeys(_RECORDED, "?")


def deed(change: Change) -> str:
    """One change in words; of a kind that is not known, as far as its record says."""
    return _to_contact(change) if change.contact_id is not None else _to_campaign(change)


def _to_contact(change: Change) -> str:
    if change.kind in CONTACT:
        return CONTACT[change.kind].format_map({**NOT_RECORDED, **change.details})
    details = ", ".join(f"{name} {value}" for name, value in change.details.items())
    return _unknown(change).capitalize() + (f": {details}." if details else ".")


def _to_campaign(change: Change) -> str:
    """Without details of an unknown kind: those of some are digests, which say nothing to anybody."""
    if change.kind not in CAMPAIGN:
        return f"To its campaign: {_unknown(change)}."
    by = next((said for why, said in reasons.PAUSES.items() if why and why == change.details.get("why")), "")
    return CAMPAIGN[change.kind].format_map({**NOT_RECORDED, **change.details, "why": by and f", {by}"})


def _unknown(change: Change) -> str:
    return change.kind.replace("_", " ")
