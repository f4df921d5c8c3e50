"""The documentation's code runs: every page's python blocks, one after the other, at tiny sizes.

A page names its sizes (`steps = 4000`); here they are set again right after, so the code that runs is the code that is
read. Where a page goes on with what only a real training run gives (which forks converged), that is set too.
"""

import ast
import json
import os
import re
import sys
import types
from pathlib import Path

import jax
import numpy as np
import pytest

from dynamicl.studies.coopetition import _settings as coopetition
from dynamicl.studies.distribution import _settings as distribution
from dynamicl.studies.finetuning import _scales as finetuning
from dynamicl.studies.induction import _settings as induction
from dynamicl.studies.lookup import _settings as lookup
from dynamicl.studies.mixture import _settings as mixture
from dynamicl.studies.transience import _settings as transience
from studies.smoke import WHOLE

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)

PAGES = {
    "README.md": {"steps": 20, "starts": "(0, 10)"},
    "docs/store.md": {},
    "docs/how-to/get-numbers-out.md": {},
    "docs/how-to/look-inside-a-checkpoint.md": {},
    "docs/how-to/manage-a-library.md": {},
    "docs/how-to/continue-a-run.md": {},
    "docs/how-to/judge-a-claim-of-your-own.md": {},
    "docs/how-to/move-weights.md": {},
    "docs/how-to/sweep-and-plot.md": {"steps": 20, "seeds": "range(2)"},
    "docs/how-to/use-other-tools.md": {},
    "docs/how-to/notebook.md": {"steps": 4},
    "docs/notebooks/first-hour.ipynb": {"steps": 4},
    "docs/tasks.md": {},
    "docs/plugging-in.md": {"steps": 20},
    "docs/tutorials/competitors-that-cooperate.md": {"classes": 48, "steps": 100, "sequences": 20},
    "docs/tutorials/is-it-gradient-descent.md": {"contexts": 3},
    "docs/tutorials/three-subcircuits.md": {
        "steps": 20,
        "every": 2,
        "seeds": "range(1)",
        # Compiling is what costs; that the clamps are the library's, which has its tests, the page checks itself.
        "circuits": "{'nothing': ()}",
        "starts": "(0, 10)",
        "length": 5,
    },
    "docs/tutorials/one-task-two-worlds.md": {},
    "docs/tutorials/rise-and-fall.md": {"classes": 48, "steps": 10, "every": 5, "sequences": 20},
    "docs/tutorials/why-abruptly.md": {
        "draws": 3,
        "steps": 900,
        "measured": "free.loss[:1, ::20]",
        "toys": "[vector_family(3)]",
    },
    "docs/tutorials/when-was-it-decided.md": {
        "steps": 20,
        "every": 2,
        "apart": 4,
        "seeds": "range(6)",
        "ended": "np.arange(6) % 2 == 0",
        "times": "np.where(ended, 18.0, 20.0)",
        "forks": 2,
        "at": "[0, 4, 8]",
        "good": "np.array([0, 1, 2])",
        "first": 2,
        "budget": 6,
    },
}
"""Pages and what is set in them: names that they assign, and the source of the values that they get instead."""

TOGETHER = {
    "README.md": [
        "docs/store.md",
        "docs/how-to/get-numbers-out.md",
        "docs/how-to/look-inside-a-checkpoint.md",
        "docs/how-to/move-weights.md",
        "docs/how-to/manage-a-library.md",
        "docs/how-to/continue-a-run.md",
    ]
}
"""Pages that go on in the folder of another, which runs once for all of them: in `make smoke`."""
FOLLOWING = {page for pages in TOGETHER.values() for page in pages}
COMPILE_MUCH = {
    "docs/how-to/sweep-and-plot.md",
    "docs/plugging-in.md",
    "docs/tutorials/competitors-that-cooperate.md",
    "docs/tutorials/rise-and-fall.md",
    "docs/tutorials/three-subcircuits.md",
    "docs/tutorials/when-was-it-decided.md",
    "docs/tutorials/why-abruptly.md",
}
"""Pages whose networks and clamps other tests compile too, in other words: `make smoke` runs them."""
RUN_ALONE = [
    pytest.param(page, marks=[pytest.mark.whole] * (page in COMPILE_MUCH))
    for page in sorted(PAGES.keys() - FOLLOWING)
]


def blocks(page: str) -> list[tuple[int, str]]:
    """The python blocks of a page, each with the line at which it begins; of a notebook its cells of code."""
    text = (ROOT / page).read_text()
    if page.endswith(".ipynb"):
        return [
            (1, "".join(cell["source"])) for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"
        ]
    return [(text.count("\n", 0, match.start(1)) + 1, match.group(1)) for match in BLOCK.finditer(text)]


class Smaller(ast.NodeTransformer):
    """Sets names again after the page has assigned them."""

    def __init__(self, values: dict[str, object]):
        self.values, self.met = values, set()

    def visit_Assign(self, node: ast.Assign) -> list[ast.stmt]:
        names = {
            part.id for target in node.targets for part in ast.walk(target) if isinstance(part, ast.Name)
        }
        again = [ast.parse(f"{name} = {self.values[name]}").body[0] for name in self.values if name in names]
        self.met |= names & set(self.values)
        return [node, *(ast.copy_location(line, node) for line in again)]


