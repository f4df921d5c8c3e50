"""Appendix C.4: the origin of the toy's loss is a saddle, for any number of vectors."""

import jax
import numpy as np
import xarray as xr

from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import largest, share
from dynamicl.toys import draw_toy, origin_saddle

from ._populations import experiment
from ._settings import Setting

COUNTS = (2, 3, 4, 5)
DIM = 6
DRAWS = 8
SADDLE = Threshold("share of draws whose gradient vanishes, with one way down and one up", ">=", 1.0)
DOWN = Threshold("largest of the lowest eigenvalues of the Hessian, two vectors", "<", 0.0)
UP = Threshold("smallest of the highest eigenvalues of the Hessian, two vectors", ">", 0.0)
FLAT = Threshold("largest size of an eigenvalue, three vectors and more", "<", 1e-6)
ORDER = Threshold("largest distance of the loss' exponent from the number of vectors", "<", 0.05)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Examine the origin for two to five vectors, several draws each.

    Returns:
        By number of vectors and draw `is_saddle`, `lowest` and `highest` eigenvalue of the Hessian, `order` (the power
        of the distance as which the loss changes); `descent` and `ascent` (vectors, scale) of the first draws.
    """
    keys = [jax.random.key(i) for i in range(DRAWS)]
    origins = [origin_saddle(draw_toy(key, (DIM,) * count)[0]) for count in COUNTS for key in keys]
    tables = {
        "is_saddle": [origin.is_saddle for origin in origins],
        "lowest": [origin.eigenvalues.min() for origin in origins],
        "highest": [origin.eigenvalues.max() for origin in origins],
        "order": [origin.order for origin in origins],
    }
    first = origins[::DRAWS]
    walks = {
        "descent": np.array([origin.descent for origin in first]),
        "ascent": np.array([origin.ascent for origin in first]),
    }
    return xr.Dataset(
        {
            name: (("vectors", "draw"), np.reshape(table, (len(COUNTS), DRAWS)))
            for name, table in tables.items()
        }
        | {name: (("vectors", "scale"), walk) for name, walk in walks.items()},
        {"vectors": list(COUNTS), "scale": first[0].scales, "draw": range(DRAWS)},
    )


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """The origin is a saddle at every draw; two vectors show it in the Hessian, more in nothing but higher orders.

    The Hessian vanishes from three vectors on (the thesis' reason for looking further), and the saddle is the flatter
    the more vectors there are.
    """
    draws = data["is_saddle"].size
    two, more = data.sel(vectors=2), data.where(data["vectors"] > 2, drop=True)
    sizes = np.abs([more["lowest"].values, more["highest"].values])
    apart = np.abs(data["order"].transpose("vectors", "draw").values - data["vectors"].values[:, None])
    return (
        SADDLE.part(share(data["is_saddle"]), draws),
        DOWN.part(float(two["lowest"].max()), two["lowest"].size),
        UP.part(float(two["highest"].min()), two["highest"].size),
        FLAT.part(largest(sizes), more["lowest"].size),
        ORDER.part(float(apart.max()), draws),
    )


SADDLE_AT_ORIGIN = experiment(
    "induction.saddle",
    measure=measure,
    judge=judge,
    criterion=(SADDLE, DOWN, UP, FLAT, ORDER),
)
