"""Gradient flow: what it refuses, and what it says of a flow that the solver gives up."""

import jax.numpy as jnp
import numpy as np
import pytest

from dynamicl.toys import NestedLogits, _flow, gradient_flow

LANDSCAPE = NestedLogits(32, 8)


def test_a_flow_that_gives_up_stays_where_it_was(monkeypatch):
    monkeypatch.setattr(_flow, "MOST_STEPS", 12)
    monkeypatch.setattr(_flow, "_compiled", _flow.follow_flows)
    run = gradient_flow(LANDSCAPE, LANDSCAPE.origin, jnp.array([0.0, 50.0, 4000.0]), stop_below=0.01)
    assert run.diverged and not run.stopped
    loss = np.asarray(run.loss)
    assert loss[1] < loss[0] and loss[2] == loss[1] > 0.1
    assert all(np.isfinite(part).all() for part in run.state)


@pytest.mark.parametrize(
    ("times", "message"),
    [
        ([0.0, np.nan], "one dimension of finite times"),
        ([0.0, np.inf], "one dimension of finite times"),
        ([1.0, 1.0], "strictly increasing"),
        ([-1.0, 1.0], "at least 0"),
    ],
)
def test_times_that_are_none(times, message):
    with pytest.raises(ValueError, match=message):
        gradient_flow(LANDSCAPE, LANDSCAPE.origin, jnp.array(times))


@pytest.mark.parametrize("tolerance", [0.0, -1.0, np.nan])
def test_tolerances_that_are_none(tolerance):
    with pytest.raises(ValueError, match="`tolerance` is"):
        gradient_flow(LANDSCAPE, LANDSCAPE.origin, jnp.array([0.0, 1.0]), tolerance=tolerance)
