"""The room does no I/O but in `client`, and has never heard of the rest of the house."""

import ast
from pathlib import Path

import pytest

import leadwire.linkedin

MODULES = sorted(Path(leadwire.linkedin.__file__).parent.glob("*.py"))
IO = {
    "httpx2",
    "httpcore2",
    "ssl",
    "socket",
    "threading",
    "time",
    "asyncio",
    "os",
    "subprocess",
    "sqlite3",
    "logging",
}
DICE = {"random", "secrets", "uuid"}


def imported(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_imports_nothing_it_should_not(path):
    names = set(imported(path))
    roots = {name.split(".")[0] for name in names}
    assert not roots & DICE
    assert path.stem == "client" or not roots & IO
    assert {name for name in names if name.startswith("leadwire")} <= {
        "leadwire.linkedin",
        *(f"leadwire.linkedin.{other.stem}" for other in MODULES if other.stem != "client"),
    }


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_reads_no_clock(path):
    if path.stem != "client":
        called = {
            node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)
        }
        assert not called & {"now", "utcnow", "today", "fromtimestamp"}
