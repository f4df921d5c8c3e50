"""Whoever reads a sequence has drawn it with the same bound task; many sequences are scored in pieces."""

import dataclasses

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from dynamicl.models import TokenIds, TransformerSpec
from dynamicl.probes import probes
from dynamicl.specs import SpecError, register, vary
from dynamicl.tasks import ExemplarSpec, FewShotSpec, Roles, Sequence
from dynamicl.training import (
    At,
    Evaluator,
    Every,
    OptimizerSpec,
    Program,
    Recording,
    Records,
    RunSpec,
    Seeds,
    Watch,
    bound,
    evaluation,
    plan,
    standard_scores,
    train,
)
from dynamicl.training._evaluation import PIECE, pieces
from small import SmallModelSpec, SmallTaskSpec

SMALL = RunSpec(SmallTaskSpec(), SmallModelSpec(), OptimizerSpec("sgd", 0.1), steps=30, batch_size=4)


class Recall(eqx.Module):
    """Repeat the first symbol; ids start at `base`, targets are moved by `shift`; the world names the symbols."""

    names: jax.Array
    symbols: int = eqx.field(static=True)
    base: int = eqx.field(static=True)
    shift: int = eqx.field(static=True)

    def batch(self, key, size):
        raw = jax.random.randint(key, (size, 4), 0, self.symbols)
        ids = self.names[raw] + self.base
        place = jnp.broadcast_to(jnp.arange(4), ids.shape)
        roles = Roles(jnp.full(size, 3), place == 0, (place > 0) & (place < 3), place < 0)
        tokens = TokenIds(ids, jnp.ones_like(ids, bool), self.symbols)
        return Sequence(tokens, raw[:, 0] + self.shift, jnp.ones((size, self.symbols), bool), roles)

    def inputs(self, tokens):
        return tokens


@register("test-recall")
@dataclasses.dataclass(frozen=True)
class RecallSpec:
    symbols: int = 5
    base: int = 0
    shift: int = 0
    weight: float = vary(0.0)

    def prepare(self):
        return {"train": Recall(jnp.arange(self.symbols), self.symbols, self.base, self.shift)}

    def bind(self, task, world):
        names = jax.random.permutation(world, self.symbols)
        return eqx.tree_at(lambda t: t.names, task, names)


RECALL = RunSpec(RecallSpec(), TransformerSpec(1, 2, 8), OptimizerSpec("sgd", 0.1), steps=20, batch_size=8)


def evaluated(run, **more):
    program = Program(*plan([run]), sequences=64, **more)
    return program, program.evaluate(program.initialise())


@pytest.mark.parametrize("noise", [(0.3, 1.5)])
def test_evaluators_draw_and_read_under_the_runs_own_noise(noise):
    """Two runs of one program, of different noise: each evaluator's scores are those of its own distribution."""
    task = FewShotSpec(4, 2, 2, 4, source=ExemplarSpec("pixels"))
    runs = [
        RunSpec(dataclasses.replace(task, noise=n), TransformerSpec(1, 2, 8), seeds=Seeds(3, 4, 5), steps=4)
        for n in noise
    ]
    (cohort,) = plan(runs)
    program = Program(cohort, sequences=40)
    state = program.initialise()
    records = program.evaluate(state)
    weights = program.real(state.weights)
    spread = []
    for row, run in enumerate(runs):
        own_weights = jax.tree.map(lambda leaf, row=row: jnp.asarray(leaf[row]), weights)
        model = program.network.model(own_weights)
        for place, name in enumerate(program.evaluators):
            own, sequences = evaluation(run, name, program.tasks[name], 40)
            logits = jax.vmap(lambda tokens, own=own, model=model: model(own.inputs(tokens)))(
                sequences.tokens
            )
            expected = standard_scores(logits, sequences)
            np.testing.assert_allclose(records["loss"][row, place], expected["loss"], rtol=1e-5)
        own, sequences = evaluation(run, "train", program.tasks["train"], 40)
        clean = dataclasses.replace(run, task=task)
        plain = bound(clean, program.tasks["train"]).features[sequences.tokens[0]]
        spread.append(float(jnp.std(jax.vmap(own.inputs)(sequences.tokens).exemplars - plain)))
    np.testing.assert_allclose(spread, noise, rtol=0.05)


