"""A FHIR server on 127.0.0.1 that pages, remembers what is written, and misbehaves as it is told."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

PATIENCE_SECONDS = 10.0
Resource = dict[str, Any]
Trouble = Callable[["Talk"], bool]
"""Answers by itself, or lets the server answer as usual (False)."""


@dataclass
class Fhir:
    """What it has, what it was asked, and how it behaves."""

    port: int = 0
    reports: list[Resource] = field(default_factory=list)
    others: dict[str, Resource] = field(default_factory=dict)  # by "Patient/1"
    include: bool = True
    page_size: int = 2
    token: str = ""
    trouble: list[Trouble] = field(default_factory=list)  # the first is used up by one request
    asked: list[str] = field(default_factory=list)
    written: dict[str, Resource] = field(default_factory=dict)  # by identifier or address
    writes: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    metadata: Resource = field(default_factory=lambda: {"fhirVersion": "4.0.1"})
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/fhir"

    def page(self, start: int, since: str) -> Resource:
        found = [each for each in self.reports if each["meta"]["lastUpdated"] >= since]
        shown = found[start : start + self.page_size]
        entries = [
            {"fullUrl": f"{self.url}/DiagnosticReport/{each['id']}", "resource": each} for each in shown
        ]
        if self.include:
            entries += [
                {"fullUrl": f"{self.url}/{name}", "resource": each, "search": {"mode": "include"}}
                for name, each in self.others.items()
            ]
        bundle: Resource = {"resourceType": "Bundle", "type": "searchset", "entry": entries}
        if start + self.page_size < len(found):
            bundle["link"] = [{"relation": "next", "url": self.next_url(start + self.page_size, since)}]
        return bundle

    def next_url(self, start: int, since: str) -> str:
        return f"{self.url}?page={start}&since={since}"


class Talk(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    fhir: Fhir

    def do_GET(self) -> None:
        self.fhir.asked.append(self.path)
        if self._troubled() or not self._known():
            return
        parts = urlsplit(self.path)
        query, name = parse_qs(parts.query), parts.path.removeprefix("/fhir").strip("/")
        if name == "metadata":
            self.say(200, self.fhir.metadata)
        elif name == "DiagnosticReport":
            self.say(200, self.fhir.page(0, query["_lastUpdated"][0].removeprefix("ge")[:19]))
        elif name == "" and "page" in query:
            self.say(200, self.fhir.page(int(query["page"][0]), query["since"][0]))
        elif name in self.fhir.others:
            self.say(200, self.fhir.others[name])
        else:
            self.say(404, {"resourceType": "OperationOutcome"})

    def do_POST(self) -> None:
        self._write(self.headers.get("if-none-exist", ""))

    def do_PUT(self) -> None:
        self._write(self.path)

    def _write(self, key: str) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.fhir.writes.append((self.command, self.path, {k.lower(): v for k, v in self.headers.items()}))
        if self._troubled() or not self._known():
            return
        new = key not in self.fhir.written
        self.fhir.written[key] = body
        self.say(201 if new else 200, body)

    def _troubled(self) -> bool:
        return bool(self.fhir.trouble) and self.fhir.trouble.pop(0)(self)

    def _known(self) -> bool:
        if self.fhir.token and self.headers.get("authorization") != self.fhir.token:
            self.say(401, {"resourceType": "OperationOutcome"})
            return False
        return True

    def say(self, status: int, body: Resource, **headers: str) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"content-type": "application/fhir+json", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nothing on the screen."""


def says(status: int, body: Resource | None = None, **headers: str) -> Trouble:
    """Answers one request so."""

    def behave(talk: Talk) -> bool:
        talk.say(status, body or {}, **headers)
        return True

    return behave


def hangs(talk: Talk) -> bool:
    """Says nothing until the test is over."""
    talk.fhir.over.wait(PATIENCE_SECONDS)
    talk.close_connection = True
    return True


def usual(_: Talk) -> bool:
    """No trouble with this request."""
    return False


@contextmanager
def fhir_server() -> Iterator[Fhir]:
    """Runs until the block ends."""
    fhir = Fhir()
    talk = type("Told", (Talk,), {"fhir": fhir})
    server = ThreadingHTTPServer(("127.0.0.1", 0), talk)
    server.daemon_threads, server.block_on_close = True, False
    fhir.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield fhir
    finally:
        fhir.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
