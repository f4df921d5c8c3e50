import numpy as np
import pytest

from dynamicl.studies.induction import _heads
from dynamicl.views.page import _headline, payload
from dynamicl.views.page._headline import final_loss, final_strength
from dynamicl.views.page._when import Sighting, median_interval, median_time, sightings_of
from dynamicl.views.page._words import compact
from views.page.synthetic import trajectory


def words(record: dict) -> list[str]:
    return [
        "".join(p if isinstance(p, str) else p["text"] for p in item["parts"]) for item in record["headline"]
    ]


@pytest.fixture(scope="module")
def eight():
    return trajectory(runs=8, steps=80, checkpoints=5)


def test_three_questions_are_answered_with_the_trajectorys_numbers(eight):
    dataset, transitions = eight
    when, which, looks, spread = words(payload(dataset, transitions))
    times = [t["time_sequences"][0] for t in transitions]
    assert when.startswith(
        f"The loss falls at {compact(float(np.median(times)))} sequences, the median of 8 runs (95 % interval "
    )
    assert "A single run's own time is known to ±" in when
    strongest = float(dataset["induction_strength"][0, -4:, 1, 3].mean())
    assert f"layer 2 head 3 ({strongest:.2f})" in which
    assert looks.startswith("From the query, layer 2 head 3 gave the ") and looks.endswith(" at the end.")
    assert f"Transitions from {compact(min(times))} (" in spread and f"to {compact(max(times))} (" in spread


def lacking(transitions: list[dict], *places: int) -> list[dict]:
    """The same, without a transition in some runs: they were looked at and had none."""
    return [{**t, "found": False} if i in places else t for i, t in enumerate(transitions)]


def test_runs_without_a_transition_are_counted(eight):
    dataset, transitions = eight
    assert "2 runs of 8 had none." in words(payload(dataset, lacking(transitions, 0, 1)))[0]
    none = words(payload(dataset, lacking(transitions, *range(8))))[0]
    assert none == "No transition was found in 8 runs."
    assert words(payload(dataset))[0] == "Transitions were not looked for."


def test_runs_in_which_none_was_looked_for_are_not_said_to_have_none(eight):
    dataset, transitions = eight
    said = " In 2 runs of 8 it was not looked for: that takes 8 evaluations of a run."
    when = words(payload(dataset, transitions[2:]))[0]
    assert when.endswith(said) and "the median of 6 runs" in when and "had none" not in when
    none = words(payload(dataset, lacking(transitions, *range(8))[2:]))[0]
    assert none == f"No transition was found in 6 runs.{said}"


def test_runs_without_a_transition_count_in_the_median_as_later_than_their_end(eight):
    dataset, transitions = eight
    order = np.argsort([t["time_sequences"][0] for t in transitions])
    when = words(payload(dataset, lacking(transitions, *order[-3:])))[0]
    fourth = transitions[order[3]]
    assert f"at {compact(fourth['time_sequences'][0])} sequences, the median of 8 runs (95 % interval" in when
    assert "to beyond the end)" in when and "3 runs of 8 had none." in when
    few = payload(dataset, lacking(transitions, *order[3:]))
    first = compact(transitions[order[0]]["time_sequences"][0])
    assert words(few)[0].startswith(f"The loss falls in 3 of 8 runs, first at {first} sequences.")


def test_a_run_that_ended_early_was_at_risk_until_then_only():
    """By hand: events at 10, 20 and 30, a run that ended at 15; survival is 3/4, then 3/8."""
    seen = [{"time_steps": [t, None, None], "time_sequences": [2 * t, None, None]} for t in (10, 20, 30)]
    sightings = [*(Sighting(0, transition, 40) for transition in seen), Sighting(0, None, 15)]
    assert median_time(sightings).value == 40
    assert median_time([*sightings[:3], Sighting(0, None, 45)]).value == 40
    assert median_time([sightings[0], Sighting(0, None, 15), Sighting(0, None, 15)]).value == np.inf
    assert median_time(sightings[:3]).value == 40


def test_a_run_is_at_risk_until_its_own_last_record(eight):
    dataset = eight[0][["loss"]].copy(deep=True)
    dataset["loss"][0, 40:] = np.nan
    sightings = sightings_of(dataset, payload(dataset, lacking(eight[1], 0)))
    assert [s.last_step for s in sightings[:2]] == [dataset["step"][39], dataset["step"][-1]]


