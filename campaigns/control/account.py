"""One contact's account: why it was called, why it is not, and when it will be, in sentences."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from campaigns.control.deeds import deed
from campaigns.control.masking import masked
from campaigns.models import Attempt, OptOut
from campaigns.rules import reasons
from campaigns.rules.due import CallNow, Close, Decision, WaitUntil, judge
from campaigns.rules.policy import Policy
from campaigns.store.brakes import FAILED_OVER
from campaigns.store.candidates import candidate_of
from campaigns.store.dossier import COUNTED_AT_MOST, Dossier

SILENT_ENGINE = timedelta(seconds=60)  # engines say every few seconds that they are alive
NOT_RUNNING = {
    "draft": "was never launched",
    "paused": "is paused",
    "stopped": "is stopped",
    "finished": "is finished",
}
FIRST_CALLS = (
    "Its campaign was launched for its first calls only; they are made and wait for approval.",
    "Its campaign stops for an approval after 1 more call.",
    "Its campaign stops for an approval after {} more calls.",
)


@dataclass(frozen=True)
class CallAccount:
    """One call: why it was placed then, there and so, and what came of it."""

    number: int
    head: str
    why: Sequence[str]
    came_of_it: Sequence[str]


@dataclass(frozen=True)
class Account:
    """What is said of one contact; the sentences hold no name, no number and nothing that was said."""

    contact: str
    campaign: str
    phone: str
    state: str
    outcome: str | None
    head: str
    present: Sequence[str]
    to_come: Sequence[str]
    calls: Sequence[CallAccount]
    changes: Sequence[str]

    def as_json(self) -> dict[str, Any]:
        """As data."""
        return asdict(self)


def account_of(dossier: Dossier, policy: Policy | None, now: datetime, desk: str = "") -> Account:
    """policy: that of the campaign's file as it stands; None: it cannot be read. desk: who suits it."""
    contact = dossier.contact
    zone = reasons.zone_known(contact.time_zone, contact.zone_from)
    place = _place(dossier, contact.phone)
    who = f"{contact.external_id} of {contact.campaign}, number {masked(contact.phone)}"
    return Account(
        contact.external_id,
        contact.campaign,
        masked(contact.phone),
        contact.state,
        contact.outcome,
        f"{who}{place and f' ({place})'}, time zone {zone}; there it is {_there(dossier, now)} now.",
        [*_present(dossier, now), *_in_the_way(dossier, now)],
        [*_to_come(dossier, policy, now), *([desk] if desk and _is_due(dossier, now) else [])],
        [_call(dossier, attempt) for attempt in dossier.attempts],
        [f"{_there(dossier, change.at)}: {deed(change)}" for change in dossier.changes],
    )


def _present(dossier: Dossier, now: datetime) -> list[str]:
    """How it stands."""
    contact = dossier.contact
    match contact.state:
        case "calling":
            return ["It is being called now."]
        case "waiting" if contact.leased:
            return ["An engine has taken it: it is called once its prompts are made and a line is free."]
        case "waiting" if contact.not_before and contact.not_before > now:
            return [f"It is not to be called before {_there(dossier, contact.not_before)} there."]
        case "waiting":
            assert contact.wait_reason is not None
            return [reasons.waits(contact.wait_reason, contact.wait_grounds, contact.time_zone, now)]
        case "cancelled":
            return [
                f"It was cancelled on {_there(dossier, contact.closed_at)} there; nobody calls it any more."
            ]
        case "done" | "exhausted":
            why = reasons.closed(_closing(dossier), contact.time_zone)
            ended = f"It was closed as {contact.state} on {_there(dossier, contact.closed_at)} there"
            return [
                f"{ended}: {why}." if why else f"{ended}.",
                *([f"What came of it: {contact.outcome}."] if contact.outcome else []),
            ]


def _closing(dossier: Dossier) -> reasons.Grounds:
    """What closed it: its last call, or the rules when it was to be taken."""
    contact, last = dossier.contact, dossier.attempts[-1] if dossier.attempts else None
    by_call = last is not None and last.decision.get("state") in ("done", "exhausted")
    return last.decision if last is not None and by_call else contact.wait_grounds


def _in_the_way(dossier: Dossier, now: datetime) -> list[str]:
    """What holds it back beside its own wait."""
    contact, campaign = dossier.contact, dossier.campaign
    said = [_opt_out(dossier, entry) for entry in dossier.opt_outs]
    if contact.cancel_asked and contact.state == "calling":
        said.append("It is cancelled when this call is over, unless the call settles it.")
    said += [f"A task for a human is open: {reason}." for reason in dossier.tasks]
    if contact.state != "waiting":
        return said
    if campaign is None or campaign.state != "running":
        state = "draft" if campaign is None else campaign.state
        why = "" if campaign is None else reasons.PAUSES[campaign.pause_reason]
        since = (
            ""
            if campaign is None or state == "draft"
            else f" since {_there(dossier, campaign.changed_at)} there"
        )
        held = f"Its campaign {NOT_RUNNING[state]}{since}{why and f', {why}'}"
        said.append(f"{held}: nobody in it is called meanwhile.")
    elif campaign.first_left is not None:
        said.append(FIRST_CALLS[min(campaign.first_left, 2)].format(campaign.first_left))
    if dossier.held_by:
        said.append(f"Its number is held by {dossier.held_by}: never two calls to one number at once.")
    if dossier.engine_seen is not None and now - dossier.engine_seen > SILENT_ENGINE:
        said.append("No engine is at work on this database: start one with dialer run.")
    return said


