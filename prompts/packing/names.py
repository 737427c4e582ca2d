"""Names that most people bear, from the lists beside this file."""

from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Final

from prompts.engines.pack_units import Ending
from prompts.packing.wishes import Wish, wish

ENDINGS: Final[Mapping[str, Mapping[str, tuple[Ending, ...]]]] = {
    "ru": {"surname": (",",), "given": (",", "."), "patronymic": (".",)},
    "en": {"surname": (".",), "given": (",",)},
}
"""A full name is surname, given name and patronymic in Russian, given name and surname in English."""


def names(language: str) -> Iterator[tuple[str, str]]:
    """(kind, name) of every line: kinds are surname, given and patronymic, the most frequent names first."""
    path = files("prompts.packing") / f"names_{language}.tsv"
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            kind, *forms = line.split("\t")
            yield from ((kind, form) for form in forms if form)


def name_wishes(language: str) -> Iterator[Wish]:
    """Each name with the endings that its place in a full name asks for."""
    for kind, name in names(language):
        for ending in ENDINGS[language][kind]:
            yield wish(name, ending, "name", kind)
