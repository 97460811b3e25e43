"""What was found: files of bytes that broke a promise once, and must never again."""

from __future__ import annotations

import hashlib
from pathlib import Path

from tests.fuzz.hunt import Finding
from tests.fuzz.target import Target

FOLDER = Path(__file__).parent / "findings"


def keep(target: Target, finding: Finding, folder: Path = FOLDER) -> Path:
    """Write down what was found: it is tried again by every run of the tests."""
    folder.mkdir(exist_ok=True)
    file = folder / f"{target.name}.{hashlib.sha256(finding.data).hexdigest()[:8]}"
    file.write_bytes(finding.data)
    return file


def kept(folder: Path = FOLDER) -> list[tuple[str, Path]]:
    """The name of the target, and the file, of each."""
    return [(file.name.partition(".")[0], file) for file in sorted(folder.glob("*.*"))]
