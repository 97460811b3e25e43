"""Where the receiver keeps what it must not forget."""

from __future__ import annotations

from receiver.doctor.base import Patient, System
from receiver.model.health import Finding

LITTLE_BYTES, ENOUGH_BYTES = 1 << 20, 100 << 20
WORN_OUT = 9
"""Tenths of the life of an eMMC, as it tells them itself (JEDEC 5.0): from here on it may end."""


def check_disk(machine: System, patient: Patient) -> list[Finding]:
    """State is kept, there is room for it, and the card says nothing of its end."""
    folder = patient.config.state_dir
    disk = machine.disk(folder)
    if disk.refusal is not None:
        state = Finding(
            "disk",
            "fail",
            f"{folder} cannot be written: {disk.refusal}. Nothing is remembered.",
            "See who owns the folder, whether the card is mounted read-only (mount), and what the"
            " kernel says (dmesg); or set state_dir.",
        )
    elif disk.free_bytes < LITTLE_BYTES:
        state = Finding(
            "disk", "fail", f"The disk of {folder} is full. Nothing is remembered.", _ROOM
        )
    elif disk.free_bytes < ENOUGH_BYTES:
        free = f"Only {disk.free_bytes >> 20} MB are free on the disk of {folder}."
        state = Finding("disk", "warn", free, _ROOM)
    else:
        state = Finding("disk", "ok", f"{folder}, {_size(disk.free_bytes)} free")
    return [state, *_wear(machine, disk.device)]


_ROOM = "Make room: sudo journalctl --vacuum-size=50M; sudo apt clean."


def _wear(machine: System, device: str) -> list[Finding]:
    """What the card says of itself: errors of its file system, and its age where it counts that."""
    block = f"/sys/dev/block/{device}"
    uevent = machine.read(f"{block}/uevent") or ""
    name = next((line[8:] for line in uevent.splitlines() if line.startswith("DEVNAME=")), "")
    errors = machine.read(f"/sys/fs/ext4/{name}/errors_count") if name else None
    if errors not in (None, "0"):
        seen = f"The file system on {name} has had {errors} errors."
        return [Finding("card", "warn", seen, f"Copy what matters, and replace it. {_CHECK}")]
    ages = machine.read(f"{block}/../device/life_time") or ""
    tenths = [int(age, 16) for age in ages.split() if _is_hex(age)]
    if tenths and max(tenths) >= WORN_OUT:
        seen = f"The memory of {name} has spent {min(max(tenths), 10) * 10} % of its life or more."
        return [Finding("card", "warn", seen, "Replace it before it ends.")]
    return [Finding("card", "ok", f"{name or 'the disk'} tells of no errors")]


_CHECK = "A card that failed once will again."


def _is_hex(text: str) -> bool:
    try:
        int(text, 16)
    except ValueError:
        return False
    return True


def _size(size: int) -> str:
    return f"{size >> 20} MB" if size < 10 << 30 else f"{size >> 30} GB"
