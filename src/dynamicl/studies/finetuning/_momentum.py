"""`finetuning.momentum`: attention with a moving average of earlier values does not learn induction later.

Dai et al. add it by analogy with gradient descent with momentum, and report that it does better. In the induction task
it also hands every label token the exemplar before it, which plain attention has to learn to look for.
"""

import numpy as np
import xarray as xr

from dynamicl.studies._experiment import Experiment
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Populations, Trajectories
from dynamicl.studies._summaries import ratio, share

from ._networks import MOMENTUM, half_times, losses, populations
from ._scales import Scale, scale_of

NOT_LATER = Threshold("t50 with momentum over t50 without, typical ratio", "<=", 1.0)
LEARNT = Threshold("share of runs with momentum that learn the task", ">=", 1.0)
ATTENTION = ("plain", "momentum")


def both(scale: Scale) -> Populations:
    """List both populations."""
    return populations(scale.networks)


def measure(lab: Lab, scale: Scale, trajectories: Trajectories) -> xr.Dataset:
    """Read t50 off the losses of both kinds of attention, seed by seed.

    Returns:
        `loss` (attention, seed, sequences); `t50` in published sequences, a lower bound where not `learnt`, (attention,
        seed).
    """
    curves = [losses(trajectories[name], scale.networks) for name in ATTENTION]
    times, learnt = zip(*map(half_times, curves), strict=True)
    loss = xr.concat(curves, "attention").assign_coords(attention=list(ATTENTION))
    dims = ("attention", "seed")
    return xr.Dataset(
        {"loss": loss, "t50": (dims, np.stack(times)), "learnt": (dims, np.stack(learnt))},
        attrs={"momentum": MOMENTUM},
    )


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """The typical ratio of t50, paired by seed, is at most 1, and every run with momentum learns.

    Args:
        data: of `measure`.
    """
    n = data.sizes["seed"]
    plain, momentum = (data["t50"].sel(attention=name).values for name in ATTENTION)
    learnt = data["learnt"].sel(attention="momentum").values
    return NOT_LATER.part(ratio(momentum, plain), n), LEARNT.part(share(learnt), n)


def note(data: xr.Dataset) -> str:
    """Give both medians and the factor."""
    plain, momentum = (float(data["t50"].sel(attention=name).median()) for name in ATTENTION)
    late = int((~data["learnt"].sel(attention="plain").values).sum())
    return (
        f"median t50 at {momentum:,.0f} sequences with a factor of {data.attrs['momentum']} a position, at "
        f"{plain:,.0f} without; {late} of {data.sizes['seed']} runs without do not get there (lower bounds)"
    )


MOMENTUM_ATTENTION = Experiment(
    "finetuning.momentum",
    setting=scale_of,
    populations=both,
    measure=measure,
    judge=judge,
    criterion=(NOT_LATER, LEARNT),
    note=note,
)
