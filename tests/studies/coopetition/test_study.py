"""The populations that most claims share, from end to end, and what is asked of the others before they are trained."""

import dataclasses

import jax
import numpy as np
import pytest

from dynamicl.lab import FIRST_HALF, SECOND_HALF, load_many
from dynamicl.specs import SpecError, validate
from dynamicl.studies import NOT_TESTABLE, Lab, conduct, experiments_of, ledger
from dynamicl.studies._laptop_world import CHARACTERS, WORLDS, world
from dynamicl.studies.coopetition._networks import exchanged, label_attention
from dynamicl.studies.coopetition._populations import populations
from dynamicl.studies.coopetition._runs import grafted_runs, held, icl_only_runs
from dynamicl.studies.coopetition._settings import setting

SHARED = {"main", "whole"}
OWN = {"coopetition.dedicated", "coopetition.constructions", "coopetition.other_way"}
"""Findings that no document has."""
SMOKE = setting("smoke")


def test_every_claim_of_the_ledger_has_an_experiment():
    claims = {name for name in ledger() if name.startswith("coopetition.")}
    assert claims == {one.id for one in experiments_of("coopetition")} - OWN


def test_there_is_no_other_scale():
    for function in (setting, world):
        with pytest.raises(SpecError, match="no scale `tiny`: choose one of smoke, demo, laptop, paper"):
            function("tiny")


@pytest.mark.parametrize("scale", WORLDS)
def test_all_runs_can_be_trained(scale):
    for population in populations(setting(scale)).values():
        assert population.run_steps > 0
        for run in getattr(population, "runs", ()):
            validate(run)


def test_the_published_run_is_of_the_published_size():
    (run, *_) = populations(setting("paper"))["main"].runs
    assert run.steps * run.batch_size == 20_000_000 and run.optimizer.learning_rate == 1e-5
    assert run.task.classes == 12_800 and run.task.source.exemplars == 20
    assert world("paper").classes > CHARACTERS and run.task.source.table.augmentation == "one_transform"


def test_no_head_held_is_the_clamp_at_strength_0():
    (none,), (some,) = held(0), held(3, 40)
    assert (none.strength, some.strength) == (0, 1) and some.heads == (0, 1, 2)
    assert some.windows[0][0] == 40 and none.site == some.site == "layers.0.attn.pattern"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    return Lab(tmp_path_factory.mktemp("coopetition") / "library", "smoke", "a test")


@pytest.mark.whole
@pytest.mark.slow
def test_the_shared_population_serves_its_claims_at_smoke(lab):
    experiments = [
        one
        for one in experiments_of("coopetition")
        if set(one.populations(SMOKE)) and set(one.populations(SMOKE)) <= SHARED
    ]
    assert len(experiments) >= 6
    for experiment in experiments:
        outcome = conduct(experiment, lab)
        assert outcome.verdict.verdict == NOT_TESTABLE and len(outcome.verdict.parts) == len(
            experiment.criterion
        )
        assert all(values.size < 20_000 for values in outcome.data.data_vars.values())


@pytest.mark.whole
@pytest.mark.slow
def test_halves_of_one_checkpoint_are_the_checkpoint_and_others_are_theirs(lab):
    trajectory = lab.train(populations(SMOKE)["whole"])
    first, last = trajectory.checkpoints[0], trajectory.checkpoints[-1]
    loaded = load_many(trajectory, [(0, first), (0, last)])
    same = exchanged(loaded, [0, 1], [0, 1], SECOND_HALF)
    jax.tree.map(np.testing.assert_array_equal, same.model, loaded.model)
    mixed = exchanged(loaded, [0], [1], SECOND_HALF)
    both = exchanged(mixed, [0], [0], FIRST_HALF)
    for model in (mixed.model, both.model):
        np.testing.assert_array_equal(model.unembed.weight[0], loaded.model.unembed.weight[1])
        np.testing.assert_array_equal(model.embed.label[0], loaded.model.embed.label[0])


@pytest.mark.slow
def test_attention_to_labels_is_that_of_the_querys_row(lab):
    trajectory = lab.train(populations(SMOKE)["whole"])
    loaded = load_many(trajectory, [(0, None), (1, None)])
    seen = label_attention(loaded, "ciwl", 40)
    assert seen.right.shape == seen.other.shape == (2, 40, 8) and set(seen.second.tolist()) == {True, False}
    # Two labels of five tokens: the rest goes to the exemplars and to the query itself.
    assert ((seen.right + seen.other) < 1).all() and (seen.right > 0).all()
    strength = trajectory.dataset["induction_strength@ciwl"].sel(layer=2).isel(step=-1)
    whole = label_attention(loaded, "ciwl", SMOKE.sequences)
    np.testing.assert_allclose(
        whole.delta.mean(axis=1), strength.transpose("run", "head").values, rtol=0, atol=1e-5
    )


def test_second_halves_are_frozen_and_name_their_run():
    (free, grafted) = (runs(SMOKE)[0] for runs in (icl_only_runs, lambda scale: grafted_runs(scale, "ab", 3)))
    assert [graft.part for graft in grafted.grafts] == list(SECOND_HALF)
    assert all(graft.frozen and (graft.run, graft.step) == ("ab", 3) for graft in grafted.grafts)
    assert dataclasses.replace(grafted, grafts=()) == free


def test_large_networks_are_trained_at_paper_alone():
    assert not {"mlp", "large"} & set(populations(setting("laptop")))
    (large,) = populations(setting("paper"))["large"].runs
    assert (
        large.model.layers == 12 and large.task.pairs == 8 and large.steps * large.batch_size == 400_000_000
    )
