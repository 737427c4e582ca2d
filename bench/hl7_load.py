"""Laboratories that send HL7 v2 over MLLP, each awaiting its answer, with little of the processor."""

import asyncio
import time
from collections.abc import Iterator

from bench.http_load import Answered, Load

ANSWER_SECONDS = 60.0  # a message without an answer by then is a fault of the measurement
_BEGIN, _END = b"\x0b", b"\x1c\r"
_MESSAGE = (
    "MSH|^~\\&|LAB|BENCH|DIALER|CLINIC|20260302073000||ORU^R01^ORU_R01|{number}|P|2.5.1|||||"
    "RUS|UNICODE UTF-8\r"
    "PID|1||{number}^^^LAB||Иванова^Мария^Петровна||19540312|F|||||^PRN^CP^^7^9{phone:02}^{rest:07}"
    "||ru\r"
    "PV1|1|O|||||||||||||||||||||||||||||||||||||BENCH\r"
    "ORC|RE|P{number}|S{number}|||||||||||||||||Поликлиника № 5\r"
    "OBR|1|P{number}|S{number}|94500-6^SARS-CoV-2 RNA^LN|||20260301101500|||||||||||||||20260302073000|||F\r"
    "OBX|1|CWE|94500-6^SARS-CoV-2 RNA^LN||260415000^Not detected^SCT||||||F|||20260302073000\r"
)


def message(number: int) -> bytes:
    """An ORU^R01 with a result of its own, in its block."""
    text = _MESSAGE.format(number=number, phone=number // 10**7 % 100, rest=number % 10**7)
    return _BEGIN + text.encode() + _END


def load(port: int, messages: Iterator[bytes], senders: int, seconds: float) -> Load:
    """Send them one after the other on each connection, until the time is over; status 0 is AA."""
    return asyncio.run(_load(port, messages, senders, seconds))


async def _load(port: int, messages: Iterator[bytes], senders: int, seconds: float) -> Load:
    answers: list[Answered] = []
    began = time.perf_counter()
    until = began + seconds
    await asyncio.gather(*(_sender(port, messages, until, answers) for _ in range(senders)))
    return Load(answers, time.perf_counter() - began)


async def _sender(port: int, messages: Iterator[bytes], until: float, answers: list[Answered]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        while time.perf_counter() < until:
            began = time.perf_counter()
            writer.write(next(messages))
            answer = await asyncio.wait_for(reader.readuntil(_END), ANSWER_SECONDS)
            answers.append(Answered(int(b"\rMSA|AA|" not in answer), time.perf_counter() - began, answer))
    finally:
        writer.close()
