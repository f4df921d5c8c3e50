"""The study's populations, listed once and shared by its claims; costs follow from the list."""

import functools
from collections.abc import Callable, Sequence

import numpy as np

from dynamicl.studies._experiment import experiments_on
from dynamicl.studies._populations import Dependent, Population, Populations, Trajectories
from dynamicl.training import Recording, RunSpec

from ._curves import learning_times, stack_runs
from ._networks import Networks, main_networks, placeholder
from ._pulses import LENGTH, hurried, pulse_run, pulses
from ._runs import (
    UNCLAMPED_LENGTH,
    clamped_runs,
    grafted_runs,
    head_runs,
    larger_networks,
    larger_parts,
    main_runs,
    one_head_runs,
    pair_runs,
    pattern_runs,
)
from ._settings import Setting, setting

MAIN_MEASURES = ("heads", "norms", "attention")
FINE = 4
"""How many times as often clamped runs are evaluated: their drops are short."""
Describe = Callable[[Setting, Networks], Sequence[RunSpec]]


@functools.cache
def populations(scale: Setting) -> Populations:
    """List the populations: those that follow others after them."""
    plain, fine, dense = scale.recording(), scale.recording(dense=FINE), scale.recording(dense=2)
    main = Population(
        "induction: main runs",
        tuple(main_runs(scale)),
        scale.recording(*MAIN_MEASURES, checkpoints=20),
    )

    def following(title: str, describe: Describe, recording: Recording) -> Dependent:
        return after_main(scale, f"induction: {title}", describe, recording)

    unclamped = scale.recording(checkpoints=40, dense=FINE)
    return {
        "main": main,
        "single_heads": Population("induction: single heads", tuple(head_runs(scale)), plain),
        "unclamped": following("only the strongest head", _unclamped, unclamped),
        "clamped": following("clamped subcircuits", clamped_runs, fine),
        "pairs": following("pairs of heads", pair_runs, plain),
        "larger_networks": following("more classes or labels", larger_networks, plain),
        "larger_parts": following("parts with more classes or labels", larger_parts, fine),
        "patterns": following("previous-token patterns", pattern_runs, dense),
        "grafted": Dependent(
            ("main",),
            tuple(one.steps for one in grafted_runs(scale, [""] * len(scale.seeds), 0)),
            functools.partial(_grafted, scale, dense),
        ),
        "hurried": after_main(
            hurried(scale), "induction: windows, unclamped", _hurried, _pulse_recording(scale)
        ),
        "pulses": Dependent(
            ("main", "hurried"),
            tuple(one.steps for one in _longest_pulses(hurried(scale))),
            functools.partial(_pulses, scale),
        ),
    }


experiment = experiments_on(setting, populations)


def after_main(scale: Setting, title: str, describe: Describe, recording: Recording) -> Dependent:
    """Return a population that depends on which heads the main runs formed; its size does not."""
    updates = tuple(one.steps for one in describe(scale, placeholder(scale)))

    def known(trajectories: Trajectories) -> Population:
        return Population(title, tuple(describe(scale, main_networks(trajectories))), recording)

    return Dependent(("main",), updates, known)


def _unclamped(scale: Setting, networks: Networks) -> list[RunSpec]:
    return one_head_runs(scale, networks, UNCLAMPED_LENGTH)


def _hurried(scale: Setting, networks: Networks) -> list[RunSpec]:
    return one_head_runs(scale, networks, LENGTH)


def _pulse_recording(scale: Setting) -> Recording:
    return hurried(scale).recording(dense=2)


def _grafted(scale: Setting, recording: Recording, trajectories: Trajectories) -> Population:
    main = trajectories["main"]
    runs = grafted_runs(scale, main.runs, main.checkpoints[-1])
    return Population("induction: layer 1 from trained networks", tuple(runs), recording)


def natural_times(scale: Setting, trajectories: Trajectories) -> np.ndarray:
    """Return T, the learning time without a pulse, of each seed in published sequences."""
    curves = stack_runs(trajectories["hurried"], hurried(scale), seed=scale.seeds)
    return learning_times(curves["loss"])["time"].values


def _pulses(scale: Setting, trajectories: Trajectories) -> Population:
    networks, times, fast = main_networks(trajectories), natural_times(scale, trajectories), hurried(scale)
    runs = [pulse_run(fast, networks, pulse, times[pulse.seed]) for pulse in pulses(fast, times)]
    return Population("induction: windows", tuple(runs), _pulse_recording(scale))


def _longest_pulses(scale: Setting) -> list[RunSpec]:
    """Describe pulses of seeds that learn at the very end of their unclamped runs: none can take longer."""
    last = scale.published(scale.lasting(LENGTH))
    times = np.full(len(scale.seeds), last)
    networks = placeholder(scale)
    return [pulse_run(scale, networks, pulse, last) for pulse in pulses(scale, times)]
