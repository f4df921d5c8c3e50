"""The house rules that a machine can check. They read the source; nothing of the package is imported."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "dynamicl"
MODULES = sorted(PACKAGE.rglob("*.py"))

# A room may import those before it. `statistics`, `toys` and `lm` stand alone: they import none but `specs` and
# `statistics`; rooms from `probes` on import `statistics`, rooms from `studies` on all three. An import for types
# alone counts too: it is still knowledge of an upper room.
ORDER = (
    "specs",
    "files",
    "models",
    "data",
    "tasks",
    "clamps",
    "training",
    "store",
    "probes",
    "circuits",
    "lab",
    "studies",
    "views",
    "cli",
)
ALONE = ("statistics", "toys", "lm")
MAY_IMPORT = {room: set(ORDER[:place]) for place, room in enumerate(ORDER)} | {
    room: {"specs", "statistics"} for room in ALONE
}
for _room in ("probes", "circuits", "lab"):
    MAY_IMPORT[_room] |= {"statistics"}
for _room in ("studies", "views", "cli"):
    MAY_IMPORT[_room] |= set(ALONE)

# Who alone may import a library: drawing, command lines, storage and pretrained models each have one place.
ONLY_IN = {
    "argparse": {"cli"},
    "tyro": {"cli"},
    "matplotlib": {"views"},
    "plotly": {"views"},
    "xarray": {"store", "probes", "circuits", "lab", "toys", "lm", "studies", "views", "cli"},
    "zarr": {"data", "store"},  # `data` reads files of features
    "torch": {"lm", "data"},  # in `data`, the encoder that reads a pretrained network
    "transformers": {"lm"},
}

LONGEST_MODULE = 400

# Written so that this file does not match itself.
UNWANTED = {
    "a package registry's host": re.compile(
        r"(?:pypi|pythonhosted|npmjs|conda\.anaconda|deb\.debian|crates)\.(?:org|io)\b", re.IGNORECASE
    ),
    "a path of one machine": re.compile(r"(?<![\w.~$)}/-])/(?:work|tmp|root|home|Users|opt)/\w"),
    "a path outside the repository": re.compile(r"(?<![\w/])share[d]/(?:papers|data|[a-z]+\.(?:md|yaml))"),
}


def modules():
    """Every module of the package as a parameter, named by its path."""
    return [pytest.param(path, id=path.relative_to(PACKAGE).as_posix()) for path in MODULES]


def room_of(path: Path) -> str:
    """The room a module belongs to; "" for the package's own top."""
    parts = path.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else ""


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and absolute dotted name of everything that a module imports, inside its functions too."""
    package = ("dynamicl", *path.relative_to(PACKAGE).parts[:-1])
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join((*start, *filter(None, [node.module])))
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)


def import_faults(path: Path) -> list[str]:
    """Imports of a module that go up between rooms, or bring a library into a room that is not its place."""
    room, faults = room_of(path), []
    for line, name in imports(path):
        library, *rest = name.split(".")
        other = rest[0] if library == "dynamicl" and rest else ""
        if other in MAY_IMPORT and room in MAY_IMPORT and other != room and other not in MAY_IMPORT[room]:
            faults.append(f"line {line}: `{room}` imports `{name}`, which lies above it")
        if room not in ONLY_IN.get(library, {room}):
            faults.append(f"line {line}: `{library}` belongs to {sorted(ONLY_IN[library])}, not to `{room}`")
    return faults


def forbidden_statements(source: str) -> list[str]:
    """Calls of print, and assertions."""
    return [
        f"line {node.lineno}: {ast.unparse(node)[:60]}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Assert)
        or (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print")
    ]


def undocumented_exports(init: Path) -> list[str]:
    """Exports of an `__init__.py` that exist nowhere, or are functions, classes or modules without docstring."""
    faults = []
    for node in ast.parse(init.read_text()).body:
        if not isinstance(node, ast.ImportFrom) or not node.level:
            continue
        folder = init.parents[node.level - 1].joinpath(*(node.module or "").split("."))
        for alias in node.names:
            found = definition(folder, alias.name)
            if found is None:
                faults.append(f"line {node.lineno}: `{alias.name}` is not defined in `{node.module or '.'}`")
            elif isinstance(found, ast.FunctionDef | ast.ClassDef | ast.Module) and not ast.get_docstring(
                found
            ):
                faults.append(f"line {node.lineno}: `{alias.name}` has no docstring")
    return faults


def definition(module: Path, name: str) -> ast.AST | None:
    """The statement that defines `name` in a module (path without suffix), or its tree if it is a module."""
    for source in (module / f"{name}.py", module / name / "__init__.py"):
        if source.exists():
            return ast.parse(source.read_text())
    source = next(
        (path for path in (module.with_suffix(".py"), module / "__init__.py") if path.exists()), None
    )
    if source is None:
        return None
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name:
            return node
        if isinstance(node, ast.ImportFrom) and node.level:
            for alias in node.names:
                if (alias.asname or alias.name) == name:
                    origin = source.parents[node.level - 1].joinpath(*(node.module or "").split("."))
                    return definition(origin, alias.name)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id == name:
            return node
        if isinstance(node, ast.TypeAlias if hasattr(ast, "TypeAlias") else ()) and node.name.id == name:
            return node
    return None


def unwanted(text: str) -> list[str]:
    """Lines that name a registry's host or a place that exists on one machine only."""
    return [
        f"line {number}: {what}: {match.group()}"
        for number, line in enumerate(text.splitlines(), 1)
        for what, pattern in UNWANTED.items()
        if (match := pattern.search(line))
    ]


