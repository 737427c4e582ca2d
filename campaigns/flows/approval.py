"""What a campaign says, as digests: tells whether its texts are those that somebody approved."""

import hashlib
from collections.abc import Mapping

from campaigns.flows.script import Script

_SHOWN_DIGITS = 16  # of the digest of one text: 64 bits tell any two wordings apart


def texts_said(script: Script) -> Mapping[str, str]:
    """A digest of each wording, by text and language (`opening ru`); the standard texts are among them."""
    return {
        f"{name} {language}": _digest(wording)[:_SHOWN_DIGITS]
        for name, text in sorted(script.texts.items())
        for language, wording in sorted(text.wording.items())
        if language in script.languages
    }


def digest_of(said: Mapping[str, str]) -> str:
    """One digest over all wording, as `Campaign.approved_texts` keeps it; never ""."""
    return _digest("\n".join(f"{name} {digest}" for name, digest in sorted(said.items())))


def changed_texts(approved: Mapping[str, str], said: Mapping[str, str]) -> tuple[str, ...]:
    """Text and language of every wording that is new, gone or another than the approved one."""
    names = approved.keys() | said.keys()
    return tuple(sorted(name for name in names if approved.get(name) != said.get(name)))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
