import numpy as np
import pytest
from safetensors.numpy import save_file

from dynamicl.data import read_matrix

MATRIX = np.arange(12, dtype=np.float16).reshape(4, 3)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "model.safetensors"
    save_file({"embedding.weight": MATRIX, "other": np.ones((2, 2, 2), np.float32), "bias": np.ones(3)}, path)
    return path


def test_a_matrix_is_read_by_its_usual_name_or_by_name(path):
    for key in ("", "embedding.weight"):
        matrix = read_matrix(path, key)
        assert matrix.dtype == np.float32
        np.testing.assert_array_equal(matrix, MATRIX)


def test_faults_are_told_in_one_line(path, tmp_path):
    with pytest.raises(ValueError, match="has no matrix 'embeding.weight': .*embedding.weight"):
        read_matrix(path, "embeding.weight")
    with pytest.raises(ValueError, match=r"has shape \(2, 2, 2\): token embeddings have two axes"):
        read_matrix(path, "other")
    with pytest.raises(FileNotFoundError, match="does not exist: give the file that holds a model's weights"):
        read_matrix(tmp_path / "none.safetensors")
    wrong = tmp_path / "model.bin"
    wrong.touch()
    with pytest.raises(ValueError, match=r"unknown ending: give .safetensors or .gguf"):
        read_matrix(wrong)
    damaged = tmp_path / "damaged.safetensors"
    damaged.write_bytes(b"nothing of the kind")
    with pytest.raises(ValueError, match="cannot be read .*: it is damaged"):
        read_matrix(damaged)


def test_no_embeddings_under_a_usual_name(tmp_path):
    path = tmp_path / "model.safetensors"
    save_file({"layer.weight": np.ones((2, 2), np.float32)}, path)
    with pytest.raises(ValueError, match="has none of .*: name its token embeddings with `key`"):
        read_matrix(path)


def test_numbers_that_are_none(tmp_path):
    path = tmp_path / "model.safetensors"
    matrix = MATRIX.astype(np.float32)
    matrix[2, 1] = np.nan
    save_file({"embeddings": matrix}, path)
    with pytest.raises(
        ValueError, match=r"holds 1 values that are not finite, the first at .* \(2, 1\): mend"
    ):
        read_matrix(path)


def test_a_gguf_file_is_read_where_the_package_is_there(tmp_path):
    gguf = pytest.importorskip("gguf")
    path = tmp_path / "model.gguf"
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_tensor("token_embd.weight", MATRIX)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    np.testing.assert_array_equal(read_matrix(path), MATRIX)
    damaged = tmp_path / "damaged.gguf"
    damaged.write_bytes(b"nothing of the kind")
    with pytest.raises(ValueError, match="cannot be read"):
        read_matrix(damaged)


def test_a_gguf_file_without_the_package(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "gguf", None)
    path = tmp_path / "model.gguf"
    path.touch()
    with pytest.raises(ValueError, match="needs the package `gguf`: pip install"):
        read_matrix(path)
