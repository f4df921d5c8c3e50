"""The figures show the numbers of their dataset."""

import importlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from matplotlib import pyplot

from dynamicl.studies import Lab
from dynamicl.studies.finetuning import EXPERIMENTS, ON_CELLS
from dynamicl.studies.finetuning._results import no_cells
from dynamicl.studies.finetuning._scales import SCALES
from dynamicl.views import draw_finetuning

from .synthetic import answers, dataset

CUT = {claim.id.partition(".")[2]: claim.cut for claim in ON_CELLS} | {"curves": lambda data: data}
EXACT = {one.id.partition(".")[2]: one for one in EXPERIMENTS if one.id.endswith(("dual", "construction"))}


@pytest.fixture
def axes():
    """Draw a figure of cells and return its axes; closed afterwards."""
    figures = []

    def draw(name, data):
        module = importlib.import_module(f"dynamicl.views.figures.finetuning.{name}")
        figures.append(module.draw(CUT.get(name, lambda data: data)(data)))
        return figures[-1].axes

    yield draw
    for figure in figures:
        pyplot.close(figure)


@pytest.mark.parametrize("name", sorted(CUT.keys() - {"curves"}))
def test_every_figure_can_be_empty(axes, name):
    assert axes(name, no_cells("no data yet"))


@pytest.mark.parametrize("name", EXACT)
def test_errors_are_a_point_a_draw(axes, name):
    data = EXACT[name].measure(Lab(Path("nowhere"), "smoke"), replace(SCALES["smoke"], draws=3), {})
    (panel,) = axes(name, data)
    heights = np.concatenate([one.get_offsets()[:, 1] for one in panel.collections])
    np.testing.assert_allclose(np.sort(heights), np.sort(np.maximum(data["error"].values.ravel(), 1e-18)))


def test_table2_is_a_line_a_task(axes):
    (panel,) = axes("table2", dataset(tasks=("sst2",)))
    np.testing.assert_allclose(panel.lines[0].get_ydata(), [0.3, 0.4])
    np.testing.assert_allclose(panel.lines[1].get_ydata(), [0.1091, 0.2297])


def test_linear_has_a_panel_a_measure(axes):
    panels = axes("linear", dataset(tasks=("sst2",)))
    for panel, heights in zip(panels, ([0.3, 0.25], [0.5, 0.45]), strict=True):
        points = np.concatenate([one.get_offsets()[:, 1] for one in panel.collections[::2]])
        np.testing.assert_allclose(points.reshape(2, 3).mean(1), heights)


def test_baseline_is_ours_over_the_reports(axes):
    (panel,) = axes("baseline", dataset(tasks=("mr",)))
    np.testing.assert_allclose(panel.collections[-1].get_offsets(), [[0.219, 0.3]])


def test_changes_of_maps_stand_beside_the_maps(axes):
    _, panel = axes("per_layer_map", dataset({("map_change", "per-layer"): 0.07}, tasks=("mr",)))
    assert {round(float(point[1]), 3) for one in panel.collections[::2] for point in one.get_offsets()} == {
        0.1,
        0.07,
    }


def test_table1_shows_seeds_and_the_reports_numbers(axes):
    (panel,) = axes("table1", dataset())
    points = np.concatenate([collection.get_offsets() for collection in panel.collections])
    assert {0.298, 0.3, 0.302, 0.1091} <= {round(float(y), 4) for y in points[:, 1]}


def test_depth_shows_a_line_a_task_and_their_mean(axes):
    panels = axes("depth", dataset())
    for panel in panels:
        heights = panel.lines[6].get_ydata()
        np.testing.assert_allclose(heights, 0.3 + np.linspace(-0.05, 0.05, 6), atol=1e-9)


def test_labels_cross_where_labels_matter(axes):
    (panel,) = axes("labels", dataset())
    lines = {line.get_label(): line.get_ydata() for line in panel.lines}
    np.testing.assert_allclose(lines["true in training"], [0.3, 0.2])
    np.testing.assert_allclose(lines["switched in training"], [0.2, 0.3])


