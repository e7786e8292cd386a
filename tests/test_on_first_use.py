"""Packages that import their modules on first use: the table that runs is that of the type checkers."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from ctscan.on_first_use import names_of

ROOT = Path(__file__).parents[1]
PACKAGES = ["ctscan.app", "ctscan.index.protocols", "ctscan.model", "ctscan.views.json"]


def stated(package: str) -> dict[str, str]:
    """Return the module of each name that a package imports for type checkers."""
    tree = ast.parse((ROOT / package.replace(".", "/") / "__init__.py").read_text(encoding="utf-8"))
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{package}."):
            assert all(alias.asname is None for alias in node.names)
            found |= {alias.name: node.module for alias in node.names}
    return found


@pytest.mark.parametrize("package", PACKAGES)
def test_every_name_that_type_checkers_know_is_there(package: str) -> None:
    names = stated(package)
    assert len(names) > 10
    offered = importlib.import_module(package)
    for name, module in names.items():
        assert getattr(offered, name) is getattr(importlib.import_module(module), name)


@pytest.mark.parametrize("package", PACKAGES)
def test_no_other_name_is_there(package: str) -> None:
    text = (ROOT / package.replace(".", "/") / "__init__.py").read_text(encoding="utf-8")
    (table,) = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Dict))
    rows = ast.literal_eval(table)
    assert {name: f"{package}.{module}" for module, names in rows.items() for name in names.split()} == stated(package)


@pytest.mark.parametrize("package", PACKAGES)
def test_no_name_is_that_of_a_module(package: str) -> None:
    """An imported module is an attribute of its package, and would stand in front of the name."""
    folder = ROOT / package.replace(".", "/")
    assert not stated(package).keys() & {path.stem for path in folder.glob("*.py")}


def test_a_name_imports_its_module_only() -> None:
    code = (
        "import sys; import ctscan.model as model; assert 'ctscan.model.spans' not in sys.modules;"
        "model.Span; assert 'Span' in vars(model);"
        "print(*sorted(m for m in sys.modules if m.startswith('ctscan.model.')))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["ctscan.model.spans"]


def test_an_unknown_name_is_an_attribute_error() -> None:
    find = names_of("ctscan.model", {"spans": "Span"})
    with pytest.raises(AttributeError, match=r"module 'ctscan\.model' has no attribute 'Nothing'"):
        find("Nothing")
