"""A page of reports as a FHIR server gives it, and each report of it as a message by itself (pure)."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode, urljoin, urlsplit

from campaigns.intake.fhir.bundle import CONTAINED, Gathered, Placed, entries_of
from campaigns.intake.fhir.reading import BUNDLE, PULLED
from campaigns.intake.fhir.report import REPORT, instant
from campaigns.intake.fhir.resource import LOOKED_INTO, Resource, Unreadable, many, parsed, text
from campaigns.intake.lab.result import Fault

AT_ONCE: Final = 50  # reports of one page
_OF_TYPE: Final = "searchset"
_ALONG: Final = ("subject", "result")
_PORTS: Final = {"https": 443, "http": 80}


@dataclass(frozen=True)
class Page:
    """One page. next_page: an absolute address, "" on the last one. newest: the latest of its updates."""

    gathered: Gathered
    reports: tuple[Placed, ...]
    next_page: str
    newest: datetime | None


def first_page(base: str, since: datetime) -> str:
    """Where reports stand that were updated since then, the oldest first (FHIR R4, section 3.1.1)."""
    query = [
        ("_lastUpdated", f"ge{since.isoformat(timespec='milliseconds')}"),
        ("_sort", "_lastUpdated"),
        ("_count", str(AT_ONCE)),
        *(("_include", f"{REPORT}:{name}") for name in _ALONG),
    ]
    return f"{base}/{REPORT}?{urlencode(query)}"


def page_of(content: bytes, asked: str) -> Page:
    """What a server answered. Raises Unreadable: no searchset, or a next page that is another server's."""
    bundle = parsed(content)
    if text(bundle, "resourceType") != BUNDLE or text(bundle, "type") != _OF_TYPE:
        raise Unreadable(Fault("the answer", f"is no {BUNDLE} of the type {_OF_TYPE}: ask whoever runs it"))
    gathered = entries_of(bundle)
    links = [text(each, "url") for each in many(bundle, "link") if text(each, "relation") == "next"]
    next_page = urljoin(asked, links[0]) if links and links[0] else ""
    if next_page and origin(next_page) != origin(asked):
        what = "leads to another server, to which its credentials are not shown: correct url in dialer.toml"
        raise Unreadable(Fault("the next page", what))
    reports = tuple(gathered.of_kind(REPORT))
    moments = [instant(text(each.resource, "meta", "lastUpdated")) for each in reports]
    return Page(gathered, reports, next_page, max((each for each in moments if each), default=None))


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port: who gets to see our credentials."""
    try:
        parts = urlsplit(url)
        return parts.scheme, (parts.hostname or "").lower(), parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        return "", "", 0


def version_of(report: Placed) -> str:
    """What is the same as long as the report is; "" where the server does not say."""
    meta = text(report.resource, "meta", "versionId") or text(report.resource, "meta", "lastUpdated")
    return f"{report.name}/_history/{meta}" if report.name and meta else ""


def missing_of(reports: Sequence[Placed], gathered: Gathered, base: str) -> list[str]:
    """Addresses of what reports and panels refer to and that did not come with them; each once."""
    found: dict[str, None] = {}
    for source in (*reports, *gathered.of_kind("Observation")):
        for reference in _references(source.resource, ("subject", "result", "hasMember", "target")):
            written = text(reference, "reference").split("/_history/")[0]
            address = urljoin(f"{base}/", written)
            kind = address.removeprefix(f"{base}/").partition("/")[0]
            here = written.startswith(CONTAINED) or gathered.meant(reference, source) is not None
            if written and not here and kind in LOOKED_INTO and address.startswith(f"{base}/"):
                found[address] = None
    return list(found)


def with_more(gathered: Gathered, resources: Sequence[tuple[str, Resource]]) -> Gathered:
    """The same with what was fetched, each with its address."""
    return Gathered([*gathered.entries, *(Placed(each, "", url) for url, each in resources)])


def alone(report: Placed, gathered: Gathered) -> bytes:
    """A report with all that it leads to, as a Bundle that can be read again by itself."""
    wanted: dict[int, Placed] = {id(report.resource): report}
    waiting = [report]
    while waiting:
        source = waiting.pop()
        for reference in _references(source.resource, ()):
            found = gathered.meant(reference, source)
            if found is None or found.kind == REPORT or found.outer or id(found.resource) in wanted:
                continue
            wanted[id(found.resource)] = found
            waiting.append(found)
    entries = [
        {**({"fullUrl": each.url} if each.url else {}), "resource": each.resource} for each in wanted.values()
    ]
    whole = {"resourceType": BUNDLE, "type": PULLED, "entry": entries}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _references(data: object, names: Sequence[str]) -> Iterator[Resource]:
    """Every Reference in a resource; names: only those of elements of these names."""
    waiting: list[tuple[str, object]] = [("", data)]
    while waiting:
        name, each = waiting.pop()
        if isinstance(each, dict):
            if isinstance(each.get("reference"), str) and (not names or name in names):
                yield each
            waiting += [(key, value) for key, value in each.items() if isinstance(value, dict | list)]
        elif isinstance(each, list):
            waiting += [(name, value) for value in each if isinstance(value, dict | list)]
