"""Figure 4.4: layer 1 writes to the output early in training, and no longer once induction heads have formed."""

import numpy as np
import xarray as xr

from dynamicl.circuits import clamped_scores
from dynamicl.clamps import ablate_heads, cut
from dynamicl.statistics import mean_interval
from dynamicl.studies._experiment import Experiment, Lab, Outcome

from ._curves import learning_times, stack_runs
from ._judge import judge, words
from ._networks import Networks, main_networks
from ._plateau import cost
from ._sequences import every_sequence, sample

CLAIM = "induction.l1_output"
CUT = ((), cut(0), ablate_heads(1))


def l1_output(lab: Lab) -> Outcome:
    """Cut, at every checkpoint, the direct paths of layer 1 and of layer 2 to the output.

    Layer 2 keeps the patterns and values of the clean pass while layer 1's heads are silenced; silencing
    layer 2's heads cuts theirs. The claim is held to have reproduced where the first cut costs less than 0.5
    points of accuracy at the end (every distinct training sequence); before the learning time its largest
    cost in loss is above 0 and above the final one (means over seeds, intervals of the differences above 0);
    and the second costs more loss at the end than it ever did before the learning time, in every seed.
    """
    networks = main_networks(lab)
    steps = networks.trajectory.checkpoints
    changes = _over_training(networks, steps)
    accuracy = _at_the_end(networks)
    drop = mean_interval(accuracy[:, 0] - accuracy[:, 1])
    chosen = networks.chosen
    times = learning_times(stack_runs(networks.trajectory, chosen, seed=chosen.seeds)["loss"])["time"].values
    before = chosen.published(np.array(steps))[None, :] < times[:, None]
    first, second = changes["layer1_loss_change"].values, changes["layer2_loss_change"].values
    peak = np.where(before, first, -np.inf).max(axis=1)
    early, excess = mean_interval(peak), mean_interval(peak - first[:, -1])
    grows = second[:, -1] > np.where(before, second, -np.inf).max(axis=1)
    parts = {
        "cutting layer 1 from the output costs nothing at the end": drop.value < 0.005,
        "earlier it matters": early.low > 0 and excess.low > 0,
        "layer 2's part grows": bool(grows.all()),
    }
    verdict = judge(
        lab,
        CLAIM,
        parts,
        f"final accuracy {accuracy[:, 0].mean():.5f}, with layer 1 cut {accuracy[:, 1].mean():.5f}: costs "
        f"{words(drop, '.5f')}; the cut's largest cost in loss before learning {words(early, '.3f')}, at "
        f"the end {first[:, -1].mean():.4f}; without layer 2 the loss rises by {second[:, -1].mean():.2f} "
        f"at the end, more than ever before learning in {int(grows.sum())} of {len(grows)} seeds",
        drop,
        len(accuracy),
    )
    changes = changes.assign(
        final_accuracy=("seed", accuracy[:, 0]), final_accuracy_cut=("seed", accuracy[:, 1])
    )
    return Outcome((verdict,), changes.assign(learning_time=("seed", times)), networks.trajectory.runs)


def _over_training(networks: Networks, steps: tuple[int, ...]) -> xr.Dataset:
    loaded = networks.load(steps)
    task, seeds = loaded.tasks["train"], networks.chosen.seeds
    scores = clamped_scores(loaded.model, task, sample(task), [CUT] * (len(seeds) * len(steps)))
    loss = scores.mean_loss.reshape(len(seeds), len(steps), len(CUT))
    dims = ("seed", "sequences")
    return xr.Dataset(
        {
            "loss": (dims, loss[..., 0]),
            "layer1_loss_change": (dims, loss[..., 1] - loss[..., 0]),
            "layer2_loss_change": (dims, loss[..., 2] - loss[..., 0]),
        },
        {"seed": list(seeds), "sequences": networks.chosen.published(np.array(steps))},
    )


def _at_the_end(networks: Networks) -> np.ndarray:
    """Accuracy of each seed's network clean and with layer 1 cut, on every distinct sequence."""
    loaded = networks.load()
    task = loaded.tasks["train"]
    return clamped_scores(
        loaded.model, task, every_sequence(task), [CUT[:2]] * len(networks.chosen.seeds)
    ).accuracy


L1_OUTPUT = Experiment(CLAIM, l1_output, cost)
