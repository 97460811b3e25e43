"""The house rules that a linter does not know."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator

from tests.house.code import EVERYTHING, PRODUCT, ROOT, Module, modules

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60
TOP_LEVEL = {
    "Makefile", "CHANGELOG.md", "README.md", "pyproject.toml",
    "benchmarks", "controller", "docs", "hw", "receiver", "systemd", "tests",
}  # fmt: skip
SPEAK = ("controller/cli/", "controller/demo")
"""Those who talk to people, and so may print."""
CLOCK = "receiver/clock/system.py"
DEFINITIONS = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def test_no_file_is_long() -> None:
    long = [m.path for m in modules(*EVERYTHING) if len(m.text.splitlines()) > MAX_FILE_LINES]
    assert not long


def test_no_function_is_long() -> None:
    long = [
        f"{module.path}:{node.lineno}: {node.name}"
        for module in modules(*EVERYTHING)
        for node in ast.walk(module.tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and (node.end_lineno or 0) - node.lineno >= MAX_FUNCTION_LINES
    ]
    assert not long


def public(module: Module) -> Iterator[ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    """The public classes, functions and methods of a module."""
    pending: list[ast.Module | ast.ClassDef] = [module.tree]
    while pending:
        for node in pending.pop().body:
            if isinstance(node, DEFINITIONS) and not node.name.startswith("_"):
                yield node
                if isinstance(node, ast.ClassDef):
                    pending.append(node)


def test_all_that_is_public_says_what_it_promises() -> None:
    silent = [
        f"{module.path}:{node.lineno}: {node.name}"
        for module in modules(*PRODUCT)
        for node in public(module)
        if not ast.get_docstring(node)
    ]
    silent += [m.path for m in modules(*EVERYTHING) if m.text and not ast.get_docstring(m.tree)]
    assert not silent


def test_nobody_catches_everything_without_a_name() -> None:
    bare = [
        f"{module.path}:{node.lineno}"
        for module in modules(*EVERYTHING)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ExceptHandler) and node.type is None
    ]
    assert not bare


def test_only_the_command_line_prints() -> None:
    loud = [
        f"{module.path}:{call.lineno}"
        for module in modules(*PRODUCT)
        for call in module.calls()
        if isinstance(call.func, ast.Name)
        and call.func.id == "print"
        and not module.path.startswith(SPEAK)
    ]
    assert not loud


def test_time_is_handed_in() -> None:
    own = [m.path for m in modules("receiver", "hw") if "time" in m.imports and m.path != CLOCK]
    assert not own
    called = [
        f"{module.path}:{call.lineno}"
        for module in modules(*PRODUCT)
        for call in module.calls()
        if ast.unparse(call.func) in {"time.time", "time.sleep"} and module.path != CLOCK
    ]
    assert not called


def test_every_task_has_an_owner() -> None:
    """Tasks are made by a `TaskGroup`, which waits for them and passes their errors on."""
    lost = [
        f"{module.path}:{call.lineno}"
        for module in modules(*EVERYTHING)
        for call in module.calls()
        if ast.unparse(call.func).endswith(("ensure_future", "loop.create_task"))
        or ast.unparse(call.func)
        in {"asyncio.create_task", "asyncio.get_running_loop().create_task"}
    ]
    assert not lost


def tracked() -> list[str]:
    """Every file that belongs to the project."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return listed.stdout.rstrip("\0").split("\0")


def test_the_top_level_stays_tidy() -> None:
    top = {file.partition("/")[0] for file in tracked()}
    assert {name for name in top if not name.startswith(".")} <= TOP_LEVEL


def test_nothing_is_put_off() -> None:
    marks = ("TO" + "DO", "FIX" + "ME", "XX" + "X")
    put_off = [m.path for m in modules(*EVERYTHING) if any(mark in m.text for mark in marks)]
    assert not put_off
