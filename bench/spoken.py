"""All that the shipped campaigns say, to made-up contacts: what the bench of speech speaks."""

from collections.abc import Iterator, Mapping, Sequence

from campaigns.engine.texts import Sample, text_of
from campaigns.flows.loader import LIBRARY, find_scripts, load_script
from campaigns.flows.reach import sayable
from campaigns.flows.samples import example_values
from campaigns.flows.script import Script
from campaigns.settings import InstitutionTable

LANGUAGES = ("ru", "en")
NAMES: Mapping[str, Sequence[str]] = {
    "ru": ("Иванова Мария Петровна", "Кузнецов Александр Сергеевич", "Хабибуллина Гульнара Ринатовна"),
    "en": ("Mary Brown", "James Anderson", "Elizabeth Walker"),
}
BY_TYPE: Mapping[str, Sequence[str]] = {  # a value a contact
    "date": ("2026-11-20", "2026-12-03", "2026-05-21"),
    "datetime": ("2026-11-20T14:05:00+05:00", "2026-11-20T09:30:00+05:00", "2026-11-20T18:00:00+05:00"),
}


def house(language: str) -> Mapping[str, str]:
    """Who calls and where to call back, as `dialer init` writes it."""
    institution = InstitutionTable()
    return {"institution": institution.name[language], "call_back": institution.call_back}


def shipped(language: str, sentences: bool = False) -> Sequence[Sample]:
    """Every text of the shipped campaigns for each of the contacts, or every sentence; the same only once."""
    found: dict[object, Sample] = {}
    for path in find_scripts(LIBRARY).values():
        for sample in _of_script(load_script(path), language):
            for piece in sample.sentences() if sentences else (sample,):
                heard = (
                    (name, value.raw)
                    for name, value in sorted(piece.text.values.items())
                    if f"{{{name}" in piece.text.template
                )
                found.setdefault((piece.text.template, *heard), piece)
    return list(found.values())


def some(samples: Sequence[Sample], count: int | None) -> Sequence[Sample]:
    """So many of them, from beginning to end; all without a number."""
    if count is None or count >= len(samples):
        return samples
    return [samples[at * len(samples) // count] for at in range(count)]


def _of_script(script: Script, language: str) -> Iterator[Sample]:
    if language not in script.languages:
        return
    for contact, full_name in enumerate(NAMES[language]):
        known = {**example_values(script, language), **house(language), "full_name": full_name}
        by_type = {
            name: BY_TYPE[field.type][contact]
            for name, field in script.fields.items()
            if field.type in BY_TYPE
        }
        for text in sayable(script):
            yield Sample(script.name, language, text, text_of(script, text, language, {**known, **by_type}))
