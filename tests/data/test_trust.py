"""Feature files of others: nothing in them runs, and no size is believed."""

import json
import pickle
import sys
import zipfile

import h5py
import numpy as np
import pytest
import zarr

from dynamicl.data import FeatureFile

MARK = "dynamicl_test_payload_ran"


class Payload:
    """Runs code where it is unpickled."""

    def __reduce__(self):
        return exec, (f"import sys; sys.{MARK} = True",)


def has_run():
    return hasattr(sys, MARK)


def test_the_payload_does_run_where_it_is_unpickled():
    pickle.loads(pickle.dumps(Payload()))
    assert has_run()
    delattr(sys, MARK)


def format_2(folder, filters):
    """A Zarr 2 array of objects, as numcodecs' pickle codec would write it."""
    folder.mkdir()
    metadata = {
        "zarr_format": 2,
        "shape": [1],
        "chunks": [1],
        "dtype": "|O",
        "compressor": None,
        "fill_value": 0,
        "order": "C",
        "filters": filters,
    }
    (folder / ".zarray").write_text(json.dumps(metadata))
    (folder / "0").write_bytes(pickle.dumps([Payload(), "|O", [1]]))
    return str(folder)


@pytest.mark.parametrize(
    "filters", [[{"id": "pickle", "protocol": 5}], [{"id": "vlen-utf8"}, {"id": "pickle", "protocol": 5}]]
)
def test_no_code_runs_from_zarr_2(tmp_path, filters):
    with pytest.raises(ValueError, match="Zarr format 2, whose metadata may name code to run, is not opened"):
        FeatureFile(format_2(tmp_path / "f.zarr", filters)).table()
    with zipfile.ZipFile(tmp_path / "f.zarr.zip", "w") as archive:
        for name in (".zarray", "0"):
            archive.write(tmp_path / "f.zarr" / name, name)
    with pytest.raises(ValueError, match="Zarr format 2"):
        FeatureFile(str(tmp_path / "f.zarr.zip")).table()
    assert not has_run()


def test_zarr_2_inside_a_group_of_zarr_3_is_refused(tmp_path):
    group = zarr.open_group(str(tmp_path / "f.zarr"), mode="w")
    group.create_array("vectors", data=np.ones((2, 2, 2)))
    format_2(tmp_path / "f.zarr" / "other", [{"id": "pickle"}])
    with pytest.raises(ValueError, match="Zarr format 2"):
        FeatureFile(str(tmp_path / "f.zarr")).table()
    assert not has_run()


def test_codecs_of_other_packages_are_refused_before_a_chunk_is_read(tmp_path):
    path = tmp_path / "f.zarr"
    zarr.open_group(str(path), mode="w").create_array("vectors", data=np.ones((2, 2, 2)))
    where = path / "vectors" / "zarr.json"
    metadata = json.loads(where.read_text())
    metadata["codecs"].append({"name": "numcodecs.zlib", "configuration": {"level": 1}})
    where.write_text(json.dumps(metadata))
    with pytest.raises(
        ValueError, match="the codec 'numcodecs.zlib', which is not opened: codecs may run code"
    ):
        FeatureFile(str(path)).table()


def test_the_codecs_that_zarr_writes_are_known(tmp_path):
    values = np.random.default_rng(0).normal(size=(2, 2, 2))
    for number, compressors in enumerate((None, zarr.codecs.BloscCodec(), zarr.codecs.GzipCodec(), "auto")):
        path = tmp_path / f"{number}.zarr"
        zarr.open_group(str(path), mode="w").create_array("v", data=values, compressors=compressors)
        assert np.allclose(FeatureFile(str(path)).table().values, values)


HUGE = 10**12


def test_a_zarr_array_that_claims_a_terabyte(tmp_path):
    path = tmp_path / "f.zarr"
    zarr.open_group(str(path), mode="w").create_array("v", shape=(HUGE, 1, 1), dtype="f4", chunks=(1, 1, 1))
    with pytest.raises(ValueError, match=r"array 'v' claims 3725.3 GiB and .* GiB are free for it"):
        FeatureFile(str(path)).table()


def test_an_hdf5_array_that_claims_a_terabyte(tmp_path):
    with h5py.File(tmp_path / "f.h5", "w") as file:
        file.create_dataset("v", shape=(HUGE, 1, 1), dtype="f4", chunks=(1, 1, 1))
    with pytest.raises(ValueError, match="array 'v' claims 3725.3 GiB"):
        FeatureFile(str(tmp_path / "f.h5")).table()


def test_an_hdf5_array_that_lies_in_another_file(tmp_path):
    (tmp_path / "secret").write_bytes(bytes(64))
    with h5py.File(tmp_path / "f.h5", "w") as file:
        external = [(str(tmp_path / "secret"), 0, 64)]
        file.create_dataset("v", shape=(2, 2, 4), dtype="f4", external=external)
    with pytest.raises(ValueError, match="array 'v' lies in another file: copy it into this one"):
        FeatureFile(str(tmp_path / "f.h5")).table()


def npz(path, member):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("v.npy", member)
    return str(path)


def header(shape):
    text = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}"
    text = text.ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


def test_an_npz_array_that_claims_more_than_its_file(tmp_path):
    path = npz(tmp_path / "f.npz", header((HUGE, 1, 1)) + bytes(64))
    with pytest.raises(
        ValueError, match=r"array 'v' claims 4,000,000,000,000 bytes in a file of \d+: the file is"
    ):
        FeatureFile(path).table()


def test_an_npz_bomb_is_refused_by_its_growth(tmp_path, monkeypatch):
    monkeypatch.setattr("dynamicl.data._read._SMALL", 1 << 20)
    path = npz(tmp_path / "f.npz", header((1 << 19, 1, 1)) + bytes(4 << 19))
    with pytest.raises(ValueError, match=r"array 'v' would grow [\d,]+-fold, which no features do"):
        FeatureFile(path).table()


def test_a_pickle_in_an_npz_file_stays_closed(tmp_path):
    array = np.empty(1, object)
    array[0] = Payload()
    np.savez(tmp_path / "f.npz", v=array)
    with pytest.raises(ValueError, match="cannot be read"):
        FeatureFile(str(tmp_path / "f.npz")).table()
    assert not has_run()
