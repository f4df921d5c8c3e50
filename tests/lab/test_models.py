import dataclasses

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from dynamicl.clamps import Clamp, Constant
from dynamicl.lab import clamps_at, load, load_many, stack, train_population
from dynamicl.lab._examples import examples
from dynamicl.lab._machine import machine, versions
from dynamicl.models import TransformerSpec
from dynamicl.specs import SpecError, register
from dynamicl.store import StoreError
from dynamicl.tasks import FewShotSpec
from dynamicl.training import Every, Program, Recording, RunSpec, Seeds, plan, standard_scores
from small import SmallTaskSpec

from .populations import BASE, RECORDING, runs

TASK = FewShotSpec(3, test_classes=0, held_out_exemplars=0, held_out_labels=0.0)
REAL = RunSpec(TASK, TransformerSpec(1, 2, 4), steps=4, batch_size=2)


@register("small-world-task")
@dataclasses.dataclass(frozen=True)
class SmallWorldTaskSpec(SmallTaskSpec):
    """The small task with a shift that is drawn from the world."""

    def bind(self, task, world):
        return eqx.tree_at(lambda t: t.shift, task, jax.random.normal(world, ()))


@pytest.fixture(scope="module")
def trajectory(tmp_path_factory):
    return train_population(runs(2), RECORDING, tmp_path_factory.mktemp("library"))


@pytest.mark.parametrize("step", [None, 0])
def test_a_loaded_model_scores_as_recorded(trajectory, step):
    for run in (1, trajectory.runs[1]):
        loaded = load(trajectory, run, step)
        assert loaded.spec == runs(2)[1]
        for evaluator in loaded.tasks:
            task, batch = loaded.evaluation(evaluator, 8)
            log_p = jax.nn.log_softmax(jax.vmap(loaded.model)(task.inputs(batch.tokens)))
            loss = -np.mean(np.asarray(log_p)[np.arange(8), batch.target])
            recorded = trajectory.dataset.loss[1].sel(step=60 if step is None else 0, evaluator=evaluator)
            np.testing.assert_allclose(loss, recorded, rtol=1e-5)


def test_a_run_or_checkpoint_that_is_not_there(trajectory):
    with pytest.raises(StoreError, match="nobody"):
        load(trajectory, "nobody")
    with pytest.raises(StoreError, match="30"):
        load(trajectory, 0, 30)
    with pytest.raises(StoreError, match="7"):
        load(trajectory, 7)


def test_a_transformer_leaves_its_attention(tmp_path):
    found = train_population([REAL], Recording(Every(4), Every(4), 8, ("heads", "attention")), tmp_path)
    data = found.dataset
    assert data.induction_strength.dims == ("run", "step", "layer", "head")
    assert data.layer.values.tolist() == [1] and data["head"].values.tolist() == [0, 1]
    assert data.checkpoint.values.tolist() == [0, 4]
    assert data.attention.sizes["example"] == 4
    np.testing.assert_allclose(data.attention.sum("key"), 1, rtol=1e-5)
    np.testing.assert_allclose(data.attention_by_role.sum("key_role"), 1, rtol=1e-5)
    assert data.query_role.values.tolist() == data.key_role.values.tolist()
    told = found.members[0][0].header["examples"]
    assert [len(tokens) for tokens in told["tokens"]] == [5] * 4 and len(told["targets"]) == 4


def test_tasks_that_describe_nothing_leave_no_examples():
    assert examples(Program(*plan(runs(1)), sequences=4)) == {"tokens": [], "targets": []}


def test_versions_and_machine_name_no_one():
    assert versions()["jax"] == jax.__version__
    assert machine()["devices"] == "2 x cpu" or jax.default_backend() != "cpu"
    assert set(machine()) == {"system", "cores", "devices"}


def test_a_folder_stands_for_its_runs(trajectory):
    store, row = trajectory.member(0)
    by_folder = load(str(store.path.parent), store.runs[row])
    assert by_folder.spec == load(trajectory, 0).spec


@pytest.mark.parametrize(("task", "refused"), [(SmallWorldTaskSpec(), True), (SmallTaskSpec(), False)])
def test_models_of_different_worlds_do_not_lie_side_by_side(tmp_path, task, refused):
    """One of them has a single bound task, which is not that of the others; a task that draws no world is the same."""
    seeds = [Seeds(init, 1, world=world) for init, world in enumerate((2, 3, 2))]
    specs = [dataclasses.replace(BASE, task=task, seeds=own) for own in seeds]
    found = train_population(specs, RECORDING, tmp_path)
    alone = [load(found, run) for run in range(3)]
    for side_by_side in (
        lambda places: load_many(found, [(run, None) for run in places]),
        lambda places: stack([alone[run] for run in places]),
    ):
        assert side_by_side((0, 2)).spec.seeds.world == 2
        if refused:
            with pytest.raises(
                SpecError, match=r"differ in `seeds.world` \(2 and 3\).*those of one world at a time"
            ):
                side_by_side((0, 1))
        else:
            assert side_by_side((0, 1)).model.rise.shape[0] == 2


def test_the_recorded_scores_are_those_under_the_run_s_own_clamps(tmp_path):
    """A model comes without clamps; those that the run was under where it stands can be put on again."""
    held = Clamp("logits", Constant(0.0), strength=0.5)
    gone = Clamp("logits", Constant(3.0), windows=((0, 5),))
    run = dataclasses.replace(BASE, clamps=(held, gone), steps=20)
    trajectory = train_population([run], RECORDING, tmp_path)
    loaded = load(trajectory, 0, 20)
    own = clamps_at(loaded.spec, 20)
    assert own == (held,) and len(clamps_at(loaded.spec, 3)) == 2
    _, sequences = loaded.evaluation("train", RECORDING.sequences)
    recorded = float(trajectory.dataset["loss"].sel(step=20, evaluator="train").item())
    scores = [
        float(standard_scores(jnp.asarray(logits(sequences)), sequences)["loss"])
        for logits in (loaded.with_clamps(*own), loaded.with_clamps())
    ]
    assert scores[0] == pytest.approx(recorded, rel=1e-5) and scores[1] != pytest.approx(recorded, rel=1e-2)
