"""`dialer.toml`: what is right is read, what is wrong is named with its line."""

import re
from importlib.resources import files
from pathlib import Path

import pytest

from campaigns.assemble import house_values, script_in_force, speech_settings, usable_trunks
from campaigns.control.trunks import trunk_of
from campaigns.errors import HomeMissing, NoTrunk, SettingsError
from campaigns.flows.loader import LIBRARY
from campaigns.rules.operators import Group, groups_of
from campaigns.settings import read_home, trunk_password
from dialer.addresses import way_to
from dialer.settings import Trunk

TRUNK = '[[trunks]]\nname = "main"\nuri = "sip:127.0.0.1:5090"\n'
NORTH = '[[groups]]\nname = "north"\ntrunk = "main"\n'
SOUTH = '[[groups]]\nname = "south"\ntrunk = "main"\n'


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
    with pytest.raises(
        SettingsError, match="TRUNK_PASSWORD, which is not set: set it, or remove password_env"
    ) as refused:
        trunk_password(read, trunk, {})
    assert str(refused.value).startswith(f"{tmp_path / 'dialer.toml'}: trunk main ")


def test_all_that_a_trunk_can_be_told_reaches_the_lines(tmp_path: Path) -> None:
    text = TRUNK + (
        'username = "u"\nproxy = "sip:10.0.0.1:5070;transport=tcp"\nregister = true\n'
        'caller_ids = ["+73452500001", "+73452500002"]\nasserted_identity = true\n'
        'number_format = "national"\ncountry_code = "49"\nnational_prefix = "0"\n'
        'international_prefix = "00"\n'
        'networks = ["192.0.2.0/24", "198.51.100.7"]\npriority = 2\nweight = 3\n'
        "max_calls = 480\ncalls_per_second = 40\n"
    )
    [table] = read_home(home(tmp_path, text)).file.trunks
    assert trunk_of(table, "secret") == Trunk(
        name="main",
        uri="sip:127.0.0.1:5090",
        username="u",
        password="secret",
        proxy="sip:10.0.0.1:5070;transport=tcp",
        register=True,
        caller_ids=("+73452500001", "+73452500002"),
        asserted_identity=True,
        number_format="national",
        country_code="49",
        national_prefix="0",
        international_prefix="00",
        networks=("192.0.2.0/24", "198.51.100.7/32"),
        priority=2,
        weight=3,
        max_calls=480,
        calls_per_second=40.0,
    )


def test_speech_is_made_as_the_home_says(tmp_path: Path) -> None:
    bare = speech_settings(read_home(home(tmp_path, TRUNK)))
    assert (bare.online, bare.rate_hz, bare.cache_mb) == (False, 8000, 500)
    assert (bare.folder, bare.recordings, bare.voices) == (
        tmp_path / "speech",
        tmp_path / "recordings",
        tmp_path / "voices",
    )
    wide = speech_settings(
        read_home(home(tmp_path, TRUNK + "[speech]\nonline = true\nrate_hz = 16000\ncache_mb = 2000\n"))
    )
    assert (wide.online, wide.rate_hz, wide.cache_mb) == (True, 16000, 2000)


def test_the_house_is_known_in_the_languages_of_its_name(tmp_path: Path) -> None:
    settings = TRUNK + '[institution]\ncall_back = "+73452111111"\n[institution.name]\nru = "больница"\n'
    place = read_home(home(tmp_path, settings))
    assert house_values(place, "ru") == {"institution": "больница", "call_back": "+73452111111"}
    assert house_values(place, "en") == {"call_back": "+73452111111"}


