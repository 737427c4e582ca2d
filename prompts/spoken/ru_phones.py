"""Telephone numbers as Russians say them."""

from typing import Final

from prompts.spoken.phones import groups_of
from prompts.spoken.ru_numbers import grouped

PAIRED_CODE: Final = 4  # figures: such a code is said in pairs, «тридцать четыре пятьдесят два»


def said_phone(e164: str) -> str:
    """In groups, +7 as the 8 that people dial: «восемь, девятьсот двенадцать, триста сорок пять, ...».

    Raises ValueError when it is no telephone number.
    """
    country, groups = groups_of(e164)
    lead = ["восемь"] if country == "7" else [f"плюс {grouped(country)}"] if country else []
    return ", ".join([*lead, *(_group(group) for group in groups)])


def _group(group: str) -> str:
    pairs = (group[:2], group[2:]) if len(group) == PAIRED_CODE else (group,)
    return " ".join(map(grouped, pairs))