def test_controls_stand_beside_what_they_control(axes):
    (panel,) = axes("controls", dataset(tasks=("sst2",)))
    bars = {round(one.get_segments()[0][0][1], 2) for one in panel.collections[1::2]}
    assert bars == {0.2, 0.25, 0.3, 0.4} and panel.get_title() == "SST-2"
    assert len(panel.collections) == 2 * len(panel.get_xticks()) == 20


def test_recall_names_the_tasks_that_can_be_judged(axes):
    (panel,) = axes("recall", dataset(tasks=("sst2", "cb")))
    assert panel.get_title() == "Context beats zero-shot on: SST-2, CB"
    (panel,) = axes("recall", dataset(right=answers(in_context=0)))
    assert panel.get_title().endswith("no task")


def test_map_up_points_from_before_to_after(axes):
    (panel,) = axes("map_up", dataset(tasks=("sst2",)))
    ends = [(arrow.xyann[1], arrow.xy[1]) for arrow in panel.texts]
    np.testing.assert_allclose(ends, [(0.4, 0.5), (0.4, 0.45), (0.4, 0.3)])


def test_curves_are_over_rates_and_demonstrations(axes):
    data = dataset(tasks=("sst2",)).isel(variant=[0, 1, 2])
    data = data.assign_coords(variant=["original", "rate-0.01", "k-8"])
    rates, numbers = axes("curves", data)
    assert rates.lines[0].get_xdata().tolist() == [0.01] and numbers.lines[0].get_xdata().tolist() == [8, 32]
    np.testing.assert_allclose(numbers.lines[0].get_ydata(), [0.4, 0.3], atol=1e-9)


def test_a_curve_rests_on_the_tasks_and_seeds_that_have_all_of_it(axes):
    data = dataset({("outputs", "original"): [0.3, 0.9]}, tasks=("sst2", "mr")).isel(variant=[0, 1, 2])
    data = data.assign_coords(variant=["original", "rate-0.01", "k-8"])
    data["similarity"].loc[{"task": "mr", "variant": ["rate-0.01", "k-8"]}] = np.nan
    _, numbers = axes("curves", data)
    np.testing.assert_allclose(numbers.lines[0].get_ydata(), [0.4, 0.3], atol=1e-9)


def test_only_what_the_cells_are_enough_for_is_drawn(tmp_path):
    paths = draw_finetuning(dataset(only="original"), tmp_path)
    names = ["table1.png", "map_up.png", "depth.png", "recall.png", "baseline.png"]
    assert [path.name for path in paths] == names
    assert all(path.stat().st_size > 5000 for path in paths)


def test_momentum_marks_every_runs_t50(axes):
    loss = np.stack([np.linspace(1, 0, 5), np.linspace(0.8, 0, 5)])
    data = xr.Dataset(
        {
            "loss": (("attention", "seed", "sequences"), np.stack([loss, loss])),
            "t50": (("attention", "seed"), [[40.0, 30.0], [20.0, 10.0]]),
        },
        {"attention": ["plain", "momentum"], "sequences": np.arange(5) * 10.0},
    )
    (panel,) = axes("momentum", data)
    np.testing.assert_allclose(panel.lines[1].get_ydata(), loss[1])
    assert [list(panel.lines[i].get_xdata()) for i in (2, 5)] == [[40.0, 30.0], [20.0, 10.0]]


def test_along_training_has_a_panel_a_layer_and_one_of_accuracies(axes):
    random = np.random.default_rng(0)
    similarity = random.random((4, 2, 3, 2))
    data = xr.Dataset(
        {
            "similarity": (("measure", "seed", "checkpoint", "layer"), similarity),
            "accuracy": (("setting", "seed", "checkpoint"), random.random((4, 2, 3))),
            "loss": (("seed", "sequences"), random.random((2, 5))),
            "t50": ("seed", [10.0, 20.0]),
        },
        {
            "measure": ["outputs", "other", "uniform", "centred"],
            "setting": ["zero_shot", "in_context", "tuned", "other"],
            "checkpoint": [0.0, 10.0, 20.0],
            "sequences": np.arange(5) * 5.0,
        },
    )
    first, second, _ = axes("along_training", data)
    for layer, panel in enumerate((first, second)):
        np.testing.assert_allclose(panel.lines[2].get_ydata(), similarity[0, :, :, layer].mean(0))
        assert panel.lines[-1].get_xdata()[0] == 15.0
