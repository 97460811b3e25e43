"""The configuration: which source wins, and what is said of mistakes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import receiver
from receiver.config import sources
from receiver.config.config import OPTIONS, Config
from receiver.config.load import Kept, Loaded, load, table
from receiver.config.options import Switch
from receiver.config.sample import sample
from receiver.errors import ConfigError


class Home:
    """A machine's files and variables."""

    def __init__(self, folder: Path) -> None:
        self.system_file = folder / "etc" / "receiver.toml"
        self.own_file = folder / "config" / "tonearm" / "receiver.toml"
        self.environ = {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder / "config")}
        for file in (self.system_file, self.own_file):
            file.parent.mkdir(parents=True)

        self.kept: dict[str, object] = {}
        """What people have set, in the folder that is named by `state_dir`."""
        self.state_dir = folder / "state"
        self.service_state = folder / "var"

    def load(self, *argv: str) -> Loaded:
        return load(argv, self.environ, self._read_kept)

    def _read_kept(self, folder: Path) -> Kept:
        return Kept(self.kept if folder == self.state_dir else {}, f"{folder}/settings.json")

    def refusal(self, *argv: str) -> str:
        with pytest.raises(ConfigError) as caught:
            self.load(*argv)
        return caught.value.message


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    made = Home(tmp_path)
    monkeypatch.setattr(sources, "SYSTEM_FILE", made.system_file)
    monkeypatch.setattr(sources, "SERVICE_STATE", made.service_state)
    return made


def test_nothing_is_needed_for_a_first_run(home: Home) -> None:
    loaded = home.load()
    config = loaded.config
    assert config == Config()
    assert set(loaded.origins.values()) == {"default"}
    assert (config.port, config.host, config.audio, config.mdns) == (7766, "", "auto", True)
    assert (config.buffer_ms, config.max_buffer_ms) == (9, 250)
    assert config.name
    assert config.state_dir.is_absolute()


def test_the_later_source_wins_and_is_named(home: Home) -> None:
    home.system_file.write_text('port = 1\nname = "etc"\nbuffer_ms = 20\n# a remark\nrate = 44100')
    home.own_file.write_text('port = 2\nname = "own"\nbuffer_ms = 30')
    home.environ |= {"TONEARM_PORT": "3", "TONEARM_NAME": "variable"}
    loaded = home.load("--port", "4")
    config = loaded.config
    assert (config.rate, config.buffer_ms, config.name, config.port) == (44100, 30, "variable", 4)
    assert loaded.origins["rate"] == f"{home.system_file}:5"
    assert loaded.origins["buffer_ms"] == f"{home.own_file}:3"
    assert loaded.origins["name"] == "TONEARM_NAME"
    assert loaded.origins["port"] == "--port"
    assert loaded.origins["mdns"] == "default"


def test_what_people_have_set_counts_more_than_files_and_less_than_variables(home: Home) -> None:
    home.own_file.write_text('name = "own"\nvolume_cap = 90\nguest_skips = 9')
    home.environ |= {"TONEARM_STATE_DIR": str(home.state_dir), "TONEARM_VOLUME_CAP": "70"}
    home.kept = {"name": "set", "volume_cap": 40, "guest_volume": 30}
    loaded = home.load("--guest-volume", "20")
    config = loaded.config
    assert (config.name, config.volume_cap, config.guest_volume, config.guest_skips) == (
        "set", 70, 20, 9,
    )  # fmt: skip
    assert loaded.origins["name"] == f"{home.state_dir}/settings.json"
    assert loaded.origins["volume_cap"] == "TONEARM_VOLUME_CAP"
    assert loaded.origins["guest_volume"] == "--guest-volume"
    assert loaded.kept.values == home.kept, "what is covered is kept all the same"
    assert re.search(r'^name +"set" +.*settings.json$', table(loaded), re.MULTILINE)