def test_the_world_is_drawn_from_its_own_seed_and_is_the_same_everywhere():
    run = dataclasses.replace(RECALL, seeds=Seeds(world=7))
    tasks = run.task.prepare()
    first, second = bound(run, tasks["train"]), bound(run, tasks["train"])
    other = bound(dataclasses.replace(run, seeds=Seeds(world=8)), tasks["train"])
    assert np.array_equal(first.names, second.names) and not np.array_equal(first.names, other.names)
    worlds = plan([run, dataclasses.replace(run, seeds=Seeds(world=8))])
    assert len(worlds) == 1, "worlds vary inside one program"


def test_a_world_learnt_in_training_is_the_one_that_evaluators_see():
    run = dataclasses.replace(RECALL, steps=400, seeds=Seeds(1, 2, 3, 4))
    program = Program(*plan([run]), sequences=200)
    state = program.advance(program.initialise(), 400)
    # Three of four symbols are noise; reading the first one in another world would stay at chance, 0.2.
    assert program.evaluate(state)["accuracy"][0, 0] > 0.9


def test_pieces_are_equal_and_bounded():
    for count in (1, 999, PIECE, PIECE + 1, 5000, 200_000):
        number, size = pieces(count)
        assert size <= PIECE and number * size >= count and (number - 1) * size < count


def test_scores_in_pieces_are_the_scores_of_all_sequences(monkeypatch):
    monkeypatch.setattr("dynamicl.training._evaluation.PIECE", 16)
    program, records = evaluated(SMALL, watched={"again": Watch(50)})
    weights = program.real(program.initialise().weights)
    _, sequences = evaluation(SMALL, "again", bound(SMALL, program.tasks["again"]), 50)
    assert sequences.target.shape == (50,)
    logits = jax.vmap(lambda x: jnp.tanh(x @ weights.rise[0]) @ weights.fall[0])(sequences.tokens)
    expected = standard_scores(logits, sequences)
    for name, value in expected.items():
        np.testing.assert_allclose(records[name][0, 1], value, rtol=1e-4, err_msg=name)


def test_probes_on_any_evaluator_carry_its_name():
    _, records = evaluated(SMALL, watched={"again": Watch(20, probes(("norms",)))})
    assert "squared_norm@again" in records and "squared_norm" not in records


def test_an_evaluator_that_is_not_there_is_refused():
    with pytest.raises(SpecError, match="the task has no evaluator `agian`: did you mean `again`"):
        evaluated(SMALL, watched={"agian": Watch(20)})


def test_evaluators_with_schedules_of_their_own_are_recorded_when_due():
    recording = Recording(Every(5), At(()), 8, (), evaluators=(Evaluator("again", evaluate=At((10,))),))
    program = Program(*plan([SMALL]), sequences=8)
    due = {
        event.step: np.isfinite(event.values["loss"][0]).tolist()
        for event, _ in train(program, program.initialise(), recording, 0)
        if isinstance(event, Records)
    }
    both, train_alone = [True, True], [True, False]
    assert due == {
        0: both, 5: train_alone, 10: both, 15: train_alone, 20: train_alone, 25: train_alone, 30: both,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"base": 1}, "evaluator `train` has id 5, and there are 5 ids declared by the tokens: give 0 to 4"),
        ({"shift": 1}, "evaluator `train` has target 5, and there are 5 outputs: give 0 to 4"),
        ({"shift": -1}, "evaluator `train` has target -1, and there are 5 outputs: give 0 to 4"),
        ({"shift": -100}, "evaluator `train` has target -100"),
    ],
)
def test_integers_out_of_their_range_are_refused_before_training(fields, message):
    with pytest.raises(SpecError, match=message):
        evaluated(dataclasses.replace(RECALL, task=RecallSpec(**fields)))
