from dynamicl.studies.transience._norm import END, EQUAL, NORM
from studies.judging import judge_test

from .worlds import runs, with_curve

DATA = runs({"init": range(3)})
DATA = with_curve(DATA, "train_loss", ((0, 9.0), (4e5, 0.6), (1e6, 0.58), (1.6e6, 0.1)))
BROKEN = {
    END: with_curve(DATA, "squared_norm", ((0, 100), (6e5, 300), (1e6, 500), (1.6e6, 100))),
    EQUAL: with_curve(
        DATA, "squared_norm", ((0, 100), (6e5, 300), (1.05e6, 200), (1.2e6, 600), (1.6e6, 900))
    ),
}
test_judge = judge_test(NORM, DATA, BROKEN)
