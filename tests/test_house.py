"""Tests of house rules that no other tool checks: imports between rooms, lengths of functions and files, names of
files, and forbidden content."""

from __future__ import annotations

import ast
import gc
import os
import re
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from itertools import chain
from pathlib import Path

import pytest
from count_prose import count
from support.house import circles, function_lengths, parsed, statements, ties, twins

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "ctscan"

MAY_IMPORT: dict[str, set[str]] = {
    # room                rooms that it may import besides itself
    "model": {"hidden_fields", "on_first_use"},
    "errors": {"model"},  # for type checkers
    "clock": set(),
    "garbage": set(),
    "on_first_use": set(),
    "hidden_fields": set(),
    "native_core": {"model"},
    "extras": {"errors"},
    "resources": {"errors"},
    "config": {"model", "errors", "on_first_use", "resources"},
    "ct": {"model", "errors", "on_first_use", "native_core"},
    "x509": {"model", "errors", "on_first_use", "extras"},
    "personal": {"model", "errors", "on_first_use", "resources", "x509", "native_core"},
    "http": {"errors", "hidden_fields", "resources"},
    "mail": {"model", "errors", "on_first_use", "extras"},
    "alerts": {  # `config`: checks of values
        "model", "errors", "hidden_fields", "on_first_use", "clock", "config", "http", "mail",
    },
    "sources": {
        "model", "errors", "hidden_fields", "on_first_use", "extras", "resources", "native_core", "ct", "http",
    },
    "index": {  # `privacy`: people who objected
        "model", "errors", "extras", "hidden_fields", "on_first_use", "x509", "privacy",
    },
    "authorities": {"model", "errors", "on_first_use", "http"},
    "revocation": {"model", "errors", "clock", "x509", "http", "sources", "index"},
    "answer": {"model", "errors", "ct", "x509", "personal", "index", "revocation"},
    "dsar": {"model", "errors", "on_first_use", "resources", "personal"},
    "exposure": {"model", "errors", "revocation"},  # `revocation` for the standing of a certificate
    "collect": {"model", "errors", "clock", "x509", "personal", "sources", "index"},
    "scan": {"model", "errors", "clock", "garbage", "resources", "ct", "personal", "http", "sources", "index"},
    "privacy": {"model", "errors", "hidden_fields", "on_first_use"},
    "views": {"model", "errors", "extras", "on_first_use", "resources", "personal", "privacy"},  # `personal`: words
    "app": {
        "model", "errors", "extras", "clock", "hidden_fields", "on_first_use", "resources", "config", "ct", "x509",
        "personal", "http", "mail", "sources", "index", "authorities", "revocation", "answer", "dsar", "exposure",
        "collect", "scan", "privacy", "views", "alerts",
    },
    "cli": {  # `scan`: events to draw; `native_core`: the version tells of it
        "model", "errors", "garbage", "on_first_use", "resources", "config", "native_core", "app", "views", "privacy",
        "scan",
    },
    "file_process": {"model", "errors", "sources", "x509"},  # a process of its own: `python -m ctscan.file_process`
    "__main__": {"cli"},
}  # fmt: skip

PURE = (
    "model", "errors", "extras", "ct", "x509", "personal", "answer", "dsar", "exposure", "authorities/ccadb",
    "revocation/status",
    "authorities/ca_profiles", "authorities/closed_tables", "authorities/profile_checks",
    "authorities/profile_matching", "authorities/retention", "privacy/suppression",
    "http/answer_parser", "http/public_addresses",
    "alerts/atom_document", "alerts/masking", "alerts/syslog_format", "alerts/timing",
)  # fmt: skip
"""Rooms, and single files of other rooms, that take values and return values."""

IMPURE = {
    "aiosqlite", "asyncio", "glob", "http", "httpx", "io", "logging", "multiprocessing", "os", "pathlib",
    "random", "secrets", "shutil", "signal", "socket", "sqlite3", "ssl", "structlog", "subprocess", "sys", "tempfile",
    "threading", "time", "uuid",
}  # fmt: skip

NEVER_IMPORTED_HERE = {
    # package            reason to depend on it
    "sniffio": "httpcore looks for it several times in each request, and a search that fails costs 40 µs each time",
}

IMPORTED_AS = {
    "python-stdnum": "stdnum",
    "pycryptodome": "Crypto",
    "python-docx": "docx",
    "vl-convert-python": "vl_convert",
    "backports.zstd": "backports",
}
"""Dependencies that are imported under another name."""

MAX_LINES = 400
MAX_TEST_LINES = 600
MAX_FUNCTION_LINES = 40

MAX_RIDDLES = {"what": 5.0, "tell": 0.8}
"""Limits of riddles per 1,000 words of docstrings and comments: see `count_prose.py`."""

LONGER_FOR_A_REASON: dict[str, str] = {
    # path: function     reason to keep it in a single piece
}
"""Functions that may be longer than the limit: three at most."""

