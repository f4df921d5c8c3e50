"""What is measured on recorded curves, from made-up trajectories: nothing is trained."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from dynamicl.store import Trajectory
from dynamicl.studies import Lab, find_experiments
from dynamicl.studies._plain import as_kept
from dynamicl.studies.induction._networks import main_networks
from dynamicl.studies.induction._pulses import CELLS, PULSED, hurried, pulses
from dynamicl.studies.induction._runs import CLAMP_LENGTHS, PATTERNS
from dynamicl.studies.induction._settings import HEADS, setting

SCALE = setting("laptop")
SEEDS = len(SCALE.seeds)
STEPS = np.linspace(0, 12_500, 251)
EVALUATORS = ["train", "held-out exemplars", "held-out classes", "held-out labels"]


class MadeUp(Trajectory):
    """A trajectory whose dataset is given."""

    def __init__(self, data):
        self.data = data

    @property
    def dataset(self):
        return self.data


def curves(when, scale=SCALE):
    """Runs whose loss drops from log 2 at these published sequences, the same for all evaluators."""
    x = scale.published(STEPS)
    middle = np.asarray(when, float)[:, None]
    noise = 0.002 * np.random.default_rng(0).normal(size=(len(middle), len(x)))
    loss = np.log(2) / (1 + np.exp((x - middle) / 2e4)) + noise
    dims = ("run", "step", "evaluator")
    tables = {
        "loss": loss,
        "accuracy": np.clip(1 - loss / np.log(2) / 2, 0, 1),
        "loss_error": 0 * loss + 0.002,
    }
    whole = {name: (dims, np.repeat(table[..., None], 4, axis=-1)) for name, table in tables.items()}
    return xr.Dataset(
        whole | {"train_loss": (("run", "step"), loss)},
        {"run": [f"{i:x}" for i in range(len(middle))], "step": STEPS, "evaluator": EVALUATORS},
    )


def main_data(when):
    """Main runs whose heads rise with the drop: head i + 1 is the strongest of seed i."""
    data = curves(when)
    risen = data["accuracy"].sel(evaluator="train").values * 2 - 1
    best = np.eye(SEEDS, HEADS, 1) * 0.5 + 0.4
    strength = np.stack([np.zeros((SEEDS, len(STEPS), HEADS)), risen[..., None] * best[:, None]], axis=2)
    dims = ("run", "step", "layer", "head")
    return data.assign(
        induction_strength=(dims, strength), previous_token_attention=(dims, strength[:, :, ::-1])
    ).assign_coords(layer=[1, 2], head=range(HEADS))


FULL = 4e5 + 1e4 * np.arange(SEEDS)
CLAMPED = np.concatenate([share * FULL for share in (0.8, 0.5, 0.1, 0.3, 0.2)])


@pytest.fixture(scope="module")
def trajectories():
    data = {
        "main": main_data(FULL),
        # Heads one after the other: head h learns at (1 + h / 10) of the full network's time.
        "single_heads": curves(np.concatenate([(1 + h / 10) * FULL for h in range(HEADS)])),
        "unclamped": curves(1.5 * FULL),
        "clamped": curves(CLAMPED),
        "pairs": curves(np.tile(1.1 * FULL, HEADS - 1)),
        "larger_networks": curves(np.concatenate([factor * FULL for factor in (1.2, 1.5, 2.0, 3.0)])),
        "larger_parts": curves(np.tile(0.4 * FULL, 3 * 4)),
        "patterns": curves(np.concatenate([factor * FULL for factor in (1.4, 1.6, 3.0)])),
        "grafted": curves(np.concatenate([factor * FULL for factor in (0.1, 0.4, 0.5)])),
        "hurried": curves(1.5 * FULL, hurried(SCALE)),
    }
    return {name: MadeUp(one) for name, one in data.items()}


def measured(name, trajectories):
    (experiment,) = find_experiments([f"induction.{name}"])
    data = experiment.measure(Lab(Path("."), "laptop"), SCALE, trajectories)
    kept = as_kept(data)
    assert len(experiment.judge(kept)) == len(experiment.criterion) and isinstance(experiment.note(kept), str)
    return data


@pytest.fixture
def learnt_at(trajectories):
    """A loss of 0.4 log 2 lies 2e4 log 1.5 after the middle of the drop."""
    return 2e4 * np.log(1.5)


def test_heads_of_each_seed_are_its_own(trajectories):
    assert main_networks(trajectories).strongest == [1, 2, 3, 4, 5]


def test_plateau_and_heads(trajectories):
    data = measured("plateau", trajectories)
    assert data["jump"].all() and np.allclose(data["plateau_loss"], np.log(2), atol=0.02)
    # Sequences of these runs, not published ones.
    middle = FULL / SCALE.published(1) * 32
    assert np.allclose(data["transition"], middle, rtol=0.02)
    heads = measured("heads", trajectories)
    assert np.allclose(heads["rise"] * 32, middle, rtol=0.05) and np.allclose(
        heads["drop"] * 32, middle, rtol=0.05
    )
    assert heads["induction_strength"].dims == ("run", "step", "head")


def test_single_heads_and_pairs(trajectories, learnt_at):
    single = measured("single_head", trajectories)
    assert np.allclose(single["learning_time"].sel(head=3), 1.3 * FULL + learnt_at, rtol=0.02)
    assert np.allclose(single["full_learning_time"], FULL + learnt_at, rtol=0.02) and single["learnt"].all()
    pairs = measured("pairs", trajectories)
    assert np.allclose(pairs["learning_time"].sel(partner=6), 1.1 * FULL + learnt_at, rtol=0.02)
    assert np.allclose(pairs["alone_learning_time"], 1.5 * FULL + learnt_at, rtol=0.02)
    assert pairs["partner_head"].values[0].tolist() == [0, 2, 3, 4, 5, 6, 7]


def test_clamps_and_patterns(trajectories, learnt_at):
    clamps = measured("clamps", trajectories)
    assert clamps["clamp"].values.tolist() == list(CLAMP_LENGTHS)
    assert np.allclose(clamps["learning_time"].sel(clamp="1,2"), 0.5 * FULL + learnt_at, rtol=0.02)
    assert clamps["unclamped_waits"].all() and clamps["unclamped_onset"].dims == ("seed",)
    patterns = measured("pt_variants", trajectories)
    assert patterns["heads"].values.tolist() == list(PATTERNS)
    assert np.allclose(patterns["learning_time"].sel(heads="all heads"), 3 * FULL + learnt_at, rtol=0.02)
    assert np.allclose(patterns["strongest_learning_time"], 0.8 * FULL + learnt_at, rtol=0.03)


def test_more_classes_or_labels(trajectories, learnt_at):
    data = measured("data", trajectories)
    times = data["learning_time"]
    own = "50 classes, 5 labels"
    # The strongest head of seed i is i + 1, and learns alone at 1 + (i + 1) / 10.
    alone = (1.1 + np.arange(SEEDS) / 10) * FULL + learnt_at
    assert np.allclose(times.sel(circuit="network", task=own), alone, rtol=0.02)
    assert np.allclose(
        times.sel(circuit="network", task="200 classes, 5 labels"), 1.5 * FULL + learnt_at, rtol=0.02
    )
    for part, share in (("match (B)", 0.2), ("copy (C)", 0.1), ("both (B, C)", 0.5)):
        assert np.allclose(
            times.sel(circuit=part, task=own), np.minimum(share * FULL + learnt_at, 3e5), rtol=0.05
        ), part
    assert data["part_loss"].dims == ("part", "task", "seed", "part_sequences")
    assert data["part_sequences"].max() <= 3e5 < data["network_sequences"].max()


def test_grafts(trajectories, learnt_at):
    data = measured("weights", trajectories)
    assert np.allclose(data["learning_time"].sel(shift=1), 0.4 * FULL + learnt_at, rtol=0.03)


def test_pulses(trajectories):
    fast = hurried(SCALE)
    natural = 1.5 * FULL + 2e4 * np.log(1.5)
    # Every pulse saves half of its own length.
    times = [natural[pulse.seed] * (1 - pulse.length / 2) for pulse in pulses(fast, natural)]
    with_pulses = {**trajectories, "pulses": MadeUp(curves(np.array(times) - 2e4 * np.log(1.5), fast))}
    data = measured("windows", with_pulses)
    assert np.allclose(data["natural_learning_time"], natural, rtol=0.02)
    there = np.isfinite(data["shift"].values)
    assert there.sum() == len(PULSED) * len(CELLS) * SEEDS
    assert np.allclose(data["shift"].values[there], -0.5, atol=0.15)
    assert np.allclose(data["mean_shift"].sel(length=0.4, start=0.0), -0.5, atol=0.05)
