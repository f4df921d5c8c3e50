"""The study's networks from end to end, and their settings."""

import matplotlib
import pytest
from matplotlib import pyplot

from dynamicl.specs import SpecError
from dynamicl.studies import Lab, conduct, cost_of, experiments_of, judge_again, write_outcome
from dynamicl.studies.mixture import _populations as populations
from dynamicl.studies.mixture import _settings as settings
from dynamicl.views import make_figures

matplotlib.use("agg")
NETWORKS = {one.id: one for one in experiments_of("mixture") if one.setting is settings.setting}
KINDS = {
    "mixture.minimal": "minimal",
    "mixture.curves": "curves",
    "mixture.both": "both",
}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mixture") / "library"
    return Lab(folder, "smoke", "dynamicl reproduce mixture --scale smoke")


@pytest.mark.slow
@pytest.mark.parametrize("name", NETWORKS)
def test_smoke(name, lab, tmp_path):
    """Every experiment runs from end to end, is judged again alike, and its figure is drawn from what is kept."""
    experiment = NETWORKS[name]
    outcome = conduct(experiment, lab)
    assert outcome.verdict.id == name and outcome.runs
    assert outcome.verdict.verdict == "not testable at this scale"
    assert len(outcome.verdict.parts) == len(experiment.criterion)
    assert cost_of([experiment], "smoke", lab.path).left == 0
    write_outcome(tmp_path / "mixture", outcome)
    assert judge_again([experiment], tmp_path)[0].agrees
    assert len(make_figures(tmp_path, [name], tmp_path / "figures")) == 1
    pyplot.close("all")
