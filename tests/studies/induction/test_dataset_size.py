import xarray as xr

from dynamicl.studies import Lab
from dynamicl.studies.induction._dataset_size import DATASET_SIZE, EXACT, FORMULA, LISTED
from dynamicl.studies.induction._settings import setting
from studies.judging import changed, judge_test

DATA = xr.Dataset(
    {"counted": ("task", [78_400, 316_800]), "formula": ("task", [78_400, 316_800]), "listed": 78_400},
    {"task": ["50 classes, 5 labels", "100 classes, 5 labels"]},
)
BROKEN = {
    EXACT: changed(DATA.assign(listed=78_399), "counted", [78_399, 316_800]).assign(
        formula=("task", [78_399, 316_800])
    ),
    LISTED: DATA.assign(listed=78_000),
    FORMULA: changed(DATA, "formula", [78_400, 316_801]),
}
test_judge = judge_test(DATASET_SIZE, DATA, BROKEN)


def test_what_is_counted_is_what_is_listed(tmp_path):
    data = DATASET_SIZE.measure(Lab(tmp_path, "smoke"), setting("smoke"), {})
    assert all(part.holds for part in DATASET_SIZE.judge(data))
