"""Checkers of the code's layout: long functions, twin file names, import circles.

They take sources and names and return violations: `tests/test_house_checks.py` tries them on made-up sources, and
`tests/test_house.py` holds the package against them.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from pathlib import PurePosixPath

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def parsed(source: str) -> ast.Module:
    """Parse a source into a syntax tree; callers don't change it."""
    return ast.parse(source)


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """Yield every statement below a module or a statement: the place of all imports, functions and classes."""
    for child in _inside(node):
        yield child
        yield from statements(child)


def _inside(node: ast.AST) -> list[ast.AST]:
    """List the statements, handlers and cases right within a node that isn't an expression."""
    return [child for part in ("body", "handlers", "orelse", "finalbody", "cases") for child in getattr(node, part, ())]


# --- functions -----------------------------------------------------------------------------------------------------


def function_lengths(source: str) -> dict[str, int]:
    """Count the lines of every function by its qualified name, including methods and functions within functions.

    The count covers the body, from its first statement after the docstring to its last line, with comments and empty
    lines between statements; the signature and the docstring are free. Of two functions with the same name, the longer
    counts.
    """
    found: dict[str, int] = {}
    for name, node in _functions(parsed(source)):
        body = node.body[1:] if ast.get_docstring(node) is not None and len(node.body) > 1 else node.body
        lines = (node.end_lineno or 0) - body[0].lineno + 1
        found[name] = max(lines, found.get(name, 0))
    return found


def _functions(node: ast.AST, prefix: str = "") -> Iterator[tuple[str, Function]]:
    for child in _inside(node):
        if isinstance(child, Function | ast.ClassDef):
            name = f"{prefix}{child.name}"
            if isinstance(child, Function):
                yield name, child
            yield from _functions(child, f"{name}.")
        else:
            yield from _functions(child, prefix)


# --- file names ----------------------------------------------------------------------------------------------------


def twins(paths: Iterable[str], apart: Collection[str]) -> dict[str, set[str]]:
    """Find file names that several modules have, with the paths of these modules.

    Paths use slashes. Files in folders of `apart` (`cli`, `personal/rules`), at any depth, may have any name;
    `__init__.py` and `__main__.py` are never twins.
    """
    by_name: dict[str, set[str]] = defaultdict(set)
    for path in paths:
        name, folder = PurePosixPath(path).name, f"/{PurePosixPath(path).parent}/"
        if name not in ("__init__.py", "__main__.py") and not any(f"/{free}/" in folder for free in apart):
            by_name[name].add(path)
    return {name: found for name, found in by_name.items() if len(found) > 1}


# --- circles -------------------------------------------------------------------------------------------------------


def module_name(path: str) -> str:
    """Convert the path of a module to its dotted name: `a/b.py` is `a.b`, `a/__init__.py` is `a`."""
    return ".".join(PurePosixPath(path).with_suffix("").parts).removesuffix(".__init__")


def ties(sources: Mapping[str, str]) -> dict[str, set[str]]:
    """Map each module to the given modules that it imports when it runs, by dotted names; `sources` are texts by path.

    An import within a function ties as much as an import at the top. An import under `if TYPE_CHECKING:` never runs and
    doesn't tie. `from a import b` ties to the module `a.b` if it exists, and otherwise to `a`, which then defines `b`.
    That `a.b` also runs `a/__init__.py` isn't counted: a package may offer the names that its own modules define.
    """
    modules = {module_name(path): path for path in sources}
    return {
        name: {tied for node in _run(parsed(sources[path])) for tied in _targets(node, path, modules)}
        for name, path in modules.items()
    }


def _run(node: ast.AST) -> Iterator[ast.AST]:
    """Yield every statement below `node`, but skip the bodies of `if TYPE_CHECKING:`; their `else` runs."""
    children = node.orelse if isinstance(node, ast.If) and _never_runs(node.test) else _inside(node)
    for child in children:
        yield child
        yield from _run(child)


def _never_runs(test: ast.expr) -> bool:
    return ast.unparse(test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")


def _targets(node: ast.AST, path: str, modules: Collection[str]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names if alias.name in modules)
    elif isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            above = PurePosixPath(path).parts[: -node.level]
            base = ".".join((*above, base)).removesuffix(".")
        for alias in node.names:
            full = f"{base}.{alias.name}"
            if found := full if full in modules else base if base in modules else "":
                yield found


def circles(graph: Mapping[str, Collection[str]]) -> set[frozenset[str]]:
    """Find groups of nodes in which each node leads to every node of the group, including a node that leads to
    itself."""
    reached = {node: _reached(node, graph) for node in graph}
    return {
        frozenset(other for other in reached[node] if node in reached[other]) for node in graph if node in reached[node]
    }


def _reached(start: str, graph: Mapping[str, Collection[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(graph[start])
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting += graph[node]
    return found
