"""The code as data, for the tests of the house rules."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = ("receiver", "controller", "hw")
"""The packages that are installed."""
EVERYTHING = (*PRODUCT, "benchmarks", "tests", ".ci")


@dataclass(frozen=True)
class Module:
    """One file of Python; `path` is from the top of the project."""

    path: str

    @property
    def name(self) -> str:
        """Dotted, without the `__init__` of a package."""
        return self.path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")

    @cached_property
    def text(self) -> str:
        return (ROOT / self.path).read_text("utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def imports(self) -> dict[str, int]:
        """Every module that is imported anywhere in the file, and on which line.

        Those under `TYPE_CHECKING` and inside of functions count like all others.
        """
        found: dict[str, int] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found.update({alias.name: node.lineno for alias in node.names})
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{self.path}:{node.lineno}: a relative import"
                for alias in node.names:
                    full = f"{node.module}.{alias.name}"
                    found[full if is_own_module(full) else str(node.module)] = node.lineno
        return found

    def calls(self) -> Iterator[ast.Call]:
        """Every call in the file."""
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))


def is_own_module(name: str) -> bool:
    """True for a module or package of this project."""
    path = ROOT.joinpath(*name.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


@cache
def modules(*folders: str) -> tuple[Module, ...]:
    """Every file of Python below these folders."""
    return tuple(
        _module(path.relative_to(ROOT).as_posix())
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
    )


@cache
def _module(path: str) -> Module:
    """One for each file, so that each is parsed once."""
    return Module(path)


def part(module: str) -> str:
    """The part of the house that a module of the receiver belongs to: "receiver.sink"."""
    return ".".join(module.split(".")[:2])
