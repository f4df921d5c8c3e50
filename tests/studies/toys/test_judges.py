from pathlib import Path

import numpy as np
import pytest

from dynamicl.specs import SpecError
from dynamicl.studies import read_outcome, read_verdicts
from dynamicl.studies._parts import verdict_of
from dynamicl.studies.toys import CLAIMS, EXPERIMENTS, setting_of
from dynamicl.studies.toys._curves import first_below, plateau_indices
from studies.toys.synthetic import FALSE, TRUE, changed

RESULTS = Path(__file__).parents[3] / "docs" / "results" / "toys"
RECORDS = {record["id"]: record for record in read_verdicts(RESULTS)}
CASES = [
    (claim, i) for claim, changes in FALSE.items() for i, change in enumerate(changes) if change is not None
]


def test_every_claim_has_its_datasets_and_results():
    assert set(TRUE) == set(FALSE) == set(CLAIMS)
    assert set(RECORDS) == set(CLAIMS)


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_true_claim_is_reproduced(claim):
    parts = CLAIMS[claim].judge(TRUE[claim]())
    assert verdict_of(parts) == "reproduced", [part.sentence for part in parts]
    assert len(parts) == len(FALSE[claim])


@pytest.mark.parametrize(("claim", "part"), CASES)
def test_each_part_can_fail_alone(claim, part):
    holds = [p.holds for p in CLAIMS[claim].judge(FALSE[claim][part](TRUE[claim]()))]
    assert holds == [i != part for i in range(len(holds))]


def test_a_loss_that_rises_on_both_sides_is_no_saddle():
    data = TRUE["induction.saddle"]()
    assert CLAIMS["induction.saddle"].judge(changed(data, "descent", 0.1, vectors=2))[1].holds is False


def test_few_seeds_decide_nothing_about_the_coopetition_toy():
    from studies.toys.synthetic import coopetition

    parts = CLAIMS["coopetition.toy"].judge(coopetition(100))
    assert verdict_of(parts) == "not testable at this scale"
    assert "100 seeds leave the plateau, 1,000 are needed" in parts[0].sentence


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda experiment: experiment.id)
def test_committed_verdicts_are_what_the_committed_data_say(experiment):
    kept = RECORDS[experiment.id]
    parts = experiment.judge(read_outcome(RESULTS, experiment.id))
    holding = [(part["name"], part["holds"]) for part in kept["parts"]]
    assert holding == [(part.name, part.holds) for part in parts]
    assert kept["verdict"] == verdict_of(parts)
    values = [part["value"] for part in kept["parts"]]
    np.testing.assert_allclose(values, [part.value for part in parts], rtol=1e-4, atol=1e-9)


def test_scales_that_do_not_exist_are_refused():
    with pytest.raises(SpecError, match="`scale` is 'huge': choose one of smoke, demo"):
        setting_of("huge")


def test_plateau_indices_of_known_curves():
    time = np.arange(0.0, 200.0, 0.01)
    exponential, step = np.exp(-time / 20), np.where(time < 100, 1.0, 0.0)
    late = np.where(time < 10, 2.0, np.exp(-(time - 10) / 20))
    index = plateau_indices(time, np.stack([exponential, step, late, np.ones_like(time)]), 1.0)
    np.testing.assert_allclose(
        index[:3], [np.log(0.9) / np.log(0.1), 1.0, np.log(0.9) / np.log(0.1)], atol=2e-3
    )
    assert np.isnan(index[3])
    np.testing.assert_allclose(first_below([0, 1, 2], [[4.0, 2.0, 0.0], [4.0, 4.0, 4.0]], 1.0), [1.5, np.inf])
