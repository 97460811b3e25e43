"""A Raspberry Pi of the mind: healthy, until something is done to it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from receiver.doctor.base import LIBRARIES, Disk, Record
from receiver.errors import NoDevice
from receiver.model.health import Examination
from receiver.sink.devices import Device, find_device

CABLE, RADIO = "192.168.1.20", "192.168.1.21"
"""Its addresses: eth0's and wlan0's."""
CARD = "179:2"
CONTROL, AUDIO = 700, 701
"""Process ids of the receiver that runs on it."""
FIRMWARE = "/sys/devices/platform/soc/soc:firmware/get_throttled"
GIGABYTE = 1 << 30
HDMI = Device(0, "vc4-hdmi: MAI PCM (hw:0,0)", "vc4hdmi", 2, 48000)
DAC = Device(1, "USB DAC: Audio (hw:1,0)", "DAC", 2, 48000)

_WIRELESS = """\
Inter-| sta-|   Quality        |   Discarded packets               | Missed | WE
 face | tus | link level noise |  nwid  crypt   frag  retry   misc | beacon | 22
 wlan0: 0000   60.  {}.  -256        0      0      0      0     12        0"""


class MockMachine:
    """See `Machine`. A Pi 4 with a USB DAC and a monitor, on a cable and on Wi-Fi, with a
    receiver on port 7766. What happens to it is a method; what it is made of is in `files` and
    `programs`.
    """

    def __init__(self) -> None:
        self.python = (3, 13, 5)
        self.year = 2026
        self.correction_ppm = 4.0
        self.files = {
            f"/sys/dev/block/{CARD}/uevent": "MAJOR=179\nMINOR=2\nDEVNAME=mmcblk0p2",
            f"/sys/dev/block/{CARD}/../device/life_time": "0x01 0x02",
            "/sys/fs/ext4/mmcblk0p2/errors_count": "0",
            "/sys/class/thermal/thermal_zone0/temp": "48200",
            "/sys/class/hwmon/hwmon1/in0_lcrit_alarm": "0",
            "/sys/class/net/wlan0/phy80211/name": "phy0",
            "/sys/class/net/eth0/operstate": "up",
            "/proc/net/wireless": _WIRELESS.format(-52),
            "/proc/asound/card1/stream0": "Playback:\n    Rates: 44100, 48000",
            "/dev/gpiochip0": "",
            f"/proc/{CONTROL}/task/{CONTROL}/children": f"{AUDIO} 702",
        }
        self.programs = {
            ("timedatectl", "show", "--property=NTPSynchronized", "--value"): "yes",
            ("vcgencmd", "get_throttled"): "throttled=0x0",
            ("iw", "dev", "wlan0", "get", "power_save"): "Power save: off",
        }
        self.packages = {"aiohttp": "3.14.1", "zeroconf": "0.154.0"}
        self.modules = {"aiohttp", "zeroconf", "RPi.GPIO"}
        self.loaded = dict.fromkeys(LIBRARIES, "") | {"libvorbis.so.0": "libVorbis 1.3.7"}
        self.own_words: Examination | None = None
        """What the receiver says at its local door."""
        self.cards = {HDMI: [48000], DAC: [44100, 48000]}
        """The rates that each takes. The DAC is the default."""
        self.announcements: list[Record] = []
        self._free_bytes = 20 * GIGABYTE
        self._refusal: str | None = None
        self._listening = {7766}
        self._pages: dict[str, bytes] = {}
        self._silent: set[str] = set()
        self._muffled: set[str] = set()
        self._pins_are_ours = True
        self.grant_priority(True)

    # --- what happens to it -----------------------------------------------------------------

    def fill_disk(self, free_bytes: int) -> None:
        """Leave so much room."""
        self._free_bytes = free_bytes

    def mount_read_only(self) -> None:
        """Its card gave up."""
        self._refusal = "Read-only file system"

    def heat(self, celsius: float) -> None:
        """Put it into the sun."""
        self.files["/sys/class/thermal/thermal_zone0/temp"] = str(round(celsius * 1000))

    def throttle(self, bits: int) -> None:
        """The firmware notes what went wrong, bit by bit."""
        self.programs["vcgencmd", "get_throttled"] = f"throttled={bits:#x}"

    def hide_firmware(self, bits: int) -> None:
        """As within the service: `vcgencmd` fails; what the firmware noted stands in a file."""
        self.programs.pop(("vcgencmd", "get_throttled"))
        self.files[FIRMWARE] = f"{bits:x}"

    def is_no_pi(self, alarm: str) -> None:
        """Have no `vcgencmd`; the kernel's alarm is all there is."""
        del self.programs["vcgencmd", "get_throttled"]
        self.files["/sys/class/hwmon/hwmon1/in0_lcrit_alarm"] = alarm

    def save_power(self) -> None:
        """Let Wi-Fi sleep."""
        self.programs["iw", "dev", "wlan0", "get", "power_save"] = "Power save: on"

    def carry_away(self, dbm: int) -> None:
        """Take it away from the router."""
        self.files["/proc/net/wireless"] = _WIRELESS.format(dbm)

    def stop_receiver(self) -> None:
        """Nobody listens on the port any more."""
        self._listening.clear()
        self._pages.clear()

    def occupy(self, port: int, program: str, pid: int) -> None:
        """Another program listens there."""
        self._listening.add(port)
        users = f'LISTEN 0 128 *:{port} *:* users:(("{program}",pid={pid},fd=3))'
        self.programs["ss", "-ltnpH", f"sport = :{port}"] = users

    def serve(self, path: str, page: bytes) -> None:
        """The receiver answers a GET so."""
        self._pages[path] = page

    def block_port(self) -> None:
        """A firewall lets nobody in."""
        self._listening.clear()

    def block_multicast(self, address: str) -> None:
        """Nothing goes to groups by this address, mDNS neither."""
        self._silent.add(address)

    def block_mdns(self, address: str) -> None:
        """A firewall drops the port of mDNS there, and no other."""
        self._muffled.add(address)

    def unplug(self) -> None:
        """Take the DAC and the monitor away."""
        self.cards.clear()

    def hold(self) -> None:
        """Another program plays on the DAC."""
        self.cards[DAC] = []

    def grant_priority(self, granted: bool) -> None:
        """Whether the audio process may have real-time priority, and has it."""
        policy = 2 if granted else 0
        fields = " ".join(["S", *["0"] * 37, str(policy), *["0"] * 11])
        for pid in ("self", str(AUDIO)):
            self.files[f"/proc/{pid}/limits"] = f"Max realtime priority  {10 * granted}  10"
            self.files[f"/proc/{pid}/status"] = "CapEff:\t0000000000000000"
        self.files[f"/proc/{AUDIO}/task/{AUDIO}/stat"] = f"{AUDIO} (python) S{' 0' * 49}"
        self.files[f"/proc/{AUDIO}/task/710/stat"] = f"710 (a) b) {fields}"

    def lock_pins(self) -> None:
        """Take the right to use them from this user."""
        self._pins_are_ours = False

    # --- what it tells ----------------------------------------------------------------------

    def read(self, path: str) -> str | None:
        """See `System`."""
        return self.files.get(path)

    def names(self, folder: str) -> list[str]:
        """See `System`."""
        inside = (path[len(folder) + 1 :] for path in self.files if path.startswith(f"{folder}/"))
        return sorted({rest.partition("/")[0] for rest in inside})

    def may_write(self, path: str) -> bool:
        """See `System`."""
        return path in self.files and self._pins_are_ours

    def run(self, *command: str) -> str | None:
        """See `System`."""
        return self.programs.get(command)

    def disk(self, folder: Path) -> Disk:  # noqa: ARG002 - it has but one
        """See `System`."""
        return Disk(self._free_bytes, self._refusal, CARD)

    def installed(self, package: str) -> str | None:
        """See `System`."""
        return self.packages.get(package)

    def has_module(self, name: str) -> bool:
        """See `System`."""
        return name in self.modules

    def required(self) -> list[str]:
        """See `System`."""
        return ["aiohttp>=3.14,<4", "zeroconf>=0.150"]

    def libraries(self) -> dict[str, str]:
        """See `System`."""
        return dict(self.loaded)

    def addresses(self) -> list[str]:
        """See `Network`."""
        return [CABLE, RADIO]

    def refusal(self, host: str, port: int) -> str | None:  # noqa: ARG002 - all lead to it
        """See `Network`."""
        return None if port in self._listening else "connection refused"

    def fetch(self, host: str, port: int, path: str) -> bytes | None:  # noqa: ARG002 - as above
        """See `Network`."""
        return self._pages.get(path)

    def knock(self, state_dir: Path) -> Examination | None:  # noqa: ARG002 - there is one
        """See `Network`."""
        return self.own_words

    def multicast_refusal(self, address: str) -> str | None:
        """See `Network`."""
        return "network is unreachable" if address in self._silent else None

    def announced(self, addresses: Sequence[str]) -> dict[str, list[Record]]:
        """See `Network`."""
        deaf = self._silent | self._muffled
        return {a: [] if a in deaf else list(self.announcements) for a in addresses}

    def devices(self) -> list[Device]:
        """See `Sound`."""
        return list(self.cards)

    def chosen(self, wanted: str) -> Device:
        """See `Sound`."""
        if wanted:
            return find_device(wanted, self.devices())
        if DAC not in self.cards:
            raise NoDevice("There is no default sound device.")
        return DAC

    def rates(self, device: Device) -> list[int]:
        """See `Sound`."""
        return self.cards.get(device, [])
