"""Reddy figure 7: loss, logits and path of the landscape of three nested logits.

Expect a slow descent and a cliff, xi rising first, alpha and beta1 on the cliff. Dashed: averaged over contexts. On the
right the path lies on the loss (darker: lower), which is shown where beta1 is what it is at that alpha of the path.
"""

import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.studies.mixture._landscape import LABELS, PAIRS
from dynamicl.toys import NestedLogits

from ._shared import draw_surface

NAMES = {"xi": "ξ (classifier)", "alpha": "α (layer 2)", "beta1": "β₁ (layer 1)"}


def draw(data: xr.Dataset) -> Figure:
    """Draw the loss, the three logits and the path over xi and alpha."""
    figure, panels = pyplot.subplots(1, 3, figsize=(9.6, 2.9))
    for name, style in (("middle", "-"), ("all", "--")):
        run = data.sel(contexts=name)
        words = "eq. 10" if name == "middle" else "average over contexts"
        panels[0].plot(data["step"], run["loss"], style, color="#000000", label=words)
        for i, (logit, label) in enumerate(NAMES.items()):
            panels[1].plot(
                data["step"],
                run["logits"].sel(logit=logit),
                style,
                color=f"C{i}",
                label=label if style == "-" else None,
            )
    path = data["logits"].sel(contexts="middle")
    xi, alpha, beta1 = (path.sel(logit=name).values for name in NAMES)
    heights = np.linspace(0, alpha.max() * 1.1, 80)
    draw_surface(
        panels[2],
        NestedLogits(LABELS, PAIRS),
        np.linspace(-0.5, xi.max() * 1.1, 80),
        heights,
        np.interp(heights, alpha, beta1),
    )
    panels[2].plot(xi, alpha, color="#D55E00")
    panels[2].plot(xi[[0, -1]], alpha[[0, -1]], "o", color="#D55E00", markersize=4)
    panels[0].set(xlabel="steps", ylabel="loss (nats)", xlim=(0, 200))
    panels[1].set(xlabel="steps", ylabel="logit", xlim=(0, 200))
    panels[2].set(xlabel="ξ", ylabel="α", title="path on the loss")
    panels[0].legend(fontsize=8, loc="upper right")
    panels[1].legend(fontsize=8)
    return figure
