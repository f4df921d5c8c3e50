import numpy as np
import pytest
import xarray as xr

from dynamicl.studies.finetuning._along_training import (
    ALONG_TRAINING,
    GROWS,
    MEASURES,
    OVER_RANDOM,
    SETTINGS,
    SPECIFIC,
    before_the_drop,
    similarities,
)
from dynamicl.studies.finetuning._networks import LOG2
from dynamicl.studies.finetuning._two_ways import Look, Ways
from studies.judging import changed, judge_test

SEEDS, POINTS = 3, 5


def dataset():
    """The loss falls at the fourth checkpoint, and SimAOU rises with it."""
    level = {"outputs": 0.5, "other": 0.2, "uniform": 0.01}
    values = np.zeros((len(MEASURES), SEEDS, POINTS, 2))
    for i, name in enumerate(MEASURES):
        values[i] = level.get(name, 0.1)
    values[MEASURES.index("outputs"), :, :3] = 0.3
    values += np.array([-0.002, 0.0, 0.002])[None, :, None, None]
    values[MEASURES.index("outputs"), :, 3:] += np.array([-0.01, 0.0, 0.01])[:, None, None]
    loss = np.tile(LOG2 * np.array([2.0, 1.0, 1.0, 0.4, 0.0]), (SEEDS, 1))
    return xr.Dataset(
        {
            "similarity": (("measure", "seed", "checkpoint", "layer"), values),
            "accuracy": (("setting", "seed", "checkpoint"), np.full((len(SETTINGS), SEEDS, POINTS), 0.75)),
            "loss_there": (("seed", "checkpoint"), loss),
        },
        {"measure": list(MEASURES), "setting": list(SETTINGS), "seed": range(SEEDS)},
    )


DATA = dataset()
test_judge = judge_test(
    ALONG_TRAINING,
    DATA,
    {
        SPECIFIC: changed(DATA, "similarity", 0.55, measure="other"),
        GROWS: changed(
            DATA, "similarity", DATA["similarity"].sel(measure="outputs")[:, -1:].values, measure="outputs"
        ),
        OVER_RANDOM: changed(DATA, "similarity", -0.2, measure="uniform"),
    },
)


def test_before_the_drop_is_the_last_checkpoint_on_the_plateau():
    np.testing.assert_allclose(before_the_drop(DATA), [0.298, 0.3, 0.302])
    at_once = changed(DATA, "loss_there", np.tile([1.0, 0.1, 0.1, 0.1, 0.0], (SEEDS, 1)))
    assert np.isnan(before_the_drop(at_once)).all()
    assert ALONG_TRAINING.judge(at_once)[1].holds is None


def test_a_note_gives_the_levels_by_layer():
    note = ALONG_TRAINING.note(DATA)
    assert note.startswith("SimAOU at the end: layer 1 0.500 (another context's pairs 0.200); layer 2 0.500")
    assert "before the loss drops 0.300" in note and "in-context 0.75" in note


def looks(random, rates=()):
    shape = (2, 4, *rates)
    return Look(
        random.normal(size=(*shape, 2, 6)), random.normal(size=(*shape, 2, 3)), random.random(shape) > 0.5
    )


def test_similarities_are_means_over_sequences_at_each_networks_rate():
    random = np.random.default_rng(0)
    ways = Ways(
        looks(random),
        looks(random),
        looks(random, (6,)),
        looks(random, (6,)),
        np.ones((2, 4)),
        np.ones((2, 4, 6)),
    )
    ways.after[0, :, :3] = 0.5
    ways.after[1, :, 0] = 0.5
    values = dict(zip(MEASURES, similarities(ways), strict=True))

    def unit(x):
        return x / np.linalg.norm(x)

    for model, rate in ((0, 2), (1, 0)):
        for layer in range(2):
            cosines, maps = [], []
            for i in range(4):
                base = unit(ways.zero_shot.outputs[model, i, layer])
                read = unit(ways.in_context.outputs[model, i, layer]) - base
                trained = unit(ways.tuned.outputs[model, i, rate, layer]) - base
                cosines.append(unit(read) @ unit(trained))
                maps.append(
                    unit(ways.in_context.maps[model, i, layer]) @ unit(ways.tuned.maps[model, i, rate, layer])
                )
            assert values["outputs"][model, layer] == pytest.approx(np.mean(cosines))
            assert values["map_after"][model, layer] == pytest.approx(np.mean(maps))


def test_what_is_defined_nowhere_is_unknown():
    random = np.random.default_rng(0)
    zero_shot, tuned = looks(random), looks(random, (6,))
    # In a first layer the context changes no score of the query on itself.
    ways = Ways(zero_shot, zero_shot, tuned, tuned, np.ones((2, 4)), np.zeros((2, 4, 6)))
    values = dict(zip(MEASURES, similarities(ways), strict=True))
    assert np.isnan(values["map_change"]).all() and np.allclose(values["map_before"], 1)
