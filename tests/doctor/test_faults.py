"""Each fault is told by its own line, and by no other."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from receiver.doctor.base import Record
from receiver.doctor.examination import examine
from receiver.doctor.mock import AUDIO, CABLE, CARD, RADIO
from receiver.model.health import VERDICTS, Examination, Finding, worst
from receiver.model.state import Output, PeerClock, Problem, Volume
from tests.doctor.patients import BEDROOM, ID, OTHER, PORT, STATE, Ward, replace

Fault = Callable[[Ward], object]


def wrong(told: Examination) -> dict[str, str]:
    """The findings that are not ok: their names and verdicts."""
    return {f.name: f.verdict for f in told.findings if f.verdict != "ok"}


def output(**fields: object) -> Fault:
    return lambda ward: ward.becomes(output=replace(STATE.output, **fields))


def peer(**fields: object) -> Fault:
    return lambda ward: ward.becomes(peers={OTHER: replace(BEDROOM, **fields)})


def no_device(ward: Ward) -> None:
    ward.becomes(problem=Problem("no_device", "The DAC stopped by itself."))


def instance(name: str | None) -> Fault:
    def rename(ward: Ward) -> None:
        assert ward.patient.live is not None
        own = [Record(name, ID, PORT)] if name else []
        ward.machine.announcements = own
        ward.patient = replace(ward.patient, live=replace(ward.patient.live, instance=name))

    return rename


FAULTS: list[tuple[str, Fault, dict[str, str]]] = [
    ("nothing", lambda w: None, {}),
    ("an unset clock", lambda w: setattr(w.machine, "year", 1970), {"clock": "fail"}),
    ("a clock that is pulled", lambda w: setattr(w.machine, "correction_ppm", -480.0),
     {"clock": "warn"}),
    ("no time service", lambda w: w.machine.programs.update({
        ("timedatectl", "show", "--property=NTPSynchronized", "--value"): "no"}),
     {"clock": "warn"}),
    ("a full disk", lambda w: w.machine.fill_disk(4096), {"disk": "fail"}),
    ("a disk that is nearly full", lambda w: w.machine.fill_disk(30 << 20), {"disk": "warn"}),
    ("a read-only disk", lambda w: w.machine.mount_read_only(), {"disk": "fail"}),
    ("errors of the file system", lambda w: w.machine.files.update(
        {"/sys/fs/ext4/mmcblk0p2/errors_count": "3"}), {"card": "warn"}),
    ("a worn card", lambda w: w.machine.files.update(
        {f"/sys/dev/block/{CARD}/../device/life_time": "0x02 0x0a"}), {"card": "warn"}),
    ("heat", lambda w: w.machine.heat(82.5), {"temperature": "warn"}),
    ("too much heat", lambda w: w.machine.heat(95.0), {"temperature": "fail"}),
    ("undervoltage", lambda w: w.machine.throttle(0x50005), {"power": "fail"}),
    ("undervoltage before", lambda w: w.machine.throttle(0x50000), {"power": "warn"}),
    ("slowed down", lambda w: w.machine.throttle(0x4), {"power": "warn"}),
    ("undervoltage by the kernel", lambda w: w.machine.is_no_pi("1"), {"power": "fail"}),
    ("undervoltage, as seen from the service", lambda w: w.machine.hide_firmware(0x50005),
     {"power": "fail"}),
    ("undervoltage before, as seen from the service", lambda w: w.machine.hide_firmware(0x50000),
     {"power": "warn"}),
    ("a strong supply, as seen from the service", lambda w: w.machine.hide_firmware(0), {}),
    ("no vcgencmd", lambda w: w.machine.is_no_pi("0"), {}),
    ("Wi-Fi that sleeps", lambda w: w.machine.save_power(), {"wifi": "warn"}),
    ("weak Wi-Fi", lambda w: w.machine.carry_away(-83), {"wifi": "warn"}),
    ("no iw", lambda w: w.machine.programs.pop(("iw", "dev", "wlan0", "get", "power_save")), {}),
    ("a firewall before the port", lambda w: w.machine.block_port(), {"port": "fail"}),
    ("no multicast", lambda w: w.machine.block_multicast(RADIO),
     {"multicast": "fail", "mdns": "fail"}),
    ("no mDNS", lambda w: w.machine.block_mdns(CABLE), {"mdns": "fail"}),
    ("not advertised", instance(None), {"mdns": "warn"}),
    ("advertised by another name", instance("Kitchen (2)"), {"mdns": "warn"}),
    ("a copied card", lambda w: w.machine.announcements.append(Record("Kitchen (2)", ID, PORT)),
     {"mdns": "fail"}),
    ("the wrong port", lambda w: w.machine.announcements.__setitem__(0, Record("Kitchen", ID, 1)),
     {"mdns": "fail"}),
    ("no device", no_device, {"device": "fail"}),
    ("only the mock", output(backend="mock", device="mock"), {"device": "fail"}),
    ("underruns", output(underruns=2, buffer_ms=18.0), {"underruns": "warn"}),
    ("underruns with the largest buffer", output(underruns=9, buffer_ms=250.0),
     {"underruns": "warn"}),
    ("no real-time priority", lambda w: w.machine.grant_priority(False), {"priority": "warn"}),
    ("an old Python", lambda w: setattr(w.machine, "python", (3, 9, 2)), {"python": "fail"}),
    ("an old package", lambda w: w.machine.packages.update(zeroconf="0.62"),
     {"packages": "fail"}),
    ("a package that is too new", lambda w: w.machine.packages.update(aiohttp="4.0"),
     {"packages": "fail"}),
    ("a missing package", lambda w: w.machine.packages.pop("aiohttp"), {"packages": "fail"}),
    ("a missing library", lambda w: w.machine.loaded.pop("libvorbisfile.so.3"),
     {"libraries": "fail"}),
    ("an old libvorbis", lambda w: w.machine.loaded.update(
        {"libvorbis.so.0": "libVorbis 1.3.6"}), {"libraries": "warn"}),
    ("a peer that is off", peer(connected=False), {"house": "warn"}),
    ("a peer that is only remembered", peer(connected=False, version="", clock=None), {}),
    ("a peer of another version", peer(version="0.0.9"), {"house": "warn"}),
    ("a peer whose clock is not known well", peer(clock=PeerClock(0, 9000)), {"house": "warn"}),
    ("a peer of the same name", peer(name="Kitchen"), {"house": "warn"}),
    ("a problem", lambda w: w.becomes(problem=Problem("unplayable", "It is damaged.")),
     {"problem": "warn"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("fault", "expected"), [each[1:] for each in FAULTS], ids=[each[0] for each in FAULTS]
)
def test_a_fault_is_told_by_its_line_alone(fault: Fault, expected: dict[str, str]) -> None:
    ward = Ward()
    fault(ward)
    told = examine(ward.machine, ward.patient)
    assert wrong(told) == expected
    assert told.verdict == max(expected.values(), key=["ok", "warn", "fail"].index, default="ok")
    for finding in told.findings:
        assert bool(finding.advice) == (finding.verdict != "ok"), finding
        assert finding.seen


IDLE: list[tuple[str, Fault, dict[str, str]]] = [
    ("nothing", lambda w: None, {"port": "warn"}),
    ("the port is taken", lambda w: w.machine.occupy(PORT, "mpd", 812), {"port": "fail"}),
    ("no device", lambda w: w.machine.unplug(), {"port": "warn", "device": "fail"}),
    ("a busy device", lambda w: w.machine.hold(), {"port": "warn", "device": "fail"}),
    ("no right to priority", lambda w: w.machine.grant_priority(False),
     {"port": "warn", "priority": "warn"}),
    ("no multicast", lambda w: w.machine.block_multicast(CABLE),
     {"port": "warn", "multicast": "fail"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("fault", "expected"), [each[1:] for each in IDLE], ids=[each[0] for each in IDLE]
)
def test_a_receiver_that_does_not_run_is_looked_at_too(
    fault: Fault, expected: dict[str, str]
) -> None:
    ward = Ward()
    ward.stops()
    fault(ward)
    assert wrong(examine(ward.machine, ward.patient)) == expected


def find(told: Examination, name: str) -> Finding:
    return next(finding for finding in told.findings if finding.name == name)


def test_who_has_the_port_is_named() -> None:
    ward = Ward()
    ward.stops()
    ward.machine.occupy(PORT, "mpd", 812)
    assert "mpd (process 812)" in find(examine(ward.machine, ward.patient), "port").seen


def test_a_device_that_is_not_there_is_named() -> None:
    ward = Ward(device="HiFi")
    ward.stops()
    told = examine(ward.machine, ward.patient)
    assert find(told, "device").verdict == "fail"
    assert '"HiFi"' in find(told, "device").seen


def test_the_default_device_is_the_one_that_the_receiver_would_use() -> None:
    ward = Ward()
    ward.stops()
    found = find(examine(ward.machine, ward.patient), "device")
    assert (found.verdict, found.seen) == ("ok", "USB DAC: Audio (hw:1,0), takes 44100, 48000 Hz")
    ward.machine.hold()
    found = find(examine(ward.machine, ward.patient), "device")
    assert (found.verdict, found.seen) == ("fail", "USB DAC: Audio (hw:1,0) cannot be opened.")


def test_a_device_that_is_named_is_the_one_that_is_tried() -> None:
    ward = Ward(device="vc4hdmi")
    ward.stops()
    ward.machine.hold()
    told = find(examine(ward.machine, ward.patient), "device")
    assert (told.verdict, told.seen) == ("ok", "vc4-hdmi: MAI PCM (hw:0,0), takes 48000 Hz")


def test_a_rate_that_the_device_does_not_take() -> None:
    ward = Ward(rate=96000)
    told = examine(ward.machine, ward.patient)
    assert wrong(told) == {"device": "warn"}
    assert "(takes 44100, 48000)" in find(told, "device").advice


def test_the_mock_needs_no_device() -> None:
    ward = Ward(audio="mock")
    ward.machine.grant_priority(False)
    ward.becomes(output=Output("mock", "mock", 44100, 2, 9.0))
    assert not wrong(examine(ward.machine, ward.patient))


@pytest.mark.parametrize(
    ("options", "seen"),
    [
        ({}, "none"),
        ({"volume_cap": 60}, "60 %; 30 % now"),
        ({"night_cap": 30}, "30 % at night (22:00-07:00); 30 % now"),
        ({"volume_cap": 60, "night_cap": 30}, "60 %, 30 % at night (22:00-07:00); 30 % now"),
        ({"volume_cap": 60, "night_cap": 60}, "60 %; 30 % now"),
    ],
)
def test_the_caps_are_told(options: dict[str, int], seen: str) -> None:
    ward = Ward(**options)
    ward.becomes(volume=Volume(20, False, -34.0, 30, "07:00"))
    told = examine(ward.machine, ward.patient)
    assert (wrong(told), find(told, "cap").seen) == ({}, seen)
    ward.stops()
    assert find(examine(ward.machine, ward.patient), "cap").seen == seen.partition(";")[0]


def test_a_night_cap_that_never_holds() -> None:
    ward = Ward(night_cap=30, night_hours="")
    assert wrong(examine(ward.machine, ward.patient)) == {"cap": "warn"}


def test_mdns_that_is_switched_off_is_no_fault() -> None:
    ward = Ward(mdns=False)
    ward.machine.announcements.clear()
    assert not wrong(examine(ward.machine, ward.patient))


def test_an_address_of_its_own_is_the_only_one_looked_at() -> None:
    ward = Ward(host=CABLE)
    ward.machine.block_mdns(RADIO)
    assert not wrong(examine(ward.machine, ward.patient))


def test_priority_is_what_is_granted_while_nothing_plays() -> None:
    ward = Ward()
    ward.becomes(session=replace(STATE.session, playback="idle"))
    ward.machine.files.pop(f"/proc/{AUDIO}/task/710/stat")
    assert not wrong(examine(ward.machine, ward.patient))
    ward.machine.files[f"/proc/{AUDIO}/limits"] = "Max realtime priority     0     0"
    assert wrong(examine(ward.machine, ward.patient)) == {"priority": "warn"}
    ward.machine.files[f"/proc/{AUDIO}/status"] = "Name:\tx\nCapEff:\t0000000000800000\n"
    assert not wrong(examine(ward.machine, ward.patient))


def test_the_worst_verdict_counts() -> None:
    findings = [Finding("x", verdict, "") for verdict in VERDICTS]
    assert worst(findings) == "fail"
    assert worst(findings[:2]) == "warn"
    assert worst([]) == "ok"
