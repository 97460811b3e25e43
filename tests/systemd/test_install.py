"""The package and the scripts, from the first installation to the last trace."""

from __future__ import annotations

import re
import shutil
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import receiver
from receiver.config.sample import sample
from tests.systemd.debian import DebianRoot

SYSTEMD = Path(__file__).parents[2] / "systemd"
WEB = SYSTEMD.parent / "controller" / "web"
CONFIG = "etc/tonearm/receiver.toml"
STATE = "var/lib/private/tonearm/receiver.json"
UPLOAD = "var/cache/private/tonearm/uploads/0123456789abcdef0123456789abcdef"

pytestmark = [
    pytest.mark.tools("systemd-analyze", "pip of Debian"),
    pytest.mark.debian_root,
    pytest.mark.timeout(600),
]


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of this checkout."""
    folder = tmp_path_factory.mktemp("package")
    subprocess.run([SYSTEMD / "build-deb.sh", "--quick", folder], check=True)
    (made,) = folder.iterdir()
    return made


@pytest.fixture
def root(tmp_path: Path) -> Iterator[DebianRoot]:
    with DebianRoot(tmp_path / "debian") as root:
        yield root


def install(root: DebianRoot, package: Path) -> None:
    root.run(SYSTEMD / "install.sh", "--root", root.folder, "--package", package)


def newer(package: Path, folder: Path) -> Path:
    """The package of the next version: with another unit, and more in its configuration."""
    files = folder / "files"
    subprocess.run(["dpkg-deb", "--raw-extract", package, files], check=True)
    control = files / "DEBIAN/control"
    control.write_text(re.sub(r"(?m)^Version: .*", "Version: 99.0", control.read_text()))
    for file in (files / CONFIG, files / "usr/lib/systemd/system/tonearm.service"):
        file.write_text(file.read_text() + "# new in 99.0\n")
    made = folder / "newer.deb"
    subprocess.run(["dpkg-deb", "-Znone", "--root-owner-group", "-b", files, made], check=True)
    shutil.rmtree(files)
    return made


@pytest.mark.slow
def test_it_is_installed_into_a_root_folder(root: DebianRoot, package: Path) -> None:
    install(root, package)
    files = root.changed()
    root.run("systemd-analyze", "verify", f"--root={root.folder}", "tonearm.service")
    exposure = root.run(
        "systemd-analyze", "security", "--offline=true", f"--root={root.folder}",
        "--threshold=17", "--no-pager", "tonearm.service",
    )  # fmt: skip
    assert "Overall exposure level for tonearm.service: 1." in exposure
    assert receiver.__version__ in root.inside("tonearm-receiver", "--version")
    assert root.inside("tonearm", "--help").startswith("usage: tonearm ")
    unit = root.path("usr/lib/systemd/system/tonearm.service").read_text()
    environment = " ".join(re.findall(r"(?m)^Environment=(.*)$", unit)).split()
    run = ("env", *environment, "STATE_DIRECTORY=/x", "PYTHONVERBOSE=1", "tonearm-receiver")
    said = root.inside(*run, "--check-config")
    assert "STATE_DIRECTORY" in said
    assert "# code object from '" in said, "it says which modules it reads compiled"
    assert not re.search(r"(?m)^# code object from /.*", said), "and none had to be compiled"
    assert root.path(CONFIG).read_text() == sample()
    for file in (WEB / "index.html", *WEB.rglob("*.js")):
        root.inside(
            "sh",
            "-c",
            f"ls /opt/tonearm/venv/lib/*/site-packages/controller/web/{file.relative_to(WEB)}",
        )
    assert re.search(r"(?m)^gpio:x:\d+:$", root.path("etc/group").read_text())
    wanted = root.path("etc/systemd/system/multi-user.target.wants/tonearm.service")
    assert wanted.readlink().name == "tonearm.service"

    strange = [
        f"{stat.filemode(mode)} {name}"
        for name, (mode, _) in files.items()
        if not stat.S_ISLNK(mode) and (mode & 0o022 or not mode & 0o444)
    ]
    assert not strange
    built_in = root.inside("sh", "-c", "grep -rlF /var/tmp/tonearm. /opt/tonearm || true")
    assert not built_in, "no path of where it was built"

    install(root, package)
    assert root.changed() == files, "nothing had to be compiled, and a second time changes nothing"


@pytest.mark.slow
def test_nothing_is_compiled_at_a_start_even_when_there_is_another_python(
    root: DebianRoot, package: Path
) -> None:
    install(root, package)
    (library,) = root.path("opt/tonearm/compiled/usr/lib").glob("python3.*")
    before = compiled_in(library)
    assert {"json/__init__", "asyncio/base_events", "ssl"} <= before
    shutil.rmtree(library)
    root.inside("dpkg-trigger", "--by-package=tonearm", "--no-await", f"/usr/lib/{library.name}")
    root.inside("dpkg", "--triggers-only", "tonearm")
    assert compiled_in(library) == before


def compiled_in(library: Path) -> set[str]:
    """The modules."""
    return {
        str(path.relative_to(library)).partition(".")[0] for path in library.rglob("*.opt-2.pyc")
    }


@pytest.mark.slow
def test_what_is_the_owners_stays_until_it_is_purged(
    root: DebianRoot, package: Path, tmp_path: Path
) -> None:
    for kept in (STATE, UPLOAD):  # systemd's, and made with the first service of the kind
        root.path(kept.partition("/tonearm/")[0]).mkdir(exist_ok=True)
    before = root.changed()
    group = root.path("etc/group").read_text()
    install(root, package)
    root.path(CONFIG).write_text('name = "Kitchen"\n')
    for kept in (STATE, UPLOAD):
        root.path(kept).parent.mkdir(parents=True)
        root.path(kept).write_text("{}")

    install(root, newer(package, tmp_path))
    assert "99.0" in root.inside("dpkg-query", "-W", "tonearm")
    assert root.path(CONFIG).read_text() == 'name = "Kitchen"\n'
    assert root.path("usr/lib/systemd/system/tonearm.service").read_text().endswith("99.0\n")

    uninstall = (SYSTEMD / "uninstall.sh", "--root", root.folder)
    root.run(*uninstall)
    assert not root.path("opt/tonearm").exists()
    assert root.path(CONFIG).exists()
    assert root.path(STATE).exists()
    assert root.path(UPLOAD).exists()

    root.run(*uninstall, "--purge")
    assert root.changed() == before, "nothing is left"
    assert root.path("etc/group").read_text() == group
    assert "not installed" in root.run(*uninstall, "--purge")


@pytest.mark.parametrize(
    ("prepare", "said"),
    [
        ("true", "systemd does not run here"),
        ("echo 11.9 > /etc/debian_version", "this is Debian 11.9, and 12 (bookworm) is needed"),
        ("rm /etc/debian_version", "this is neither Debian nor Raspberry Pi OS"),
    ],
)
def test_where_it_cannot_be_installed_it_says_why(
    root: DebianRoot, prepare: str, said: str
) -> None:
    shutil.copytree(SYSTEMD, root.path("srv/systemd"))
    running = "" if "systemd" in said else "mkdir -p /run/systemd/system;"
    script = f"{running} {prepare}; /srv/systemd/install.sh || true"
    assert said in root.inside("sh", "-c", script)


def test_a_full_card_is_told_before_anything_is_done(root: DebianRoot) -> None:
    shutil.copytree(SYSTEMD, root.path("srv/systemd"))
    script = f'mount -t tmpfs -o size=9m tmpfs "{root.folder}/opt"; exec chroot "$0" sh -c "$1"'
    install_it = "mkdir -p /run/systemd/system; /srv/systemd/install.sh || true"
    said = root.run("unshare", "--mount", "sh", "-c", script, root.folder, install_it)
    assert "9 MB are free at /opt and /var/tmp, and 600 MB are needed." in said
