import json

import msgspec
import numpy as np
import pytest
import xarray as xr

from dynamicl.studies._plain import Array, Plain, as_kept, from_plain, to_plain
from studies.samples import DATA


def test_a_dataset_comes_back_with_dims_types_and_five_digits():
    back = as_kept(DATA)
    assert back.attrs == DATA.attrs
    assert {k: v.dims for k, v in back.variables.items()} == {k: v.dims for k, v in DATA.variables.items()}
    for name, value in DATA.variables.items():
        assert back[name].dtype.kind == value.dtype.kind, name
        if value.dtype.kind != "f":
            assert np.array_equal(back[name], value), name
    np.testing.assert_allclose(back["loss"], [[1.5, np.nan, np.nan], [0.12346, 1e-9, -2.0]], rtol=1e-6)
    assert back["first"].values.tolist() == [3, 2**40] and back["observed"].values.tolist() == [True, False]
    assert back["best"].item() == 0.25 and back["word"].item() == "so"
    xr.testing.assert_identical(as_kept(back), back)


def test_it_is_plain_json():
    text = msgspec.json.encode(to_plain(DATA)).decode()
    assert "NaN" not in text and "Infinity" not in text
    assert json.loads(text)["variables"]["loss"]["values"][0][1] is None


@pytest.mark.parametrize("values", [[[1, 2], [3]], [1, None], [1, "a"], [1.0, 2.0, 3.0], {"a": 1}])
def test_values_that_are_no_array_of_the_dims_are_refused(values):
    with pytest.raises((ValueError, TypeError)):
        from_plain(Plain({"x": Array(["a"], values), "y": Array(["a"], [1.0, 2.0])}, {}, {}))
