import dataclasses

import numpy as np

from dynamicl.specs import host, merge, split, stacked, vary
from dynamicl.training import OptimizerSpec, RunSpec, Seeds, Start
from small import SmallModelSpec, SmallTaskSpec


@dataclasses.dataclass(frozen=True)
class Part:
    strength: float = vary(1.0)
    mask: tuple[int, ...] = vary((0, 1), encode=lambda value: np.asarray(value, np.int32))
    site: str = "logits"
    note: str = host("")


@dataclasses.dataclass(frozen=True)
class Whole:
    parts: tuple[Part, ...] = ()
    decay: float = vary(0.0, zero_is_static=True)


def test_split_parts_what_varies_from_what_does_not():
    static, arrays = split(Whole((Part(2.0), Part(3.0, (4, 5, 6), "q", "mine")), 0.5))
    assert set(arrays) == {"parts.0.strength", "parts.0.mask", "parts.1.strength", "parts.1.mask", "decay"}
    assert arrays["parts.1.strength"].dtype == np.float32 and arrays["parts.1.strength"] == 3
    assert arrays["parts.1.mask"].tolist() == [4, 5, 6]
    assert (static.parts[1].site, static.parts[1].note, static.parts[1].strength) == ("q", None, None)
    assert static.decay is None


def test_arrays_of_several_runs_are_stacked_path_by_path():
    arrays = [split(Whole((Part(strength, (strength, 9)),)))[1] for strength in (2, 3, 4)]
    table = stacked(arrays)
    assert set(table) == set(arrays[0])
    assert table["parts.0.strength"].tolist() == [2, 3, 4]
    assert table["parts.0.mask"].tolist() == [[2, 9], [3, 9], [4, 9]]


def test_merge_puts_back_what_split_took():
    whole = Whole((Part(2.0),), 0.5)
    merged = merge(*split(whole))
    assert merged.decay == np.float32(0.5)
    assert merged.parts[0].strength == 2
    assert merged.parts[0].mask.tolist() == [0, 1]
    assert merged.parts[0].site == "logits"


def test_zero_may_stay_static():
    static, arrays = split(Whole(decay=0.0))
    assert static.decay == 0 and "decay" not in arrays


def test_an_integer_counts_as_the_float_that_is_meant():
    for value in (1, 1.0):
        assert split(SmallTaskSpec(shift=value))[1]["shift"].dtype == np.float32
    static = split(Whole(decay=0))[0]
    assert isinstance(static.decay, float)


def test_a_run_splits_into_its_numbers():
    run = RunSpec(
        SmallTaskSpec(), SmallModelSpec(), OptimizerSpec(weight_decay=0.1), start=Start("init_from", "a", 3)
    )
    static, arrays = split(run)
    assert set(arrays) == {
        "task.shift",
        "optimizer.learning_rate",
        "optimizer.weight_decay",
        "optimizer.warmup_steps",
        "optimizer.decay_steps",
        "seeds.init",
        "seeds.data",
        "seeds.evaluation",
        "seeds.world",
        "steps",
        "diverge_above",
    }
    assert static.start is None
    assert split(dataclasses.replace(run, seeds=Seeds(9, 8, 7), steps=5))[0] == static


def test_split_leaves_the_spec_as_it_was():
    run = RunSpec(SmallTaskSpec(), SmallModelSpec())
    before = run.json
    split(run)
    assert run.json == before
