"""Settings as coordinates."""

import json

import numpy as np
import pytest

from dynamicl.store import Library, Store, open_trajectory, settings_of
from dynamicl.store._settings import as_array

from .cohorts import records


def test_settings_are_what_differs_by_dotted_path():
    specs = [
        {"model": {"layers": 1, "widths": [1, 2]}, "clamps": [{"strength": 0.5}], "steps": 5, "name": "x"},
        {"model": {"layers": 2, "widths": [1, 3]}, "clamps": [], "steps": 5, "name": "x"},
    ]
    assert settings_of(specs) == {
        "model.layers": [1, 2],
        "model.widths": ["[1, 2]", "[1, 3]"],
        "clamps.0.strength": [0.5, None],
        "clamps": [None, "[]"],
    }
    assert settings_of(specs[:1]) == {} and settings_of([]) == {}


@pytest.mark.parametrize(
    ("values", "expected", "kind"),
    [
        ([1, 2], [1, 2], "i"),
        ([1, 0.5], [1.0, 0.5], "f"),
        ([True, False], [True, False], "b"),
        (["a", None], ["a", ""], "U"),
        (["a", 1, True], ["a", "1", "true"], "U"),
    ],
)
def test_arrays_are_numbers_where_they_can_be(values, expected, kind):
    array = as_array(values)
    assert array.tolist() == expected and array.dtype.kind == kind


def test_a_number_that_a_run_lacks_is_nan():
    assert np.array_equal(as_array([1, None]), [1.0, np.nan], equal_nan=True)


def test_what_is_opened_has_settings_as_coordinates(tmp_path):
    specs = [json.dumps({"optimizer": {"learning_rate": rate}, "seeds": {"init": 0}}) for rate in (0.1, 0.2)]
    with Store.create(tmp_path / "s", {"runs": ["a", "b"], "specs": specs}) as store:
        store.commit(20, records=records([10, 20], ["a", "b"]))
    trajectory = open_trajectory(tmp_path)
    data = trajectory.dataset
    assert data["optimizer.learning_rate"].dims == ("run",) and "seeds.init" not in data.coords
    best = data["loss"].where(data["optimizer.learning_rate"] > 0.15, drop=True)
    assert best["run"].values.tolist() == ["b"]
    bare = type(trajectory)(trajectory.members)
    assert "optimizer.learning_rate" not in bare.dataset.coords
    assert bare.with_settings().dataset.identical(data) and bare.settings == trajectory.settings


def test_notebooks_show_runs_with_what_sets_them_apart(tmp_path):
    specs = [json.dumps({"optimizer": {"learning_rate": rate}}) for rate in (0.1, 0.2)]
    with Store.create(tmp_path / "s", {"runs": ["aaaa", "bbbb"], "specs": specs}) as store:
        store.commit(20, records=records([10, 20], ["aaaa", "bbbb"]))
    trajectory = open_trajectory(tmp_path)
    shown = trajectory._repr_html_()
    assert "<th>optimizer.learning_rate</th>" in shown and "Trajectory(2 runs from 1 stores)" in shown
    assert "<td>bbbb</td><td>running</td><td>20</td><td>0.2</td>" in shown
    assert Library(tmp_path)._repr_html_() == Library(tmp_path).trajectory()._repr_html_()
    assert repr(Library(tmp_path)).endswith(": 2 runs in 1 stores)")
    assert "0 runs in 0 stores" in Library(tmp_path / "none")._repr_html_()
