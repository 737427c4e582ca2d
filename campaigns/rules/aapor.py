"""What became of survey cases, and their rates: AAPOR, Standard Definitions, 10th edition (2023)."""

from collections.abc import Mapping, Sequence
from typing import Final, Literal, get_args

from campaigns.words import ContactState, Outcome

Disposition = Literal[
    "complete",
    "partial",
    "break_off",
    "refusal",
    "other",
    "non_contact",
    "unknown",
    "not_eligible",
]
"""What became of a case; of several calls the one that stands first here decides."""
DISPOSITIONS: Final[tuple[Disposition, ...]] = get_args(Disposition)
CODES: Final[Mapping[Disposition, str]] = {
    "complete": "1.1",
    "partial": "1.2",
    "refusal": "2.11",
    "break_off": "2.12",
    "non_contact": "2.2",
    "other": "2.3",
    "unknown": "3",
    "not_eligible": "4",
}
"""In the order in which they are shown."""
MEANING: Final[Mapping[Disposition, str]] = {
    "complete": "the talk came to its end",
    "partial": "at least half of the questions that everybody is asked have an answer",
    "break_off": "began to answer, but fewer than half of these questions",
    "refusal": "opted out, or hung up before the first answer",
    "other": "reached, and wanted a human, or could not be verified",
    "non_contact": "a machine answered, or the person was not there",
    "unknown": "never answered, never called, or answered in silence",
    "not_eligible": "wrong number, wrong person, or withdrawn before an answer",
}
"""Each case has one; those that still wait are no case yet."""
PARTIAL_SHARE: Final = 0.5  # of the questions that everybody is asked; AAPOR's own example of a threshold
OPEN: Final[tuple[ContactState, ...]] = ("waiting", "calling")

OF_CALL: Final[Mapping[Outcome, Disposition]] = {
    "completed": "complete",
    "delivered": "break_off",
    "partial": "break_off",
    "hung_up": "refusal",
    "opted_out": "refusal",
    "human_wanted": "other",
    "unverified": "other",
    "not_here": "non_contact",
    "voicemail": "non_contact",
    "silent": "unknown",
    "unanswered": "unknown",
    "failed": "unknown",
    "wrong_person": "not_eligible",
}
"""What a call says of its case, by what it meant."""
NO_SUCH_NUMBER: Final = "wrong_number"
"""The cause of an ending that says that the number does not exist (4.3), whatever the call meant."""
UNHEARD: Final[tuple[Disposition, ...]] = ("non_contact", "unknown")
"""Nobody spoke with us, so a number that is gone afterwards says more."""

Call = tuple[Outcome | None, str | None]
"""What an ended call meant, and its cause."""


def disposition(
    state: ContactState,
    outcome: Outcome | None,
    calls: Sequence[Call],
    core: int,
    answered_core: int,
    answered: int,
    *,
    one_number: bool = True,
) -> Disposition | None:
    """What became of one case; None while it waits.

    calls: the first first. core: how many questions everybody is asked who completes; answered_core: how many
    of them have an answer; answered: of all questions. one_number: there is no other to call.
    Answers outlive the call in which they were given, so they go before what later calls meant; only a talk
    that came to its end goes before them. Without answers a wrong person, or a number that is gone before
    anybody spoke, goes before whatever earlier calls left open: eligibility comes first.
    """
    if state in OPEN:
        return None
    found = [_of_call(*call) for call in calls]
    if "complete" in found:
        return "complete"
    if answered:
        return "partial" if answered_core >= PARTIAL_SHARE * core else "break_off"
    if state == "cancelled":
        return "not_eligible"
    if outcome == "opted_out":
        return "refusal"
    best: Disposition = min(found, key=DISPOSITIONS.index, default="unknown")
    gone = one_number and bool(calls) and calls[-1][1] == NO_SUCH_NUMBER
    return "not_eligible" if outcome == "wrong_person" or (gone and best in UNHEARD) else best


def _of_call(outcome: Outcome | None, cause: str | None) -> Disposition:
    if cause == NO_SUCH_NUMBER:
        return "not_eligible"
    return OF_CALL[outcome] if outcome else "unknown"


def rates(counts: Mapping[str, int]) -> dict[str, float | None]:
    """Response, cooperation, refusal and contact rates (0 to 1) of so many cases by disposition.

    I complete, P partial, R refusal and break-off, NC non-contact, O other, U unknown eligibility, and e the
    share of eligible ones among all cases whose eligibility is known, which is assumed of U. None where there
    is nothing to divide by.

        RR1 = I / (I + P + R + NC + O + U)      RR2 the same with I + P
        RR3 = I / (I + P + R + NC + O + e U)    RR4 the same with I + P
        RR5 = I / (I + P + R + NC + O)          RR6 the same with I + P
        COOP1 = I / (I + P + R + O)             COOP2 the same with I + P
        COOP3 = I / (I + P + R)                 COOP4 the same with I + P
        REF1, REF2, REF3 = R / (the denominators of RR1, RR3, RR5)
        CON1 = (I + P + R + O) / (I + P + R + O + NC + U); CON2 with e U; CON3 without U
        BRK1 = break-offs / (I + P + break-offs)
    """
    count = {name: counts.get(name, 0) for name in DISPOSITIONS}
    complete, answered = count["complete"], count["complete"] + count["partial"]
    refused = count["refusal"] + count["break_off"]
    spoken_with = answered + refused + count["other"]
    eligible = spoken_with + count["non_contact"]
    known = eligible + count["not_eligible"]
    share = eligible / known if known else None
    unknown = count["unknown"]
    likely = None if share is None else eligible + share * unknown
    wholes = eligible + unknown, likely, eligible
    return {
        "e": _rounded(share),
        **_pairs("RR", [(part, whole) for whole in wholes for part in (complete, answered)]),
        **_pairs(
            "COOP",
            [(part, whole) for whole in (spoken_with, answered + refused) for part in (complete, answered)],
        ),
        **_pairs("REF", [(refused, whole) for whole in wholes]),
        **_pairs("CON", [(spoken_with, whole) for whole in wholes]),
        **_pairs("BRK", [(count["break_off"], answered + count["break_off"])]),
    }


def _pairs(name: str, fractions: Sequence[tuple[int, float | None]]) -> dict[str, float | None]:
    """Numbered from 1 on."""
    return {
        f"{name}{number}": _rounded(part / whole) if whole else None
        for number, (part, whole) in enumerate(fractions, start=1)
    }


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)
