"""The contract of every judge: true on data on which its claim is true, and each of its parts can fail alone."""

import numpy as np
import pytest

from dynamicl.studies._plain import as_kept


def changed(data, name, values, **where):
    """The same data with other values of one variable, everywhere or at a place by labels."""
    copy = data.copy(deep=True)
    if where:
        copy[name].loc[where] = values
    else:
        copy[name] = copy[name].dims, np.broadcast_to(values, copy[name].shape)
    return copy


def judge_test(experiment, data, broken):
    """Make the test of a judge.

    Args:
        experiment: it belongs to.
        data: a dataset on which the claim is true.
        broken: for each threshold of the criterion, a dataset on which that part alone is false.
    """
    assert list(broken) == list(experiment.criterion), "give one broken dataset for each part, in order"
    cases = [None, *experiment.criterion]

    @pytest.mark.parametrize("threshold", cases, ids=["true", *(one.name for one in cases[1:])])
    def test(threshold):
        kept = as_kept(data if threshold is None else broken[threshold])
        parts = experiment.judge(kept)
        bars = [(bar.name, bar.comparison, bar.value) for bar in experiment.criterion]
        assert [(part.name, part.comparison, part.threshold) for part in parts] == bars
        failing = [part.name for part in parts if part.holds is False]
        assert failing == ([] if threshold is None else [threshold.name])
        # What follows from a part that fails may be left open; where all is well nothing is.
        assert threshold is not None or all(part.holds for part in parts)
        assert all(part.n >= 0 for part in parts) and isinstance(experiment.note(kept), str)

    return test
