"""Kept lines, whoever comes and goes."""

import pytest

from dialer.pairs import Pairs


def played(*moves: str) -> tuple[Pairs, int]:
    """The pairs after these moves, and what the moves said that is kept."""
    pairs, kept = Pairs(), 0
    for move in moves:
        verb, *calls = move.split()
        match verb:
            case "keep":
                kept += pairs.keep(*calls)
            case "take":
                kept += pairs.take(*calls)
            case _:
                kept += pairs.release(*calls)
    return pairs, kept


@pytest.mark.parametrize(
    ("moves", "spare", "can_take", "together"),
    [
        ((), 0, False, ("a",)),
        (("keep a",), 1, True, ("a",)),
        (("keep a", "take a b"), 0, False, ("a", "b")),
        (("keep a", "take a b", "release b"), 1, True, ("a",)),
        (("keep a", "take a b", "release b", "take a c"), 0, False, ("a", "c")),
        (("keep a", "take a b", "release a"), 0, False, ("a",)),
        (("keep a", "take a b", "release a", "release b"), 0, False, ("a",)),
        (("keep a", "release a"), 0, False, ("a",)),
        (("keep a", "keep d", "take d e", "release x"), 1, True, ("a",)),
    ],
)
def test_a_kept_line_is_counted_wherever_it_goes(
    moves: tuple[str, ...], spare: int, can_take: bool, together: tuple[str, ...]
) -> None:
    pairs, kept = played(*moves)
    assert (pairs.spare, kept) == (spare, spare)
    assert pairs.can_take("a") == can_take
    assert pairs.together("a") == together


def test_both_of_a_pair_know_each_other() -> None:
    pairs, _ = played("keep x", "keep a", "take a b")
    assert pairs.together("b") == ("a", "b")
    assert pairs.together("x") == ("x",)
