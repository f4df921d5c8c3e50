import numpy as np
import xarray as xr

from dynamicl.studies.induction._data import CIRCUITS, CLASSES, LABELS, NETWORK, OWN
from dynamicl.studies.induction._labels_seed import LABELS_SEED, NOT_ALWAYS, SLOWER, SOMETIMES, TEN
from studies.judging import changed, judge_test

TASKS = [OWN, CLASSES, TEN, LABELS]
SEEDS = 40
TIMES = np.tile(np.array([5.0, 6.0, 6.0, 8.0])[:, None], (4, 1, SEEDS))
TIMES[:, 3, 0] = 6.2
DATA = xr.Dataset(
    {
        "learning_time": (("circuit", "task", "seed"), TIMES),
        "learnt": (("circuit", "task", "seed"), np.ones_like(TIMES, bool)),
    },
    {"circuit": list(CIRCUITS), "task": TASKS, "seed": range(SEEDS)},
)
BROKEN = {
    **{
        bar: changed(DATA, "learning_time", 4.9, circuit=circuit, task=task, seed=list(range(9)))
        for (circuit, task), bar in SLOWER.items()
    },
    SOMETIMES: changed(DATA, "learning_time", 8.0, circuit=NETWORK, task=LABELS, seed=0),
    NOT_ALWAYS: changed(DATA, "learning_time", 6.1, circuit=NETWORK, task=LABELS),
}
test_judge = judge_test(LABELS_SEED, DATA, BROKEN)


def test_without_runs_of_ten_labels_what_compares_with_them_is_undecided():
    parts = LABELS_SEED.judge(DATA.sel(task=[OWN, CLASSES, LABELS]))
    assert [part.holds for part in parts] == [True] * len(SLOWER) + [None, None]
    assert "no runs" in parts[-1].undecided


def test_none_of_five_does_not_say_that_it_never_happens():
    few = DATA.isel(seed=slice(1, 6))
    sometimes, not_always = LABELS_SEED.judge(few)[-2:]
    assert sometimes.holds is None and "none of 5 seeds does not rule out 0.1" in sometimes.undecided
    assert not_always.holds


def test_runs_that_do_not_learn_are_not_alike():
    """Two that end at the same step, unlearnt, are equally long and say nothing; one that does not learn is later."""
    unlearnt = changed(DATA, "learnt", False, circuit=NETWORK, task=[TEN, LABELS], seed=[0, 1])
    sometimes = LABELS_SEED.judge(unlearnt)[-2]
    assert sometimes.n == SEEDS - 2 and sometimes.value == 0
    late = changed(DATA, "learnt", False, circuit=NETWORK, task=CLASSES)
    assert LABELS_SEED.judge(changed(late, "learning_time", 5.0, circuit=NETWORK, task=CLASSES))[0].value == 1
