"""A finding of our own: do the features explain when in-context learning comes?

With our frozen random convolution the published code itself takes 322,000 to 466,000 sequences to a loss of 0.4 log 2,
as this engine does; the thesis, whose features come from a network trained on photographs, has 275,000.
"""

import dataclasses

import numpy as np
import xarray as xr

from dynamicl import data as drawings
from dynamicl.studies._experiment import Experiment
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Dependent, Population, Populations, Trajectories
from dynamicl.studies._summaries import UNKNOWN, ratio, words

from ._curves import learning_times, stack_runs
from ._populations import MAIN_MEASURES, populations
from ._runs import main_runs
from ._settings import Encoder, Setting, setting

PUBLISHED = 275_000
"""Sequences to a loss of 0.4 log 2 in the thesis' main run."""
CLOSE = 1.25
"""Factor within which times are called alike: that between neighbouring seeds."""
NOT_BELOW = Threshold("time to .4 log 2 with pretrained features over the published time", ">=", 1 / CLOSE)
NOT_ABOVE = Threshold("the same", "<=", CLOSE)
SHORTER = Threshold(
    "time with pretrained features over that with a random convolution, certainly shorter", "high <", 1.0
)
ENCODERS: tuple[Encoder, ...] = ("random-convolution", "mobilenet-v2")
MISSING = "the pretrained network is not installed (extra `vision`)"


def needed(scale: Setting) -> Populations:
    """List the main runs on either kind of features, where those can be computed; the scale's own as it has them."""
    present = ENCODERS if drawings.PretrainedMobileNet.is_installed() else ENCODERS[:1]
    return {encoder: _main_runs(scale, encoder) for encoder in present}


def _main_runs(scale: Setting, encoder: Encoder) -> Population | Dependent:
    if encoder == scale.encoder:
        return populations(scale)["main"]
    return Population(
        f"induction: main runs, {encoder}",
        tuple(main_runs(dataclasses.replace(scale, encoder=encoder))),
        scale.recording(*MAIN_MEASURES),
    )


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return loss curves and final accuracies by `encoder` and `seed`; of one encoder where the other is not there."""
    names = [encoder for encoder in ENCODERS if encoder in trajectories]
    present = [trajectories[encoder] for encoder in names]
    seeds = list(scale.seeds)
    curves = xr.concat([stack_runs(one, scale, seed=seeds) for one in present], "encoder")
    ends = np.stack(
        [one.dataset["accuracy"].isel(step=-1).transpose("run", "evaluator").values for one in present]
    )
    evaluators = present[0].dataset["evaluator"].values
    return (
        curves[["loss", "loss_error"]]
        .assign(final_accuracy=(("encoder", "seed", "evaluator"), ends))
        .assign_coords(encoder=names, evaluator=evaluators)
    )


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """With pretrained features learning takes the published time, and less than with random ones."""
    seeds = data.sizes["seed"]
    if ENCODERS[1] not in data["encoder"].values:
        return tuple(one.part(UNKNOWN, seeds, MISSING) for one in (NOT_BELOW, NOT_ABOVE, SHORTER))
    random, pretrained = (learning_times(data["loss"])["time"].sel(encoder=name).values for name in ENCODERS)
    against_published = ratio(pretrained, np.full(seeds, float(PUBLISHED)))
    return (
        NOT_BELOW.sure_part(against_published, seeds),
        NOT_ABOVE.sure_part(against_published, seeds),
        SHORTER.part(ratio(pretrained, random), seeds),
    )


def note(data: xr.Dataset) -> str:
    """Give both times, and what held-out classes get."""
    said = []
    for name in data["encoder"].values:
        own = data.sel(encoder=name)
        time = ratio(learning_times(own["loss"])["time"].values, np.ones(data.sizes["seed"]))
        unseen = float(own["final_accuracy"].sel(evaluator="held-out classes").mean())
        said.append(f"{name}: {words(time, ',.0f')} sequences, held-out classes {unseen:.2f}")
    return "; ".join(said)


PRETRAINED = Experiment(
    "induction.pretrained",
    setting=setting,
    populations=needed,
    measure=measure,
    judge=judge,
    criterion=(NOT_BELOW, NOT_ABOVE, SHORTER),
    note=note,
    finding="the thesis' earlier in-context learning is due to its pretrained features: with features of a network "
    "trained on photographs it comes after the published number of sequences, and earlier than with random ones",
)
