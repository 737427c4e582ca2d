"""Which of a contact's numbers is called next."""

from collections.abc import Collection, Sequence


def next_number(phones: Sequence[str], present: str, barred: Collection[str]) -> str | None:
    """The number after the present one, round and round, that is not barred; None when none is left.

    It is the present one again when there is no other. A present number that is not in the list, as after a
    correction, is followed by the first.
    """
    at = phones.index(present) + 1 if present in phones else 0
    return next((phone for phone in (*phones[at:], *phones[:at]) if phone not in barred), None)
