"""The HTTP door against clients that are slow, endless, rude or many; and its TLS."""

import asyncio
import json
import shutil
import ssl
from pathlib import Path
from typing import Any

import pytest
import trustme

from campaigns.access.entrance import Room
from campaigns.doors import http, patience
from campaigns.doors.http import HttpDoor
from campaigns.errors import DoorShut
from tests.certificates import issued
from tests.doors.rooms import PATIENCE_SECONDS, echo, home, opened, port_of, taken_port, talk

REQUEST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
LAST = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc"
LONG = b"GET / HTTP/1.1\r\nx: " + b"y" * (patience.MOST_HEAD_BYTES + 10)
PROBLEM = b"content-type: application/problem+json"


def _asked(folder: Path, *sent: bytes, **table: Any) -> bytes:
    async def ask() -> bytes:
        async with opened(folder, **table) as door:
            return await talk(port_of(door), *sent)

    return asyncio.run(ask())


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HEAD_SECONDS", "LINGER_SECONDS", "READ_SECONDS"):
        monkeypatch.setattr(patience, name, 0.1)


def test_requests_are_answered_one_after_another(tmp_path: Path) -> None:
    said = _asked(tmp_path, REQUEST + REQUEST, LAST)
    assert said.count(b"HTTP/1.1 200 OK") == 3
    assert said.count(b"\r\n\r\n1\r\n3\r\n") == 3


@pytest.mark.usefixtures("impatient")
def test_a_large_body_and_a_long_answer_are_no_slow_head(tmp_path: Path) -> None:
    async def slow(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            cut = asyncio.get_running_loop().time() + 2 * patience.HEAD_SECONDS
            while asyncio.get_running_loop().time() < cut:
                await asyncio.sleep(0.01)
        await echo(scope, receive, send)

    body = b"x" * (10 * patience.MOST_HEAD_BYTES)
    head = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
    said = _asked(tmp_path, head + body, app=slow)
    assert said.startswith(b"HTTP/1.1 200 OK")
    assert said.endswith(b"6\r\n%d\r\n0\r\n\r\n" % len(body))


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"nonsense\r\n\r\n", b"400 Bad Request"),
        (b"GET / HTTP/1.1\r\nHost: x\r\n", b"408 Request Timeout"),
        (LONG, b"431 Request Header Fields Too Large"),
        (REQUEST + b"GET / HTTP/1.1\r\n", b"408 Request Timeout"),
    ],
)
@pytest.mark.usefixtures("impatient")
def test_who_does_not_speak_http_is_told_so_in_the_form_of_problems(
    tmp_path: Path, sent: bytes, status: bytes
) -> None:
    said = _asked(tmp_path, sent)
    head, _, body = said[said.rindex(b"HTTP/1.1 ") :].partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 " + status)
    assert PROBLEM in head
    assert json.loads(body)["status"] == int(status[:3])


@pytest.mark.usefixtures("impatient")
def test_who_says_nothing_is_cut_off_without_a_word(tmp_path: Path) -> None:
    assert _asked(tmp_path) == b""


@pytest.mark.usefixtures("impatient")
def test_who_goes_on_sending_what_was_refused_sees_the_answer_and_is_cut_off(tmp_path: Path) -> None:
    said = _asked(tmp_path, b"POST /refused HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n", b"a")
    assert said.startswith(b"HTTP/1.1 200 OK")


def test_no_more_than_so_many_are_connected_and_who_says_nothing_gives_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "ROOM", Room(connections=2))

    async def ask() -> tuple[bytes, bytes, bytes]:
        async with opened(tmp_path) as door, asyncio.timeout(PATIENCE_SECONDS):
            silent, _silent = await asyncio.open_connection("127.0.0.1", port_of(door))
            first, _first = await _answered(port_of(door))
            second, _second = await _answered(port_of(door))
            cut_off, refused = await silent.read(), await talk(port_of(door))
            for one in (_first, _second):
                one.write(LAST)
            return cut_off, refused, await first.read() + await second.read()

    cut_off, refused, answered = asyncio.run(ask())
    assert cut_off == b""
    assert refused.startswith(b"HTTP/1.1 503 Service Unavailable")
    assert PROBLEM in refused
    assert answered.count(b"HTTP/1.1 200 OK") == 2


