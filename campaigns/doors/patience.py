"""HTTP connections with limits: heads that come slowly or never end, answers that nobody reads."""

import asyncio
import json
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from campaigns.access.entrance import Visit

HEAD_SECONDS = 10.0  # from the connection, or the end of the answer before, to the end of a request's head
READ_SECONDS = 30.0  # in which somebody who is sent more than the network holds must read some of it
LINGER_SECONDS = 2.0  # of a refused body more is read, so that its sender sees the answer
MOST_HEAD_BYTES = 32_768  # as usual among servers


class PatientProtocol(HttpToolsProtocol):
    """One connection; whoever keeps it waiting is cut off, and costs no thread meanwhile."""

    visit: Visit | None = None  # how the entrance counts it
    _slow: asyncio.TimerHandle | None = None
    _stuck: asyncio.TimerHandle | None = None
    _head_bytes = 0
    _in_head = True  # what comes next is not of a body
    _begun = False  # some of a head has come

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        _cancel(self._slow)
        _cancel(self._stuck)
        if self.visit is not None:
            self.visit.leave()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        known = self._head_bytes > 0 or self.cycle is None  # else these bytes may be the body before it, too
        super().data_received(data)
        if self.transport.is_closing() or not self._in_head:
            return
        if self._begun:
            self._head_bytes += len(data) if known else 1
        if self._head_bytes > MOST_HEAD_BYTES:
            self._refuse(431, "The head of the request is too long.")
        elif self._slow is None and not self._answering():
            self._wait(HEAD_SECONDS)

    def on_message_begin(self) -> None:
        self._begun = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = self._begun = False
        self._head_bytes = 0
        self._wait(None)
        if self.visit is not None:
            self.visit.spoke()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._in_head = True
        self._wait(None)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        unread = self.cycle.more_body and self.cycle.response_complete  # else it is the next one
        super().on_response_complete()
        if not self.transport.is_closing() and (unread or self._begun):
            self._wait(LINGER_SECONDS if unread else HEAD_SECONDS)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stuck = self.loop.call_later(READ_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        _cancel(self._stuck)

    def send_400_response(self, msg: str) -> None:
        self._refuse(400, "This is no HTTP request that can be understood.")

    def _wait(self, seconds: float | None) -> None:
        """From now on so long for what is to come; None: as long as it takes."""
        _cancel(self._slow)
        self._slow = None if seconds is None else self.loop.call_later(seconds, self._too_slow)

    def _answering(self) -> bool:
        """Whether the application works on a request; however long that takes, nobody keeps us waiting."""
        return self.cycle is not None and not self.cycle.response_complete

    def _too_slow(self) -> None:
        if self._in_head and self._begun:
            self._refuse(408, "The head of the request came too slowly.")
        else:
            self.transport.close()

    def _refuse(self, status: int, detail: str) -> None:
        """Answer without the application, in the form of its problems, and hang up."""
        if self._answering():
            self.transport.close()  # in the middle of an answer there is no other
            return
        if not self.transport.is_closing():
            self.transport.write(refusal(status, detail))
            self.transport.close()


def refusal(status: int, detail: str) -> bytes:
    """A whole answer, after which the connection ends."""
    body = problem_bytes(status, detail)
    head = [STATUS_LINE[status], b"content-type: application/problem+json\r\n"]
    head += [b"content-length: %d\r\n" % len(body), b"connection: close\r\n\r\n"]
    return b"".join(head) + body


def problem_bytes(status: int, detail: str) -> bytes:
    """RFC 9457, for what never reaches the application."""
    told: dict[str, Any] = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    return json.dumps({**told, "detail": detail}).encode()


def _cancel(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
