"""Runs that start from the weights in a file."""

import dataclasses

import numpy as np
import pytest

from dynamicl.lab import TORCH, FromFile, load, train_population, weights_as
from dynamicl.models import TransformerSpec
from dynamicl.specs import SpecError, from_json, resolved, to_json
from dynamicl.store import save_weights
from dynamicl.tasks import FewShotSpec
from dynamicl.training import At, Every, OptimizerSpec, Recording, RunSpec, Seeds

TASK = FewShotSpec(3, test_classes=0, held_out_exemplars=0, held_out_labels=0.0)
MODEL = TransformerSpec(1, 2, 4)
BASE = RunSpec(TASK, MODEL, OptimizerSpec("adam", 0.01), steps=4, batch_size=2)
RECORDING = Recording(Every(4), At(()), sequences=4, measures=())


@pytest.fixture(scope="module")
def parent(tmp_path_factory):
    return train_population([BASE], RECORDING, tmp_path_factory.mktemp("library"))


def test_a_run_starts_with_the_weights_of_the_file(parent, tmp_path):
    arrays = parent.weights(0, 4)
    save_weights(tmp_path / "w.safetensors", weights_as(load(parent, 0).model, arrays, TORCH))
    described = FromFile(MODEL, str(tmp_path / "w.safetensors"), TORCH)
    runs = [dataclasses.replace(BASE, model=described, seeds=Seeds(seed, 0)) for seed in (3, 4)]
    trained = train_population(runs, RECORDING, tmp_path / "library")
    for run in (0, 1):
        begun = trained.weights(run, 0)
        assert begun.keys() == arrays.keys() and all(np.array_equal(begun[n], arrays[n]) for n in arrays)
    assert not np.array_equal(trained.weights(0, 4)["unembed.weight"], arrays["unembed.weight"])
    spec = from_json(trained.members[0][0].specs[0])
    assert spec.model.content and spec.model.model == MODEL
    assert load(trained, 0).model.spec == MODEL


def test_the_file_is_part_of_what_the_run_is(parent, tmp_path):
    file = tmp_path / "w.safetensors"
    save_weights(file, parent.weights(0, 4))
    first = resolved(FromFile(MODEL, str(file)))
    assert len(first.content) == 64 and from_json(to_json(first)) == first
    file.rename(tmp_path / "elsewhere.safetensors")
    assert resolved(first) == first
    save_weights(file, parent.weights(0, 0))
    with pytest.raises(SpecError, match="is not what the run was made with: its content has hash"):
        resolved(first)
    with pytest.raises(SpecError, match="`model.path` .* cannot be read .*: name a safetensors file"):
        resolved(FromFile(MODEL, str(tmp_path / "none")))


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (FromFile(MODEL, ""), "`model.path` is empty: name the safetensors file"),
        (FromFile("transformer", "x"), "`model.model` is 'transformer': give the spec of the network"),
    ],
)
def test_what_names_no_model_or_file(spec, message):
    with pytest.raises(SpecError, match=message):
        spec.check()


def test_weights_of_another_network_are_refused(parent, tmp_path):
    arrays = parent.weights(0, 4)
    file = tmp_path / "w.safetensors"
    save_weights(file, arrays | {"blocks.0.attention.b_q": np.ones(4, np.float32)})
    run = dataclasses.replace(BASE, model=FromFile(MODEL, str(file)))
    with pytest.raises(
        SpecError, match="has an array `blocks.0.attention.b_q` for which the model has no place"
    ):
        train_population([run], RECORDING, tmp_path / "library")
