"""What every task, with every model and probe, must honour from plan to loaded model, for each field that varies.

Two runs of one program differ in one varying field of their task. Whoever registers a task adds a line to `TASKS`.
"""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from dynamicl.lab import load, train_population
from dynamicl.models import TransformerSpec, lookup_encoder
from dynamicl.specs import split
from dynamicl.tasks import ExemplarSpec, ExemplarTaskSpec, FewShotSpec, LookupSpec
from dynamicl.tasks.exemplars import Drawings, Gaussian, LabelVectors, Portion, Zipf, bursty, flip, iwl, novel
from dynamicl.training import At, Every, OptimizerSpec, Recording, RunSpec, Seeds, plan, standard_scores
from small import SmallModelSpec, SmallTaskSpec

FEW_SHOT = FewShotSpec(4, 2, 1, 3, source=ExemplarSpec("pixels"))
DRAWINGS = tuple(Drawings(ExemplarSpec("pixels"), 3, noise) for noise in (0.2, 3.0))
EXEMPLARS = ExemplarTaskSpec(DRAWINGS[0], classes=6, evaluators=(flip(), iwl()))
MIXTURE = ExemplarTaskSpec(
    Gaussian(8),
    classes=8,
    labels=4,
    balanced=True,
    form=LabelVectors(7),
    train=(Portion(bursty(), 0.75), Portion(novel(), 0.25)),
    evaluators=(novel(),),
)
TASKS = {
    "few-shot noise": (FEW_SHOT, {"noise": (0.2, 3.0)}, TransformerSpec(1, 2, 8)),
    "exemplars": (EXEMPLARS, {"source": DRAWINGS}, TransformerSpec(1, 2, 8)),
    "mixture": (MIXTURE, {"frequencies": (Zipf(0.0), Zipf(4.0))}, TransformerSpec(1, 2, 8)),
    "lookup": (LookupSpec(2, 1, 4, 4), {}, lookup_encoder(1, 1, 8)),
    "own": (SmallTaskSpec(), {"shift": (-1.0, 2.0)}, SmallModelSpec()),
}
PROBES = {
    "few-shot noise": ("heads", "norms", "attention"),
    "exemplars": ("heads", "norms"),
    "mixture": ("heads", "norms"),
    "lookup": ("heads", "norms"),
    "own": ("norms",),
}
SEQUENCES = 60


def runs_of(name):
    task, fields, model = TASKS[name]
    values = [dict(zip(fields, pair, strict=True)) for pair in zip(*fields.values(), strict=True)] or [{}, {}]
    # A rate of 0: what is scored at the end is what was trained on, so losses can be compared.
    return [
        RunSpec(
            dataclasses.replace(task, **value),
            model,
            OptimizerSpec("sgd", 0.0),
            seeds=Seeds(1, 2 + i, 3, 4),
            steps=150,
            batch_size=32,
        )
        for i, value in enumerate(values)
    ]


# Few-shot tasks and mixtures are exemplar tasks with other portions and sources: one of three says nearly all of it.
PARAMS = [
    pytest.param(name, marks=[pytest.mark.whole] * (name in ("exemplars", "mixture"))) for name in TASKS
]


@pytest.fixture(scope="module", params=PARAMS)
def trained(request, tmp_path_factory):
    runs = runs_of(request.param)
    recording = Recording(Every(150), At(()), SEQUENCES, PROBES[request.param])
    return runs, train_population(runs, recording, tmp_path_factory.mktemp("library"))


def test_varying_fields_share_one_program(trained):
    runs, trajectory = trained
    assert len(plan(runs)) == 1
    assert len({store.path for store, _ in trajectory.members}) == 1


def test_a_loaded_model_has_the_recorded_scores_on_every_evaluator(trained):
    runs, trajectory = trained
    for row, run in enumerate(runs):
        loaded = load(trajectory, row)
        assert loaded.spec == run
        for name in loaded.tasks:
            task, sequences = loaded.evaluation(name, SEQUENCES)
            logits = jax.vmap(lambda tokens, task=task, loaded=loaded: loaded.model(task.inputs(tokens)))(
                sequences.tokens
            )
            recorded = trajectory.dataset.isel(run=row, step=-1).sel(evaluator=name)
            for score, value in standard_scores(logits, sequences).items():
                np.testing.assert_allclose(
                    recorded[score], value, rtol=1e-4, atol=1e-6, err_msg=(name, score)
                )
            under_no_clamp = loaded.with_clamps(evaluator=name)(sequences)
            np.testing.assert_allclose(under_no_clamp, logits, rtol=1e-4, atol=1e-5)


def test_training_and_its_evaluator_agree_on_the_loss(trained):
    runs, trajectory = trained
    data = trajectory.dataset.isel(step=-1)
    for row in range(len(runs)):
        seen = data.isel(run=row)
        score = seen["loss"].sel(evaluator="train").item()
        noise = seen["loss_error"].sel(evaluator="train").item()
        # 150 batches of 32 against 60 sequences: the evaluator's noise is nearly all of it.
        assert abs(seen["train_loss"].item() - score) < 5 * noise + 1e-4


def test_what_is_evaluated_follows_the_runs_own_values(trained):
    """Tokens drawn for the two runs differ in distribution, as their fields do."""
    runs, trajectory = trained
    _, fields = split(runs[0].task)
    if not fields:
        return
    spreads = []
    for row in range(2):
        task, sequences = load(trajectory, row).evaluation("train", SEQUENCES)
        read = jax.vmap(task.inputs)(sequences.tokens)
        numbers = [leaf for leaf in jax.tree.leaves(read) if jnp.issubdtype(leaf.dtype, jnp.floating)]
        spreads.append((float(jnp.std(numbers[0])), float(jnp.mean(sequences.target))))
    assert max(abs(a - b) for a, b in zip(*spreads, strict=True)) > 0.1


def test_two_runs_of_one_seed_differ_only_in_their_field(trained):
    runs, trajectory = trained
    if runs[0].task == runs[1].task:
        return
    first, second = (trajectory.weights(row, trajectory.checkpoints[0]) for row in (0, 1))
    assert all(np.array_equal(first[name], second[name]) for name in first), (
        "initialisation looks at no task field"
    )
