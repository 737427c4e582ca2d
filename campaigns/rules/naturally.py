"""The order in which people expect names: clinic № 3 before clinic № 10."""

import re

_NUMBER = re.compile(r"([0-9]+)")


def natural(name: str) -> tuple[list[tuple[int, str]], str]:
    """A key to sort by: digits count as numbers, capitals do not; the name itself where all else is equal."""
    parts = enumerate(_NUMBER.split(name.casefold()))
    return [(int(part), "") if place % 2 else (-1, part) for place, part in parts], name
