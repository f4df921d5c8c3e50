import re

import h5py
import numpy as np
import pytest
import zarr

from dynamicl.data import FeatureFile

VALUES = np.random.default_rng(0).standard_normal((4, 3, 5))
NAMES = np.array(["alpha", "beta", "gamma", "delta"])


def write(path, **arrays):
    """Write arrays as the ending says; in HDF5 and Zarr a double underscore becomes a group."""
    ending = path.name.split(".", 1)[1]
    if ending == "npz":
        np.savez(path, **arrays)
    elif ending in ("h5", "hdf5"):
        with h5py.File(path, "w") as file:
            for key, array in arrays.items():
                file[key.replace("__", "/")] = array.astype("S") if array.dtype.kind == "U" else array
    else:
        store = (
            zarr.storage.ZipStore(path, mode="w") if ending == "zarr.zip" else zarr.storage.LocalStore(path)
        )
        group = zarr.open_group(store, mode="w")
        for key, array in arrays.items():
            group.create_array(key.replace("__", "/"), data=array)
        store.close()
    return str(path)


every_format = pytest.mark.parametrize("ending", ["npz", "h5", "hdf5", "zarr", "zarr.zip"])


@every_format
def test_reads_features_and_names(tmp_path, ending):
    source = FeatureFile(write(tmp_path / f"x.{ending}", vectors=VALUES, classes=NAMES))
    table = source.table(classes=[2, 0], exemplars=2)
    np.testing.assert_array_equal(table.values, VALUES[[2, 0], :2].astype(np.float32))
    assert table.classes == ("gamma", "alpha")
    assert source.dimension == 5 and source.name == "feature_file" and table.spec == source.spec


@every_format
def test_one_of_several_arrays_by_its_key(tmp_path, ending):
    path = write(tmp_path / f"x.{ending}", other=np.zeros((1, 1, 1)), vectors=VALUES)
    table = FeatureFile(path, "vectors").table()
    np.testing.assert_array_equal(table.values, VALUES.astype(np.float32))
    assert table.classes == ("class 0", "class 1", "class 2", "class 3")


@pytest.mark.parametrize("ending", ["h5", "zarr"])
def test_arrays_in_groups(tmp_path, ending):
    path = write(tmp_path / f"x.{ending}", resnet__train=VALUES, resnet__test=VALUES[:1])
    assert FeatureFile(path, "resnet/test").table().values.shape == (1, 3, 5)


def test_a_zarr_array_without_a_group(tmp_path):
    zarr.save_array(str(tmp_path / "x.zarr"), VALUES)
    np.testing.assert_array_equal(
        FeatureFile(str(tmp_path / "x.zarr")).table().values, VALUES.astype(np.float32)
    )


@every_format
def test_key_that_is_not_there(tmp_path, ending):
    path = write(tmp_path / f"x.{ending}", vectors=VALUES, other=VALUES)
    with pytest.raises(ValueError, match=r"has no array 'vector': did you mean 'vectors'\?"):
        FeatureFile(path, "vector").table()


def test_several_arrays_and_no_key(tmp_path):
    path = write(tmp_path / "x.npz", a=VALUES, b=VALUES)
    with pytest.raises(ValueError, match="holds 2 arrays of numbers: name one with `key`; allowed: 'a', 'b'"):
        FeatureFile(path).table()


def test_no_array_of_numbers(tmp_path):
    with pytest.raises(ValueError, match="holds 0 arrays of numbers: .*allowed: none"):
        FeatureFile(write(tmp_path / "x.npz", classes=NAMES)).table()


@every_format
def test_missing_file(tmp_path, ending):
    with pytest.raises(FileNotFoundError, match=rf"`path` '.*x\.{re.escape(ending)}' does not exist"):
        FeatureFile(str(tmp_path / f"x.{ending}")).table()


def test_unknown_ending(tmp_path):
    with pytest.raises(
        ValueError, match=r"has an unknown ending: give \.npz, \.h5, \.hdf5, \.zarr or \.zarr\.zip"
    ):
        FeatureFile(str(tmp_path / "x.csv")).table()


@every_format
@pytest.mark.parametrize("content", [b"", b"not such a file at all"], ids=["empty", "text"])
def test_file_of_another_format(tmp_path, ending, content):
    (tmp_path / f"x.{ending}").write_bytes(content)
    with pytest.raises(ValueError, match="cannot be read .*damaged or of another format") as caught:
        FeatureFile(str(tmp_path / f"x.{ending}")).table()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("ending", ["npz", "h5", "zarr.zip"])
