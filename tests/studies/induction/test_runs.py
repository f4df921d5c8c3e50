"""What populations train, described without training anything."""

import dataclasses
import itertools

import numpy as np
import pytest

from dynamicl.studies import Dependent, cost_of, experiments_of
from dynamicl.studies.induction._clamps import CLAMPS
from dynamicl.studies.induction._data import OF_CLAMPS
from dynamicl.studies.induction._networks import Networks
from dynamicl.studies.induction._populations import populations
from dynamicl.studies.induction._pulses import hurried, pulse_run, pulses
from dynamicl.studies.induction._runs import (
    clamped_runs,
    grafted_runs,
    head_runs,
    larger_networks,
    larger_parts,
    main_runs,
    one_head_runs,
    pair_runs,
    part_clamps,
    pattern_runs,
)
from dynamicl.studies.induction._settings import ENDS, SETTINGS, run, setting
from dynamicl.tasks import FewShotSpec
from dynamicl.training import plan

MOST_RUN_STEPS = 2_400_000
"""Run-steps that the whole study may take at scale `laptop`, at most: pulses as if every seed learnt last."""


def made_up(scale):
    """Networks whose heads are as good as drawn, to describe runs by without training anything."""
    rng, seeds = np.random.default_rng(0), len(scale.seeds)
    return Networks(None, rng.random((seeds, 8)), rng.random((seeds, 8)))


@pytest.mark.parametrize("scale", SETTINGS)
def test_populations_ask_for_what_they_said_whatever_the_heads(scale):
    scale = setting(scale)
    networks, listed = made_up(scale), populations(scale)
    descriptions = {
        "unclamped": one_head_runs(scale, networks, 1.2e6),
        "clamped": clamped_runs(scale, networks),
        "pairs": pair_runs(scale, networks),
        "larger_networks": larger_networks(scale, networks),
        "larger_parts": larger_parts(scale, networks),
        "patterns": pattern_runs(scale, networks),
        "grafted": grafted_runs(scale, [f"{seed:x}" for seed in scale.seeds], 5),
        "hurried": one_head_runs(hurried(scale), networks, 1.2e6),
    }
    dependent = {name for name, one in listed.items() if isinstance(one, Dependent)}
    assert dependent == {*descriptions, "pulses"}
    for name, runs in descriptions.items():
        assert listed[name].updates == tuple(one.steps for one in runs), name
        assert len(set(runs)) == len(runs), name


def test_pulses_take_no_longer_than_said():
    scale = setting("laptop")
    fast, networks = hurried(scale), made_up(scale)
    times = np.array([2e5, 4e5, 6e5, 8e5, 1e6])
    runs = [pulse_run(fast, networks, pulse, times[pulse.seed]) for pulse in pulses(fast, times)]
    said = populations(scale)["pulses"].updates
    assert len(runs) == len(said) and all(one.steps <= most for one, most in zip(runs, said, strict=True))
    assert runs[0].optimizer.learning_rate == 2 * scale.learning_rate
    longest = max(end for one in runs for clamp in one.clamps for _, end in clamp.windows if end < 2**30)
    assert longest == fast.steps(0.8 * 1e6)


def test_the_laptop_study_is_affordable():
    # Findings with populations of their own: pretrained features, where they can be computed, and a long curve.
    apart = {"induction.pretrained", "induction.label_curve"}
    always = [one for one in experiments_of("induction") if one.id not in apart]
    cost = cost_of(always, "laptop", "nowhere")
    assert 500_000 < cost.run_steps < MOST_RUN_STEPS and cost.left == cost.run_steps and cost.cached == ()
    parts = sum(one.run_steps for one in populations(setting("laptop")).values())
    assert cost.run_steps == parts


@pytest.mark.parametrize("scale", SETTINGS)
def test_shared_training_sequences_with_and_without_what_is_held_out(scale):
    scale = setting(scale)
    main, plain = main_runs(scale)[0], run(scale, scale.seeds[0])
    assert main.steps == scale.steps(1e6)
    assert plain.steps == round(main.steps * scale.share)
    assert dataclasses.replace(main.task, source=FewShotSpec().source) == FewShotSpec()
    assert main.task.source == plain.task.source and main.task.source.encoder == scale.encoder
    assert plain.task.held_out_exemplars == plain.task.test_classes == 0


def test_features_do_not_depend_on_what_is_held_out():
    whole, part = FewShotSpec(classes=8), FewShotSpec(classes=8, held_out_exemplars=0, test_classes=0)
    first, second = (spec.prepare()["train"] for spec in (whole, part))
    np.testing.assert_array_equal(first.features, second.features)
    np.testing.assert_array_equal(first.label_sets, second.label_sets)


def test_on_the_studys_own_task_parts_are_the_clamped_runs():
    scale = setting("laptop")
    networks = made_up(scale)
    clamped = dict(zip(itertools.product(CLAMPS, range(5)), clamped_runs(scale, networks), strict=True))
    for part, clamp in OF_CLAMPS.items():
        for i, head in enumerate(networks.strongest):
            assert clamped[clamp, i].clamps == part_clamps(part, head), part
    alone = {one.clamps for one in head_runs(scale)}
    assert {one.clamps for one in larger_networks(scale, networks)} <= alone


def test_the_tasks_that_are_judged_are_there_at_every_scale_but_smoke():
    for name, scale in SETTINGS.items():
        assert scale.tasks[0] == ENDS[0] and (name == "smoke" or set(ENDS) <= set(scale.tasks))


def test_clamps_of_one_structure_share_a_cohort_whatever_their_heads():
    scale = setting("smoke")
    runs = clamped_runs(scale, made_up(scale))
    assert len(runs) == 5 * len(scale.seeds)
    assert len(plan(runs)) == 5
    assert len({one.clamps for one in runs}) > 5  # although heads differ between the seeds


def test_layer_one_is_grafted_from_every_seed_once():
    scale = setting("laptop")
    lenders = [one.grafts[0].run for one in grafted_runs(scale, list("abcde"), 7)]
    assert lenders == list("abcdebcdeacdeab")
