"""Made-up forks of a made-up run: the later the checkpoint, the likelier they converge."""

import numpy as np
import xarray as xr

END = 12_000
LEAST = 150


def rising(at):
    return 1 / (1 + np.exp(-2 * (np.log1p(at) - np.log1p(1200))))


def fates(checkpoints=6, forks=8, *, falling=False, curves=True, seed=0):
    """`Fates.data` and the parent's curve; where falling, the later the likelier they do not converge."""
    rng = np.random.default_rng(seed)
    at = np.concatenate([[0], np.geomspace(LEAST, 0.6 * END, checkpoints - 1).round(-1)]).astype(int)
    step = np.arange(0, END + 1, 200)
    chance = 1 - rising(at) if falling else rising(at)
    observed = rng.random((len(at), forks)) < chance[:, None]
    late = at[:, None] + 300 + rng.gamma(4, 700, observed.shape)
    time = np.where(observed, np.minimum(late, END - 100).round(-2), END)
    variables = {
        "time": (("at", "fork"), time),
        "observed": (("at", "fork"), observed),
        "data_seed": (("at", "fork"), rng.integers(2**30, size=observed.shape)),
    }
    if curves:
        rise = 0.5 + 0.5 / (1 + np.exp(-(step - time[..., None] + 250) / 80))
        accuracy = np.where(observed[..., None], rise, 0.5).astype(np.float32)
        variables["accuracy"] = (("at", "fork", "step"), np.where(step < at[:, None, None], np.nan, accuracy))
    own = np.full(len(step), 0.5) if falling else 0.5 + 0.5 / (1 + np.exp(-(step - 5000) / 60))
    parent = xr.Dataset({"accuracy": ("step", own)}, {"step": step})
    return xr.Dataset(variables, {"at": at, "step": step}), parent


def ragged(data):
    """The same with ever fewer forks, as an adaptive allocation leaves them."""
    seeds = data["data_seed"].values.copy()
    for i in range(1, len(seeds)):
        seeds[i, -i:] = -1
    return data.assign(data_seed=(("at", "fork"), seeds))
