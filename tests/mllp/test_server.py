"""Connections: half messages, endless ones, too many, strangers, certificates, and the end."""

import asyncio
import socket
import ssl
import threading

import hl7
import hl7.mllp
import pytest
import trustme

from campaigns.access.entrance import Room
from campaigns.mllp.frames import LONGEST_BYTES, MOST_BETWEEN_BYTES, framed
from campaigns.mllp.server import Limits
from tests.mllp.rooms import PATIENCE_SECONDS, Echo, answer, ask, serving


def test_messages_in_one_packet_are_answered_in_order() -> None:
    with serving(Echo()) as here, here.connect() as lab:
        lab.sendall(b"\r\n" + framed(b"one") + framed(b"two") + framed(b"three")[:4])
        assert (answer(lab), answer(lab)) == (b"one", b"two")
        lab.sendall(framed(b"three")[4:])
        assert answer(lab) == b"three"


def test_half_a_message_is_given_up() -> None:
    echo = Echo()
    with serving(echo, limits=Limits(message_seconds=0.05)) as here, here.connect() as lab:
        assert ask(lab, b"one") == b"one"
        lab.sendall(framed(b"two")[:-2])
        assert answer(lab) == b""
        with here.connect() as other:
            assert ask(other, b"three") == b"three"
    assert echo.received == [b"one", b"three"]


def test_an_endless_message_is_cut() -> None:
    with serving(Echo()) as here, here.connect() as lab:
        lab.sendall(b"\x0bMSH" + b"x" * LONGEST_BYTES)
        assert answer(lab) == b"too long: MSH"
        assert answer(lab) == b""


def test_what_is_no_mllp_is_cut_off() -> None:
    with serving(Echo()) as here, here.connect() as lab:
        lab.sendall(b"x" * (MOST_BETWEEN_BYTES + 1))
        assert answer(lab) == b""


def test_one_address_has_so_many_connections() -> None:
    limits = Limits(Room(from_here=2, connections=3))
    with serving(Echo(), limits=limits) as here:
        one, two = here.connect(), here.connect()
        assert (ask(one, b"1"), ask(two, b"2")) == (b"1", b"2")
        with here.connect() as third:
            assert answer(third) == b""
        with here.connect("127.0.0.2") as other:
            assert ask(other, b"4") == b"4"
            with here.connect("127.0.0.3") as last:
                assert answer(last) == b""
        one.close()
        two.close()
        assert here.told == [
            "MLLP: a connection from 127.0.0.1 was refused: it has 2 connections already.",
            "MLLP: a connection was refused: there are 3 connections already.",
        ]


def test_only_known_senders_may_connect() -> None:
    with serving(Echo(), senders=("127.0.0.2/32", "10.0.0.0/8")) as here:
        with here.connect("127.0.0.2") as lab:
            assert ask(lab, b"1") == b"1"
        for _ in range(2):
            with here.connect() as stranger:
                assert answer(stranger) == b""
        assert len(here.told) == 1
        assert "127.0.0.1 was refused: it is in none of the networks" in here.told[0]


def test_an_answer_under_way_is_given_before_the_end() -> None:
    echo = Echo()
    with serving(echo) as here, here.connect() as lab, here.connect() as idle:
        assert ask(idle, b"1") == b"1"
        lab.sendall(framed(b"wait"))
        assert echo.begun.wait(PATIENCE_SECONDS)
        end = threading.Thread(target=here.run, args=(here.server.close,))
        end.start()
        assert answer(idle) == b""
        echo.go_on.set()
        assert answer(lab) == b"wait"
        end.join(PATIENCE_SECONDS)
        assert answer(lab) == b""
        with pytest.raises(ConnectionRefusedError):
            here.connect()


def test_a_sender_that_goes_hinders_nobody() -> None:
    echo = Echo()
    with serving(echo) as here, here.connect() as lab:
        gone = here.connect()
        gone.sendall(framed(b"wait"))
        assert echo.begun.wait(PATIENCE_SECONDS)
        gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        gone.close()  # with a reset
        echo.go_on.set()
        assert ask(lab, b"1") == b"1"


@pytest.mark.parametrize("known", [True, False])
def test_certificates_of_clients(known: bool) -> None:
    ours, theirs = trustme.CA(), trustme.CA()
    served = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ours.issue_cert("127.0.0.1").configure_cert(served)
    theirs.configure_trust(served)
    served.verify_mode = ssl.CERT_REQUIRED
    client = ssl.create_default_context()
    ours.configure_trust(client)
    (theirs if known else ours).issue_cert("lab.example").configure_cert(client)
    echo = Echo()
    with serving(echo, tls=served) as here:
        with here.connect() as plain, client.wrap_socket(plain, server_hostname="127.0.0.1") as lab:
            try:
                found = ask(lab, b"1")
            except OSError:
                found = b""
        assert found == (b"1" if known else b"")
        assert bool(echo.received) == known


def test_the_librarys_own_asynchronous_client() -> None:
    with serving(Echo()) as here:
        assert asyncio.run(_asked(here.port, "MSH|^~\\&|1")) == "MSH|^~\\&|1\r"


async def _asked(port: int, message: str) -> str:
    reader, writer = await hl7.mllp.open_hl7_connection("127.0.0.1", port, encoding="utf-8")
    writer.writemessage(hl7.parse(message))
    await writer.drain()
    answered = await reader.readmessage()
    writer.close()
    return str(answered)