def test_who_looks_how_the_service_is_set_sees_its_state(home: Home) -> None:
    assert home.load("--check-config").origins["state_dir"] == "default"
    home.service_state.mkdir()
    loaded = home.load("--check-config")
    assert loaded.config.state_dir == home.service_state
    assert loaded.origins["state_dir"] == "the service"
    assert home.load("--check-config", "--state-dir", "/srv").config.state_dir == Path("/srv")
    assert home.load().origins["state_dir"] == "default", "who runs another one has another state"


def test_what_is_wrong_in_what_was_set_is_said_and_costs_that_alone(home: Home) -> None:
    home.environ["TONEARM_STATE_DIR"] = str(home.state_dir)
    home.kept = {"name": "set", "volume_cap": 0, "port": 80, "colour\n": "red", "device": 5}
    loaded = home.load()
    assert (loaded.config.name, loaded.config.port, loaded.config.volume_cap) == ("set", 7766, 100)
    assert loaded.kept.values == {"name": "set"}
    place = f"{home.state_dir}/settings.json: "
    assert list(loaded.kept.troubles) == [
        f"{place}volume_cap must be a whole number from 1 to 100 percent, not 0.",
        f"{place}there is no setting 'port'.",
        f"{place}there is no setting 'colour\\n'.",
        f"{place}device must be text in printable characters, at most 1024 bytes of UTF-8, not 5.",
    ]


def test_a_file_that_is_named_takes_the_place_of_the_others(home: Home, tmp_path: Path) -> None:
    home.system_file.write_text("port = 1\nrate = 44100")
    named = tmp_path / "named.toml"
    named.write_text("port = 5")
    config = home.load("--config", str(named)).config
    assert (config.port, config.rate) == (5, 0)


def test_every_option_has_a_key_a_variable_and_a_flag(home: Home) -> None:
    texts = {
        "name": "Küche", "host": "127.0.0.1", "port": "0", "mdns": "off", "audio": "mock",
        "peers": "kitchen.local, 10.0.0.7:7000", "hosts": "speaker.example, kueche",
        "home_names": "example.org, Nas.Example.net.", "loopback": "on",
        "device": "hw:1", "rate": "48000", "buffer_ms": "5", "max_buffer_ms": "10",
        "linger_s": "2", "release_s": "0", "volume": "hardware",
        "state_dir": "/var/lib/tonearm", "cache_dir": "/var/cache/tonearm", "upload_mb": "50",
        "cache_mb": "500", "log_level": "debug", "resume": "off",
        "profile": "five-buttons", "auth": "open", "guest_skips": "0", "guest_volume": "100",
        "guest_hours": "8:00-24:00", "volume_cap": "60", "night_cap": "0",
        "night_hours": "23:00-06:30", "speak": "off",
    }  # fmt: skip
    switches = {"on": "--", "off": "--no-"}
    assert texts.keys() == {option.key for option in OPTIONS}
    home.environ |= {f"TONEARM_{key.upper()}": text for key, text in texts.items()}
    by_variable = home.load().config

    flags = [
        switches[text] + key if text in switches else f"--{key.replace('_', '-')}={text}"
        for key, text in texts.items()
    ]
    home.environ = {"HOME": "/"}
    assert home.load(*flags).config == by_variable

    home.own_file.parent.mkdir(exist_ok=True)
    lines = [line for line in table(home.load(*flags)).splitlines() if line]
    home.system_file.write_text(
        "\n".join(re.sub(r"^(\w+) +(\".*?\"|\S+) .*", r"\1 = \2", line) for line in lines)
    )
    assert home.load().config == by_variable


def test_an_empty_variable_counts_as_none(home: Home) -> None:
    home.environ["TONEARM_PORT"] = ""
    assert home.load().config.port == 7766


def test_the_state_follows_the_desktop(home: Home) -> None:
    home.environ["XDG_STATE_HOME"] = "/srv/state"
    loaded = home.load()
    assert loaded.config.state_dir == Path("/srv/state/tonearm")
    assert loaded.origins["state_dir"] == "XDG_STATE_HOME"
    assert home.load("--state-dir", "/tmp/x").config.state_dir == Path("/tmp/x")


