"""Thesis figure 5.2: answers from the weights alone stay near chance, and the path without heads is auxiliary."""

import xarray as xr

from dynamicl.clamps import Clamp, Constant, ablate_heads, preserve
from dynamicl.studies._curves import CHANCE, curves, error_of
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories

from ._networks import SURE, accuracies, last_networks
from ._populations import experiment
from ._settings import Setting

WHOLE, NO_HEADS, CUT = VARIANTS = ("whole", "no heads", "no direct path")
CLAMPS = {
    WHOLE: (),
    NO_HEADS: ablate_heads(0) + ablate_heads(1),
    # The embeddings are gone, and every head does what it did with them.
    CUT: (
        *(Clamp("layers.0.pre", Constant(0.0)),),
        *preserve(0, ("pattern", "v")),
        *preserve(1, ("pattern", "v")),
    ),
}
LEAST = Threshold("pure in-weights accuracy over chance 1/C, lower 95 % bound", ">", 1.0)
MOST = Threshold("pure in-weights accuracy over all labels", "<", 0.005)
SOME = Threshold("ciwl without any head, lower 95 % bound", ">", CHANCE)
LITTLE = Threshold("ciwl without any head", "<", 0.75)
AUXILIARY = Threshold("ciwl lost without the path from embedding to unembedding", "<", 0.05)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return the long run's curves, and of its end `ciwl_cut` by `variant` and `pure` (iwl on `rare` sequences)."""
    data = curves(trajectories["long"], scale, run=[0]).isel(run=0, drop=True)
    scores = accuracies(last_networks(trajectories["long"]), "ciwl", scale.sample, list(CLAMPS.values()))[0]
    return (
        data.assign(ciwl_cut=("variant", scores), pure=data["iwl"].isel(sequences=-1, drop=True))
        .assign_coords(variant=list(VARIANTS))
        .assign_attrs(rare=scale.rare, sample=scale.sample)
    )


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """A little is known by heart; what little the path without heads does is not needed."""
    pure, rare, sample = float(data["pure"]), int(data.attrs["rare"]), int(data.attrs["sample"])
    error = float(error_of(data["pure"].values, rare))
    whole, alone, cut = (float(data["ciwl_cut"].sel(variant=name)) for name in VARIANTS)
    spread = SURE * float(error_of(data["ciwl_cut"].sel(variant=NO_HEADS).values, sample))
    return (
        LEAST.part((pure - SURE * error) * data.attrs["classes"], 1),
        MOST.part(pure, 1),
        SOME.part(alone - spread, 1),
        LITTLE.part(alone, 1),
        AUXILIARY.part(whole - cut, 1),
    )


NO_IWL = experiment(
    "coopetition.no_iwl",
    ["long"],
    measure=measure,
    judge=judge,
    criterion=(LEAST, MOST, SOME, LITTLE, AUXILIARY),
)
