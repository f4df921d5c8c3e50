"""Made-up data behind each figure of the induction study, with the names and axes that its experiment gives."""

import numpy as np
import xarray as xr

from dynamicl.studies._plain import as_kept as as_kept
from dynamicl.studies.induction._clamps import CLAMPS
from dynamicl.studies.induction._composition import KEPT, SETS
from dynamicl.studies.induction._data import CIRCUITS
from dynamicl.studies.induction._measure_vs_clamp import MEASURED
from dynamicl.studies.induction._pretrained import ENCODERS
from dynamicl.studies.induction._pulses import LENGTHS, PULSED, STARTS
from dynamicl.studies.induction._residual import CONDITIONS
from dynamicl.studies.induction._runs import PARTS, PATTERNS
from dynamicl.studies.induction._settings import TASKS

X = np.linspace(0, 1e6, 41)
RNG = np.random.default_rng(0)
SEEDS = [0, 1, 2, 3]
HEADS = list(range(8))


def falling(*shape, x=X):
    """Loss curves that drop from log 2 at different times."""
    when = RNG.uniform(2e5, 7e5, (*shape, 1))
    return 0.02 + np.log(2) / (1 + np.exp((x - when) / 3e4)) + 1.2 * np.exp(-x / 2e4)


def share(*shape):
    return RNG.uniform(0, 1, shape)


def times(*shape):
    return RNG.uniform(2e5, 1e6, shape)


def dataset(coords, **variables):
    return xr.Dataset(variables, coords | {"seed": SEEDS})