def test_the_state_lies_where_systemd_wants_it(home: Home) -> None:
    home.environ["XDG_STATE_HOME"] = "/srv/state"
    home.environ["STATE_DIRECTORY"] = "/var/lib/tonearm:/var/lib/other"
    loaded = home.load()
    assert loaded.config.state_dir == Path("/var/lib/tonearm")
    assert loaded.origins["state_dir"] == "STATE_DIRECTORY"
    home.system_file.write_text('state_dir = "/srv/own"')
    assert home.load().config.state_dir == Path("/srv/own")


def test_uploads_lie_where_caches_do(home: Home) -> None:
    assert home.load().config.cache_dir == Path("~/.cache/tonearm").expanduser()
    home.environ["XDG_CACHE_HOME"] = "/srv/cache"
    assert home.load().config.cache_dir == Path("/srv/cache/tonearm")
    home.environ["CACHE_DIRECTORY"] = "/var/cache/tonearm"
    loaded = home.load()
    assert loaded.config.cache_dir == Path("/var/cache/tonearm")
    assert loaded.origins["cache_dir"] == "CACHE_DIRECTORY"


def test_a_home_folder_is_resolved(home: Home) -> None:
    assert home.load("--state-dir", "~/x").config.state_dir == Path("~/x").expanduser()


@pytest.mark.parametrize("address", ["0.0.0.0", "::", ""])
def test_any_address_is_all_addresses(home: Home, address: str) -> None:
    assert home.load("--host", address).config.host == ""


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("prot = 1", "there is no option prot. Did you mean port?"),
        ("buffer-ms = 1", "there is no option buffer-ms. Did you mean buffer_ms?"),
        ("colour = 1", "there is no option colour. There are: name, host, port"),
        ('port = "1"', "port must be a whole number from 0 to 65535, not '1'."),
        ("port = true", "port must be a whole number from 0 to 65535, not True."),
        ("port = 65536", "port must be a whole number from 0 to 65535, not 65536."),
        ("rate = 7999", "rate must be 0 or a whole number from 8000 to 384000 Hz, not 7999."),
        ("buffer_ms = 4", "buffer_ms must be a whole number from 5 to 250 ms, not 4."),
        ('home_names = "a b"', "home_names must be host names, separated by commas, not 'a b'."),
        ('audio = "alsa"', "audio must be one of auto, portaudio, mock, not 'alsa'."),
        ("mdns = 1", "mdns must be true or false, not 1."),
        ('name = " "', "name must be text in printable characters, not blank, at most 63 bytes"),
        ('name = "a\\nb"', "name must be text in printable characters"),
        (f'name = "{"ü" * 32}"', "name must be text in printable characters"),
        ('host = "kitchen"', "host must be an IP address"),
        ("host = 1", "host must be an IP address"),
        ('state_dir = "here"', "state_dir must be an absolute path, or one that starts with ~"),
        ("state_dir = 1", "state_dir must be an absolute path"),
        ("[audio]\nx = 1", "audio must be one of auto, portaudio, mock, not a table."),
        ("audio.x = 1", "audio must be one of auto, portaudio, mock, not a table."),
    ],
)
def test_a_mistake_in_a_file_is_named_with_its_line(home: Home, line: str, said: str) -> None:
    home.own_file.write_text(f"# remark\n\n{line}\n")
    assert home.refusal().startswith(f"{home.own_file}:3: {said}")


@pytest.mark.parametrize(
    ("environ", "own"),
    [
        ({"HOME": "/home/x", "XDG_CONFIG_HOME": "/srv/c"}, "/srv/c/tonearm/receiver.toml"),
        ({"HOME": "/home/x", "XDG_CONFIG_HOME": "c"}, "/home/x/.config/tonearm/receiver.toml"),
        ({"HOME": "/home/x"}, "/home/x/.config/tonearm/receiver.toml"),
        ({}, "/.config/tonearm/receiver.toml"),
    ],
)
def test_where_the_files_are(environ: dict[str, str], own: str) -> None:
    assert sources.default_files(environ) == (Path("/etc/tonearm/receiver.toml"), Path(own))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\nport = \n", "is not TOML: Invalid value (at line 2, column 8)"),
        (b"port = 1\nport = 2", "is not TOML: Cannot overwrite a value"),
        (b"port = " + b"9" * 5000, "is not TOML: Exceeds the limit"),
        (b"a = \xff", "is not UTF-8 text."),
        (b"a = " + b"[" * 100_000, "is not TOML: "),
    ],
)
def test_a_file_that_is_not_toml_is_named(home: Home, content: bytes, said: str) -> None:
    home.own_file.write_bytes(content)
    assert home.refusal().startswith(f"{home.own_file}: {said}")


