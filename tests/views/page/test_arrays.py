import base64
import zlib

import numpy as np
import pytest
import xarray as xr

from dynamicl.views.page._arrays import pack
from dynamicl.views.page._thin import kind_of, pack_to_fit
from views.page.synthetic import trajectory


def unpack(record: dict) -> np.ndarray:
    raw = base64.b64decode(record["data"])
    raw = zlib.decompress(raw) if record["deflated"] else raw
    values = np.frombuffer(raw, {"float32": "<f4", "float16": "<f2", "uint8": "u1"}[record["dtype"]]).astype(
        np.float32
    )
    if record["dtype"] == "uint8":
        scaled = record["low"] + values * (record["high"] - record["low"]) / 254
        values = np.where(values == 255, np.nan, scaled)
    return values.reshape(record["shape"])


@pytest.mark.parametrize(
    ("kind", "dtype", "error"),
    [("exact", "float32", 0), ("measure", "float16", 1e-3), ("weight", "uint8", 2.1e-3)],
)
def test_each_kind_keeps_its_precision_and_what_is_missing(kind, dtype, error):
    values = np.random.default_rng(0).uniform(0, 1, (7, 11)).astype(np.float32)
    values[3, 4] = np.nan
    record = pack(values, ("run", "step"), kind)
    assert record["dtype"] == dtype and record["dims"] == ["run", "step"]
    np.testing.assert_allclose(unpack(record), values, atol=error, rtol=0)


def test_measures_beyond_the_reach_of_float16_stay_float32():
    assert pack(np.array([1.0, 1e6]), ("x",), "measure")["dtype"] == "float32"


def test_weights_outside_zero_to_one_widen_the_scale():
    values = np.array([[-1.0, 0.0, 3.0]], np.float32)
    np.testing.assert_allclose(unpack(pack(values, ("a", "b"), "weight")), values, atol=0.009)
    assert np.isnan(unpack(pack(np.full((2, 2), np.nan), ("a", "b"), "weight"))).all()


def test_large_arrays_are_deflated_when_that_pays():
    assert pack(np.zeros((100, 100)), ("a", "b"), "exact")["deflated"]
    assert not pack(np.random.default_rng(0).normal(size=(100, 100)), ("a", "b"), "exact")["deflated"]


@pytest.mark.parametrize(
    ("dims", "kind"),
    [
        (("run", "step"), "exact"),
        (("run", "step", "layer", "head"), "measure"),
        (("run", "query", "key"), "weight"),
    ],
)
def test_what_is_kept_how(dims, kind):
    assert kind_of(dims) == kind


def test_thinning_keeps_first_and_last_and_says_what_it_did():
    dataset = trajectory(runs=4, steps=120, checkpoints=60)[0][["loss", "attention", "induction_strength"]]
    dataset["attention"][:] = np.random.default_rng(0).uniform(size=dataset["attention"].shape)
    kept, arrays, notes = pack_to_fit(dataset, 150_000)
    assert sum(len(record["data"]) for record in arrays.values()) <= 150_000
    assert kept.checkpoint.values[[0, -1]].tolist() == dataset.checkpoint.values[[0, -1]].tolist()
    assert kept.step.values[-1] == dataset.step.values[-1]
    assert f"{kept.sizes['checkpoint']} of 60 checkpoints" in notes[0]
    np.testing.assert_allclose(unpack(arrays["loss"]), kept["loss"], rtol=1e-6)


def test_what_fits_is_left_alone():
    dataset = trajectory(runs=2, steps=20, checkpoints=5)[0][["loss"]]
    assert pack_to_fit(dataset, 1_000_000)[2] == []


def test_what_cannot_fit_is_refused_with_a_remedy():
    dataset = xr.Dataset(
        {"loss": (("run", "step", "evaluator"), np.random.default_rng(0).normal(size=(500, 40, 2)))}
    )
    with pytest.raises(ValueError, match="choose fewer runs, .* or raise `limit`"):
        pack_to_fit(dataset, 1000)