def _to_come(dossier: Dossier, policy: Policy | None, now: datetime) -> list[str]:
    """When it is called, as the rules of its campaign stand."""
    contact = dossier.contact
    if contact.state != "waiting" or contact.leased or contact.next_at is None:
        return []
    at = max(contact.next_at, now)
    if policy is None:
        later = f"It is looked at again on {_there(dossier, at)} there"
        return [f"{later}; its campaign's file cannot be read, so more is not known."]
    return _foreseen(dossier, judge(policy, candidate_of(contact), dossier.standing, at), at, now)


def _is_due(dossier: Dossier, now: datetime) -> bool:
    """Whether it waits for nothing but an operator and a line."""
    contact = dossier.contact
    if contact.state != "waiting" or contact.next_at is None:
        return False
    return contact.next_at <= now or contact.wait_reason == "operator"


def _may_call(dossier: Dossier) -> bool:
    """Whether its campaign calls anybody at present."""
    campaign = dossier.campaign
    return campaign is not None and campaign.state == "running" and campaign.first_left != 0


def _foreseen(dossier: Dossier, decision: Decision, at: datetime, now: datetime) -> list[str]:
    contact, runs = dossier.contact, _may_call(dossier)
    it_is = "It is" if runs else "Once its campaign runs, it would be"
    match decision:
        case CallNow() if at <= now and not runs:
            return [f"Its rules would allow a call now. {it_is} called when a line is free."]
        case CallNow() if at <= now:
            many = "very many" if dossier.ahead >= COUNTED_AT_MOST else str(dossier.ahead)
            return [
                "Its rules allow a call now, and it is due: it is called when a line is free.",
                f"Due contacts that go before it by priority and deadline: {many}.",
            ]
        case CallNow():
            return [f"{it_is} called from {_there(dossier, at)} there on, when a line is free."]
        case WaitUntil(later, reason, grounds):
            end = datetime.fromisoformat(grounds["earliest"]) if grounds.get("earliest") else later
            if reason == "consent" or "unknown_zone" in grounds:
                why = reasons.waits(reason, grounds, contact.time_zone, now)
                return [f"{why} Time alone does not mend that."]
            turn = [] if at <= now or not runs else [f"Its turn comes on {_there(dossier, at)} there."]
            why = reasons.waits(reason, grounds, contact.time_zone, now)
            return [
                *turn,
                f"By its campaign's rules as they stand: {why}",
                f"{it_is} called from {_there(dossier, end)} there on, when a line is free.",
            ]
        case Close(_, _, grounds):
            why = reasons.closed(grounds, contact.time_zone)
            return [f"It is not called any more, but closed when its turn comes: {why}."]


def _call(dossier: Dossier, attempt: Attempt) -> CallAccount:
    place = _place(dossier, attempt.phone)
    head = f"Call {attempt.number}, {_there(dossier, attempt.started_at)} there"
    return CallAccount(
        attempt.number,
        f"{head}, to {masked(attempt.phone)}{place and f' ({place})'}" if attempt.phone else head,
        [
            *reasons.allowed(attempt.grounds, dossier.contact.time_zone),
            reasons.by_trunk(attempt.trunk, attempt.grounds.get("trunk", "")),
        ],
        _came_of_it(dossier, attempt),
    )


def _came_of_it(dossier: Dossier, attempt: Attempt) -> list[str]:
    if attempt.ended_at is None:
        return ["It goes on."]
    rang = "The phone rang" if attempt.rang_at or attempt.answered_at else "The phone did not ring"
    cause = reasons.ENDINGS.get(attempt.cause or "", attempt.cause or "")
    ended = f"{rang}; it ended: {cause}" + (f" ({attempt.outcome})" if attempt.outcome else "")
    counted = "it used up an attempt" if attempt.counted else "it used up no attempt"
    return [f"{ended}; {counted}.", *_followed(dossier, attempt)]


def _followed(dossier: Dossier, attempt: Attempt) -> list[str]:
    decision, zone = attempt.decision, dossier.contact.time_zone
    if decision.get("follows") == FAILED_OVER:
        return ["Another trunk was tried at once."]
    reason = next((name for name in reasons.WAITS if name == decision.get("wait_reason")), None)
    if reason is not None:
        due = (
            f" The next call was due on {_there(dossier, datetime.fromisoformat(decision['next_at']))} there."
        )
        return [reasons.waits(reason, decision, zone, attempt.ended_at) + due]
    why = reasons.closed(decision, zone)
    return [f"Then it was closed: {why}."] if why else []


def _opt_out(dossier: Dossier, entry: OptOut) -> str:
    place = _place(dossier, entry.phone)
    whose = f"Its number {masked(entry.phone)}{place and f' ({place})'}"
    what = "this campaign" if entry.campaign else "all campaigns"
    return f"{whose} opted out of {what} on {_there(dossier, entry.at)} there, by {entry.how}."


def _place(dossier: Dossier, phone: str) -> str:
    """Which of its numbers that is; "" for the only one."""
    if phone not in dossier.numbers:
        return "which it does not have any more" if phone else ""
    return reasons.ordinal(dossier.numbers.index(phone) + 1, len(dossier.numbers))


def _there(dossier: Dossier, at: datetime | None) -> str:
    return reasons.clock(at, dossier.contact.time_zone) if at else "an unknown day"
