"""A disk that is full and a database that goes away: AR and nothing half done, then AA for the same bytes."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, event, make_url, text

from campaigns.clock import SystemClock
from campaigns.intake.lab.codes import lab_codes
from campaigns.mllp.receiving import Receiving
from campaigns.store.database import Database
from campaigns.store.together import Together
from tests import postgres
from tests.intake.lab.laboratory import CAMPAIGN, DEFAULTS, DESK, Laboratory

MANY = 80  # results in one message, so that it does not fit into the pages that are there
PATIENCE_SECONDS = 20.0

Send = Callable[[bytes], str]


def oru(results: int) -> bytes:
    """One message of so many orders, each of a patient that it names."""
    segments = ["MSH|^~\\&|LAB|KAZAN|DIALER|X|20260302073000||ORU^R01|17|P|2.5.1|||||RUS|UNICODE UTF-8"]
    for number in range(results):
        segments += [
            "PID|1||7||Иванова^Анна||19800101|F|||Казань||^PRN^CP^^7^912^1234567",
            f"OBR|1||S{number}|94500-6^SARS-CoV-2 RNA^LN|||20260301|||||||||||||P3||||20260302||F",
            "OBX|1|CWE|94500-6^SARS-CoV-2 RNA^LN||260415000^Not detected^SCT||||||F",
        ]
    return "\r".join([*segments, ""]).encode()


@pytest.fixture
def send(db: Database, tmp_path: Path) -> Iterator[Send]:
    """The code of the acknowledgement."""
    together = Together(db)
    own = tmp_path / "lab-codes.yaml"
    own.write_text("institutions: {Поликлиника 3: [KAZAN]}\n", encoding="utf-8")
    receiving = Receiving(
        *(together, DESK, CAMPAIGN, lambda: lab_codes(own), DEFAULTS), SystemClock(), tell=pytest.fail
    )

    def answered(content: bytes) -> str:
        answer = asyncio.run(receiving.receive(content)).decode()
        return next(line for line in answer.split("\r") if line.startswith("MSA")).split("|")[1]

    yield answered
    together.close()


def test_a_full_disk_is_no_acceptance(db: Database, path: Path, send: Send) -> None:
    limits: list[int] = []

    def limit(connection: Connection) -> None:
        if limits:
            connection.exec_driver_sql(f"PRAGMA max_page_count = {limits[-1]}")

    event.listen(db._writing, "begin", limit)
    with db.read() as session:
        limits.append(session.connection().execute(text("PRAGMA page_count")).scalar_one() + 8)
    assert send(oru(MANY)) == "AR"
    assert send(oru(MANY)) == "AR"
    assert Laboratory(db).rows() == ([], [], [])
    assert send(oru(1)) == "AA", "for a small message there is room"
    limits.append(1_000_000)
    assert send(oru(MANY)) == "AA"
    people, messages, orders = Laboratory(db).rows()
    assert (len(people), len(orders), len(messages)) == (MANY, MANY, 2)


def test_a_server_that_goes_away_in_the_middle_keeps_nothing(shared_db: Database, tmp_path: Path) -> None:
    """It ends the connection when the first contact is in, as when it is shut down."""
    together = Together(shared_db)
    own = tmp_path / "lab-codes.yaml"
    own.write_text("institutions: {Поликлиника 3: [KAZAN]}\n", encoding="utf-8")
    receiving = Receiving(
        *(together, DESK, CAMPAIGN, lambda: lab_codes(own), DEFAULTS), SystemClock(), tell=pytest.fail
    )
    ended: list[str] = []

    def end(connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO contact") and not ended:
            ended.append(statement)
            name = make_url(connection.engine.url).database  # type: ignore[attr-defined]
            with psycopg.connect(postgres.server(), autocommit=True) as link:
                link.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
                )

    event.listen(shared_db._reading, "after_cursor_execute", end)
    assert b"MSA|AR|17" in asyncio.run(receiving.receive(oru(3)))
    while shared_db.away:
        asyncio.run(asyncio.sleep(0))
    assert Laboratory(shared_db).rows() == ([], [], [])
    assert b"MSA|AA|17" in asyncio.run(receiving.receive(oru(3)))
    assert len(Laboratory(shared_db).rows()[0]) == 3
    together.close()
