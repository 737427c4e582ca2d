"""A made-up contact for every script and language: to try it, to check it, to hear it."""

from collections.abc import Mapping

from campaigns.flows.script import Script

_SPOKEN: Mapping[str, Mapping[str, str]] = {
    "full_name": {"ru": "Мария Петрова", "en": "Mary Peters", "kk": "Айгүл Ахметова"},
    "institution": {"ru": "поликлиника номер три", "en": "City Clinic", "kk": "қалалық емхана"},
    "place": {"ru": "Поликлиника на Садовой", "en": "Garden Street Clinic", "kk": "Абай көшесіндегі емхана"},
    "text": {"ru": "вызов врача", "en": "home visit", "kk": "дәрігерді шақыру"},
}
_RAW: Mapping[str, str] = {
    "year": "1954",
    "date": "2026-11-18",
    "datetime": "2026-11-18T14:05:00+03:00",
    "digits": "123456",
    "count": "3",
}
_CALL_BACK = "+74951234567"
_OTHERWISE = "en"  # for a language without examples of its own


def example_values(script: Script, language: str) -> dict[str, str]:
    """Every field and built-in has a value, in its canonical form; a choice has its first."""
    values = {name: _in(language, name) for name in ("full_name", "institution")} | {"call_back": _CALL_BACK}
    for name, field in script.fields.items():
        if field.values:
            values[name] = field.values[0]
        elif field.type in _SPOKEN:
            values[name] = _in(language, field.type)
        else:
            values[name] = _RAW[field.type]
    return values


def _in(language: str, what: str) -> str:
    return _SPOKEN[what].get(language, _SPOKEN[what][_OTHERWISE])
