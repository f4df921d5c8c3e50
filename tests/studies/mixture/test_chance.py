"""What networks that have learnt nothing are scored: chance, on every evaluator, and uniform attention's measures."""

import numpy as np
import pytest

from dynamicl.probes import probes
from dynamicl.studies.mixture._settings import Data, full, minimal, run, setting
from dynamicl.training import Program, Watch, plan

SCALE = setting("laptop")
SEQUENCES = 2000
UNIFORM = {
    "tla2": SCALE.pairs / (2 * SCALE.pairs + 1),
    "tila2": 1 / (2 * SCALE.pairs + 1),
    "cla": SCALE.pairs / SCALE.labels,
    "ila1_labels": np.mean([1 / (2 * k) for k in range(1, SCALE.pairs + 1)]),
}
""".47, .059, .25 and .17."""


@pytest.mark.parametrize("model", [full(SCALE), minimal(SCALE)], ids=["network", "minimal head"])
def test_untrained_networks_are_at_chance(model):
    data = Data(256, further=("flip", "ciwl"))
    (cohort,) = plan([run(SCALE, model, data, seed, 10) for seed in range(2)])
    progress = Watch(SEQUENCES, probes(("progress",)))
    program = Program(cohort, sequences=SEQUENCES, watched={"novel": progress})
    values = program.evaluate(program.initialise())
    accuracy = dict(zip(program.evaluators, values["accuracy"].mean(axis=0), strict=True))
    assert accuracy.keys() == {"train", "novel", "swap", "in-weights", "flip", "ciwl"}
    assert all(value == pytest.approx(1 / SCALE.labels, abs=0.02) for value in accuracy.values())
    measured = {name: float(np.mean(values[f"{name}@novel"])) for name in UNIFORM}
    assert measured == pytest.approx(UNIFORM, abs=0.03)
