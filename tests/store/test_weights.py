import errno
import os
import pickle

import ml_dtypes
import numpy as np
import pytest

from dynamicl.store import StoreError, load_weights, save_weights

ARRAYS = {
    "embed.table": np.random.default_rng(0).standard_normal((4, 3)).astype(np.float32),
    "strided": np.arange(12, dtype=np.int64).reshape(3, 4).T,
    "half": np.arange(5).astype(ml_dtypes.bfloat16),
    "mask": np.array([True, False]),
    "scalar": np.float32(2.5),
    "key": np.array([1, 2**32 - 1], np.uint32),
    "big endian": np.arange(3, dtype=">f4"),
    "none": np.zeros((0, 2), np.float32),
}


def test_round_trip(tmp_path):
    path = tmp_path / "w.safetensors"
    save_weights(path, ARRAYS, {"spec": "{}", "step": "10"})
    read, metadata = load_weights(path)
    assert metadata == {"spec": "{}", "step": "10"}
    assert read.keys() == ARRAYS.keys()
    for name, value in ARRAYS.items():
        assert read[name].dtype == value.dtype.newbyteorder("=")
        assert read[name].shape == value.shape
        assert np.array_equal(read[name], value)
    save_weights(path, {"w": np.zeros(1)})
    assert load_weights(path)[1] == {}
    assert [file.name for file in tmp_path.iterdir()] == ["w.safetensors"]


def test_what_cannot_be_written(tmp_path, monkeypatch):
    path = tmp_path / "w.safetensors"
    save_weights(path, {"w": np.zeros(1)})
    with pytest.raises(StoreError, match=r"`w` has dtype object, which a store does not keep"):
        save_weights(path, {"w": np.array([None])})
    with pytest.raises(
        StoreError, match=r"`metadata\['step'\]` is 3; safetensors keeps text: give `json.dumps`"
    ):
        save_weights(path, {"w": np.zeros(1)}, {"step": 3})
    with pytest.raises(StoreError, match=r"`arrays` cannot be kept as safetensors \(.*\); give numbers or"):
        save_weights(path, {"w": "text"})
    with pytest.raises(
        StoreError, match=r"could not write weights to .*: No such file or directory; .*; check that"
    ):
        save_weights(tmp_path / "none" / "w.safetensors", {"w": np.zeros(1)})

    def refuse(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(
        StoreError, match=r": the disk is full; a file that was there before is unchanged; free some"
    ):
        save_weights(path, {"w": np.ones(1)})
    assert load_weights(path)[0]["w"] == 0
    assert [file.name for file in tmp_path.iterdir()] == ["w.safetensors"]


def test_what_cannot_be_read(tmp_path):
    with pytest.raises(StoreError, match=r"there are no weights at .*; give the path of a .safetensors file"):
        load_weights(tmp_path / "none.safetensors")
    with pytest.raises(StoreError, match="there are no weights at"):
        load_weights(tmp_path)
    (tmp_path / "w.pt").write_bytes(pickle.dumps({"w": [1.0]}))
    with pytest.raises(
        StoreError, match=r"w.pt is not a whole safetensors file .*; export it again; pickled weights"
    ):
        load_weights(tmp_path / "w.pt")
    save_weights(tmp_path / "w.safetensors", ARRAYS)
    whole = (tmp_path / "w.safetensors").read_bytes()
    for part in (b"", whole[:4], whole[:100], whole[:-1]):
        (tmp_path / "w.safetensors").write_bytes(part)
        with pytest.raises(StoreError, match="is not a whole safetensors file"):
            load_weights(tmp_path / "w.safetensors")
