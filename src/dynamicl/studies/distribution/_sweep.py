"""The sweep over architectures: transformer, LSTM and vanilla network, each at 15 pairs of rate and warm-up.

Recurrent networks are matched in depth and width, and once more in the number of parameters: the thesis says both, and
its own counts say that the second was not met.
"""

import bisect
import dataclasses
import functools
from typing import Any

import equinox as eqx
import jax
import numpy as np
import xarray as xr

from dynamicl.models import Interface, PairTokens, RecurrentSpec, parameter_count
from dynamicl.store import Trajectory
from dynamicl.studies._laptop_world import World
from dynamicl.training import RunSpec

from ._runs import curves
from ._settings import Setting

RATES, WARM_UPS = (1e-5, 0.1), (1.0, 1e4)
"""Ranges in which pairs lie uniformly on logarithmic axes (thesis A.2.1)."""
DRAW = 0
"""Seed of the pairs."""
TRANSFORMER = "transformer"
CELLS = {"LSTM": "lstm", "vanilla": "rnn"}
WIDEST = 256
"""Up to which a width is looked for that gives as many parameters."""


def pairs(count: int) -> list[tuple[float, int]]:
    """Draw pairs of (rate, warm-up in updates), the same ones for every architecture."""
    lots = np.random.default_rng(DRAW).uniform(size=(count, 2))
    spans = np.log(np.array([RATES, WARM_UPS]))
    values = np.exp(spans[:, 0] + lots * (spans[:, 1] - spans[:, 0]))
    return [(float(f"{rate:.4g}"), max(1, round(float(warm_up)))) for rate, warm_up in values]


def sweep_worlds(scale: Setting) -> list[World]:
    """Return the base at each depth."""
    base = scale.base()
    return [base.changed(layers=layers) for layers in scale.sweep_depths or (base.layers,)]


def architectures(world: World) -> dict[str, Any]:
    """Describe the networks of a depth by name."""
    networks = {TRANSFORMER: world.model}
    target = parameters_of(world, world.model)
    for name, cell in CELLS.items():
        spec = RecurrentSpec(cell, layers=world.layers, d_model=world.width)  # type: ignore[arg-type]
        networks[f"{name}, as wide"] = world.behind(spec)
        networks[f"{name}, as many parameters"] = world.behind(_matched(world, spec, target))
    return networks


def _matched(world: World, spec: RecurrentSpec, target: int) -> RecurrentSpec:
    """Return the network whose number of parameters is nearest; widths are multiples of four."""

    def count(width: int) -> int:
        return parameters_of(world, world.behind(dataclasses.replace(spec, d_model=width)))

    widths = range(4, WIDEST + 1, 4)
    # Counts rise with the width, so that halving finds the first one that is not below the target.
    place = min(bisect.bisect_left(widths, target, key=count), len(widths) - 1)
    nearest = min(widths[max(place - 1, 0) : place + 1], key=lambda width: abs(count(width) - target))
    return dataclasses.replace(spec, d_model=nearest)


@functools.cache
def parameters_of(world: World, model: Any) -> int:
    """Count the parameters of a network that reads a world's sequences, from shapes."""
    width = {"pixels": 784, "principal-components": 64, "random-convolution": 512}[world.features]
    interface = Interface(PairTokens.shaped(world.pairs, width, world.classes), outputs=world.classes)
    return parameter_count(eqx.filter_eval_shape(model.build, interface, jax.random.key(0)))


def names(scale: Setting) -> list[str]:
    """Name every architecture, with its depth."""
    return [
        f"{name}, {world.layers} layers" for world in sweep_worlds(scale) for name in architectures(world)
    ]


def sweep_runs(scale: Setting) -> list[RunSpec]:
    """Describe the runs: depths outermost, then architectures, then pairs."""
    runs = []
    for world in sweep_worlds(scale):
        for model in architectures(world).values():
            runs += [
                world.changed(learning_rate=rate, warmup=warm_up).run(
                    scale.inits[0], scale.datas[0], scale.sweep_length, model=model
                )
                for rate, warm_up in pairs(scale.rates)
            ]
    return runs


def sweep_curves(trajectory: Trajectory, scale: Setting) -> xr.Dataset:
    """Return icl on unseen classes and iwl by `architecture` and `pair`, with the `rate` and `warm_up` of a pair."""
    axes = {"architecture": names(scale), "pair": range(scale.rates)}
    rates, warm_ups = zip(*pairs(scale.rates), strict=True)
    data = curves(trajectory, scale, axes)[["icl", "iwl"]]
    return data.assign_coords(rate=("pair", list(rates)), warm_up=("pair", list(warm_ups)))


def is_recurrent(data: xr.Dataset) -> np.ndarray:
    """Tell which architectures are recurrent."""
    return np.array([not str(name).startswith(TRANSFORMER) for name in data["architecture"].values])
