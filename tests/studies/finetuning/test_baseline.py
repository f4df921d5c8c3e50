from dynamicl.studies.finetuning import published
from dynamicl.studies.finetuning._baseline import BASELINE, CLOSE
from studies.judging import changed, judge_test

from .synthetic import dataset

OWN = BASELINE.cut(
    dataset({("outputs", "original"): list(published("outputs", "original").values())})
).assign_attrs(model="fairseq-dense-1.3B")
test_judge = judge_test(
    BASELINE.experiment,
    OWN,
    {CLOSE: changed(OWN, "similarity", 0.1 + float(published("outputs", "original")["mr"]), task="mr")},
)


def test_another_model_decides_nothing():
    (part,) = BASELINE.judge(BASELINE.cut(dataset()))
    assert (
        part.holds is None
        and "only the report's own model can decide it: fairseq-dense-1.3B" in part.undecided
    )
