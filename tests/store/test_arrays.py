import asyncio
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import hypothesis.extra.numpy as shapes
import hypothesis.strategies as st
import ml_dtypes
import numpy as np
import pytest
import zarr
from hypothesis import given

from dynamicl.store import StoreError
from dynamicl.store._arrays import (
    decode,
    digest,
    digest_rows,
    encode,
    read_arrays,
    read_attributes,
    write_arrays,
)

PLAIN = ["bool", "int8", "int64", "uint8", "uint32", "float16", "float32", "float64", "complex64"]
SMALL = [ml_dtypes.bfloat16, ml_dtypes.float8_e4m3fn, ml_dtypes.int4]


@st.composite
def arrays(draw):
    """Arrays of every kind kept: their bits are drawn, so NaNs with payloads and negative zeros are among them."""
    shape = draw(shapes.array_shapes(min_dims=0, min_side=0, max_side=4))
    if draw(st.booleans()):
        text = st.text(st.characters(exclude_characters="\0"), max_size=5)
        return draw(shapes.arrays(np.dtype("U5"), shape, elements=text))
    if draw(st.booleans()):
        dtype = np.dtype(draw(st.sampled_from(SMALL)))
        bits = draw(shapes.arrays(f"u{dtype.itemsize}", shape))
        return bits.view(dtype) if dtype != ml_dtypes.int4 else (bits % 8).astype(dtype)
    return draw(shapes.arrays(draw(st.sampled_from(PLAIN)), shape))


@given(st.dictionaries(st.text(max_size=8), arrays(), max_size=4))
def test_arrays_come_back_bit_for_bit(tmp_path_factory, given_arrays):
    path = tmp_path_factory.mktemp("arrays") / "a.zarr.zip"
    kept = {name: encode(name, value) for name, value in given_arrays.items()}
    write_arrays(path, kept, {"remark": "é"})
    read, attributes = read_arrays(path)
    assert list(read) == list(given_arrays)
    assert attributes == read_attributes(path) == {"remark": "é"}
    assert digest(read) == digest(kept)
    for name, value in given_arrays.items():
        back = decode(read[name])
        assert back.shape == value.shape
        if value.dtype.kind == "U":
            assert np.array_equal(back, value)
        else:
            assert back.dtype == value.dtype
            assert back.tobytes() == value.tobytes()


@pytest.mark.parametrize("compress", [False, True])
def test_rows_are_read_alone_and_hash_alike(tmp_path, compress):
    rng = np.random.default_rng(0)
    values = {"big": rng.random((5, 70, 70)), "small": rng.random((5, 3)), "scalar": np.arange(5)}
    kept = {name: encode(name, value) for name, value in values.items()}
    write_arrays(tmp_path / "a.zip", kept, by_row=True, compress=compress)
    hashes = digest_rows(kept)
    assert len(set(hashes)) == 5
    for row in range(5):
        read, _ = read_arrays(tmp_path / "a.zip", row)
        assert digest(read) == hashes[row]
        for name, value in values.items():
            assert np.array_equal(decode(read[name]), value[row])


@pytest.mark.parametrize(
    "value",
    [
        np.arange(6, dtype=">i4").reshape(2, 3),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.arange(12.0)[::2],
        np.array(["a", "ßcd"], object),
        np.array(["a", "ßcd"], np.dtypes.StringDType()),
        "a word",
        3.5,
    ],
    ids=repr,
)
def test_any_layout_is_accepted(tmp_path, value):
    write_arrays(tmp_path / "a.zip", {"x": encode("x", value)})
    assert np.array_equal(decode(read_arrays(tmp_path / "a.zip")[0]["x"]), np.asarray(value))


def test_digest_sees_names_types_shapes_and_bytes():
    values = np.arange(4, dtype=np.float32)
    others = [
        {"b": values},
        {"a": values.view(np.int32)},
        {"a": values.reshape(2, 2)},
        {"a": values + 1},
        {"a": values, "b": values},
        {"a": values.astype(ml_dtypes.bfloat16)},
        {"a": values.astype(ml_dtypes.bfloat16).view(np.uint16)},
    ]
    digests = [
        digest({name: encode(name, v) for name, v in given_arrays.items()})
        for given_arrays in [{"a": values}, *others]
    ]
    assert len(set(digests)) == len(digests)
    first, second = {"a": encode("a", 1), "b": encode("b", 2)}, {"b": encode("b", 2), "a": encode("a", 1)}
    assert digest(first) == digest(second)


def test_any_zarr_reader_opens_a_piece(tmp_path):
    write_arrays(tmp_path / "a.zip", {"loss": encode("loss", np.arange(3.0), ("step",))})
    with zarr.storage.ZipStore(tmp_path / "a.zip", mode="r") as store:
        [(_, array)] = zarr.open_group(store, mode="r").arrays()
        assert array.metadata.dimension_names == ("step",)
        assert array[...].tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    "value", [np.array([{}, None]), np.array(["a", None]), np.array(["2020"], "M8[D]"), np.array([b"x"])]
)
def test_other_types_are_refused(value):
    with pytest.raises(StoreError, match=r"`key` has dtype .*, which a store does not keep; give numbers"):
        encode("key", value)


def test_what_is_no_array_is_refused():
    class Key:
        def __array__(self, dtype=None, copy=None):
            raise TypeError("use key_data")

    with pytest.raises(
        StoreError, match=r"`key` cannot be made an array \(use key_data\); give numbers, booleans"
    ):
        encode("key", Key())
    with pytest.raises(StoreError, match=r"`ragged` cannot be made an array"):
        encode("ragged", [[1], [1, 2]])


def test_a_notebooks_running_loop_does_not_matter(tmp_path):
    async def cell():
        write_arrays(tmp_path / "a.zip", {"x": encode("x", np.arange(3))})
        return decode(read_arrays(tmp_path / "a.zip")[0]["x"])

    # In a thread of its own: where a browser's tests came before, this one has a loop that never ends.
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(asyncio.run, cell()).result().tolist() == [0, 1, 2]


def test_a_file_that_is_missing_or_no_zip_says_so(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_arrays(tmp_path / "none.zip")
    Path(tmp_path / "bad.zip").write_bytes(b"no zip")
    with pytest.raises(zipfile.BadZipFile):
        read_arrays(tmp_path / "bad.zip")
