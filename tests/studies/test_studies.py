import pytest

from dynamicl.specs import SpecError
from dynamicl.studies import STUDIES, experiments_of, find_experiments, ledger


def test_experiments_by_name_and_by_study():
    (one,) = find_experiments(["induction.plateau"])
    assert one.id == "induction.plateau"
    study = find_experiments(["induction"])
    assert study == experiments_of("induction") and one in study
    assert find_experiments(["induction.plateau", "induction"])[0] == one
    assert len(find_experiments(["induction.plateau", "induction"])) == len(study)
    both = find_experiments(["induction", "lookup"])
    assert {experiment.id.partition(".")[0] for experiment in both} == {"induction", "lookup"}
    assert {experiment.id for experiment in find_experiments(["lookup.r4"])} < {one.id for one in both}


@pytest.mark.parametrize("name", ["induktion", "induction.plato", "plateau"])
def test_experiments_that_are_not(name):
    with pytest.raises(SpecError, match=f"no experiment `{name}`: did you mean `induction"):
        find_experiments([name])


def test_no_name_is_no_experiment():
    with pytest.raises(SpecError, match="no experiment ``: did you mean `"):
        find_experiments([""])


@pytest.mark.parametrize("study", STUDIES)
def test_every_row_that_is_built_has_its_experiment_and_the_others_have_none(study):
    experiments = {one.id: one for one in experiments_of(study)}
    rows = {name for name, row in ledger().items() if row.study == study}
    assert set(experiments) >= rows
    for name, experiment in experiments.items():
        assert (name in rows) != bool(experiment.finding), name
        assert experiment.criterion, name
        names = [threshold.name for threshold in experiment.criterion]
        assert len(names) == len(set(names)), name
        assert experiment.judge.__doc__ and experiment.measure.__doc__