def test_a_file_that_cannot_be_read_is_named(home: Home, tmp_path: Path) -> None:
    assert home.refusal("--config", "/no/such.toml") == "/no/such.toml: there is no such file."
    assert home.refusal("--config", str(tmp_path)) == f"{tmp_path}: cannot be read: Is a directory."


def test_a_mistake_in_a_variable_or_flag_is_named(home: Home) -> None:
    assert home.refusal("--port", "x").startswith("--port: port must be a whole number")
    assert home.refusal("--audio", "x").startswith("--audio: audio must be one of auto")
    home.environ["TONEARM_MDNS"] = "maybe"
    assert home.refusal() == "TONEARM_MDNS: mdns must be true or false, not 'maybe'."
    home.environ = {"TONEARM_PROT": "1"}
    assert home.refusal() == (
        "environment: there is no option TONEARM_PROT. Did you mean TONEARM_PORT?"
    )


def test_a_mistake_that_another_source_covers_is_told_all_the_same(home: Home) -> None:
    home.own_file.write_text("port = 99999")
    assert "port must be" in home.refusal("--port", "1")


def test_a_buffer_cannot_be_larger_than_it_may_grow(home: Home) -> None:
    assert home.refusal("--buffer-ms=50", "--max-buffer-ms=40") == (
        "buffer_ms is 50 (--buffer-ms), which is more than max_buffer_ms, 40 (--max-buffer-ms)."
    )


def test_the_table_shows_each_value_and_its_source(home: Home) -> None:
    loaded = home.load("--name", 'Küche "1"', "--check-config")
    assert loaded.task == "check_config"
    lines = table(loaded).splitlines()
    assert [line.split()[0] for line in lines] == [option.key for option in OPTIONS]
    assert re.search(r'^name +"Küche \\"1\\"" +--name$', lines[0])
    assert re.search(r"^mdns +true +default$", lines[4])


def test_the_sample_names_every_option_and_changes_nothing(home: Home) -> None:
    home.system_file.write_text(sample())
    assert set(home.load("--print-config").origins.values()) == {"default"}
    commented = re.findall(r"^#(\w+ = .*)$", sample(), re.MULTILINE)
    assert [line.split()[0] for line in commented] == [option.key for option in OPTIONS]
    home.system_file.write_text("\n".join(line for line in commented if '"..."' not in line))
    assert home.load().config == Config(), "what it shows are the defaults"


def test_version_and_help_say_so_and_end(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    for flag in ("--version", "--help"):
        with pytest.raises(SystemExit) as ended:
            home.load(flag)
        assert ended.value.code == 0
    said = capsys.readouterr().out
    assert f"tonearm {receiver.__version__}" in said
    for option in OPTIONS:
        assert option.flag in said
        assert not isinstance(option.kind, Switch) or f"--no-{option.key}" in said


def test_an_unknown_flag_ends_with_usage(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        home.load("--prot", "1")
    assert ended.value.code == 2
    assert "--prot" in capsys.readouterr().err


def test_what_is_asked_for_may_be_a_word(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert home.load("pair").task == "pair"
    assert home.load("--doctor").task == "doctor"
    with pytest.raises(SystemExit):
        home.load("pear")
    assert "there is no pear" in capsys.readouterr().err


def test_the_doctor_may_speak_to_programs(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert home.load().task is None
    asked = home.load("--doctor", "--json")
    assert asked.task == "doctor"
    assert asked.json
    with pytest.raises(SystemExit):
        home.load("--json")
    assert "--doctor" in capsys.readouterr().err