NAMED_FREELY = ("model", "sqlite", "postgres", "personal/rules", "cli", "web", "views")
"""Folders in which files may share names with files elsewhere: a file is named after its content."""


@pytest.fixture(scope="module", autouse=True)
def _trees_are_dropped() -> Iterator[None]:
    """Drop the texts and syntax trees of all files behind the last test, and keep the garbage collector away from them:
    it would walk over millions of nodes again and again."""
    gc.disable()
    yield
    parsed.cache_clear()
    texts.cache_clear()
    gc.enable()


def files(folder: Path = PACKAGE) -> list[Path]:
    return sorted(folder.rglob("*.py"))


def sources() -> dict[str, str]:
    """Read the text of every file of ctscan, by path."""
    return {name_of(path): path.read_text(encoding="utf-8") for path in files()}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def tree(path: Path) -> ast.Module:
    return parsed(path.read_text(encoding="utf-8"))


@cache
def imports(path: Path) -> frozenset[str]:
    """Return every module that a file imports, at any place; `from a import b` gives `a` and `a.b`."""
    found: set[str] = set()
    for node in statements(tree(path)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module if node.level == 0 and node.module else f"a relative import in {name_of(path)}"
            found.update((module, *(f"{module}.{alias.name}" for alias in node.names)))
    return frozenset(found)


def packages(path: Path) -> set[str]:
    """Return the top-level packages that a file imports."""
    return {module.split(".")[0] for module in imports(path)}


def test_imports_follow_the_table() -> None:
    wrong = []
    for path in files():
        room = room_of(path)
        own = {module.split(".")[1] for module in imports(path) if module.startswith("ctscan.")}
        wrong += [f"{name_of(path)}: {other}" for other in own - {room} - MAY_IMPORT.get(room, set())]
        wrong += [f"{name_of(path)}: {module}" for module in imports(path) if module == "ctscan" or " " in module]
    assert wrong == []


def test_table_names_the_rooms_that_there_are() -> None:
    assert {room_of(path) for path in files()} - {"__init__"} == set(MAY_IMPORT)


def test_table_permits_only_imports_that_there_are() -> None:
    """The table grants no unused import, which would invite a shortcut; only `app` may import every room."""
    used: dict[str, set[str]] = defaultdict(set)
    for path in files():
        used[room_of(path)] |= {module.split(".")[1] for module in imports(path) if module.startswith("ctscan.")}
    unused = {room: others - used[room] for room, others in MAY_IMPORT.items() if room != "app"}
    assert {room: others for room, others in unused.items() if others} == {}


def test_pure_rooms_do_no_io() -> None:
    wrong = []
    for path in files():
        file = path.relative_to(PACKAGE).with_suffix("").as_posix()
        if room_of(path) not in PURE and file not in PURE:
            continue
        calls = {n.func.id for n in ast.walk(tree(path)) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
        wrong += [f"{name_of(path)}: {what}" for what in packages(path) & IMPURE | calls & {"open", "print", "input"}]
    assert wrong == []


def test_only_the_index_imports_a_database_driver_or_an_implementation_of_the_index() -> None:
    for path in files():
        room, found = room_of(path), set(imports(path))
        if room != "index":
            assert not {"sqlite3", "aiosqlite"} & found, name_of(path)
            assert not any(module.startswith("ctscan.index.sqlite") for module in found), path


def test_functions_ask_for_roles_and_not_for_the_whole_index() -> None:
    """Only the wiring names the whole opened index."""
    outside = (path for path in files() if room_of(path) != "index")
    assert [name_of(path) for path in outside if "ctscan.index.protocols.Index" in imports(path)] == [
        "ctscan/app/wiring.py"
    ]


def test_no_command_imports_another() -> None:
    """Code that two commands share has a file of its own."""
    commands = {
        path for path in files(PACKAGE / "cli") if re.search(r"^(?:def )?COMMAND\b", path.read_text("utf-8"), re.M)
    }
    assert len(commands) > 15
    modules = {f"ctscan.cli.{path.stem}" for path in commands}
    assert {name_of(path): sorted(imports(path) & modules) for path in commands if imports(path) & modules} == {}


def test_only_one_room_speaks_http_and_only_the_command_line_draws() -> None:
    for path in files():
        top = packages(path)
        if room_of(path) != "http":
            assert not {"httpx", "httptools"} & top, name_of(path)
        if room_of(path) not in ("cli", "views"):
            assert not top & {"click", "rich"}, name_of(path)


def test_dependencies_are_those_that_are_imported() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    required = [*project["dependencies"], *chain.from_iterable(project["optional-dependencies"].values())]
    names = (re.split(r"[^A-Za-z0-9_.-]", text)[0].lower() for text in required)
    declared = {IMPORTED_AS.get(name, name) for name in names} - {"ctscan"}  # the extra `all` names the others
    stdlib = sys.stdlib_module_names | {"compression"}  # of Python 3.14
    used = {package for path in files() for package in packages(path)} - stdlib - {"ctscan"}
    assert declared - used == set(NEVER_IMPORTED_HERE)
    assert used <= declared


def test_one_module_speaks_to_postgresql_and_only_when_it_is_used() -> None:
    speaks = [path for path in files() if "psycopg" in packages(path)]
    assert [name_of(path) for path in speaks] == ["ctscan/sources/repositories/crtsh_sql/sql_session.py"]
    for path in speaks:
        at_once = [node for node in tree(path).body if isinstance(node, ast.Import | ast.ImportFrom)]
        assert "psycopg" not in ast.unparse(at_once)


def test_one_module_has_the_cipher_of_old_files_and_loads_it_when_it_is_used() -> None:
    (speaks,) = (path for path in files() if "Crypto" in packages(path))
    assert name_of(speaks) == "ctscan/x509/containers/rc2.py"
    at_once = [node for node in tree(speaks).body if isinstance(node, ast.Import | ast.ImportFrom)]
    assert "Crypto" not in ast.unparse(at_once)


def test_one_module_reads_the_structures_around_certificates() -> None:
    assert [name_of(path) for path in files() if "asn1crypto" in packages(path)] == [
        "ctscan/x509/containers/signed_data.py"
    ]


def test_no_file_is_too_long() -> None:
    tests = [*files(ROOT / "tests"), *files(ROOT / "bench")]
    limits = dict.fromkeys(files(), MAX_LINES) | dict.fromkeys(tests, MAX_TEST_LINES)
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in limits}
    long = {name_of(path): lines for path, lines in lengths.items() if lines > limits[path]}
    assert long == {}


def test_no_function_is_too_long() -> None:
    lengths = {f"{file}: {name}": n for file, text in sources().items() for name, n in function_lengths(text).items()}
    long = {name: lines for name, lines in lengths.items() if lines > MAX_FUNCTION_LINES}
    assert set(long) == set(LONGER_FOR_A_REASON), long


def test_few_functions_are_longer_and_each_has_its_reason() -> None:
    assert len(LONGER_FOR_A_REASON) <= 3
    assert all(reason.strip() for reason in LONGER_FOR_A_REASON.values())


def test_no_two_modules_have_one_file_name() -> None:
    assert twins(sources(), apart=NAMED_FREELY) == {}


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Imports within functions count, for a lazy circle is still a circle. Imports for type checkers don't count."""
    graph = ties(sources())
    assert "ctscan.cli.program" in graph["ctscan.cli"]
    assert circles(graph) == set()


def test_every_module_says_what_it_is() -> None:
    for path in [*files(), *files(ROOT / "bench")]:
        found = tree(path)
        assert not found.body or ast.get_docstring(found), f"{name_of(path)} has no docstring"


def test_docstrings_and_comments_are_no_riddles() -> None:
    found = sum(count(PACKAGE).values(), Counter[str]())
    rates = {riddle: found[riddle] * 1000 / found["words"] for riddle in MAX_RIDDLES}
    assert all(rates[riddle] <= limit for riddle, limit in MAX_RIDDLES.items()), rates


# --- content of the files ------------------------------------------------------------------------------------------

MACHINE_PATH = re.compile(r"/(?<![\w.:/~-]/)(?:home|Users|root|work|opt|mnt)/\w")
REAL_ADDRESS_HINT = re.compile(
    r"@(?<=[\w.+-]@)(?:gmail|googlemail|outlook|hotmail|yahoo|gmx|icloud|web)\.[a-z]{2,}", re.I
)


def is_read(name: str) -> bool:
    if name.startswith("."):
        return name in (".ci", ".gitignore", ".gitattributes")
    return name not in ("__pycache__", "demo-log")


@cache
def texts() -> dict[str, str]:
    """Read every text file of the repository, by name."""
    found = {}
    for folder, folders, names in os.walk(ROOT):
        folders[:] = filter(is_read, folders)  # an environment of Python may lie here, with thousands of files
        for path in (Path(folder, name) for name in names if is_read(name)):
            if path.is_file() and path.stat().st_size <= 2_000_000:
                with suppress(UnicodeDecodeError):
                    found[name_of(path)] = path.read_text(encoding="utf-8")
    return found


def test_no_file_holds_a_path_of_some_machine() -> None:
    assert [(name, found[0]) for name, text in texts().items() for found in MACHINE_PATH.finditer(text)] == []


def test_addresses_are_at_reserved_domains() -> None:
    assert [name for name, text in texts().items() if REAL_ADDRESS_HINT.search(text)] == []


def test_locks_name_no_index_and_pin_every_file() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in text, f"{name} names an index or a URL"
        assert not re.search(r"^\s*-(?!-hash)", text, re.MULTILINE), f"{name} holds an option of pip"
        pinned = re.findall(
            r"^[a-z0-9][^\n]*?(?:\\\n(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+|\n)", text, re.MULTILINE
        )
        assert pinned
        assert all("==" in line and "--hash=" in line for line in pinned)