def run_page(page: str, values: dict[str, object], module: types.ModuleType) -> None:
    """Run a page's blocks in one namespace."""
    smaller = Smaller(values)
    for line, source in blocks(page):
        tree = ast.increment_lineno(ast.parse(source), line - 1)
        code = compile(ast.fix_missing_locations(smaller.visit(tree)), str(ROOT / page), "exec")
        exec(code, module.__dict__)
    assert smaller.met == set(values), "the page no longer assigns a name that is set here"


@pytest.fixture
def namespace(monkeypatch, tmp_path, request):
    """An empty module to run a page in, and an empty folder to write to."""
    jax.devices()  # before the pages' `use_every_core`, which then changes nothing
    monkeypatch.setenv("XLA_FLAGS", os.environ.get("XLA_FLAGS", ""))
    monkeypatch.chdir(tmp_path)
    module = types.ModuleType("page_" + re.sub(r"\W", "_", request.node.name))
    module.np = np
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return module


@pytest.mark.parametrize("page", RUN_ALONE)
def test_page_runs(page, namespace, capsys):
    following = TOGETHER.get(page, []) if WHOLE else []
    for part in [page, *following]:
        run_page(part, PAGES[part], namespace)


def test_every_page_with_code_is_run():
    pages = [
        path.relative_to(ROOT).as_posix()
        for path in [ROOT / "README.md", *ROOT.glob("docs/**/*.md"), *ROOT.glob("docs/**/*.ipynb")]
    ]
    assert {page for page in pages if blocks(page)} == set(PAGES)


def rows_of(page: str, heading: str) -> dict[str, list[str]]:
    """The first table below a heading: cells by the name in each row's first cell."""
    section = (ROOT / page).read_text().split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| `")]
    return {first.strip("`"): [cell.strip() for cell in rest] for first, *rest in lines}


def test_scales_of_induction_are_as_documented():
    rows = rows_of("docs/scales.md", "The induction study")
    assert rows.keys() == induction.SETTINGS.keys()
    for name, setting in induction.SETTINGS.items():
        numbers = [setting.learning_rate, len(setting.seeds), setting.steps(1e6), setting.sequences]
        assert [float(cell) for cell in rows[name]] == numbers


def test_scales_of_lookup_are_as_documented():
    rows = rows_of("docs/scales.md", "The lookup study")
    assert rows.keys() == lookup.SETTINGS.keys()
    for name, setting in lookup.SETTINGS.items():
        symbols, pairs, *rest = rows[name]
        assert {int(symbols)} == {setting.task.keys, setting.task.values}
        assert [int(n) for n in pairs.split("-")] == sorted({setting.task.least_pairs, setting.task.pairs})
        numbers = [setting.d_model, setting.learning_rate, setting.steps, setting.seeds, setting.forks]
        assert [float(cell) for cell in rest] == numbers


def test_scales_of_mixture_are_as_documented():
    rows = rows_of("docs/scales.md", "The mixture study")
    assert rows.keys() == mixture.SETTINGS.keys()
    for name, one in mixture.SETTINGS.items():
        seeds, runs, classes, *lengths = rows[name]
        assert [int(seeds), int(runs)] == [one.seeds, one.cell_seeds]
        assert tuple(int(number) for number in classes.split(",")) == one.grid_classes
        steps = [one.steps, one.minimal_steps, one.cell_steps, one.minimal_cell_steps]
        assert [int(cell) for cell in lengths] == steps


def test_scales_of_coopetition_are_as_documented():
    rows = rows_of("docs/scales.md", "The coopetition study")
    toys = {name: one.seeds for name, one in coopetition.SETTINGS.items()}
    assert {name: int(cells[-1]) for name, cells in rows.items()} == toys


@pytest.mark.parametrize(
    ("heading", "settings"),
    [
        ("The distribution study", distribution.SETTINGS),
        ("The transience study", transience.SETTINGS),
    ],
)
def test_scales_of_chapters_2_and_3_are_as_documented(heading, settings):
    rows = rows_of("docs/scales.md", heading)
    assert rows.keys() == settings.keys()
    for name, scale in settings.items():
        world = scale.world
        length = scale.long if heading == "The transience study" else 1.0
        numbers = [world.classes, world.layers, world.pairs, round(length * world.steps), len(scale.inits)]
        assert [int(cell.replace(",", "")) for cell in rows[name]] == numbers


def test_scales_of_finetuning_are_as_documented():
    rows = rows_of("docs/scales.md", "The fine-tuning study")
    assert rows.keys() == finetuning.SCALES.keys()
    for name, scale in finetuning.SCALES.items():
        networks = scale.networks
        numbers = [scale.draws, networks.learning_rate, len(networks.seeds), networks.steps]
        assert [float(cell) for cell in rows[name]] == numbers
