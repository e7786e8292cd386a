"""Tests of the house's checkers, on made-up sources."""

from __future__ import annotations

import pytest
from support.house import circles, function_lengths, module_name, ties, twins

# --- functions -----------------------------------------------------------------------------------------------------


def test_a_function_is_as_long_as_its_body_without_the_docstring() -> None:
    source = '''
def plain(
    a,
    b,
):
    """One line.

    Two more.
    """
    first()

    # why
    last(
    )
'''
    assert function_lengths(source) == {"plain": 5}


def test_a_docstring_alone_is_a_body() -> None:
    assert function_lengths('def empty():\n    """Nothing."""\n') == {"empty": 1}
    assert function_lengths('def empty():\n    """Nothing."""\n    return 1\n') == {"empty": 1}


def test_methods_coroutines_and_inner_functions_count_by_their_full_names() -> None:
    source = """
class Outer:
    class Inner:
        async def method(self):
            def local():
                return 1
            return local
if True:
    def conditional():
        pass
try:
    def guarded(): return 1
except ValueError:
    def guarded():
        a = 1
        return a
"""
    assert function_lengths(source) == {
        "Outer.Inner.method": 3, "Outer.Inner.method.local": 1, "conditional": 1, "guarded": 2,
    }  # fmt: skip


# --- file names ----------------------------------------------------------------------------------------------------


def test_two_files_of_one_name_are_twins() -> None:
    paths = ["p/a/parts.py", "p/b/c/parts.py", "p/parts.py", "p/other.py"]
    assert twins(paths, apart=()) == {"parts.py": {"p/a/parts.py", "p/b/c/parts.py", "p/parts.py"}}


def test_init_and_main_are_nobodys_twin() -> None:
    assert twins(["p/__init__.py", "p/a/__init__.py", "p/__main__.py", "p/a/__main__.py"], apart=()) == {}


def test_files_in_folders_that_are_apart_are_named_freely() -> None:
    paths = ["p/status.py", "p/cli/status.py", "p/cli/deep/status.py", "p/a/rules/x.py", "p/b/rules/x.py"]
    assert twins(paths, apart=("cli", "a/rules")) == {}
    assert twins(paths, apart=("cli",)) == {"x.py": {"p/a/rules/x.py", "p/b/rules/x.py"}}
    assert set(twins(paths, apart=("li", "status.py", "rules"))) == {"status.py"}  # whole names of folders only


# --- ties ----------------------------------------------------------------------------------------------------------


def test_the_name_of_a_module() -> None:
    assert [module_name(path) for path in ("p/__init__.py", "p/a.py", "p/b/__init__.py", "p/b/c.py")] == [
        "p", "p.a", "p.b", "p.b.c",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "source",
    [
        "import p.b",
        "import os, p.b as other",
        "from p.b import name",
        "from p import b",
        "from .b import name",
        "from . import b",
        "def lazy():\n    import p.b",
        "class A:\n    async def lazy(self):\n        if self:\n            from p.b import name",
        "if TYPE_CHECKING:\n    import os\nelse:\n    import p.b",
        "if not TYPE_CHECKING:\n    import p.b",
        "if other or TYPE_CHECKING:\n    import p.b",
        "try:\n    import p.b\nexcept ImportError:\n    pass",
    ],
)
def test_an_import_that_runs_ties(source: str) -> None:
    assert ties({"p/a.py": source, "p/b.py": "", "p/c.py": ""}) == {"p.a": {"p.b"}, "p.b": set(), "p.c": set()}


@pytest.mark.parametrize(
    "source",
    [
        "if TYPE_CHECKING:\n    import p.b",
        "if typing.TYPE_CHECKING:\n    from p.b import name",
        "if TYPE_CHECKING:\n    if True:\n        from p import b",
        "import q.b",
        "from q import b",
        "'import p.b'",
    ],
)
def test_an_import_for_types_or_of_another_package_does_not_tie(source: str) -> None:
    assert ties({"p/a.py": source, "p/b.py": ""})["p.a"] == set()


def test_names_of_a_package_tie_to_its_module_or_to_the_package() -> None:
    sources = {"p/a.py": "from p.b import c, Name", "p/b/__init__.py": "from .c import Name", "p/b/c.py": ""}
    assert ties(sources) == {"p.a": {"p.b.c", "p.b"}, "p.b": {"p.b.c"}, "p.b.c": set()}
    assert ties({"p/b/c.py": "from .. import a\nfrom ..a import x", "p/a.py": ""})["p.b.c"] == {"p.a"}


# --- circles -------------------------------------------------------------------------------------------------------


def test_a_circle_is_seen() -> None:
    assert circles({"a": {"b"}, "b": {"a"}, "c": {"a"}}) == {frozenset("ab")}


def test_a_long_circle_is_seen_and_two_that_touch_are_one() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}}) == {frozenset("abc")}
    assert circles({"a": {"b"}, "b": {"a", "c"}, "c": {"b"}, "d": {"e"}, "e": {"d"}}) == {
        frozenset("abc"), frozenset("de"),
    }  # fmt: skip


def test_a_module_that_imports_itself_is_a_circle() -> None:
    assert circles({"a": {"a"}}) == {frozenset("a")}


def test_many_ways_to_one_place_are_no_circle() -> None:
    assert circles({"a": {"b", "c"}, "b": {"d"}, "c": {"d"}, "d": set()}) == set()


def test_a_lazy_import_closes_a_circle_and_one_for_types_does_not() -> None:
    top = "from p.b import B\n"
    assert circles(ties({"p/a.py": top, "p/b.py": "def f():\n    from p.a import A\n"})) == {frozenset({"p.a", "p.b"})}
    assert circles(ties({"p/a.py": top, "p/b.py": "if TYPE_CHECKING:\n    from p.a import A\n"})) == set()


def test_a_package_that_offers_what_its_modules_define_is_no_circle() -> None:
    sources = {"p/__init__.py": "from p.a import A\nfrom p.b import B", "p/a.py": "", "p/b.py": "from p.a import A"}
    assert circles(ties(sources)) == set()
    assert circles(ties(sources | {"p/b.py": "from p import A"})) == {frozenset({"p", "p.b"})}
