"""`dialer outbox test`: one receiver is tried, and what came of it is said."""

import base64
from pathlib import Path

import pytest
from standardwebhooks.webhooks import Webhook
from typer.testing import CliRunner, Result

from campaigns.cli.outbox import app
from campaigns.errors import ReceiverFailed
from tests.courier.receivers import Behaviour, Receiver, answers, receiver

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()


def tried(folder: Path, behaviour: Behaviour, name: str) -> tuple[Result, Receiver]:
    with receiver(behaviour) as there:
        settings = (
            '[[trunks]]\nname = "main"\nuri = "sip:127.0.0.1"\n[[webhooks]]\nname = "registry"\n'
            f'url = "{there.url}"\nsecrets_env = ["S"]\nnetworks = ["127.0.0.0/8"]\n'
        )
        (folder / "dialer.toml").write_text(settings, encoding="utf-8")
        return CliRunner().invoke(app, ["test", name, "--home", str(folder)], env={"S": SECRET}), there


def test_who_takes_it_got_a_signed_test(tmp_path: Path) -> None:
    done, there = tried(tmp_path, answers(200), "registry")
    assert (done.exit_code, "registry has taken the test, after " in done.stdout) == (0, True)
    [request] = there.requests
    assert Webhook(SECRET).verify(request.body, request.headers)["type"] == "test"


def test_who_does_not_take_it_is_told_of(tmp_path: Path) -> None:
    done, _ = tried(tmp_path, answers(404), "registry")
    assert isinstance(done.exception, ReceiverFailed)
    assert "has nothing at this address" in str(done.exception)


@pytest.mark.parametrize("name", ["nobody", "mail:authority"])
def test_who_is_not_there_is_a_wrong_use(tmp_path: Path, name: str) -> None:
    done, there = tried(tmp_path, answers(200), name)
    assert (done.exit_code, there.requests) == (2, [])
