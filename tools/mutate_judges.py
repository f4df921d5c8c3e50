"""Flip every comparison of a module, one at a time, and list those that no test notices.

    python tools/mutate_judges.py src/dynamicl/studies/induction/_plateau.py
    python tools/mutate_judges.py MODULE... --tests tests/studies/test_verdicts.py --within judge

A comparison is an operator (`<` becomes `>=`, `==` becomes `!=`, `in` becomes `not in`) or the `comparison` of a part
of a criterion (`">"` becomes `"<"`, `"low >"` becomes `"high <"`). The files are not touched: each mutant is imported
in place of the module by a process of its own, forked from one that has already loaded the libraries, and pytest runs
in it until the first failure. Without `--tests` a module `_noun.py` is held against every `test_noun.py`. The exit
status is 1 if a mutant survives.
"""

import argparse
import ast
import copy
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator, Sequence
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PRELOAD = ["numpy", "scipy.stats", "xarray", "pytest", "jax", "equinox", "zarr", "hypothesis"]

NEGATED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
    ast.Gt: ast.LtE,
    ast.GtE: ast.Lt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
TURNED = {">": "<", "<": ">", ">=": "<=", "<=": ">=", "low >": "high <", "high <": "low >"}
PLACES = {"Part": 5, "Threshold": 1}  # of the field `comparison`


class Mutant(NamedTuple):
    """A module with one comparison flipped: where, what it says there now and before, and the whole source."""

    line: int
    before: str
    after: str
    source: str


def comparisons(tree: ast.AST) -> Iterator[tuple[ast.AST, int]]:
    """Every node with something to flip in it, and which of its operators, or -1 for the word of a part."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            yield from ((node, place) for place in range(len(node.ops)))
        elif isinstance(node, ast.Call):
            yield from ((word, -1) for word in _words(node))


def _words(call: ast.Call) -> list[ast.Constant]:
    """The comparison that a call is given in words: by that name, or in its place in a Part or Threshold."""
    values = [keyword.value for keyword in call.keywords if keyword.arg == "comparison"]
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in PLACES:
        values += call.args[PLACES[name] : PLACES[name] + 1]
    return [value for value in values if isinstance(value, ast.Constant) and value.value in TURNED]


def mutants(source: str, within: Sequence[str] = ()) -> list[Mutant]:
    """Every mutant of a module.

    Args:
        source: The module's text.
        within: Names of functions to stay in; everywhere if there are none.

    Returns:
        One mutant a comparison, in the order of lines.

    Raises:
        SystemExit: If a function of that name does not exist.
    """
    tree = ast.parse(source)
    places: list[ast.AST] = [tree]
    if within:
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        places = [node for node in functions if node.name in within]
        if missing := sorted(set(within) - {node.name for node in functions}):
            raise SystemExit(
                f"`--within` names {', '.join(missing)}, which the module does not define. See its functions."
            )
    allowed = {id(node) for place in places for node in ast.walk(place)}
    flips = [_flipped(tree, node, place) for node, place in comparisons(tree) if id(node) in allowed]
    return sorted(flips, key=lambda mutant: mutant.line)


def _flipped(tree: ast.Module, node: ast.AST, place: int) -> Mutant:
    """The mutant with one comparison flipped; the tree is left as it was."""
    before = ast.unparse(node)
    # A copy of the whole tree keeps the node's position in the walk.
    twin = copy.deepcopy(tree)
    order = [id(other) for other in ast.walk(tree)].index(id(node))
    changed = list(ast.walk(twin))[order]
    if isinstance(changed, ast.Compare):
        changed.ops[place] = NEGATED[type(changed.ops[place])]()
    elif isinstance(changed, ast.Constant):
        changed.value = TURNED[str(changed.value)]
    return Mutant(getattr(node, "lineno", 0), before, ast.unparse(changed), ast.unparse(twin))


def substitute(module: Path, source: str) -> None:
    """Make this process read `source` where it would read a module's file, and no compiled form of it."""
    sys.dont_write_bytecode = True
    read, path = SourceFileLoader.get_data, os.path.realpath(module)

    def get_data(self: SourceFileLoader, name: str) -> bytes:
        if os.path.realpath(name) == path:
            return source.encode()
        if name.endswith(".pyc") and os.path.basename(name).split(".")[0] == module.stem:
            raise FileNotFoundError(name)
        return read(self, name)

    SourceFileLoader.get_data = get_data  # type: ignore[method-assign, assignment]


