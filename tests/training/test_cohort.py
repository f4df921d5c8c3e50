import dataclasses

import numpy as np
import pytest

from dynamicl.specs import SpecError
from dynamicl.training import OptimizerSpec, RunSpec, Seeds, plan
from small import SmallModelSpec, SmallTaskSpec

RUN = RunSpec(SmallTaskSpec(), SmallModelSpec())


def test_numbers_share_a_cohort():
    runs = [
        RUN,
        dataclasses.replace(RUN, optimizer=OptimizerSpec(learning_rate=0.1)),
        dataclasses.replace(RUN, seeds=Seeds(1, 2, 3), steps=5, diverge_above=7.0),
        dataclasses.replace(RUN, task=SmallTaskSpec(shift=0.3)),
    ]
    (cohort,) = plan(runs)
    assert (cohort.size, cohort.longest, cohort.runs) == (4, 1000, tuple(runs))
    assert cohort.arrays["steps"].tolist() == [1000, 1000, 5, 1000]
    assert cohort.arrays["task.shift"].tolist() == [0, 0, 0, np.float32(0.3)]
    assert cohort.static.steps is None and cohort.static.batch_size == 32


def test_what_decides_the_program_parts_cohorts_in_order():
    runs = [
        RUN,
        dataclasses.replace(RUN, batch_size=8),
        dataclasses.replace(RUN, model=SmallModelSpec(5)),
        dataclasses.replace(RUN, optimizer=OptimizerSpec("sgd")),
        # Zero is left out of the program.
        dataclasses.replace(RUN, optimizer=OptimizerSpec(weight_decay=0.1)),
        dataclasses.replace(RUN, steps=3),
    ]
    cohorts = plan(runs)
    assert [cohort.runs for cohort in cohorts] == [(runs[0], runs[5]), *((run,) for run in runs[1:5])]


def test_equal_runs_are_trained_once():
    assert plan([RUN, RUN, dataclasses.replace(RUN)])[0].size == 1


def test_an_empty_population_is_refused():
    with pytest.raises(SpecError, match="the population has no runs: give at least one spec"):
        plan([])


def test_a_bad_run_is_refused_before_anything_is_built():
    with pytest.raises(SpecError, match="`steps` is 0"):
        plan([RUN, dataclasses.replace(RUN, steps=0)])