def test_file_cut_short(tmp_path, ending):
    path = tmp_path / f"x.{ending}"
    write(path, vectors=VALUES)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(ValueError, match="cannot be read"):
        FeatureFile(str(path)).table()


def test_a_file_under_the_name_of_a_zarr_folder(tmp_path):
    (tmp_path / "x.zarr").write_bytes(b"text")
    with pytest.raises(
        ValueError, match="cannot be read .neither a folder nor a ZIP file.: it is damaged or"
    ):
        FeatureFile(str(tmp_path / "x.zarr")).table()


def test_folder_that_is_no_zarr(tmp_path):
    (tmp_path / "x.zarr").mkdir()
    with pytest.raises((ValueError, FileNotFoundError), match="cannot be read"):
        FeatureFile(str(tmp_path / "x.zarr")).table()


def test_bare_array_under_the_name_of_an_archive(tmp_path):
    with (tmp_path / "x.npz").open("wb") as stream:
        np.save(stream, VALUES)
    with pytest.raises(ValueError, match=r"one bare array: save it with numpy\.savez"):
        FeatureFile(str(tmp_path / "x.npz")).table()


def test_nothing_is_unpickled(tmp_path):
    np.savez(tmp_path / "x.npz", vectors=np.array([[[print]]], dtype=object))
    with pytest.raises(ValueError, match=r"cannot be read \(Object arrays cannot be loaded"):
        FeatureFile(str(tmp_path / "x.npz")).table()


@every_format
@pytest.mark.parametrize("shape", [(4, 5), (2, 2, 2, 2)])
def test_wrong_rank(tmp_path, ending, shape):
    path = write(tmp_path / f"x.{ending}", vectors=np.ones(shape))
    with pytest.raises(ValueError, match=re.escape(f"'vectors' has shape {shape}: features have three axes")):
        FeatureFile(path).table()


def test_empty(tmp_path):
    with pytest.raises(ValueError, match="none of them empty"):
        FeatureFile(write(tmp_path / "x.npz", vectors=np.ones((2, 0, 3)))).table()


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e300])
def test_values_that_are_not_finite(tmp_path, value):
    values = VALUES.copy()
    values[1, 2, 3] = values[3, 0, 0] = value
    with pytest.raises(
        ValueError, match=r"holds 2 values that are not finite as float32, the first at .*\(1, 2, 3\)"
    ):
        FeatureFile(write(tmp_path / "x.npz", vectors=values)).table()


@pytest.mark.parametrize("array", [VALUES.astype(complex), np.array([[["a"]]]), VALUES > 0])
def test_not_real_numbers(tmp_path, array):
    with pytest.raises(ValueError, match="'vectors' has dtype .*: features are real numbers"):
        FeatureFile(write(tmp_path / "x.npz", vectors=array), "vectors").table()


@pytest.mark.parametrize(("name", "there"), [("classes", 4), ("exemplars", 3)])
def test_more_than_the_file_holds(tmp_path, name, there):
    source = FeatureFile(write(tmp_path / "x.npz", vectors=VALUES))
    with pytest.raises(ValueError, match=rf"`{name}` is 9 but there are {there}: .*give a file with more"):
        source.table(**{name: 9})


def test_names_that_do_not_fit_are_refused(tmp_path):
    path = write(tmp_path / "x.npz", vectors=VALUES, classes=NAMES[:3])
    with pytest.raises(
        ValueError, match="names 3 classes in its array `classes` and holds 4: name each once"
    ):
        FeatureFile(path).table()


def test_spec_holds_the_content_and_refuses_other(tmp_path):
    path = write(tmp_path / "x.npz", vectors=VALUES)
    spec = FeatureFile(path).spec
    assert {key: spec[key] for key in ("name", "version", "path", "key")} == {
        "name": "feature_file",
        "version": 1,
        "path": path,
        "key": None,
    }
    pinned = FeatureFile(path, sha256=spec["sha256"])
    assert pinned.spec == spec and pinned.table().values.shape == (4, 3, 5)
    write(tmp_path / "x.npz", vectors=VALUES + 1)
    with pytest.raises(ValueError, match="holds other features than the spec was made with"):
        FeatureFile(path, sha256=spec["sha256"]).table()
