import pytest
import xarray as xr
from matplotlib import pyplot

from dynamicl.specs import SpecError
from dynamicl.studies import Lab
from dynamicl.studies.distribution._counts import COUNTS, EXACT, PUBLISHED
from dynamicl.views.figures.distribution.counts import draw
from studies.judging import changed, judge_test

DATA = xr.Dataset(
    {name: ("network", list(PUBLISHED.values())) for name in ("counted", "published")},
    {"network": list(PUBLISHED)},
)
BROKEN = {EXACT: changed(DATA, "counted", 627_960, network="LSTM, 12 layers")}
test_judge = judge_test(COUNTS, DATA, BROKEN)


def test_the_networks_have_the_published_numbers_of_parameters(tmp_path):
    data = COUNTS.measure(Lab(tmp_path, "smoke"), "smoke", {})
    assert (
        dict(zip(data["network"].values.tolist(), data["counted"].values.tolist(), strict=True)) == PUBLISHED
    )
    assert "has 76% of" in COUNTS.note(data)
    draw(data).draw_without_rendering()
    pyplot.close("all")


def test_an_unknown_scale_is_refused():
    with pytest.raises(SpecError, match="the distribution study has no scale `huge`: choose one of smoke"):
        COUNTS.setting("huge")
