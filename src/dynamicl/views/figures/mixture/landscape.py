"""Reddy figure 7: loss, logits and path of the landscape of three nested logits.

Expect a slow descent and a cliff, xi rising first, alpha and beta1 on the cliff. Dashed: averaged over contexts.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

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
        panels[2].plot(
            run["logits"].sel(logit="xi"), run["logits"].sel(logit="alpha"), style, color="#000000"
        )
    panels[0].set(xlabel="steps", ylabel="loss (nats)", xlim=(0, 200))
    panels[1].set(xlabel="steps", ylabel="logit", xlim=(0, 200))
    panels[2].set(xlabel="ξ", ylabel="α", title="path")
    panels[0].legend(fontsize=8)
    panels[1].legend(fontsize=8)
    return figure
