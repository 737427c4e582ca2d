"""What was found, as an OBX says it: codes with their systems, or texts, which mean something only whole.

A text that is wrapped, into repetitions, components or subcomponents, is put together again before it is
looked up: "not detected" must never be read as "detected" because a line ends between the two words.
"""

import re
from collections.abc import Iterable, Sequence

from campaigns.intake.hl7_v2.segments import Parts, Segment
from campaigns.intake.lab.codes import WORDS, LabCodes, normal
from campaigns.intake.lab.result import Fault

TEXTS = frozenset({"TX", "FT", "ST"})  # OBX-2 of values that have no components
ABNORMAL, NORMAL = frozenset({"A", "AA", "H", "HH"}), frozenset({"N"})  # of OBX-8
_ORIGINAL = 9  # CWE: the text that was coded
_OWN_SYSTEM = re.compile(r"l|99.*")  # HL7 table 0396: codes of a laboratory's own


def result_of(obx: Segment, codes: LabCodes) -> str | Fault:
    """The campaign's word for what was found."""
    values = obx.repetitions(5)
    if not values:
        return Fault(obx.place(5), "is blank: send the result with it")
    found = _found(obx, values, codes)
    if not found:
        return Fault(obx.place(5), "is a result that lab-codes.yaml does not know: add it there")
    if len(found) > 1:
        return Fault(obx.place(5), "says two different results: send one")
    (result,) = found
    return result if _fits(obx, result, codes) else Fault(obx.place(8), "contradicts the result in OBX-5")


def coded(value: Parts) -> Sequence[tuple[str, str, str]]:
    """CE, CWE: code, text and system, and the same in other codes; a text alone is both code and text."""
    triples = ((1, 2, 3), (4, 5, 6))
    read = [(value.whole(code), value.whole(text), value[system]) for code, text, system in triples]
    return [(code, text or code, system) for code, text, system in read if code or text or system]


def _found(obx: Segment, values: Sequence[Parts], codes: LabCodes) -> set[str]:
    """Every result that is said; none when any part of it is not understood."""
    plain = obx.text(2).upper() in TEXTS
    texts = len(values) > 1 and all(_is_text(value, plain, codes) for value in values)
    if texts and (whole := codes.meanings("", "", " ".join(value.joined for value in values))):
        return whole
    said = [_meanings(value, plain, codes) for value in values]
    return set().union(*said) if all(said) else set()


def _is_text(value: Parts, plain: bool, codes: LabCodes) -> bool:
    """Whether it has no components: those of a text are its words, unless they name a system of codes."""
    systems = {normal(value[3]), normal(value[6])} - {""}
    known = {*codes.systems, *(system for system, _ in codes.results)} - {WORDS}
    if plain:
        return not any(system in known or _OWN_SYSTEM.fullmatch(system) for system in systems)
    return value.joined in (value.whole(1), value.whole(2))


def _meanings(value: Parts, plain: bool, codes: LabCodes) -> set[str]:
    if _is_text(value, plain, codes):
        return codes.meanings("", value.joined, value.joined)
    triples = coded(value)
    named = any(system for _, _, system in triples)
    said = [
        codes.meanings(system, code, text) if named else _unnamed(code, text, codes)
        for code, text, system in triples
    ]
    if not named and len(triples) > 1 and not all(said):
        return set()
    return set().union(*said, codes.meanings("", "", value.whole(_ORIGINAL)))


def _unnamed(code: str, text: str, codes: LabCodes) -> set[str]:
    """Two components without a system: a code and its text, or one text that is split."""
    if code == text or not text:
        return codes.meanings("", code, code)
    meant, of_text = codes.meanings("", code, ""), codes.meanings("", "", text)
    if (WORDS, normal(code)) in codes.results:
        sound = bool(of_text)
    else:
        sound = bool(meant) or not code or code.isdigit()
    return meant | of_text if sound else codes.meanings("", "", f"{code} {text}")


def _fits(obx: Segment, result: str, codes: LabCodes) -> bool:
    """Whether the flags do not say the contrary."""
    flags: Iterable[str] = {flag[1].upper() for flag in obx.repetitions(8)}
    told = {meaning for flag in flags for meaning in codes.meanings("", flag, "")}
    wrong = {"negative": ABNORMAL, "positive": NORMAL}.get(result, frozenset())
    return told <= {result} and not wrong.intersection(flags)
