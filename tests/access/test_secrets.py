"""Keys, passwords and their hashes."""

import pytest

from campaigns.access.secrets import (
    LONGEST,
    PASSWORD_LENGTH,
    Key,
    digest,
    fits,
    hashed,
    new_key,
    new_password,
    new_token,
    parse_key,
)


def test_a_key_is_read_as_it_was_shown() -> None:
    key = new_key()
    assert parse_key(str(key)) == key
    assert len(key.secret) == 43
    assert key.secret not in repr(key)


def test_no_two_are_alike_but_for_the_tag_of_one_that_is_rotated() -> None:
    first = new_key()
    second = new_key(first.tag)
    assert second.tag == first.tag
    assert second.secret != first.secret
    assert new_key().tag != first.tag
    assert new_password() != new_password()
    assert new_token() != new_token()
    assert len(new_password()) == PASSWORD_LENGTH


@pytest.mark.parametrize(
    "shown",
    [
        "",
        "hd_",
        "hd_abcdefghij_short",
        f"hd_abcdefghij_{'a' * 44}",
        f"hd_ABCDEFGHIJ_{'a' * 43}",
        f"xx_abcdefghij_{'a' * 43}",
        f"hd_abcdefghij_{'a' * 42}é",
        f"hd_abcdefghij_{'a' * 43}\n",
        f" hd_abcdefghij_{'a' * 43}",
        "\ud800",
    ],
)
def test_what_is_no_key(shown: str) -> None:
    assert parse_key(shown) is None
    assert len(digest(shown)) == 64


def test_a_key_may_hold_the_letters_that_part_it() -> None:
    assert parse_key(f"hd_abcdefghij_{'_-' * 21}_") == Key("abcdefghij", "_-" * 21 + "_")


def test_a_hash_fits_its_secret_alone() -> None:
    kept = hashed("пароль из слов")
    assert kept.startswith("$argon2id$")
    assert "пароль" not in kept
    assert fits("пароль из слов", kept)
    assert not fits("пароль из слова", kept)


@pytest.mark.parametrize("kept", ["", "no hash", "$argon2id$v=19$m=8,t=1,p=1$broken"])
def test_what_is_no_hash_fits_nothing(kept: str) -> None:
    assert not fits("anything", kept)


def test_a_book_is_no_password() -> None:
    kept = hashed("a" * (LONGEST + 1))
    assert not fits("a" * (LONGEST + 1), kept)


def test_half_a_letter_is_no_password() -> None:
    assert not fits("\ud800", hashed("right"))
