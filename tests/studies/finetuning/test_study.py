"""The study rests on the cells that are there, or says that there are none."""

import pytest

from dynamicl.specs import SpecError
from dynamicl.studies import Lab, conduct, experiments_of, find_experiments
from dynamicl.studies.finetuning._scales import SCALES, scale_of


def test_scales():
    assert scale_of("laptop").random is None and scale_of("smoke").random is not None
    assert list(SCALES) == ["smoke", "demo", "laptop", "paper"]
    with pytest.raises(
        SpecError, match="the finetuning study has no scale `huge`: choose one of smoke, demo"
    ):
        scale_of("huge")


def test_without_cells_the_verdict_says_so(tmp_path):
    (experiment,) = find_experiments(["finetuning.table2"])
    outcome = conduct(experiment, Lab(tmp_path / "library", "laptop"))
    assert outcome.verdict.verdict == "not testable at this scale"
    assert "no data yet: `dynamicl finetuning` measures cells" in outcome.verdict.measured


def test_cells_beside_the_library_are_read(tmp_path):
    pytest.importorskip("torch", reason="needs the extra `lm`")
    from dynamicl.studies.finetuning import _random as module

    study = module.RandomStudy(tasks=("sst2",), seeds=(0,), queries=4)
    language = module.lm.random_language()
    module.write_tasks(tmp_path / "data", study.tasks)
    setting = module.Setting(language.name, study.tasks, study.seeds, study.k, study.queries, study.limit)
    module.Cells(language, tmp_path / "data", tmp_path / "finetuning" / "cells", setting).run(("original",))
    (experiment,) = find_experiments(["finetuning.depth"])
    outcome = conduct(experiment, Lab(tmp_path / "library", "laptop"))
    assert outcome.data["by_layer"].sizes["layer"] == 3 and outcome.data.attrs["cells"] == 1
    assert outcome.verdict.note.startswith("random: 1 cells, 4 demonstrations, 4 queries")


def test_criteria_are_those_of_the_experiments():
    for one in experiments_of("finetuning"):
        assert one.criterion and one.setting is scale_of
