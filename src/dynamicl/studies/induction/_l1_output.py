"""Figure 4.4: layer 1 writes to the output early in training, and no longer once induction heads have formed."""

import numpy as np
import xarray as xr

from dynamicl.circuits import clamped_scores
from dynamicl.clamps import ablate_heads, cut
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import mean, share

from ._curves import learning_times, stack_runs
from ._networks import Networks, main_networks
from ._populations import experiment
from ._sequences import sample, whole
from ._settings import Setting

CUT = ((), cut(0), ablate_heads(1))
COSTS = Threshold("accuracy lost at the end with layer 1 cut from the output", "<", 0.005)
EARLY = Threshold("loss that the cut costs before learning, mean over checkpoints, nats", "low >", 0.0)
EXCESS = Threshold("that minus what the cut costs at the end, nats", "low >", 0.0)
GROWS = Threshold("share of seeds in which layer 2's path matters most at the end", ">=", 1.0)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Cut, at every checkpoint, the direct paths of layer 1 and of layer 2 to the output.

    Layer 2 keeps the patterns and values of the clean pass while layer 1's heads are silenced; silencing layer 2's
    heads cuts theirs.

    Returns:
        `loss` and what the two cuts change of it (seed, sequences); by seed `final_accuracy` without and with layer 1
        cut, and `learning_time`.
    """
    networks = main_networks(trajectories)
    changes = _over_training(networks, scale, networks.trajectory.checkpoints)
    accuracy = _at_the_end(networks, scale)
    times = learning_times(stack_runs(networks.trajectory, scale, seed=scale.seeds)["loss"])["time"].values
    return changes.assign(
        final_accuracy=("seed", accuracy[:, 0]),
        final_accuracy_cut=("seed", accuracy[:, 1]),
        learning_time=("seed", times),
    )


def _over_training(networks: Networks, scale: Setting, steps: tuple[int, ...]) -> xr.Dataset:
    loaded = networks.load(steps)
    task = loaded.tasks["train"]
    models = len(scale.seeds) * len(steps)
    scores = clamped_scores(loaded.model, task, sample(task, scale), [CUT] * models)
    loss = scores.mean_loss.reshape(len(scale.seeds), len(steps), len(CUT))
    dims = ("seed", "sequences")
    return xr.Dataset(
        {
            "loss": (dims, loss[..., 0]),
            "layer1_loss_change": (dims, loss[..., 1] - loss[..., 0]),
            "layer2_loss_change": (dims, loss[..., 2] - loss[..., 0]),
        },
        {"seed": list(scale.seeds), "sequences": scale.published(np.array(steps))},
    )


def _at_the_end(networks: Networks, scale: Setting) -> np.ndarray:
    """Return the accuracy of each seed's network clean and with layer 1 cut, on every distinct sequence."""
    loaded = networks.load()
    task = loaded.tasks["train"]
    sets = [CUT[:2]] * len(scale.seeds)
    return clamped_scores(loaded.model, task, whole(task, scale), sets).accuracy


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Layer 1's path costs nothing at the end, something before learning, and layer 2's path grows.

    Before learning counts the mean: the largest of many checkpoints is above zero by noise alone.
    """
    seeds = data.sizes["seed"]
    lost = data["final_accuracy"].values - data["final_accuracy_cut"].values
    before = data["sequences"].values < data["learning_time"].values[:, None]
    first, second = (data[f"layer{i}_loss_change"].transpose("seed", "sequences").values for i in (1, 2))
    early = np.array([row[mask].mean() for row, mask in zip(first, before, strict=True)])
    early_second = np.where(before, second, -np.inf).max(axis=1)
    return (
        COSTS.part(mean(lost), seeds),
        EARLY.part(mean(early), seeds),
        EXCESS.part(mean(early - first[:, -1]), seeds),
        GROWS.part(share(second[:, -1] > early_second), seeds),
    )


def note(data: xr.Dataset) -> str:
    """Say what cutting costs at the end."""
    first, second = (data[f"layer{i}_loss_change"].isel(sequences=-1).values.mean() for i in (1, 2))
    return f"at the end the loss rises by {first:.4f} nats without layer 1's path and by {second:.2f} without layer 2"


L1_OUTPUT = experiment(
    "induction.l1_output",
    ["main"],
    measure=measure,
    judge=judge,
    criterion=(COSTS, EARLY, EXCESS, GROWS),
    note=note,
)
