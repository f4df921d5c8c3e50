import jax.numpy as jnp
import numpy as np
import pytest
import xarray as xr

from dynamicl.studies.induction._equal_weight import (
    ALIKE,
    APART,
    BOTH,
    EQUAL_WEIGHT,
    plateau_checkpoint,
    weights,
)
from dynamicl.tasks import Roles, Sequence
from studies.judging import changed, judge_test

DATA = xr.Dataset(
    {
        "both": (("seed", "moment"), np.full((4, 2), 0.97)),
        "even": (("seed", "moment"), np.tile([0.96, 0.02], (4, 1))),
        "plateau_loss": ("seed", np.full(4, 0.71)),
        "sequences": (("seed", "moment", "bin"), np.tile([0.25, 0.5, 0.25], (4, 2, 1))),
    },
    {"seed": range(4), "moment": ["plateau", "end"], "bin": [0.4, 0.5, 0.6]},
)
BROKEN = {
    BOTH: changed(DATA, "both", 0.8, moment="plateau"),
    ALIKE: changed(DATA, "even", 0.5, moment="plateau"),
    APART: changed(DATA, "even", 0.5, moment="end"),
}
test_judge = judge_test(EQUAL_WEIGHT, DATA, BROKEN)


def test_a_network_that_is_not_on_the_plateau_decides_nothing():
    parts = EQUAL_WEIGHT.judge(changed(DATA, "plateau_loss", [0.71, 0.71, 0.3, 0.7]))
    assert [part.holds for part in parts] == [None, None, True]
    assert "nats off the plateau" in parts[0].undecided


def test_the_note_says_where_the_peak_is_and_how_wide():
    assert EQUAL_WEIGHT.note(DATA).endswith("peaks near 0.5; its standard deviation is 0.07")


def test_weights_of_three_answers():
    """Even, nearly all on the right one, and half on neither."""
    logits = np.log([[0.45, 0.45, 0.1], [0.9, 0.09, 0.01], [0.1, 0.4, 0.5]])
    options = np.array([[True, True, False]] * 3)
    nowhere = jnp.zeros((3, 5), bool)
    roles = Roles(jnp.zeros(3, jnp.int32), nowhere, nowhere, nowhere)
    data = weights(logits, Sequence((), jnp.array([0, 0, 1]), jnp.asarray(options), roles))
    assert float(data["both"]) == pytest.approx((0.9 + 0.99 + 0.5) / 3)
    assert float(data["even"]) == pytest.approx(1 / 3)
    # Shares of the right label: .5, .909, .8.
    assert float(data["sequences"].sum()) == pytest.approx(1)
    assert data["bin"].values[data["sequences"].values > 0] == pytest.approx([0.525, 0.825, 0.925], abs=0.051)


def test_the_checkpoint_half_way_to_the_drop():
    steps = np.arange(0, 1001, 20)
    rng = np.random.default_rng(0)
    loss = 0.7 / (1 + np.exp((steps - 600) / 20.0)) + rng.normal(scale=0.005, size=steps.size)
    checkpoints = np.arange(0, 1001, 100)
    assert plateau_checkpoint(steps, loss, checkpoints) == 300
    flat = 0.7 + rng.normal(scale=0.005, size=steps.size)
    assert plateau_checkpoint(steps, flat, checkpoints) == 500
