import numpy as np
import xarray as xr

from dynamicl.studies.induction._plateau import DROP, GENERAL, LEVEL, PLATEAU
from studies.judging import changed, judge_test

EVALUATORS = ["train", "held-out exemplars", "held-out classes", "held-out labels"]
DATA = xr.Dataset(
    {
        "accuracy": (("run", "step", "evaluator"), np.tile([[0.5] * 4, [0.995, 0.8, 0.93, 0.92]], (4, 1, 1))),
        "jump": ("run", [True] * 4),
        "plateau_loss": ("run", [0.7, 0.68, 0.75, 0.66]),
        "transition": ("run", [1e5, 2e5, 1e5, 3e5]),
    },
    {"evaluator": EVALUATORS, "step": [0, 100], "run": list("abcd")},
)
unseen = changed(DATA, "jump", False, run="d")
BROKEN = {
    DROP: changed(unseen, "plateau_loss", np.nan, run="d"),
    LEVEL: changed(DATA, "plateau_loss", 0.85, run="b"),
    GENERAL["train"]: changed(DATA, "accuracy", 0.98, step=100, evaluator="train"),
    GENERAL["held-out labels"]: changed(DATA, "accuracy", 0.8, step=100, evaluator="held-out labels"),
    GENERAL["held-out classes"]: changed(DATA, "accuracy", 0.8, step=100, evaluator="held-out classes"),
}
test_judge = judge_test(PLATEAU, DATA, BROKEN)