def run_tests(module: Path, source: str, selection: Sequence[str], show: bool) -> None:
    """Run the tests against a mutant; the process' exit status is pytest's."""
    if not show:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
    substitute(module, source)
    import pytest

    # What was loaded before the fork can no longer be rewritten, and need not be.
    quick = ["-x", "-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
    sys.exit(int(pytest.main([*quick, *selection])))


def outcome(
    module: Path, source: str, selection: Sequence[str], timeout: float, *, show: bool = False
) -> str:
    """Run the tests in a fresh process: "passed", "failed", "timed out" or "broken" (no test could run)."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOAD)
    process = context.Process(target=run_tests, args=(module, source, list(selection), show))
    process.start()
    process.join(timeout)
    if process.is_alive():
        process.kill()
        process.join()
        return "timed out"
    # 0: all passed; 1: some failed; 2: a mutant may fail while it is imported. Else nothing was collected.
    return {0: "passed", 1: "failed", 2: "failed"}.get(process.exitcode or 0, "broken")


def tests_of(module: Path) -> list[str]:
    """The test files named as a module."""
    noun = module.stem.lstrip("_")
    named = sorted((ROOT / "tests").rglob(f"test_{noun}.py"))
    if not named:
        raise SystemExit(f"No file tests/**/test_{noun}.py; name the tests of {module} with `--tests`.")
    return [str(path) for path in named]


def survivors(
    module: Path, selection: Sequence[str], within: Sequence[str] = (), timeout: float = 300.0
) -> tuple[list[Mutant], int]:
    """Run every mutant of a module.

    Args:
        module: The module's file.
        selection: What pytest is to run.
        within: Names of functions to stay in; everywhere if there are none.
        timeout: Seconds after which a mutant counts as noticed.

    Returns:
        The mutants that no test noticed, and the number of all.

    Raises:
        SystemExit: If the tests do not pass without a mutation, or cannot run with one.
    """
    source = module.read_text()
    if (result := outcome(module, source, selection, timeout)) != "passed":
        raise SystemExit(f"{module}: its tests {result} before anything was flipped: {' '.join(selection)}")
    flipped = mutants(source, within)
    alive = []
    for mutant in flipped:
        result = outcome(module, mutant.source, selection, timeout)
        if result == "broken":
            raise SystemExit(f"{module}, line {mutant.line}: the tests could not run with {mutant.after}")
        if result == "passed":
            alive.append(mutant)
    return alive, len(flipped)


def main(words: Sequence[str] | None = None) -> int:
    """Print each module's survivors; return 1 if there are any."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("modules", nargs="+", type=Path, help="files to mutate")
    parser.add_argument(
        "--tests", nargs="+", default=[], help="what pytest runs; else test_noun.py for _noun.py"
    )
    parser.add_argument("--within", nargs="+", default=[], help="stay in functions of these names")
    parser.add_argument("--timeout", type=float, default=300.0, help="seconds a mutant may take")
    options = parser.parse_args(words)
    total = 0
    for module in options.modules:
        began = time.monotonic()
        selection = options.tests or tests_of(module)
        alive, count = survivors(module.resolve(), selection, options.within, options.timeout)
        seconds = time.monotonic() - began
        print(f"{module}: {count - len(alive)} of {count} flipped comparisons noticed ({seconds:.0f} s)")
        for mutant in alive:
            print(f"  line {mutant.line}: {mutant.before}  ->  {mutant.after}  survives")
        total += len(alive)
    return int(total > 0)


if __name__ == "__main__":
    sys.exit(main())
