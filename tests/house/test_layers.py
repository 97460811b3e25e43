"""Imports run one way: `docs/architecture.md`, as a test."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.house.code import Module, is_own_module, modules, part

LAYERS = (
    ("receiver.__main__",),
    ("receiver.daemon",),
    ("receiver.app", "receiver.errands"),
    ("receiver.doctor", "receiver.front", "receiver.pairing", "receiver.settings"),
    ("receiver.control_loop",),
    ("receiver.player", "receiver.server", "receiver.peers", "receiver.service"),
    ("receiver.engine",),
    (
        "receiver.session", "receiver.source", "receiver.decoder", "receiver.sink",
        "receiver.discovery", "receiver.store", "receiver.config", "receiver.covers",
    ),
    ("receiver.handoff", "receiver.trust"),
    ("receiver.protocol", "receiver.pcm", "receiver.logs"),
    ("receiver.model", "receiver.clock"),
    ("receiver.errors", "receiver.memory"),
    ("receiver",),
)  # fmt: skip
"""From the top down. A part imports from the layers below its own, and from itself."""

LEVEL = {name: depth for depth, layer in enumerate(LAYERS) for name in layer}

AUDIO = {"receiver.pcm", "receiver.decoder", "receiver.sink", "receiver.engine"}
"""Parts of the audio process. The other process talks to them through `engine.link` alone."""
CONTROL = {
    "receiver.protocol", "receiver.handoff", "receiver.session", "receiver.source",
    "receiver.discovery", "receiver.store", "receiver.config", "receiver.player",
    "receiver.server", "receiver.peers", "receiver.service", "receiver.trust", "receiver.covers",
}  # fmt: skip
DOOR = "receiver.engine.link"

OUTSIDE = {
    "controller": {"receiver", "receiver.protocol", "receiver.model", "receiver.errors"},
    "hw": {"receiver", "receiver.errors", "receiver.clock", "receiver.protocol"},
}
"""What those who live beside the receiver may know of it."""
COMPOSE = {
    "receiver.__main__", "receiver.daemon", "receiver.app", "receiver.errands", "receiver.front",
}  # fmt: skip
"""Those of the receiver who know of the hardware."""

ONE_IMPORTER = {
    "aiohttp": {
        "receiver/server/callers.py",
        "receiver/server/cover_door.py",
        "receiver/server/guard.py",
        "receiver/server/http.py",
        "receiver/server/http_connection.py",
        "receiver/server/page.py",
        "receiver/server/peer_wire.py",
        "receiver/server/uploads.py",
        "receiver/server/visitor.py",
        "receiver/peers/dial.py",
        "receiver/source/connections.py",
        "controller/connection.py",
    },
    "RPi": {"hw/pins/rpi.py"},
    "ifaddr": {"receiver/discovery/addresses.py"},
    "prometheus_client": {"receiver/server/exposition.py"},
    "pyogg": {"receiver/decoder/libvorbis.py"},
    "segno": {"receiver/pairing.py"},
    "sounddevice": {"receiver/sink/portaudio.py"},
    "soxr": {"receiver/pcm/resample.py"},
    "zeroconf": {
        "receiver/discovery/zeroconf_advertiser.py",
        "receiver/discovery/zeroconf_browser.py",
        "receiver/discovery/zeroconf_probe.py",
        "controller/discovery.py",
    },
}
"""The file that stands for each package. aiohttp is two things: a server and a client."""
VOCABULARY = {
    "msgspec": {"receiver", "controller"},
    "numpy": {"receiver.pcm", "receiver.decoder", "receiver.sink", "receiver.engine"},
}
"""Packages that values are made of, and where those values are spoken."""


def own_imports(module: Module) -> list[tuple[str, str]]:
    """What it imports of ours, and the place, as "file:line"."""
    return [
        (name, f"{module.path}:{line}: imports {name}")
        for name, line in module.imports.items()
        if is_own_module(name)
    ]


def test_every_part_of_the_receiver_has_a_layer() -> None:
    assert {part(module.name) for module in modules("receiver")} <= LEVEL.keys()


def test_imports_run_down_only() -> None:
    wrong = [
        place
        for module in modules("receiver")
        for name, place in own_imports(module)
        if name.startswith("receiver")
        and part(name) != part(module.name)
        and LEVEL[part(name)] <= LEVEL[part(module.name)]
    ]
    assert not wrong


def test_the_two_processes_meet_in_one_place() -> None:
    wrong = [
        place
        for module in modules("receiver")
        for name, place in own_imports(module)
        if (part(module.name) in CONTROL and part(name) in AUDIO and name != DOOR)
        or (part(module.name) in AUDIO and part(name) in CONTROL)
    ]
    assert not wrong


@pytest.mark.parametrize("house", ["receiver", *OUTSIDE])
def test_who_lives_beside_the_receiver_knows_little_of_it(house: str) -> None:
    known = OUTSIDE.get(house, set())
    wrong = [
        place
        for module in modules(house)
        for name, place in own_imports(module)
        if not name.startswith(house)
        and part(name) not in known
        and not (module.name in COMPOSE and name.startswith("hw."))
    ]
    assert not wrong


def test_there_are_no_cycles() -> None:
    graph = {
        module.name: {name for name, _ in own_imports(module)} - {module.name}
        for module in modules("receiver", "controller", "hw")
    }
    size = len(graph) + 1
    while len(graph) < size:
        size = len(graph)
        imported = set().union(*graph.values())
        # Who imports nothing that is left, or is not imported by what is left, is in no cycle.
        graph = {
            name: below & graph.keys()
            for name, below in graph.items()
            if below & graph.keys() and name in imported
        }
    assert not graph


def test_a_package_is_imported_by_the_file_that_stands_for_it() -> None:
    importers: dict[str, set[str]] = {}
    for module in modules("receiver", "controller", "hw"):
        for name in module.imports:
            package = name.partition(".")[0]
            if package not in sys.stdlib_module_names and not is_own_module(package):
                importers.setdefault(package, set()).add(module.path)
    for package, places in VOCABULARY.items():
        strange = {
            path
            for path in importers.pop(package, set())
            if not Module(path).name.startswith(tuple(places))
        }
        assert not strange, f"{package} is not spoken there"
    assert importers == ONE_IMPORTER


HEAVY = {"numpy", "aiohttp", "zeroconf", "prometheus_client", "sounddevice", "pyogg", "soxr"}


@pytest.mark.parametrize(
    ("parts", "spared"),
    [
        (["receiver.protocol", "receiver.model", "receiver.handoff", "receiver.session"], HEAVY),
        (["receiver.config", "receiver.store"], HEAVY),
        (["receiver.player", "receiver.server", "receiver.source"], {"numpy", "sounddevice"}),
        (sorted(AUDIO), {"aiohttp", "zeroconf", "prometheus_client"}),
    ],
    ids=["the vocabulary", "files", "control", "audio"],
)
def test_what_is_heavy_is_loaded_only_where_it_is_used(parts: list[str], spared: set[str]) -> None:
    names = [module.name for module in modules("receiver") if part(module.name) in parts]
    script = f"import sys, {', '.join(names)}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert not spared & set(done.stdout.split())
