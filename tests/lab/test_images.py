"""Images through an embedder that learns with a recurrent network, from training to a loaded and clamped model."""

import dataclasses

import jax
import numpy as np
import pytest

from dynamicl.clamps import Clamp, Constant
from dynamicl.lab import load, train_population
from dynamicl.models import ImagesSpec, RecurrentSpec
from dynamicl.specs import SpecError
from dynamicl.tasks import ExemplarSpec, FewShotSpec
from dynamicl.training import Decay, Every, OptimizerSpec, Recording, RunSpec, Seeds, standard_scores

TASK = FewShotSpec(
    3, test_classes=0, held_out_exemplars=0, held_out_labels=0.0, source=ExemplarSpec("pixels")
)
MODEL = ImagesSpec(RecurrentSpec(layers=1, d_model=8), widths=(4, 8), blocks=1)
HELD = Clamp("layers.0.states", Constant(0.0), strength=0.5)
BASE = RunSpec(TASK, MODEL, OptimizerSpec("adam", 0.01), seeds=Seeds(1, 2), steps=20, batch_size=8)
AVERAGES = "images.stem.norm.mean.value"


@pytest.fixture(scope="module")
def trajectory(tmp_path_factory):
    runs = [BASE, dataclasses.replace(BASE, seeds=Seeds(3, 4))]
    recording = Recording(Every(20), Every(20), sequences=12, measures=("norms",))
    return train_population(runs, recording, tmp_path_factory.mktemp("library"))


@pytest.mark.whole
def test_a_loaded_model_has_the_recorded_scores(trajectory):
    for row in range(2):
        loaded = load(trajectory, row)
        task, sequences = loaded.evaluation("train", 12)
        logits = jax.vmap(lambda tokens, loaded=loaded, task=task: loaded.model(task.inputs(tokens)))(
            sequences.tokens
        )
        recorded = trajectory.dataset.isel(run=row, step=-1).sel(evaluator="train")
        for score, value in standard_scores(logits, sequences).items():
            np.testing.assert_allclose(recorded[score], value, rtol=1e-3, atol=1e-5, err_msg=score)
        np.testing.assert_allclose(loaded.with_clamps()(sequences), logits, rtol=1e-3, atol=1e-4)


@pytest.mark.whole
def test_running_averages_are_kept_with_the_weights_and_move(trajectory):
    first, last = (trajectory.weights(0, step) for step in (0, 20))
    assert not first[AVERAGES].any() and np.abs(last[AVERAGES]).max() > 0


@pytest.mark.whole
def test_clamps_and_decay_reach_inside(tmp_path):
    held = dataclasses.replace(BASE, clamps=(HELD,), steps=2)
    shrunk = dataclasses.replace(
        BASE, optimizer=OptimizerSpec("sgd", 0.0, decays=(Decay("embedder", 0.5, per="step"),)), steps=2
    )
    one = train_population([held], Recording(Every(2), Every(2), sequences=8, measures=()), tmp_path / "held")
    assert np.isfinite(one.dataset["loss"]).all()
    two = train_population(
        [shrunk], Recording(Every(2), Every(2), sequences=8, measures=()), tmp_path / "shrunk"
    )
    first, last = (two.weights(0, step) for step in (0, 2))
    assert np.abs(last["images.stem.weight"]).sum() < np.abs(first["images.stem.weight"]).sum()
    assert np.array_equal(last["body.unembed.weight"], first["body.unembed.weight"])


def test_measures_that_find_nothing_to_read_are_refused_before_anything_is_trained(tmp_path):
    message = (
        r"measure `heads` reads `layers.\*.attn.pattern`, .* and the model has none of them: leave it out"
    )
    with pytest.raises(SpecError, match=message):
        train_population([BASE], Recording(Every(2), Every(2), sequences=8), tmp_path)