def test_one_caller_id_is_a_pool_of_one_and_the_shipped_file_is_right(tmp_path: Path) -> None:
    [table] = read_home(home(tmp_path, TRUNK + 'caller_id = "+73452500000"\n')).file.trunks
    assert trunk_of(table, "").caller_ids == ("+73452500000",)
    shipped = files("campaigns").joinpath("dialer.toml").read_text(encoding="utf-8")
    bare = read_home(home(tmp_path, shipped)).file
    all_set = re.sub(r"^# (?=[a-z_]+ = |\[)", "", shipped, flags=re.MULTILINE)
    given = read_home(home(tmp_path, re.sub(r"(?m)^caller_id = .*$", "", all_set))).file
    changed = {"username": "", "password_env": "", "caller_ids": ()}
    assert given.trunks[0].caller_ids
    assert given.trunks[0].model_copy(update=changed) == bare.trunks[0]
    assert [group.name for group in given.groups] == ["tyumen", "tobolsk"]
    assert ([each.name for each in given.institutions], given.authority.webhook) == (
        ["Поликлиника № 5"],
        "registry",
    )
    assert given.mail is not None
    assert (given.mail.sender, given.mail.port, given.mail.security) == (
        "dialer@clinic.example",
        587,
        "starttls",
    )
    assert [each.events for each in given.webhooks] == [("contact.closed",)]
    assert (given.api and given.api.address, given.mllp and given.mllp.address) == (
        ("127.0.0.1", 8080),
        ("127.0.0.1", 2575),
    )
    assert [each.token_env for each in given.fhir_servers] == ["REGION_TOKEN"]
    told = ("institutions", "authority", "mail", "webhooks", "api", "mllp", "fhir_servers")
    as_bare = {name: getattr(bare, name) for name in ("trunks", "groups", *told)}
    assert given.model_copy(update=as_bare) == bare


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "line 1: trunks is missing"),
        (TRUNK + "[lines]\ncount = 0\n", "line 5: lines.count is wrong: input should be greater"),
        (TRUNK + "[lines]\ncount = 481\n", "line 5: lines.count is wrong"),
        (TRUNK + "[lines]\nsip_ports = [16000, 15000]\n", "line 5: lines.sip_ports must be two ports"),
        (TRUNK + "[speech]\nrate_hz = 11025\n", "line 5: speech.rate_hz is wrong: input should be 8000 or"),
        (TRUNK + "[speech]\ncache_mb = 1\n", "line 5: speech.cache_mb is wrong"),
        (TRUNK + '[speech]\nvoice = "anna"\n', "line 5: speech.voice is not a setting"),
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
        (
            TRUNK + 'caller_id = "+7"\ncaller_ids = ["+8"]\n',
            "line 1: trunks.0 has both caller_id and caller_ids: keep one of them.",
        ),
        (TRUNK + "asserted_identity = true\n", "line 1: trunks.0 has asserted_identity without a number"),
        (TRUNK + "register = true\n", "line 1: trunks.0 is to register without a name"),
        (TRUNK + 'proxy = "10.0.0.1"\n', 'line 4: trunks.0.proxy must look like "sip:host:port"'),
        (TRUNK.replace("5090", "0"), "line 3: trunks.0.uri has port 0, which does not exist"),
        (TRUNK.replace("5090", "65536"), "line 3: trunks.0.uri has port 65536, which does not exist"),
        (
            TRUNK.replace("5090", "5090;transport=tls"),
            "line 3: trunks.0.uri has transport tls: use udp or tcp.",
        ),
        (TRUNK.replace("5090", "5090;transport"), "line 3: trunks.0.uri has transport without a value"),
        (
            TRUNK.replace("127.0.0.1", "[::1]"),
            "line 3: trunks.0.uri must name an IPv4 address or a host name",
        ),
        (TRUNK.replace("127.0.0.1", "10.0.0.300"), "line 3: trunks.0.uri must name an IPv4 address"),
        (TRUNK.replace("127.0.0.1", "a_b"), "line 3: trunks.0.uri must name an IPv4 address"),
        (
            TRUNK + 'proxy = "sip:p;transport=ws"\n',
            "line 4: trunks.0.proxy has transport ws: use udp or tcp.",
        ),
        (TRUNK + 'caller_id = "8 (3452) 50"\n', "line 4: trunks.0.caller_id must be a number such as"),
        (TRUNK + 'caller_ids = ["+7345", "больница"]\n', "line 4: trunks.0.caller_ids.1 must be a number"),
        (TRUNK + 'caller_ids = [""]\n', "line 4: trunks.0.caller_ids.0 is wrong"),
        (TRUNK + 'number_format = "plus"\n', "line 4: trunks.0.number_format is wrong: input should be"),
        (TRUNK + 'country_code = "+7"\n', "line 4: trunks.0.country_code is wrong"),
        (
            TRUNK + 'networks = [\n  "192.0.2.1/24",\n]\n',
            "line 4: trunks.0.networks.0 must be an IPv4 address or network such as 192.0.2.0/24.",
        ),
        (TRUNK.replace("main", "b") + TRUNK + "register = true\n", "line 4: trunks.1 is to register"),
        (TRUNK + "register = true\n" + TRUNK, "line 1: trunks.0 is to register"),
        (TRUNK + "weight = 0\n", "line 4: trunks.0.weight is wrong"),
        (
            "".join(TRUNK.replace("main", f"t{number}") for number in range(9)),
            "line 1: trunks are 9, but a line process holds 8: remove some.",
        ),
        (TRUNK + TRUNK, "two trunks have the same name"),
        (TRUNK + '[institution]\ncall_back = "112"\n', "line 5: institution.call_back is wrong"),
        (
            TRUNK + "\n" + NORTH.replace("main", "backup"),
            'line 7: groups.0.trunk is "backup", which is no trunk',
        ),
        (TRUNK + NORTH + SOUTH.replace("south", "north"), "line 8: groups.1.name is the name of two groups"),
        (
            TRUNK + '[[institutions]]\nname = "5"\n[[institutions]]\nname = "5"\n',
            'line 7: institutions.1.name is "5" a second time: each institution has one head',
        ),
        (TRUNK + '[tasks]\nholidays = "XX"\n', "line 5: tasks.holidays must be a country or a region"),
        (TRUNK + '[tasks]\nweekdays = "20:00-8:00"\n', "line 5: tasks.weekdays must be hours of one day"),
        (TRUNK + "[tasks]\nhigh_hours = 0\n", "line 5: tasks.high_hours is wrong: input should be greater"),
        (
            TRUNK + NORTH + SOUTH + 'overflow = ["south"]\n',
            "line 10: groups.1.overflow names the group itself",
        ),
        (TRUNK + NORTH + 'overflow = ["west"]\n' + SOUTH, 'line 7: groups.0.overflow names "west", which is'),
        (TRUNK + '[[groups]]\nname = "north"\n', "line 4: groups.0.trunk is missing"),
        (
            TRUNK + NORTH.replace("[[groups]]", "[groups]"),
            "line 4: groups is one table: begin each with [[groups]]",
        ),
        (TRUNK + NORTH + 'overflow = "south"\n' + SOUTH, "line 7: groups.0.overflow is not a list: write it"),
        (TRUNK + NORTH.replace("north", " "), "line 5: groups.0.name is blank: give the group a name"),
        (
            TRUNK + NORTH + 'institutions = ["A", "B"]\n' + SOUTH + 'institutions = ["B"]\n',
            'line 11: groups.1.institutions names "B", which another group has',
        ),
        (TRUNK + NORTH + "phones = 3\n", "line 7: groups.0.phones is not a setting"),
        ("[[trunks]\n", "is not valid TOML"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(SettingsError) as error:
        read_home(home(tmp_path, text))
    assert complaint in str(error.value)
    assert "\n" not in str(error.value).strip() or "TOML" in complaint


def test_groups_may_take_each_others_overflow(tmp_path: Path) -> None:
    """The second is named before it is there, and each takes what the other cannot."""
    sites = NORTH + 'overflow = ["south"]\ninstitutions = ["Clinic 1"]\n' + SOUTH + 'overflow = ["north"]\n'
    north, south = read_home(home(tmp_path, TRUNK + sites)).file.groups
    assert (north.institutions, north.overflow, south.overflow) == (("Clinic 1",), ("south",), ("north",))
    assert groups_of([north, south]) == (
        Group("north", "main", ("Clinic 1",), ("south",)),
        Group("south", "main", (), ("north",)),
    )


def test_a_campaign_that_names_groups_needs_them(tmp_path: Path) -> None:
    shipped = (LIBRARY / "abandoned-callback.yaml").read_text(encoding="utf-8")
    (tmp_path / "campaigns").mkdir()
    named = re.sub(r"(?m)^  connect: .*$", "  connect: {mode: operator_first, groups: [north]}", shipped)
    (tmp_path / "campaigns" / "abandoned-callback.yaml").write_text(named, encoding="utf-8")
    place = read_home(home(tmp_path, TRUNK + SOUTH))
    with pytest.raises(SettingsError, match=r"\[\[groups\]\] needs north, which abandoned-callback names"):
        script_in_force(place, "abandoned-callback")
    with_north = read_home(home(tmp_path, TRUNK + SOUTH + NORTH))
    assert script_in_force(with_north, "abandoned-callback").policy.connect.groups == ("north",)


def test_a_folder_without_settings_is_no_home(tmp_path: Path) -> None:
    with pytest.raises(HomeMissing, match="dialer init --home"):
        read_home(tmp_path)


@pytest.mark.parametrize(
    "uri", ["sip:a", "sip:u@sbc.example:65535;transport=UDP", "sip:10.0.0.1:1;lr;transport=tcp"]
)
@pytest.mark.parametrize("shown", ["", "+73452500000", "*21#", "clinic_1", "sip:clinic@sbc.example"])
def test_what_the_settings_take_the_lines_take_too(tmp_path: Path, uri: str, shown: str) -> None:
    text = f'[[trunks]]\nname = "main"\nuri = "{uri}"\ncaller_id = "{shown}"\n'
    [table] = read_home(home(tmp_path, text)).file.trunks
    assert way_to(trunk_of(table, "")).trunk.caller_id == shown


def test_a_name_that_does_not_resolve_at_the_start_keeps_its_trunk(tmp_path: Path) -> None:
    told: list[str] = []
    unknown = TRUNK.replace("main", "b").replace("127.0.0.1", "no-such-host.invalid")
    trunks = usable_trunks(read_home(home(tmp_path, unknown + TRUNK)), told.append)
    assert [trunk.name for trunk in trunks] == ["b", "main"]
    [sentence] = told
    assert sentence.startswith(
        "Trunk b: the host no-such-host.invalid does not resolve now; it is tried again"
    )
    with pytest.raises(NoTrunk, match="no call was placed"):
        usable_trunks(read_home(home(tmp_path, unknown)), told.append)
