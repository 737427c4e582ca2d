"""In plain words: why a contact was called, waits, or is not called any more; from what was recorded."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from campaigns.words import PauseReason, WaitReason, ZoneSource

Grounds = Mapping[str, str]
"""What a rule wrote down beside its decision."""

ZONE_SOURCES: Mapping[ZoneSource, str] = {
    "file": "from its row",
    "number": "from its phone number",
    "clinic": "the clinic's, for neither row nor number says one",
}
PAUSES: Mapping[PauseReason, str] = {
    "": "",
    "supervisor": "by a supervisor",
    "approval": "because its first calls wait for an approval",
    "failures": "by itself, because too many of its calls failed",
    "opt_outs": "by itself, because too many of those called opted out",
    "file": "because its file cannot be used",
    "texts": "because its texts changed and nobody has approved them",
}
TRUNKS: Mapping[str, str] = {
    "only": "it was the only one",
    "weight": "it was its turn among the trunks of its priority",
    "priority": "it comes first",
    "others_rest": "those before it were at rest",
    "others_full": "those before it had no room",
}
ENDINGS: Mapping[str, str] = {
    "answered": "answered",
    "busy": "busy",
    "no_answer": "nobody answered",
    "declined": "declined",
    "wrong_number": "no such number",
    "blocked": "blocked by the network",
    "redirected": "redirected elsewhere",
    "congestion": "the network was congested",
    "rate_limited": "the trunk took no more calls",
    "authentication": "the trunk refused our name or password",
    "unreachable": "the trunk or the phone could not be reached",
    "media": "no audio could be exchanged",
    "line_lost": "the line was lost",
    "interrupted": "the engine ended during the call",
    "no_sound": "answered, but no sound came",
    "partial": "the person heard or answered only a part",
    "not_here": "the person was not there",
    "voicemail": "a machine answered",
    "hung_up": "the person hung up early",
    "silent": "answered, and nothing was pressed",
    "wrong_person": "somebody there does not know the person",
}
"""Causes of endings and outcomes, as the reason for what follows."""
CLOSINGS: Mapping[str, str] = {
    "opted_out": "the number has opted out",
    "delivered": "the message has been heard",
    "deadline": "its deadline passed",
    "no_time": "it could not be called again before its deadline",
    "attempts": "its attempts were used up",
    "numbers": "none of its numbers was left",
    "not_again": "the campaign's rules call nobody again after such a call",
    "final": "nothing was left to do by telephone",
}
CAPS: Mapping[str, str] = {
    "day": "on the same day",
    "week": "in 7 days",
    "month": "in 30 days",
}
RESTS: Mapping[str, str] = {
    "after_machine": "a call that met a machine",
    "after_abandoned": "a call in which nothing could be said",
}
EXEMPTIONS: Mapping[str, str] = {
    "callback": "as a callback that the patient asked for",
    "urgent_result": "as an urgent result",
}


def clock(at: datetime | str, zone: str) -> str:
    """`Thu 2026-03-05 09:00` on the wall there; with "UTC" behind it where the zone is not known any more."""
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    try:
        return f"{moment.astimezone(ZoneInfo(zone)):%a %Y-%m-%d %H:%M}"
    except (ZoneInfoNotFoundError, ValueError):
        return f"{moment.astimezone(ZoneInfo('UTC')):%a %Y-%m-%d %H:%M} UTC"


def lasting(seconds: str) -> str:
    """`90` -> `90 s`, `3600` -> `1 h`, `172800` -> `2 days`, `5400` -> `90 min`."""
    span = timedelta(seconds=float(seconds))
    for unit, name in ((timedelta(days=1), "days"), (timedelta(hours=1), "h"), (timedelta(minutes=1), "min")):
        if span >= unit and span % unit == timedelta(0):
            count = span // unit
            return f"{count} day" if name == "days" and count == 1 else f"{count} {name}"
    if span >= timedelta(minutes=10):
        return f"{span / timedelta(minutes=1):.0f} min"
    return f"{span.total_seconds():.0f} s"


def ordinal(place: int, of: int) -> str:
    """`the first of 3 numbers`; "" where there is only one."""
    names = {1: "first", 2: "second", 3: "third"}
    return f"the {names.get(place, f'{place}th')} of its {of} numbers" if of > 1 else ""


def zone_known(zone: str, source: str) -> str:
    """The zone, and where it is from."""
    origin = next((words for name, words in ZONE_SOURCES.items() if name == source), "")
    return f"{zone}, {origin}" if origin else zone


def allowed(grounds: Grounds, told_zone: str = "") -> list[str]:
    """What allowed a call, a sentence each; told_zone: one of which the reader has been told."""
    if "local" not in grounds:
        return ["What allowed it was not recorded: an older version placed it."]
    there = (
        f"It was {clock(grounds['local'], grounds['zone'])} there{_unless_told(grounds, told_zone)}, "
        f"on a {grounds.get('day', 'day')}"
    )
    return [f"{there} with calling hours {grounds.get('window', '?')}.", *_pack(grounds)]


def _unless_told(grounds: Grounds, told_zone: str) -> str:
    if grounds["zone"] == told_zone:
        return ""
    return f" ({zone_known(grounds['zone'], grounds.get('zone_from', ''))})"


def _pack(grounds: Grounds) -> list[str]:
    name = grounds.get("pack", "none")
    rang = f"The number had rung before: {_numbers(grounds['rang'])}." if grounds.get("rang") else ""
    if name == "none":
        return ["No rule pack was asked for.", *([rang] if rang else [])]
    said = f"The rules {name} held, in the edition of {grounds.get('edition', '?')}"
    if grounds.get("caps"):
        said += f": at most {_numbers(grounds['caps'])}"
    if grounds.get("exempt"):
        said += (
            f"; the call was exempt from these caps {EXEMPTIONS.get(grounds['exempt'], grounds['exempt'])}"
        )
    return [f"{said}.", *([rang] if rang else [])]


def _numbers(counted: str) -> str:
    """`day 1, week 2` -> `1 on the same day, 2 in 7 days`."""
    parts = [part.split(" ", 1) for part in counted.split(", ")]
    return ", ".join(f"{rest[0] if rest else '?'} {CAPS.get(name, name)}" for name, *rest in parts)


def by_trunk(trunk: str, why: str) -> str:
    """Why this trunk carried the call."""
    tried = why.removeprefix("fail_over from ")
    if tried != why:
        return f"It went through {trunk} after {tried} had just failed it."
    return f"It went through {trunk}: {TRUNKS.get(why, why or 'why was not recorded')}."


def waits(reason: WaitReason, grounds: Grounds, zone: str, now: datetime | None = None) -> str:
    """What a contact waits for, in one or two sentences.

    now: when that is told, to somebody who has been told of the zone; None: of what was, by itself.
    """
    said = _hours(grounds, zone, now) if reason == "hours" and now else WAITS[reason](grounds)
    if grounds.get("earliest"):
        said += f" After that, other rules hold it back until {clock(grounds['earliest'], zone)} there."
    return said


def _retry(grounds: Grounds) -> str:
    if "after" not in grounds:
        return "It was called without success, and is called again by the campaign's rules."
    said = f"The last call: {ENDINGS.get(grounds['after'], grounds['after'])}"
    said += f"; {grounds['used']} attempts are used" if grounds.get("used") else ""
    said += f". Then the campaign's rules wait {_wait(grounds)}"
    said += f", and for the {grounds['part']}, when it rang least" if grounds.get("part") else ""
    said += f"; its number {grounds['number']} is next" if grounds.get("number") else ""
    struck = f" Its number {grounds['struck']} is not called any more." if grounds.get("struck") else ""
    return f"{said}.{struck}"


def _own_failure(grounds: Grounds) -> str:
    cause = f" ({ENDINGS.get(grounds['after'], grounds['after'])})" if grounds.get("after") else ""
    times = f", {grounds['in_a_row']} in a row" if grounds.get("in_a_row", "1") != "1" else ""
    return (
        f"It could not be called through a fault that is not the patient's{cause}{times}: no attempt was "
        f"used, and it is tried again after {_wait(grounds)}."
    )


def _interrupted(grounds: Grounds) -> str:
    return f"The engine ended during its call: no attempt was used, tried again after {_wait(grounds)}."


def _hours(grounds: Grounds, told_zone: str = "", now: datetime | None = None) -> str:
    if grounds.get("unknown_zone"):
        return (
            f"Its time zone {grounds['unknown_zone']} is not known to this machine any more: "
            "correct it, or update the time zones."
        )
    if "opens" not in grounds:
        return "It is outside the calling hours."
    zone = grounds["zone"]
    is_so = _tense(datetime.fromisoformat(grounds["local"]), now)
    known = _unless_told(grounds, told_zone)
    that_day = (
        "nobody is called that day" if grounds["window"] == "closed" else f"{grounds['window']} that day"
    )
    said = (
        f"At {clock(grounds['local'], zone)} there{known} it {is_so} outside the calling hours ({that_day})"
    )
    if grounds["opens"] == "never":
        return f"{said}, and they never open: correct the campaign's hours."
    return f"{said}; they open on {clock(grounds['opens'], zone)}."


def _tense(at: datetime, now: datetime | None) -> str:
    if now is None or now - at >= timedelta(minutes=1):
        return "was"
    return "will be" if at > now else "is"


def _cap(grounds: Grounds) -> str:
    name, pack = grounds.get("cap", ""), grounds.get("pack", "")
    if name in RESTS:
        return f"The rules {pack} leave a number alone for a while after {RESTS[name]}."
    most = f"{grounds.get('most', '?')} {CAPS.get(name, name)}"
    return f"The number has rung as often as the rules {pack} allow: {most}, counted over all campaigns."


def _pause(grounds: Grounds) -> str:
    return (
        "Another person at the same number was called; the campaign's pause between two people"
        + (f" is {lasting(grounds['pause_seconds'])}" if grounds.get("pause_seconds") else "")
        + ", and it is not over."
    )


def _consent(grounds: Grounds) -> str:
    return (
        f"The rules {grounds.get('pack', '')} ask for a consent, and none is known: enter it by a correction."
    )


def _wait(grounds: Grounds) -> str:
    return lasting(grounds["wait_seconds"]) if grounds.get("wait_seconds") else "a while"


WAITS: Mapping[WaitReason, Callable[[Grounds], str]] = {
    "queued": lambda grounds: "It waits for its first call since it was queued or corrected.",
    "hours": _hours,
    "retry": _retry,
    "not_here": _retry,
    "own_failure": _own_failure,
    "interrupted": _interrupted,
    "speech": lambda grounds: "What is to be said to it could not be spoken; it is tried again.",
    "cap": _cap,
    "pause": _pause,
    "consent": _consent,
    "operator": lambda grounds: "No operator who could talk to it is free; it is its turn again in a moment.",
    "in_queue": lambda grounds: "Its number is in the queue of incoming calls and not called meanwhile.",
}


def closed(grounds: Grounds, zone: str) -> str:
    """Why nobody calls it any more, as a clause; "" when that was not recorded."""
    why = grounds.get("closed", "")
    said = CLOSINGS.get(why, "")
    if why == "no_time" and grounds.get("earliest"):
        said += f": the rules would have allowed that on {clock(grounds['earliest'], zone)} there"
    if grounds.get("after") in ENDINGS and why in ("attempts", "numbers", "not_again", "deadline"):
        said += f" (the last call: {ENDINGS[grounds['after']]})"
    return said
