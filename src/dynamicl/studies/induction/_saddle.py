"""Appendix C.4: the origin of the toy's loss is a saddle, for any number of vectors."""

import jax
import numpy as np
import xarray as xr

from dynamicl.statistics import jeffreys
from dynamicl.studies._experiment import Experiment, Lab, Outcome
from dynamicl.toys import draw_toy, origin_saddle

from ._judge import judge

CLAIM = "induction.saddle"
COUNTS = (2, 3, 4, 5)
DIM = 6
DRAWS = 8


def saddle(lab: Lab) -> Outcome:
    """Examine the origin for two to five vectors, several draws each.

    The claim is held to have reproduced where at every draw the gradient vanishes and the loss falls along
    one direction and rises along another at every distance; where the Hessian has eigenvalues of both signs
    for two vectors and none from three on (the thesis' reason for looking further); and where the change goes
    as the distance to the power of the number of vectors, which makes the saddle flatter the more there are.
    """
    is_saddle, largest, order, change = [], [], [], []
    for count in COUNTS:
        found = [origin_saddle(draw_toy(jax.random.key(i), (DIM,) * count)[0]) for i in range(DRAWS)]
        is_saddle.append([one.is_saddle for one in found])
        largest.append([(one.eigenvalues.min(), one.eigenvalues.max()) for one in found])
        order.append([one.order for one in found])
        change.append([(one.descent, one.ascent) for one in found])
    signs, exponents = np.array(largest), np.array(order)
    share = jeffreys(int(np.sum(is_saddle)), len(COUNTS) * DRAWS)
    parts = {
        "gradient zero, one way down and one up": share.value == 1,
        "Hessian decides for two vectors": bool((signs[0, :, 0] < 0).all() and (signs[0, :, 1] > 0).all()),
        "Hessian vanishes from three on": bool((np.abs(signs[1:]) < 1e-6).all()),
        "flatter the more vectors": bool((np.abs(exponents - np.array(COUNTS)[:, None]) < 0.05).all()),
    }
    verdict = judge(
        lab,
        CLAIM,
        parts,
        f"a saddle in {int(np.sum(is_saddle))} of {len(COUNTS) * DRAWS} draws of {COUNTS[0]} to "
        f"{COUNTS[-1]} vectors; the loss changes as distance to the power "
        f"{', '.join(f'{row.mean():.2f}' for row in exponents)}",
        share,
        len(COUNTS) * DRAWS,
        trained=False,
    )
    example = origin_saddle(draw_toy(jax.random.key(0), (DIM,) * 3)[0])
    walks = np.array(change)[:, 0]
    data = xr.Dataset(
        {
            "descent": (("vectors", "scale"), walks[:, 0]),
            "ascent": (("vectors", "scale"), walks[:, 1]),
            "order": (("vectors", "draw"), exponents),
        },
        {"vectors": list(COUNTS), "scale": example.scales, "draw": range(DRAWS)},
    )
    return Outcome((verdict,), data)


SADDLE = Experiment(CLAIM, saddle)
