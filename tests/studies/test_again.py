import dataclasses

import msgspec
import pytest

from dynamicl.specs import SpecError
from dynamicl.studies import NOT_REPRODUCED, REPRODUCED, Outcome, judge_again, write_outcome, write_verdicts
from studies.samples import DATA, experiment, verdict

CIRCUMSTANCES = {
    "command": "dynamicl reproduce x",
    "date": "2026-01-01",
    "seconds": 3.5,
    "machine": {"cores": 2},
}


def test_kept_data_give_the_kept_verdict(tmp_path):
    outcome = Outcome(verdict(**CIRCUMSTANCES), DATA)
    write_outcome(tmp_path / "induction", outcome)
    (again,) = judge_again([experiment()], tmp_path)
    assert again.agrees and again.now == again.before == msgspec.convert(
        outcome.verdict.record(), type(outcome.verdict)
    )


def test_another_verdict_does_not_agree_and_circumstances_stay(tmp_path):
    write_outcome(tmp_path / "induction", Outcome(verdict(**CIRCUMSTANCES), DATA))
    write_verdicts(tmp_path / "induction", [verdict(data=DATA.assign(best=0.1), **CIRCUMSTANCES)])
    (again,) = judge_again([experiment()], tmp_path)
    assert not again.agrees
    assert (again.now.verdict, again.before.verdict) == (REPRODUCED, NOT_REPRODUCED)
    assert again.now.command == "dynamicl reproduce x" and again.now.seconds == 3.5


def test_where_nothing_was_kept_nothing_is_judged(tmp_path):
    (again,) = judge_again([experiment()], tmp_path)
    assert again.now is None and again.before is None and again.agrees
    write_verdicts_of_lost_data(tmp_path)
    (again,) = judge_again([experiment()], tmp_path)
    assert again.now is None and not again.agrees


def write_verdicts_of_lost_data(folder):
    (folder / "induction").mkdir()
    write_verdicts(folder / "induction", [verdict()])


def test_data_that_lack_something_are_a_line(tmp_path):
    write_outcome(tmp_path / "induction", Outcome(verdict(), DATA.drop_vars("best")))
    with pytest.raises(
        SpecError,
        match=r"the dataset of `induction.plateau` cannot be judged \(KeyError: .*again with `dynamicl re",
    ):
        judge_again([experiment()], tmp_path)


def test_smoke_decides_nothing_where_something_is_trained():
    parts = experiment().parts(DATA, "smoke")
    assert all(part.holds for part in parts)
    trained = dataclasses.replace(experiment(), populations=lambda scale: {"main": None})
    parts = trained.parts(DATA, "smoke")
    assert [part.holds for part in parts] == [None, None]
    assert parts[0].undecided == "runs of scale `smoke` are too short to decide anything"
    assert all(part.holds for part in trained.parts(DATA, "laptop"))


def test_findings_of_our_own_say_what_they_claim():
    own = dataclasses.replace(experiment("induction.ours"), finding="a finding of our own")
    record = own.verdict(DATA, "laptop").record()
    assert (record["claim"], record["document"], record["figure"]) == ("a finding of our own", "dynamicl", "")
