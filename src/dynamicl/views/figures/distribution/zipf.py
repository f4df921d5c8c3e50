"""Thesis figure 2.6c-e: icl, iwl of common and of rare classes by Zipf exponent.

Expect a place in the middle at which icl and iwl of common classes are both high.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

NAMES = {"icl": "icl, unseen classes", "iwl_common": "iwl, 10 most common", "iwl_rare": "iwl, the others"}


def draw(data: xr.Dataset) -> Figure:
    """Draw a dot a run, and the mean."""
    exponents = data["exponent"].values
    late = data.isel(sequences=data["sequences"].values > 0.8 * float(data["sequences"][-1]))
    figure, panels = pyplot.subplots(
        1, len(NAMES), figsize=(3.1 * len(NAMES), 2.8), sharex=True, squeeze=False
    )
    for panel, (name, title) in zip(panels[0], NAMES.items(), strict=True):
        source = data.isel(sequences=[-1]) if name == "iwl_rare" else late
        bars = source[name].mean("sequences").transpose("init", "exponent").values
        panel.plot(exponents, bars.T, "o", color="C0", alpha=0.5)
        panel.plot(exponents, bars.mean(axis=0), color="C0")
        panel.set(title=title, xlabel="Zipf exponent", ylim=(0, None))
    panels[0, 0].set_ylabel("accuracy, last fifth")
    return figure
