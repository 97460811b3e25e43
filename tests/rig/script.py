"""The scripts of `.ci`, which are no package, as modules."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

FOLDER = Path(__file__).parent.parent.parent / ".ci"


def load_script(name: str) -> ModuleType:
    """`.ci/NAME.py`, as the module `tonearm_NAME`."""
    spec = importlib.util.spec_from_file_location(f"tonearm_{name}", FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
