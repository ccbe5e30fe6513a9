"""The rooms: who may import whom (from late to early only), and what no room may use."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "kouki_print"

# From early to late.  A new arrow is a decision: think about it, then write it here.
ALLOWED: dict[str, set[str]] = {
    "base": set(),
    "order": {"base"},
    "sample": {"base", "order"},
    "intake": {"base", "order"},
    "select": {"base", "order", "intake"},
    "post": {"base", "order"},
    "plan": {"base", "order"},
    "page": {"base", "order", "post"},
    "sheet": {"base", "order", "page", "plan"},
    "pdf": {"base"},
    "handover": {"base", "order", "post"},
    "verify": {"base", "order", "post", "plan", "page", "sheet"},
    "job": {
        "base",
        "order",
        "intake",
        "select",
        "post",
        "plan",
        "page",
        "sheet",
        "pdf",
        "handover",
        "verify",
        "package",
    },
    "console": {"base", "job"},
    "results": {"base", "order", "job"},
    "cli_handover": {"base", "job", "console"},
    "cli_impose": {"job", "console"},
    "cli_layout": {"job", "page", "console"},
    "cli_letter": {"job", "console"},
    "cli_machine": {"job", "console"},
    "cli_posting": {"job", "console"},
    "cli_preflight": {"job", "console"},
    "cli_proof": {"job", "console"},
    "cli": {
        "base",
        "order",
        "job",
        "sample",
        "console",
        "results",
        "cli_handover",
        "cli_impose",
        "cli_layout",
        "cli_letter",
        "cli_machine",
        "cli_posting",
        "cli_preflight",
        "cli_proof",
        "package",
    },
    "package": set(),
    "__main__": {"cli"},
}
NETWORK = {
    "socket", "socketserver", "ssl", "urllib", "http", "ftplib", "smtplib", "poplib", "imaplib", "telnetlib",
    "xmlrpc", "asyncio", "webbrowser", "requests", "httpx", "aiohttp", "urllib3",
}  # fmt: skip
CALLS = {"print", "input", "breakpoint", "eval", "exec", "__import__"}
CLOCKS = {"now", "utcnow", "today"}  # of dates; of the module ``time`` everything counts
PRINT_WRITERS = {"pdf"}  # the only room that imports the font subsetter
PRINT_READERS = {"verify"}  # the only room that imports renderer and decoder

MODULES = sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return "package" if first == "__init__.py" else first.removesuffix(".py")


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of all that a module imports, wherever the import stands."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} relative import"
            for alias in node.names:
                yield node.lineno, f"{node.module}.{alias.name}"
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in (
            "__import__",
            "importlib.import_module",
        ):
            pytest.fail(f"{path}:{node.lineno} imports by name")


def target_room(name: str) -> str:
    parts = name.split(".")
    if len(parts) == 1:
        return "package"
    return parts[1] if (PACKAGE / parts[1]).is_dir() or (PACKAGE / f"{parts[1]}.py").is_file() else "package"


def test_modules_were_found() -> None:
    assert len(MODULES) > 50
    assert {room_of(path) for path in MODULES} <= set(ALLOWED), "a new room has no line in the table"


def test_the_table_points_one_way() -> None:
    rooms = [room for room in ALLOWED if room != "package"]
    for room in rooms:
        assert ALLOWED[room] - {"package"} <= set(rooms[: rooms.index(room)]), room


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_follow_the_table(path: Path) -> None:
    room = room_of(path)
    for line, name in imported(path):
        if name.split(".")[0] == "kouki_print":
            target = target_room(name)
            assert target == room or target in ALLOWED[room], (
                f"{path.name}:{line} new arrow {room} -> {target}"
            )


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_network_no_print(path: Path) -> None:
    for line, name in imported(path):
        assert name.split(".")[0] not in NETWORK, f"{path.name}:{line} {name}"
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in CALLS, f"{path.name}:{node.lineno} {node.func.id}"


def test_the_clock_is_in_the_command_line_only() -> None:
    """Outputs depend on inputs alone; stages are timed in job/watch.py and nowhere else."""
    found = []
    for path in MODULES:
        name = str(path.relative_to(PACKAGE))
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Attribute):
                owner = ast.unparse(node.value).split(".")[-1]
                if node.attr in CLOCKS or owner == "time":
                    found.append((name, f"{owner}.{node.attr}"))
        found += [(name, each) for _, each in imported(path) if each.startswith("time.")]
    assert set(found) == {("cli.py", "datetime.now"), ("job/watch.py", "time.perf_counter")}


def test_print_files_are_written_and_read_by_one_room_each() -> None:
    tools = {"uharfbuzz": PRINT_WRITERS, "pypdfium2": PRINT_READERS, "zxingcpp": PRINT_READERS}
    for path in MODULES:
        for line, name in imported(path):
            rooms = tools.get(name.split(".")[0])
            assert rooms is None or room_of(path) in rooms, f"{path.name}:{line} {name}"


def test_every_room_says_what_it_is_for() -> None:
    for room in sorted(path for path in PACKAGE.iterdir() if (path / "__init__.py").is_file()):
        words = ast.get_docstring(tree_of(room / "__init__.py"))
        assert words and len(words.splitlines()[0]) > 20, room.name


def test_every_module_has_a_first_sentence() -> None:
    assert [path.name for path in MODULES if not ast.get_docstring(tree_of(path))] == []