def tracked_files() -> list[Path]:
    """Files that git knows or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


@pytest.mark.parametrize("path", modules())
def test_imports_point_down(path):
    assert import_faults(path) == []


def test_shapes_are_checked_wherever_they_are_said():
    options = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]["addopts"]
    (words,) = (word for word in options if word.startswith("--jaxtyping-packages="))
    *checked, _ = words.partition("=")[2].split(",")
    for path in MODULES:
        name = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        if re.search(r"^from jaxtyping import", path.read_text(), re.MULTILINE):
            assert any(f"{name}.".startswith(f"{one}.") for one in checked), name


def test_every_room_has_a_place_in_the_order():
    rooms = {room_of(path) for path in MODULES} - {""}
    assert rooms <= set(MAY_IMPORT), "give the new room a place in ORDER or in ALONE"


@pytest.mark.parametrize("path", modules())
def test_no_print_no_assert(path):
    assert forbidden_statements(path.read_text()) == []


@pytest.mark.parametrize("path", modules())
def test_module_is_short(path):
    assert len(path.read_text().splitlines()) <= LONGEST_MODULE


@pytest.mark.parametrize("path", [param for param in modules() if param.values[0].name == "__init__.py"])
def test_exports_are_documented(path):
    assert undocumented_exports(path) == []


def test_no_registry_hosts_no_machine_paths():
    faults = {}
    for path in tracked_files():
        content = path.read_bytes()
        if b"\0" not in content and (found := unwanted(content.decode("utf-8", errors="replace"))):
            faults[path.relative_to(ROOT).as_posix()] = found
    assert faults == {}


def test_citation_names_the_packages_version():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert f"\nversion: {version}\n" in (ROOT / "CITATION.cff").read_text()


# The rules themselves, on small packages that break them.


@pytest.fixture
def house(tmp_path, monkeypatch):
    """Write a package in a temporary folder; returns the function that adds a module."""
    monkeypatch.setitem(globals(), "PACKAGE", tmp_path)

    def write(name: str, source: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
        return path

    return write


@pytest.mark.parametrize(
    "source",
    [
        "import dynamicl.store",
        "from dynamicl import store",
        "from dynamicl.store import Trajectory",
        "from ..store import Trajectory",
        "from .. import store",
        "def late():\n    from ..store._index import commit",
    ],
)
def test_rule_finds_imports_that_go_up(house, source):
    assert "lies above it" in import_faults(house("tasks/_exemplars.py", source))[0]


@pytest.mark.parametrize(
    "source", ["from ..models import tap", "from ._roles import Roles", "import dynamicl"]
)
def test_rule_allows_imports_that_go_down(house, source):
    assert import_faults(house("tasks/_exemplars.py", source)) == []


def test_rule_keeps_rooms_that_stand_alone_alone(house):
    assert import_faults(house("toys/_vectors.py", "from ..models import tap"))
    assert import_faults(house("training/_chunk.py", "from ..toys import flow"))
    assert import_faults(house("studies/coopetition/_toy.py", "from ...toys import flow")) == []


@pytest.mark.parametrize("library", ONLY_IN)
def test_rule_finds_libraries_out_of_place(house, library):
    assert "belongs to" in import_faults(house("models/_attention.py", f"import {library}.thing"))[0]
    for room in ONLY_IN[library]:
        assert import_faults(house(f"{room}/_right.py", f"from {library} import thing")) == []


def test_rule_finds_print_and_assert_but_not_in_docstrings():
    assert len(forbidden_statements("print(1)\nassert True\n")) == 2
    assert forbidden_statements('"""\n>>> print(1)\n"""\nconsole.print(1)\n') == []


def test_rule_finds_undocumented_exports(house):
    house(
        "models/_attention.py",
        'from ._tap import tap\ndef bare(): ...\ndef told():\n    """Do."""\nnames = ()\n',
    )
    house("models/_tap.py", "def tap(): ...\n")
    house("models/deep/__init__.py", '"""Deep."""\n')
    init = house(
        "models/__init__.py",
        "from . import deep as deep\nfrom ._attention import bare as bare, told as told\n"
        "from ._attention import names as names, tap as tap, gone as gone\n",
    )
    assert undocumented_exports(init) == [
        "line 2: `bare` has no docstring",
        "line 3: `tap` has no docstring",
        "line 3: `gone` is not defined in `_attention`",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://" + "pypi" + ".org/simple",
        "cd " + "/work" + "/somewhere",
        'open("' + "/home" + '/me/file")',
        "see " + "shared" + "/design.md",
    ],
)
def test_rule_finds_hosts_and_machine_paths(line):
    assert len(unwanted(line)) == 1


@pytest.mark.parametrize(
    "line", ["#!/usr/bin/env bash", "https://example.test/home/page", "runs/home/x", "and/or"]
)
def test_rule_leaves_other_paths_alone(line):
    assert unwanted(line) == []
