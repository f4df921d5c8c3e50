import xarray as xr

from dynamicl.studies.coopetition._composition import COMPOSITION, KEYS, PARTS, QUERIES, VALUES
from studies.judging import changed, judge_test

DATA = xr.Dataset({"accuracy": ("lacking", [0.98, 0.6, 0.58, 0.95])}, {"lacking": ["nothing", *PARTS]})
BROKEN = {
    VALUES: changed(DATA, "accuracy", 0.9, lacking="values"),
    KEYS: changed(DATA, "accuracy", 0.9, lacking="keys"),
    QUERIES: changed(DATA, "accuracy", 0.8, lacking="queries"),
}
test_judge = judge_test(COMPOSITION, DATA, BROKEN)