async def _answered(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection on which a request was answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(REQUEST)
    await reader.readuntil(b"0\r\n\r\n")
    return reader, writer


@pytest.mark.usefixtures("impatient")
def test_who_does_not_read_is_cut_off(tmp_path: Path) -> None:
    async def endless(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        ending = asyncio.create_task(_gone(receive))
        while not ending.done():
            await send({"type": "http.response.body", "body": b"x" * 65536, "more_body": True})
            await asyncio.sleep(0)
        gone.set()

    async def _gone(receive: Any) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    async def ask() -> None:
        async with opened(tmp_path, endless) as door, asyncio.timeout(PATIENCE_SECONDS):
            _, writer = await asyncio.open_connection("127.0.0.1", port_of(door))
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            await gone.wait()
            writer.close()

    gone = asyncio.Event()
    asyncio.run(ask())


def test_an_answer_under_way_is_given_before_it_closes(tmp_path: Path) -> None:
    async def ask() -> tuple[bytes, list[str]]:
        asked = asyncio.Event()
        told: list[str] = []

        async def slow(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "http":
                asked.set()
                while not told:
                    await asyncio.sleep(0)
            await echo(scope, receive, send)

        async with opened(tmp_path, slow, lambda: told.append("leaving")) as door:
            answer = asyncio.create_task(talk(port_of(door), LAST))
            await asked.wait()
        return await answer, told

    said, told = asyncio.run(ask())
    assert said.startswith(b"HTTP/1.1 200 OK")
    assert told == ["leaving"]


def test_a_taken_port_is_said_plainly(tmp_path: Path) -> None:
    other, port = taken_port()

    async def ask() -> None:
        file = home(tmp_path, api={"listen": f"127.0.0.1:{port}"})
        assert file.file.api is not None
        await HttpDoor(file, file.file.api, echo, lambda: None).open()

    with other, pytest.raises(DoorShut, match=rf"\[api\] cannot listen on 127.0.0.1:{port}: another program"):
        asyncio.run(ask())


async def _name_shown(port: int, context: ssl.SSLContext) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    writer.write(LAST)
    assert (await reader.read()).startswith(b"HTTP/1.1 200 OK")
    shown = writer.get_extra_info("peercert")["subjectAltName"]
    writer.close()
    return str(shown[0][1])


def test_a_renewed_certificate_is_taken_up_and_a_faulty_one_is_not(tmp_path: Path) -> None:
    authority = trustme.CA()
    shown = issued(tmp_path, "localhost", authority=authority)
    (tmp_path / "new").mkdir()
    renewed = issued(tmp_path / "new", "renewed.example", "localhost", authority=authority)
    trusted = shown.trusted()
    trusted.check_hostname = False

    async def ask() -> None:
        async with opened(tmp_path, certificate="cert.pem", key="key.pem") as door:
            assert door.place.startswith("the API on https://")
            assert await _name_shown(port_of(door), trusted) == "localhost"
            shutil.copy(renewed.certificate, shown.certificate)
            with pytest.raises(DoorShut, match="is the key of another certificate"):
                await door.look()
            assert await _name_shown(port_of(door), trusted) == "localhost"
            shutil.copy(renewed.key, shown.key)
            await door.look()
            assert await _name_shown(port_of(door), trusted) == "renewed.example"

    asyncio.run(ask())


def test_a_handshake_that_does_not_come_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "ROOM", Room(handshake_seconds=0.1))
    issued(tmp_path, "localhost")
    assert _asked(tmp_path, certificate="cert.pem", key="key.pem") == b""


def test_handshakes_that_do_not_come_hinder_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "ROOM", Room(from_here=3, handshakes=2))
    trusted = issued(tmp_path, "localhost").trusted()

    async def ask() -> tuple[str, list[bytes]]:
        async with opened(tmp_path, certificate="cert.pem", key="key.pem") as door:
            silent = [await asyncio.open_connection("127.0.0.1", port_of(door)) for _ in range(8)]
            trusted.check_hostname = False
            shown = await _name_shown(port_of(door), trusted)
            cut = [await reader.read() for reader, _ in silent[:5]]
            for _, writer in silent:
                writer.close()
            return shown, cut

    assert asyncio.run(asyncio.wait_for(ask(), PATIENCE_SECONDS)) == ("localhost", [b""] * 5)
