import json

import numpy as np
import pytest
import xarray as xr

from dynamicl.specs import SpecError
from dynamicl.views.page._checked import checked
from dynamicl.views.page._payload import payload
from dynamicl.views.page._specs import clamp_text
from views.page.synthetic import trajectory


@pytest.fixture
def data():
    return trajectory(runs=2, steps=10, checkpoints=3)[0]


def test_a_trajectory_passes_as_it_is(data):
    assert checked(data) is data and checked(xr.Dataset()).sizes == {}


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        (
            "step",
            np.linspace(0, 1, 10),
            "`step` of the trajectory is of type float64, where the page reads whole",
        ),
        ("step", np.zeros(10, int), "`step` of the trajectory names something twice: keep one of each"),
        ("layer", ["a", "b"], "`layer` of the trajectory is of type <U1, where the page reads whole numbers"),
        (
            "evaluator",
            np.arange(3),
            "`evaluator` of the trajectory is of type int64, where the page reads text",
        ),
        (
            "diverged_at",
            [np.nan, 1.0],
            "`diverged_at` of the trajectory is not finite, where the page reads numbers",
        ),
        ("status", [1, 2], "`status` of the trajectory is of type int64"),
        ("sequences", np.full(10, 1j), "`sequences` of the trajectory is of type complex128"),
    ],
)
def test_variables_of_another_kind_are_refused(data, name, values, message):
    dim = {"diverged_at": "run", "status": "run", "sequences": "step"}.get(name, name)
    with pytest.raises(SpecError, match=message):
        payload(data.assign_coords({name: (dim, values)}))


def test_what_is_of_runs_has_one_value_a_run(data):
    with pytest.raises(
        SpecError, match=r"`spec` of the trajectory has the dimensions .*: give one value a run"
    ):
        payload(data.assign(spec=((), "{}")))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("batch", "many"),
        ("batch", 0),
        ("batch", None),
        ("batch", float("nan")),
        ("seconds", "long"),
        ("seconds", -1),
    ],
)
def test_attributes_that_the_page_computes_with_are_numbers(data, name, value):
    with pytest.raises(SpecError, match=rf"an attribute of the trajectory is not what it should be .*{name}"):
        payload(data.assign_attrs({name: value}))


@pytest.mark.parametrize(
    "curves",
    [
        3,
        {"1": 3},
        {"1": {}},
        {"1": {"sequences": "text", "loss": [1.0]}},
        {"1": {"sequences": [1, 2], "loss": [1.0]}},
        {"1": {"sequences": [1], "loss": ["a"]}},
        {"1": {"sequences": [1, 2], "loss": [[1.0], [1.0, 2.0]]}},
        {"1": {"sequences": [1], "loss": [1.0], "steps": 5}},
    ],
)
def test_clamped_curves_of_another_shape_are_refused(data, curves):
    with pytest.raises(SpecError, match="`clamped_curves"):
        payload(data.assign_attrs(clamped_curves=json.dumps(curves)))


@pytest.mark.parametrize(
    "field", [{"heads": 3}, {"heads": "all"}, {"windows": [[1]]}, {"windows": 5}, {"site": 1}]
)
def test_a_record_that_is_no_clamp_is_shown_as_its_json(field):
    record = {"site": "layers.0.attn.v", **field}
    assert clamp_text(record).startswith('{"site": ')


def test_numbers_beyond_single_precision_are_drawn_as_not_recorded(data):
    huge = data.assign(loss=data["loss"].astype(float) * 0 + 1e300)
    assert payload(huge)["arrays"]["loss"]["dtype"] == "float32"
