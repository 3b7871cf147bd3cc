"""Data goes one way: which room may import which, that nothing goes in a circle, and who may do what."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
NOT_ROOMS = {"tests", "bench", "deploy", "docs", "var", "build", "dist"}

# Every room may import `errors` and `clock`, and its own modules. A dotted name opens that module only.
CONFIGURATION = {"paths", "sources", "portal", "wordlists", "frontage", "entries", "yamlfile"}
ROOMS = {"store", "classify", "reading", "pipelines", *CONFIGURATION}
LAYERS: dict[str, set[str]] = {
    "errors": set(),
    "clock": set(),
    "paths": set(),
    "yamlfile": set(),
    "entries": {"yamlfile"},
    "frontage": {"entries", "yamlfile"},
    "sources": {"paths", "entries", "yamlfile"},
    "wordlists": {"entries", "yamlfile"},
    "portal": {"paths", "sources", "frontage", "wordlists", "entries", "yamlfile"},
    "reading": set(),
    "store": {*CONFIGURATION},
    "classify": {"store", *CONFIGURATION},
    "pipelines": {"store", "classify", "reading", *CONFIGURATION},
    "spiders": {
        "reading",
        "pipelines",
        *(f"store.{name}" for name in ("runs", "known", "shapes", "database")),
        *CONFIGURATION,
    },
    "publish": {"store", *CONFIGURATION},
    "review": {
        *ROOMS,
        *("publish.pages", "publish.fields", "publish.site_view", "publish.views"),
        *("publish.assets", "publish.body", "publish.templates"),
    },
    "demo": {*ROOMS, "spiders", "publish", "review"},
    "standby": set(),
    "processes": {"standby", "store", *CONFIGURATION},
    "scheduler": {"standby", "store", "processes", *CONFIGURATION},
    "terminal": set(),
    "commands": {
        *ROOMS,
        "spiders",
        "publish",
        "review",
        "demo",
        "processes",
        "scheduler",
        "standby",
        "terminal",
    },
    "caibian": {*ROOMS, "spiders", "publish", "review", "demo", "terminal", "commands"},
}


@cache
def list_modules() -> dict[str, Path]:
    """Name every module of the project's rooms."""
    rooms = [path for path in ROOT.iterdir() if path.name not in NOT_ROOMS and "." not in path.name]
    files = [*ROOT.glob("*.py"), *(path for room in rooms for path in room.glob("**/*.py"))]
    named = {}
    for path in files:
        parts = path.relative_to(ROOT).with_suffix("").parts
        named[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return named


@cache
def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def find_imports(module: str, path: Path, nodes: Iterator[ast.AST]) -> set[str]:
    """List the modules of the project that these nodes import."""
    modules, found = list_modules(), set()
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in nodes:
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            names = [f"{base}.{alias.name}" for alias in node.names]
            names = [name if name in modules else base for name in names]
        found |= {name for name in names if name.partition(".")[0] in LAYERS}
    return found


def walk_top(tree: ast.Module) -> Iterator[ast.AST]:
    """Walk what runs when the module is imported: no insides of functions, no imports for types alone."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) and not _is_for_types(
            node
        ):
            yield node
            waiting.extend(ast.iter_child_nodes(node))


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def is_allowed(room: str, wanted: str) -> bool:
    opened = {room, "errors", "clock", *LAYERS[room]}
    return any(wanted == name or wanted.startswith(f"{name}.") for name in opened)


def test_every_room_has_its_place_in_the_table() -> None:
    assert {module.partition(".")[0] for module in list_modules()} <= set(LAYERS)


@pytest.mark.parametrize("room", sorted(LAYERS))
def test_a_room_imports_only_what_its_layer_opens(room: str) -> None:
    refused = {
        f"{module} imports {wanted}"
        for module, path in list_modules().items()
        if module.partition(".")[0] == room
        for wanted in find_imports(module, path, ast.walk(parse(path)))
        if not is_allowed(room, wanted)
    }
    assert not refused


def test_no_import_goes_in_a_circle() -> None:
    graph = {name: find_imports(name, path, walk_top(parse(path))) for name, path in list_modules().items()}
    done: set[str] = set()

    def follow(module: str, way: tuple[str, ...]) -> None:
        assert module not in way, f"a circle: {' -> '.join([*way[way.index(module) :], module])}"
        if module not in done:
            for wanted in sorted(graph.get(module, ())):
                if wanted != module:
                    follow(wanted, (*way, module))
            done.add(module)

    for module in graph:
        follow(module, ())


def test_the_table_itself_has_no_circle() -> None:
    def reach(room: str, way: tuple[str, ...] = ()) -> None:
        assert room not in way, " -> ".join([*way, room])
        for opened in LAYERS[room]:
            reach(opened.partition(".")[0], (*way, room))

    for room in LAYERS:
        reach(room)


def test_only_the_spiders_speak_to_a_site() -> None:
    """The demo serves and the tests may ask; nobody else has a client in hand."""
    clients = {
        "scrapy",
        "twisted",
        "requests",
        "httpx",
        "aiohttp",
        "urllib3",
        "http.client",
        "urllib.request",
    }
    speaking = {
        f"{module} imports {name}"
        for module, path in list_modules().items()
        if module.partition(".")[0] not in ("spiders", "demo")
        for node in ast.walk(parse(path))
        for name in _name_imports(node)
        if any(name == client or name.startswith(f"{client}.") for client in clients)
    }
    assert not speaking


def _name_imports(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module else []


def test_nobody_catches_everything_and_nothing_is_left_to_do() -> None:
    """A broad except hides faults; the two edges that may have one log and leave with a code."""
    broad, undone = set(), set()
    for module, path in list_modules().items():
        for node in ast.walk(parse(path)):
            if isinstance(node, ast.ExceptHandler) and _is_broad(node) and module != "caibian":
                broad.add(f"{module}:{node.lineno}")
            if isinstance(node, ast.Name) and node.id == "NotImplementedError":
                undone.add(f"{module}:{node.lineno}")
    assert not broad
    assert not undone


def _is_broad(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(
        kind is None or (isinstance(kind, ast.Name) and kind.id in ("Exception", "BaseException"))
        for kind in kinds
    )


def test_no_module_is_longer_than_a_few_screens() -> None:
    long = {name: lines for name, path in list_modules().items() if (lines := _count_lines(path)) > 400}
    assert not long


def _count_lines(path: Path) -> int:
    return path.read_text(encoding="utf-8").count("\n")