def test_one_run_gives_its_own_interval(eight):
    dataset, transitions = eight
    record = payload(dataset.isel(run=[0]), transitions[:1])
    value, low, high = transitions[0]["time_sequences"]
    assert (
        f"{compact(value)} sequences (95 % interval {compact(low)} to {compact(high)})." in words(record)[0]
    )


def test_a_diverged_run_is_named_with_its_step(eight):
    dataset = eight[0].copy(deep=True)
    dataset["status"] = (("run",), np.array(["finished"] * 7 + ["diverged"]))
    dataset["diverged_at"][7] = 300
    assert "Diverged: seed 7 at step 300." in words(payload(dataset))[-1]


def test_no_induction_head_is_said(eight):
    dataset = eight[0].assign(induction_strength=eight[0]["induction_strength"] * 0.1)
    assert "none: no head's induction strength ends above 0.3" in words(payload(dataset))[1]


def test_page_and_verdict_call_the_same_heads_induction_heads():
    assert _headline.INDUCTIVE == _heads.INDUCTIVE


def test_the_end_is_that_of_each_run(eight):
    dataset = eight[0][["loss", "induction_strength"]].copy(deep=True)
    dataset["loss"][0, 40:] = np.nan
    dataset["induction_strength"][0, 40:] = np.nan
    assert final_loss(dataset)[0] == pytest.approx(float(dataset["loss"][0, 39, 0]))
    assert final_strength(dataset)[0, 1, 3] == pytest.approx(
        float(dataset["induction_strength"][0, 38:40, 1, 3].mean()), rel=1e-5
    )


def test_the_interval_of_a_median_holds_it_and_few_runs_give_their_range():
    def told(times):
        seen = [{"time_steps": [t, None, None], "time_sequences": None} for t in times]
        return median_interval(times, median_time([Sighting(0, t, 200) for t in seen]), len(times))

    assert told([1.0, 2.0, 3.0]) == " (from 1 to 3)"
    low, high = (float(x) for x in told([float(x) for x in range(1, 101)])[16:-1].split(" to "))
    assert low < 50.5 < high and 5 < high - low < 60


def test_settings_have_medians_of_their_own():
    dataset, transitions = trajectory(runs=6, steps=40, checkpoints=5, rates=(1e-5, 1e-4))
    when = words(payload(dataset, transitions))[0]
    for rate, members in (("1e-05", transitions[:3]), ("0.0001", transitions[3:])):
        median = compact(float(np.median([t["time_sequences"][0] for t in members])))
        assert f"{median} sequences with learning_rate {rate} (from " in when


def test_of_many_settings_the_one_in_focus_has_its_median_and_all_their_range():
    rates = (1e-5, 2e-5, 4e-5, 8e-5, 1.6e-4)
    dataset, transitions = trajectory(runs=10, steps=40, checkpoints=5, rates=rates)
    when = words(payload(dataset, transitions))[0]
    times = [t["time_sequences"][0] for t in transitions]
    assert f"{compact(float(np.median(times[:2])))} sequences with learning_rate 1e-05" in when
    assert f"Over all 5 settings from {compact(min(times))} to {compact(max(times))}." in when
    none = words(payload(dataset, lacking(transitions, 0, 1)))[0]
    assert none.startswith("The loss falls with other settings alone. Over all 5 settings")
    assert "2 runs of 10 had none." in none


def test_the_query_looked_elsewhere_before():
    dataset, transitions = trajectory(runs=1, steps=40, checkpoints=5)
    maps = np.zeros(dataset["attention_by_role"].shape, np.float32)
    maps[:, :2, ..., 4, 3], maps[:, :2, ..., 4, 1] = 0.75, 0.25
    maps[:, 2:, ..., 4, 1] = 1.0
    dataset["attention_by_role"][:] = maps
    parts = payload(dataset, transitions)["headline"][2]["parts"]
    text = "".join(p if isinstance(p, str) else p["text"] for p in parts)
    assert text == (
        "From the query, layer 2 head 3 gave the matching label 25 % of its attention before the "
        "transition and 100 % at the end. "
        "At first most, 75 %, went to the other label."
    )
    steps = dataset["checkpoint"].values
    assert [p["step"] for p in parts if isinstance(p, dict) and "step" in p] == [steps[1], steps[-1]]


def test_the_page_opens_on_the_run_of_which_most_is_known(eight):
    dataset = eight[0].copy(deep=True)
    dataset["induction_strength"][:5] = np.nan
    record = payload(dataset, eight[1])
    assert record["focus"]["run"] == 5
    assert "Over the 3 runs of which heads were recorded: " in words(record)[1]
