"""Names and regular expressions that are made on first use: the tables of packages are those of the type checkers, and
every expression compiles."""

from __future__ import annotations

import ast
import gc
import importlib
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.house import parsed

import ctscan
from ctscan.on_first_use import LatePattern, late_pattern, names_of

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


# --- regular expressions ---------------------------------------------------------------------------------------------


def test_an_expression_is_compiled_when_it_is_used() -> None:
    wrong = late_pattern("(")
    assert wrong.pattern == "("
    with pytest.raises(re.error):
        wrong.match("a")


def test_an_expression_behaves_like_a_compiled_one() -> None:
    late, compiled = late_pattern(r"(?P<a>a+)(b)?", re.IGNORECASE), re.compile(r"(?P<a>a+)(b)?", re.IGNORECASE)
    for _ in range(2):  # before and after it took over the methods
        assert late.sub("-", "xAAby") == compiled.sub("-", "xAAby") == "x-y"
        assert late.findall("aab A") == compiled.findall("aab A")
        assert [found["a"] for found in late.finditer("a aa")] == ["a", "aa"]
        assert late.split("xay", maxsplit=1) == compiled.split("xay", maxsplit=1)
        assert (late.flags, late.groups, late.groupindex) == (compiled.flags, compiled.groups, compiled.groupindex)
    assert late_pattern(rb"\d").fullmatch(b"7")
    with pytest.raises(AttributeError):
        late.nothing  # noqa: B018 - read for its error


def test_every_expression_of_the_package_compiles() -> None:
    for found in pkgutil.walk_packages(ctscan.__path__, "ctscan."):
        if found.name not in ("ctscan.__main__", "ctscan.file_process"):
            importlib.import_module(found.name)
    gc.unfreeze()  # what was loaded while tests were collected is hidden from the collector
    expressions = [one for one in gc.get_objects() if type(one) is LatePattern]
    gc.freeze()
    assert len(expressions) > 300
    assert all(one.groups >= 0 for one in expressions)


def test_no_module_compiles_an_expression_when_it_is_imported() -> None:
    """Room `http` has few, which its client uses at once."""
    wrong = []
    for path in sorted((ROOT / "ctscan").rglob("*.py")):
        if path.parent.name == "http" or path.name == "on_first_use.py":
            continue
        tree = parsed(path.read_text(encoding="utf-8"))
        named = (node for node in _at_import(tree) if isinstance(node, ast.Attribute) and node.attr == "compile")
        calls = (node for node in named if ast.unparse(node) == "re.compile")
        wrong += [f"{path.relative_to(ROOT)}:{node.lineno}" for node in calls]
    assert wrong == []


def _at_import(node: ast.AST) -> Iterator[ast.AST]:
    """Yield every node that runs when a module is imported."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield child
            yield from _at_import(child)
