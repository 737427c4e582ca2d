"""A call that a queue lost -> the contact that is called back."""

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from campaigns.flows.script import Script
from campaigns.intake.columns import columns_of
from campaigns.intake.errors import IntakeError
from campaigns.intake.log_format import queue_name
from campaigns.intake.rows import IntakeDefaults, RowReader, Usable
from campaigns.rules.lost_calls import Loss
from campaigns.store.database import Database
from campaigns.store.lost_calls import LostCalls
from campaigns.store.queueing import NewContact

KNOWN = frozenset({"external_id", "phone", "language", "called_at", "queue"})
"""What a log of a queue knows of a caller, by column."""
IDENTITY_DIGITS = 8  # of a digest: two losses of one second are told apart


def lost_calls(
    db: Database, script: Script, source: str, defaults: IntakeDefaults, misdial: timedelta, now: datetime
) -> LostCalls:
    """Where the losses of one log go for this campaign.

    Raises IntakeError for a campaign that must know more of a person than a lost call tells.
    """
    return LostCalls(
        db, script.name, source, _maker(script, source, defaults, now), script.policy.deadline, misdial
    )


def _maker(
    script: Script, source: str, defaults: IntakeDefaults, now: datetime
) -> Callable[[Loss], NewContact | None]:
    missing = sorted(set(columns_of(script).needed) - KNOWN)
    if missing:
        raise IntakeError(
            f"{script.name} needs {', '.join(missing)} of everybody, which the log of a queue does not know: "
            "queue a CSV file, or name a campaign that does without, such as abandoned-callback."
        )
    zone = ZoneInfo(defaults.time_zone)
    pack = script.policy.pack
    if pack.edition(now.astimezone(zone).date()).consent:
        raise IntakeError(
            f"{script.name} follows the rules {pack.name}, which ask for a consent, and the log of a queue "
            "holds none: give the campaign other rules, or queue a CSV file with consents."
        )

    def make(loss: Loss) -> NewContact | None:
        found = RowReader(script, defaults, loss.lost_at).read(
            {
                "external_id": _identity(loss, source, zone),
                "phone": loss.phone,
                "language": script.languages[0],
                "called_at": loss.lost_at.isoformat(),
                "queue": queue_name(loss.queue),
            }
        )
        return found.contact if isinstance(found, Usable) else None

    return make


def _identity(loss: Loss, source: str, zone: ZoneInfo) -> str:
    """Which call it was, for people: when it was lost, and never its number."""
    digest = sha256(f"{source} {loss.key}".encode()).hexdigest()[:IDENTITY_DIGITS]
    return f"{loss.lost_at.astimezone(zone):%Y-%m-%d %H:%M} {digest}"
