"""`dialer.toml`: what is right is read, what is wrong is named with its line."""

from pathlib import Path

import pytest

from campaigns.errors import HomeMissing, SettingsError
from campaigns.settings import read_home, trunk_password

TRUNK = '[[trunks]]\nname = "main"\nuri = "sip:127.0.0.1:5090"\n'


def home(folder: Path, text: str) -> Path:
    (folder / "dialer.toml").write_text(text, encoding="utf-8")
    return folder


def test_a_trunk_alone_is_enough(tmp_path: Path) -> None:
    read = read_home(home(tmp_path, TRUNK))
    assert read.file.lines.count == 8
    assert read.file.lines.sip_ports == (15000, 15999)
    assert read.file.lines.rtp_ports == (20000, 29999)
    assert read.database_url == f"sqlite:///{tmp_path / 'dialer.db'}"
    assert trunk_password(read, read.file.trunks[0], {}) == ""


def test_the_password_is_taken_from_the_environment_by_who_needs_it(tmp_path: Path) -> None:
    read = read_home(home(tmp_path, TRUNK + 'password_env = "TRUNK_PASSWORD"\n'))
    [trunk] = read.file.trunks
    assert trunk_password(read, trunk, {"TRUNK_PASSWORD": "secret"}) == "secret"
    with pytest.raises(SettingsError, match="TRUNK_PASSWORD, which is not set") as refused:
        trunk_password(read, trunk, {})
    assert str(refused.value).startswith(f"{tmp_path / 'dialer.toml'}: trunk main ")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "line 1: trunks is missing"),
        (TRUNK + "[lines]\ncount = 0\n", "line 5: lines.count is wrong: input should be greater"),
        (TRUNK + "[lines]\ncount = 481\n", "line 5: lines.count is wrong"),
        (TRUNK + "[lines]\nsip_ports = [16000, 15000]\n", "line 5: lines.sip_ports must be two ports"),
        (TRUNK + "[engine]\n\nring_secs = 20\n", "line 6: engine.ring_secs is not a setting"),
        (TRUNK + '[engine]\ntime_zone = "Tyumen"\n', "line 5: engine.time_zone is not an IANA time zone"),
        (
            '[[trunks]]\nname = "main"\nuri = "127.0.0.1"\n',
            'line 3: trunks.0.uri must look like "sip:host:port"',
        ),
        (
            TRUNK + '[[trunks]]\nname = "b"\nuri = "sip:a"\nmax_calls = 0\n',
            "line 7: trunks.1.max_calls is wrong",
        ),
        (TRUNK + TRUNK, "two trunks have the same name"),
        (TRUNK + '[institution]\ncall_back = "112"\n', "line 5: institution.call_back is wrong"),
        ("[[trunks]\n", "is not valid TOML"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(SettingsError) as error:
        read_home(home(tmp_path, text))
    assert complaint in str(error.value)
    assert "\n" not in str(error.value).strip() or "TOML" in complaint


def test_a_folder_without_settings_is_no_home(tmp_path: Path) -> None:
    with pytest.raises(HomeMissing, match="dialer init --home"):
        read_home(tmp_path)
