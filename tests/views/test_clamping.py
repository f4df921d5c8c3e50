"""What the page is told of clamps: the numbers that the engine's own clamps give, from one program."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from dynamicl.clamps import Clamp, Constant, Pattern, clamped_logits
from dynamicl.lab import Loaded
from dynamicl.models import TransformerSpec
from dynamicl.specs import SpecError
from dynamicl.store import Trajectory
from dynamicl.tasks import LookupSpec, interface_of
from dynamicl.training import RunSpec, bound, standard_scores
from dynamicl.views import _clamping as module
from dynamicl.views import clamping
from small import SmallModelSpec, SmallTaskSpec


def untrained(task, model) -> Loaded:
    spec = RunSpec(task, model, steps=10)
    prepared = task.prepare()
    tasks = {name: bound(spec, one) for name, one in prepared.items()}
    return Loaded(model.build(interface_of(tasks["train"]), jax.random.key(0)), spec, tasks, prepared)


@pytest.fixture(scope="module")
def loaded():
    return untrained(LookupSpec(2, 1, 4, 4), TransformerSpec(2, 2, 8, causal=False))


@pytest.fixture
def answer(loaded, monkeypatch):
    monkeypatch.setattr(module, "open_trajectory", lambda path: None)
    monkeypatch.setattr(module, "nearest_checkpoint", lambda trajectory, run, step: step)
    monkeypatch.setattr(module, "load", lambda trajectory, run, step: loaded)
    return clamping("nowhere", sequences=40)


CASES = [
    ({"kind": "silence", "layer": "1", "head": "0"}, Clamp("layers.1.attn.v", Constant(0.0), heads=(0,))),
    (
        {"kind": "previous token", "layer": "0", "head": "1", "strength": "0.25"},
        Clamp("layers.0.attn.pattern", Pattern("previous token"), heads=(1,), strength=0.25),
    ),
]


def test_every_clamp_gives_what_the_engine_gives_and_compiles_nothing_new(answer, loaded, monkeypatch):
    task, sequences = loaded.evaluation("train", 40)
    variants = [(), *((clamp,) for _, clamp in CASES)]
    clean, *clamped = clamped_logits(loaded.model, task, sequences, variants)
    told = answer({"run": "a", "step": "7"})
    length = interface_of(task).length
    assert told["step"] == 7 and "after" not in told
    assert np.shape(told["before"]["attention"]) == (2, 2, length, length)
    traces = []
    whole = module.forward_recorded
    monkeypatch.setattr(module, "forward_recorded", lambda *given: traces.append(1) or whole(*given))
    for (question, _), logits in zip(CASES, clamped, strict=True):
        told = answer({"run": "a", "step": "7", **question})
        for side, expected in (("before", clean), ("after", logits)):
            scores = standard_scores(jnp.asarray(expected), sequences)
            assert told[side]["loss"] == pytest.approx(float(scores["loss"]), abs=1e-5)
            assert told[side]["accuracy"] == pytest.approx(float(scores["accuracy"]), abs=1e-6)
    assert traces == []
    assert told["after"]["attention"][0][1] != told["before"]["attention"][0][1]
    assert told["after"]["attention"][0][0] == told["before"]["attention"][0][0]


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ({"kind": "cut"}, "`kind` is 'cut': choose one of 'silence'"),
        ({"kind": "silence", "head": "2"}, "`head` is 2: give 0 to 1"),
        ({"kind": "silence", "layer": "-1"}, "`layer` is -1: give 0 to 1"),
        ({"kind": "silence", "strength": "2"}, "`strength` is 2.0: give 0 to 1"),
        ({"kind": "silence", "strength": "much"}, "`strength` is 'much': give a number"),
        ({"step": "soon"}, "`step` is 'soon': give a number"),
        ({"evaluator": "nobody"}, "the task has no evaluator `nobody`"),
    ],
)
def test_what_cannot_be_clamped(answer, question, message):
    with pytest.raises(SpecError, match=message):
        answer({"run": "a", **question})


def test_a_network_without_heads(monkeypatch, answer):
    monkeypatch.setattr(
        module, "load", lambda trajectory, run, step: untrained(SmallTaskSpec(), SmallModelSpec())
    )
    with pytest.raises(SpecError, match="has no attention heads"):
        answer({"run": "a"})


def test_the_nearest_checkpoint_is_taken():
    class Kept:
        @staticmethod
        def checkpoints_of(run):
            return 0, 10, 100

    class Held(Trajectory):
        def __init__(self):
            """Of which only the checkpoints are asked."""

        def last_checkpoint(self, run):
            return 100

        def member(self, run):
            return Kept, 0

    assert [module.nearest_checkpoint(Held(), "a", step) for step in (4, 6, 60, 900)] == [0, 10, 100, 100]
