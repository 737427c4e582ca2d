"""From the settings to the receiver: what happened arrives, signed and in order, whatever it did at first."""

import base64
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlmodel import select
from standardwebhooks.webhooks import Webhook

from campaigns.assemble import sending_out
from campaigns.clock import SystemClock
from campaigns.courier import patience
from campaigns.models import Contact
from campaigns.settings import read_home
from campaigns.store.creation import create_database
from campaigns.store.database import open_database
from campaigns.store.events import tell
from tests.courier.receivers import PATIENCE_SECONDS, Behaviour, Talk, receiver
from tests.store.people import NOW, person, queue

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef01234567").decode()


def _in_turn(*answers: bytes) -> Behaviour:
    """These answers, one to each request; an empty one hangs up."""
    left = list(answers)

    def behave(talk: Talk) -> None:
        answer = left.pop(0)
        talk.close_connection = not answer
        talk.say(answer)
        if not left:
            talk.receiver.over.set()

    return behave


def test_what_happened_arrives_at_a_receiver_that_fails_at_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "WAITS_SECONDS", (0.01,) * 5)
    monkeypatch.setenv("REGISTRY_SECRET", SECRET)
    busy, cut_off = b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n", b""
    taken = b"HTTP/1.1 204 Taken\r\n\r\n"
    with ExitStack() as stack:
        registry = stack.enter_context(receiver(_in_turn(busy, taken, busy, cut_off, taken)))
        (tmp_path / "dialer.toml").write_text(
            '[[trunks]]\nname = "one"\nuri = "sip:127.0.0.1:15998"\n'
            f'[[webhooks]]\nname = "registry"\nurl = "{registry.url}"\nnetworks = ["127.0.0.1"]\n'
            'secrets_env = ["REGISTRY_SECRET"]\n',
            encoding="utf-8",
        )
        url = f"sqlite:///{tmp_path / 'dialer.db'}"
        create_database(url)
        database = open_database(url)
        stack.callback(database.close)
        queue(database, person("A"))
        for number in range(2):
            with database.write() as session:
                contact = session.exec(select(Contact)).one()
                tell(session, "contact.closed", NOW, contact.campaign, contact, number=number)
        sending_out(read_home(tmp_path), database, SystemClock(), list[str]().append, stack)
        assert registry.over.wait(PATIENCE_SECONDS)
        stack.pop_all().close()
    seen = [Webhook(SECRET).verify(request.body.decode(), request.headers) for request in registry.requests]
    assert [each["data"]["number"] for each in seen] == [0, 0, 1, 1, 1]
    assert len({request.headers["webhook-id"] for request in registry.requests}) == 2
