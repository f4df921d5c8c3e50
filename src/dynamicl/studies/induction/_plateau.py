"""Figure 4.3a: the loss waits at log 2, then drops; the network generalises to new classes and label pairs."""

import numpy as np

from dynamicl.statistics import find_transition, mean_interval, population_transition
from dynamicl.studies._experiment import Experiment, Lab, Outcome
from dynamicl.studies._verdict import NOT_REPRODUCED, REPRODUCED

from ._settings import BATCH, main_runs, setting

CLAIM = "induction.plateau"
LOG2 = float(np.log(2))


def plateau(lab: Lab) -> Outcome:
    """Train the main runs and judge plateau, drop and generalisation.

    The claim is held to have reproduced where every run shows a transition in the loss from a plateau within 0.1 nats
    of log 2, and the mean final accuracies reach 0.99 in training and 0.9 on held-out label pairs and held-
    out classes.
    """
    chosen = setting(lab.scale)
    runs, recording = main_runs(chosen)
    trajectory = lab.train(runs, recording, "induction: main runs")
    data = trajectory.dataset
    loss = data["loss"].sel(evaluator="train")
    errors = data["loss_error"].sel(evaluator="train")
    found = [
        find_transition(
            data["step"].values,
            loss[i].values,
            standard_error=errors[i].values,
            batch=BATCH,
            run=str(run),
            name="loss",
        )
        for i, run in enumerate(data["run"].values)
    ]
    summary = population_transition(found)
    before = np.array([t.before.value for t in found if t.before is not None])
    final = data["accuracy"].isel(step=-1)
    means = {str(e): float(final.sel(evaluator=e).mean()) for e in data["evaluator"].values}
    waits = summary.found == summary.total and bool(np.all(np.abs(before - LOG2) < 0.1))
    general = means["held-out labels"] >= 0.9 and means["held-out classes"] >= 0.9
    learnt = means["train"] >= 0.99
    time = summary.time_sequences
    measured = (
        f"{summary.found} of {summary.total} runs drop from a plateau at "
        f"{np.mean(before) if len(before) else np.nan:.3f} nats (log 2 = 0.693), median "
        f"{time.value if time else float('nan'):,.0f} sequences; final accuracy train {means['train']:.4f}, "
        f"held-out labels {means['held-out labels']:.3f}, held-out classes {means['held-out classes']:.3f}, "
        f"held-out drawings {means['held-out exemplars']:.3f}"
    )
    note = (
        ""
        if general or not waits
        else (
            "plateau and drop are there; generalisation falls short. Features are a frozen random "
            "convolution, not the thesis' pretrained residual network: some unseen characters can hardly "
            "be told apart by them"
        )
    )
    verdict = lab.verdict(
        CLAIM,
        REPRODUCED if waits and learnt and general else NOT_REPRODUCED,
        measured,
        (time.low, time.high) if time else None,
        summary.total,
        note,
    )
    curves = data[["loss", "accuracy"]].assign_coords(sequences=("step", data["step"].values * BATCH))
    kept = curves.assign(
        transition=("run", [t.time_sequences.value if t.time_sequences else np.nan for t in found]),
        transition_low=("run", [t.time_sequences.low if t.time_sequences else np.nan for t in found]),
        transition_high=("run", [t.time_sequences.high if t.time_sequences else np.nan for t in found]),
    )
    summary_accuracy = mean_interval(final.sel(evaluator="train").values)
    kept.attrs = {"final_accuracy": list(summary_accuracy)}
    return Outcome((verdict,), kept, trajectory.runs)


def cost(scale: str) -> int:
    """Return the run-steps of the main runs."""
    return sum(run.steps for run in main_runs(setting(scale))[0])


PLATEAU = Experiment(CLAIM, plateau, cost)
