"""Checkers of how the code is laid out: long functions, twin file names, circles of imports.

They take sources and names and give violations: `tests/test_house_checks.py` tries them on made-up sources, and
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
    """The syntax tree of a source; nobody changes it."""
    return ast.parse(source)


# --- functions -----------------------------------------------------------------------------------------------------


def function_lengths(source: str) -> dict[str, int]:
    """Lines of every function by its qualified name: methods and functions within functions too.

    Counted is the body, from its first statement behind the docstring to its last line; the signature and the docstring
    cost nothing, comments and empty lines between statements do. Of two functions of one name the longer counts.
    """
    found: dict[str, int] = {}
    for name, node in _functions(parsed(source)):
        body = node.body[1:] if ast.get_docstring(node) is not None and len(node.body) > 1 else node.body
        lines = (node.end_lineno or 0) - body[0].lineno + 1
        found[name] = max(lines, found.get(name, 0))
    return found


def _functions(node: ast.AST, prefix: str = "") -> Iterator[tuple[str, Function]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function | ast.ClassDef):
            name = f"{prefix}{child.name}"
            if isinstance(child, Function):
                yield name, child
            yield from _functions(child, f"{name}.")
        else:
            yield from _functions(child, prefix)


# --- file names ----------------------------------------------------------------------------------------------------


def twins(paths: Iterable[str], apart: Collection[str]) -> dict[str, set[str]]:
    """File names that several modules have, with the paths of these.

    Paths use slashes. Folders of `apart` (`cli`, `personal/rules`), at any depth, hold files that may be called as they
    like; `__init__.py` and `__main__.py` are nobody's twin.
    """
    by_name: dict[str, set[str]] = defaultdict(set)
    for path in paths:
        name, folder = PurePosixPath(path).name, f"/{PurePosixPath(path).parent}/"
        if name not in ("__init__.py", "__main__.py") and not any(f"/{free}/" in folder for free in apart):
            by_name[name].add(path)
    return {name: found for name, found in by_name.items() if len(found) > 1}


# --- circles -------------------------------------------------------------------------------------------------------


def module_name(path: str) -> str:
    """The dotted name of a module by its path: `a/b.py` is `a.b`, `a/__init__.py` is `a`."""
    return ".".join(PurePosixPath(path).with_suffix("").parts).removesuffix(".__init__")


def ties(sources: Mapping[str, str]) -> dict[str, set[str]]:
    """Which of some modules each of them imports when it runs, by dotted names; `sources` are texts by path.

    An import within a function ties as much as one at the top. One under `if TYPE_CHECKING:` doesn't: it never runs.
    `from a import b` ties to the module `a.b` where there is one, and otherwise to `a`, which then defines `b`. That
    `a.b` also runs `a/__init__.py` isn't counted: a package may offer what its own modules define.
    """
    modules = {module_name(path): path for path in sources}
    return {
        name: {tied for node in _run(parsed(sources[path])) for tied in _targets(node, path, modules)}
        for name, path in modules.items()
    }


def _run(node: ast.AST) -> Iterator[ast.AST]:
    """Every node below one, but for the bodies of `if TYPE_CHECKING:`; their `else` runs."""
    children = node.orelse if isinstance(node, ast.If) and _never_runs(node.test) else ast.iter_child_nodes(node)
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
    """Groups of nodes each of which leads to every node of its group; a node that leads to itself is one too."""
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