SEED_HEAD = ("seed", "head")
DATA = {
    "additive": dataset(
        {"head": HEADS},
        induction_strength=(SEED_HEAD, share(4, 8)),
        accuracy_without=(SEED_HEAD, share(4, 8)),
        accuracy_alone=(SEED_HEAD, share(4, 8)),
        loss_saved=(SEED_HEAD, share(4, 8)),
        accuracy=("seed", share(4)),
    ),
    "l1_output": dataset(
        {"sequences": X},
        loss=(("seed", "sequences"), falling(4)),
        layer1_loss_change=(("seed", "sequences"), 0.1 * share(4, 41)),
        layer2_loss_change=(("seed", "sequences"), 2 - falling(4)),
        learning_time=("seed", times(4)),
    ),
    "single_head": dataset(
        {"head": HEADS, "sequences": X},
        loss=(("head", "seed", "sequences"), falling(8, 4)),
        learning_time=(("head", "seed"), times(8, 4)),
        learnt=(("head", "seed"), share(8, 4) > 0.2),
        full_learning_time=("seed", times(4) / 3),
        strength=(SEED_HEAD, share(4, 8)),
    ),
    "pairs": dataset(
        {"partner": range(7), "sequences": X, "head": HEADS},
        loss=(("partner", "seed", "sequences"), falling(7, 4)),
        learning_time=(("partner", "seed"), times(7, 4)),
        partner_head=(("seed", "partner"), np.tile(np.arange(1, 8), (4, 1))),
        full_learning_time=("seed", times(4)),
        alone_learning_time=("seed", 1.5 * times(4)),
        strongest=("seed", [0] * 4),
        strength=(SEED_HEAD, share(4, 8)),
    ),
    "toy": xr.Dataset(
        {"loss": (("clamp", "shown", "step"), np.maximum(falling(3, 5) - 0.02, 1e-9))},
        {"clamp": ["none", "c", "b, c"], "step": np.arange(41) * 5, "shown": range(5)},
    ),
    "clamps": dataset(
        {"clamp": list(CLAMPS), "sequences": X, "unclamped_sequences": X},
        loss=(("clamp", "seed", "sequences"), falling(len(CLAMPS), 4)),
        unclamped_loss=(("seed", "unclamped_sequences"), falling(4)),
        learning_time=(("clamp", "seed"), times(len(CLAMPS), 4)),
        learnt=(("clamp", "seed"), share(len(CLAMPS), 4) > 0.2),
    ),
    "measure_vs_clamp": dataset(
        {"measure": list(MEASURED), "checkpoint": X[::4], "clamp": list(MEASURED[1:]), "sequences": X},
        loss=(("measure", "seed", "checkpoint"), falling(3, 4, x=X[::4])),
        clamped_loss=(("clamp", "seed", "sequences"), falling(2, 4)),
    ),
    "data": dataset(
        {
            "task": [f"{c} classes, {n} labels" for c, n in TASKS],
            "network_sequences": X,
            "part_sequences": X[:21],
            "part": list(PARTS),
            "circuit": list(CIRCUITS),
        },
        network_loss=(("task", "seed", "network_sequences"), falling(5, 4)),
        part_loss=(("part", "task", "seed", "part_sequences"), falling(3, 5, 4, x=X[:21])),
        learning_time=(("circuit", "task", "seed"), times(4, 5, 4)),
        learnt=(("circuit", "task", "seed"), share(4, 5, 4) > 0.2),
    ),
    "wiring": dataset(
        {"first": HEADS, "second": HEADS},
        **{
            name: (("seed", "first", "second"), share(4, 8, 8))
            for name in ("path_match", "path_copy", "composition_k", "composition_v", "composition_q")
        },
        previous_token_attention=(("seed", "first"), share(4, 8)),
        induction_strength=(("seed", "second"), share(4, 8)),
    ),
    "composition": dataset(
        {"ablated": list(SETS), "kept": list(KEPT), "head": HEADS},
        accuracy=(("seed", "ablated", "kept"), share(4, 3, 2)),
        clean_accuracy=("seed", share(4)),
    ),
    "residual": dataset(
        {"condition": list(CONDITIONS), "head": HEADS, "label": range(5)},
        overall=(("seed", "condition", "head"), share(4, 2, 8)),
        on_mistakes=(("seed", "condition", "head"), share(4, 2, 8)),
        mistakes=(("seed", "condition"), np.full((4, 2), 1234)),
    ),
    "weights": dataset(
        {"shift": [0, 1, 2], "sequences": X},
        loss=(("shift", "seed", "sequences"), falling(3, 4)),
        learning_time=(("shift", "seed"), times(3, 4)),
        learnt=(("shift", "seed"), share(3, 4) > 0.2),
        full_learning_time=("seed", times(4)),
    ),
    "pt_variants": dataset(
        {"heads": list(PATTERNS), "sequences": X},
        loss=(("heads", "seed", "sequences"), falling(3, 4)),
        learning_time=(("heads", "seed"), times(3, 4)),
        learnt=(("heads", "seed"), share(3, 4) > 0.2),
        unclamped_learning_time=("seed", times(4)),
        strongest_learning_time=("seed", times(4)),
    ),
    "seeds": dataset(
        {"head": HEADS},
        induction_strength=(SEED_HEAD, share(4, 8)),
        accuracy=(SEED_HEAD, share(4, 8)),
        loss=(SEED_HEAD, share(4, 8)),
        learning_time=(SEED_HEAD, times(4, 8)),
        learnt=(SEED_HEAD, share(4, 8) > 0.2),
    ),
    "saddle": xr.Dataset(
        {
            "descent": (("vectors", "scale"), -(np.geomspace(0.01, 0.3, 6) ** np.arange(2, 6)[:, None])),
            "ascent": (("vectors", "scale"), np.geomspace(0.01, 0.3, 6) ** np.arange(2, 6)[:, None]),
            "order": (("vectors", "draw"), np.tile(np.arange(2.0, 6.0)[:, None], (1, 4))),
        },
        {"vectors": [2, 3, 4, 5], "scale": np.geomspace(0.01, 0.3, 6), "draw": range(4)},
    ),
    "more_vectors": xr.Dataset(
        {"escape": (("vectors", "draw"), 10.0 ** np.array([[1], [2], [3]]) * (1 + share(3, 6)))},
        {"vectors": [2, 3, 4]},
    ),
    "windows": dataset(
        {"clamp": list(PULSED), "length": list(LENGTHS), "start": list(STARTS), "sequences": X},
        **{
            name: (("clamp", "length", "start"), level + share(3, len(LENGTHS), len(STARTS)) - 0.5)
            for name, level in (("mean_shift", 0), ("mean_shift_low", -1.2), ("mean_shift_high", 1.2))
        },
        natural_learning_time=("seed", times(4)),
        unclamped_loss=(("seed", "sequences"), falling(4)),
    ),
    "equal_weight": dataset(
        {"moment": ["plateau", "end"], "bin": np.linspace(0.025, 0.975, 20)},
        sequences=(("seed", "moment", "bin"), share(4, 2, 20) / 10),
    ),
    "label_pt": dataset(
        {"row": ["labels", "exemplars"], "head": HEADS},
        attention=(("row", "seed", "head"), share(2, 4, 8)),
    ),
    "race": dataset(
        {"head": HEADS},
        alone=(SEED_HEAD, times(4, 8)),
        emergence=(SEED_HEAD, np.where(share(4, 8) > 0.4, times(4, 8), np.inf)),
    ),
    "cost": xr.Dataset(
        {"seconds": (("way", "repeat"), 1e-4 * (1 + share(2, 7)))},
        {"way": ["progress measure", "clamped step"]},
    ),
    "jit": xr.Dataset(
        {"seconds": (("way", "repeat"), np.array([[1e-4], [1e-1]]) * (1 + share(2, 7)))},
        {"way": ["compiled", "operation by operation"]},
    ),
    "pretrained": dataset(
        {"encoder": list(ENCODERS), "sequences": X}, loss=(("encoder", "seed", "sequences"), falling(2, 4))
    ),
    "label_curve": dataset(
        {"labels": [2, 5, 20], "sequences": X},
        loss=(("labels", "seed", "sequences"), falling(3, 4)),
        learning_time=(("labels", "seed"), times(3, 4)),
        learnt=(("labels", "seed"), share(3, 4) > 0.2),
    ),
    "dataset_size": xr.Dataset(
        {"counted": ("task", [78_400, 316_800]), "formula": ("task", [78_400, 316_800])},
        {"task": ["50 classes, 5 labels", "100 classes, 5 labels"]},
    ),
}
DATA["fast_parts"] = DATA["labels_seed"] = DATA["data"]
ENCODER_CLASSES = ("encoder", "classes", "sequences")
DATA["frozen_encoder"] = xr.Dataset(
    {name: (ENCODER_CLASSES, share(2, 2, 6)) for name in ("icl", "ciwl", "flip")},
    {
        "encoder": ["frozen", "learnt"],
        "classes": ["many classes", "few classes"],
        "sequences": np.linspace(0.0, 5e5, 6),
    },
)
WITHOUT_SEEDS = {"toy", "saddle", "more_vectors", "cost", "jit", "dataset_size", "frozen_encoder"}


def without_numbers(data):
    """The same with NaN for every number that is not a count or a flag: nothing learnt, nothing measured."""
    return data.map(lambda array: array * np.nan if array.dtype.kind == "f" else array * 0)
