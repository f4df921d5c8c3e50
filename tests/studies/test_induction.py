"""The induction study: complete, judged by stated rules, and run from end to end."""

import sys
from types import SimpleNamespace

import jax
import numpy as np
import pytest
import xarray as xr

from dynamicl.lab import load, load_many
from dynamicl.specs import SpecError
from dynamicl.statistics import Interval
from dynamicl.store import Trajectory
from dynamicl.studies import NOT_REPRODUCED, NOT_TESTABLE, REPRODUCED, Lab, ledger
from dynamicl.studies.induction import EXPERIMENTS
from dynamicl.studies.induction._clamps import clamped_runs
from dynamicl.studies.induction._composition import _why as blurred
from dynamicl.studies.induction._curves import learning_times, ratio, shape
from dynamicl.studies.induction._data import LENGTHS, SHARED, _spec
from dynamicl.studies.induction._data import _why as late
from dynamicl.studies.induction._judge import judge, words
from dynamicl.studies.induction._networks import Networks, unclamped_cost
from dynamicl.studies.induction._pairs import _why
from dynamicl.studies.induction._pt_variants import _why as faster
from dynamicl.studies.induction._sequences import every_sequence, sample
from dynamicl.studies.induction._settings import SETTINGS, main_runs, run, setting
from dynamicl.studies.induction._single_head import head_runs
from dynamicl.studies.induction._windows import CELLS, STARTS, _difference, _learnt
from dynamicl.studies.induction._windows import LENGTHS as PULSE_LENGTHS
from dynamicl.tasks import FewShotSpec
from dynamicl.training import plan

RECORD = {
    "id",
    "document",
    "figure",
    "claim",
    "paper",
    "measured",
    "interval",
    "n",
    "scale",
    "verdict",
    "command",
    "versions",
    "seconds",
    "date",
    "machine",
    "note",
}
MOST_RUN_STEPS = 2_000_000
"""Run-steps that the whole study may take at scale `laptop`."""


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    return tmp_path_factory.mktemp("library")


def outcomes_at_smoke(library):
    """Outcomes, run-steps asked for and stated, of every experiment at scale `smoke`.

    Networks are trained as `dynamicl reproduce` trains them; only the sequences to look at them with are few.
    """
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        for experiment in EXPERIMENTS:
            module = sys.modules[experiment.run.__module__]
            patch.setattr(module, "every_sequence", lambda task: sample(task, 100), raising=False)
            patch.setattr(
                module, "sample", lambda task, size=100: sample(task, min(size, 100)), raising=False
            )
            lab = Lab(library, "smoke", "a test")
            found[experiment.name] = experiment.run(lab), lab.trained, experiment.run_steps("smoke")
    return found


def test_every_claim_of_the_ledger_has_its_experiment():
    rows = [name for name in ledger() if name.startswith("induction.")]
    assert len(rows) == 17
    names = [experiment.name for experiment in EXPERIMENTS]
    assert sorted(names) == sorted([*rows, "induction.windows"])
    for experiment in EXPERIMENTS:
        # The id under which its verdict is written.
        assert experiment.name == sys.modules[experiment.run.__module__].CLAIM
        assert "held to" in experiment.run.__doc__ or "as claimed, where" in experiment.run.__doc__


def whole_records(outcomes):
    for name, (outcome, asked, stated) in outcomes.items():
        (verdict,) = outcome.verdicts
        record = verdict.record()
        assert set(record) == RECORD
        assert record["id"] == name and (
            name == "induction.windows" or record["claim"] == ledger()[name].claim
        )
        assert record["scale"] == "smoke" and record["command"] == "a test" and record["n"] >= 2
        assert record["versions"]["jax"] == jax.__version__
        # How long pulsed runs last depends on the others; the cost is stated from what is likely.
        assert asked == stated or name == "induction.windows"
        assert outcome.data.sizes and all(
            np.asarray(v).size < 20_000 for v in outcome.data.data_vars.values()
        )


def what_needs_no_training_is_judged_at_any_scale(outcomes):
    assert outcomes["induction.saddle"][0].verdicts[0].verdict == REPRODUCED
    assert outcomes["induction.toy"][0].verdicts[0].verdict in (REPRODUCED, NOT_REPRODUCED, NOT_TESTABLE)
    trained = set(outcomes) - {"induction.saddle", "induction.toy"}
    assert {outcomes[name][0].verdicts[0].verdict for name in trained} == {NOT_TESTABLE}


def additive_data_agree_with_each_other(outcomes):
    data = outcomes["induction.additive"][0].data
    assert dict(data.sizes) == {"seed": 2, "head": 8}
    assert ((data.accuracy_alone >= 0) & (data.accuracy_alone <= 1)).all()
    # Savings of all heads add up to what the whole layer saves, which no ablation of one head can exceed by much.
    assert data.loss_saved.sum("head").shape == (2,) and np.isfinite(data.loss_saved).all()


@pytest.mark.slow
def test_the_whole_study_runs_at_smoke(library):
    """One test, so that two workers never train the study each for some of its checks."""
    outcomes = outcomes_at_smoke(library)
    whole_records(outcomes)
    what_needs_no_training_is_judged_at_any_scale(outcomes)
    additive_data_agree_with_each_other(outcomes)


def test_many_models_are_the_models_loaded_one_by_one(library):
    runs, recording = main_runs(setting("smoke"))
    trajectory = Lab(library, "smoke").train(runs, recording)
    first = trajectory.checkpoints[1]
    many = load_many(trajectory, [(0, None), (1, first)])
    for place, (row, step) in enumerate([(0, None), (1, first)]):
        one = load(trajectory, row, step)
        jax.tree.map(lambda a, b, i=place: np.testing.assert_array_equal(a[i], b), many.model, one.model)
    assert many.spec == runs[0]


def test_models_of_two_kinds_are_not_loaded_together():
    specs = [run(setting("smoke"), 0, 1e4, classes=classes).json for classes in (50, 20)]
    trajectory = object.__new__(Trajectory)
    trajectory.members = tuple((SimpleNamespace(specs=specs), row) for row in (0, 1))
    with pytest.raises(
        SpecError, match="the runs differ in `task` or `model`: load those of one kind at a time"
    ):
        load_many(trajectory, [(0, None), (1, None)])


def made_up(scale):
    """Networks whose heads are as good as drawn, to describe runs by without training anything."""
    chosen, rng = setting(scale), np.random.default_rng(0)
    return Networks(chosen, None, rng.random((len(chosen.seeds), 8)), rng.random((len(chosen.seeds), 8)))


def test_runs_on_the_studys_own_task_are_those_of_other_experiments():
    networks = made_up("laptop")
    clamped, alone = set(clamped_runs(networks)), set(head_runs(networks.chosen))
    for part in LENGTHS:
        mine = {_spec(networks, part, SHARED[part], 50, 5, i) for i in range(len(networks.chosen.seeds))}
        assert mine < (alone if part == "network" else clamped), part
    assert not {_spec(networks, part, LENGTHS[part], 100, 5, 0) for part in LENGTHS} & (clamped | alone)


def test_the_laptop_study_is_affordable():
    # Runs that experiments share are trained once, so they are counted in one experiment only.
    stated = {experiment.name: experiment.run_steps("laptop") for experiment in EXPERIMENTS}
    main = stated["induction.plateau"]
    alone = {name: steps - main for name, steps in stated.items() if steps}
    clamped, chosen = alone["induction.clamps"], setting("laptop")
    shared = {
        "induction.measure_vs_clamp": clamped,
        "induction.pt_variants": clamped,
        "induction.pairs": unclamped_cost("laptop"),
        "induction.seeds": alone["induction.single_head"],
        # 50 classes and 5 labels: among the single heads and the clamped runs.
        "induction.data": len(chosen.seeds) * sum(chosen.lasting(length) for length in SHARED.values()),
    }
    total = main + sum(steps - shared.get(name, 0) for name, steps in alone.items())
    assert 500_000 < total < MOST_RUN_STEPS


@pytest.mark.parametrize("scale", SETTINGS)
def test_shared_training_sequences_with_and_without_what_is_held_out(scale):
    chosen = setting(scale)
    main, plain = main_runs(chosen)[0][0], run(chosen, chosen.seeds[0])
    assert main.steps == chosen.steps(1e6)
    assert plain.steps == round(main.steps * chosen.share)
    assert main.task == FewShotSpec()
    assert plain.task.held_out_exemplars == plain.task.test_classes == 0


def test_features_do_not_depend_on_what_is_held_out():
    whole, part = FewShotSpec(classes=8), FewShotSpec(classes=8, held_out_exemplars=0, test_classes=0)
    first, second = (spec.prepare()["train"] for spec in (whole, part))
    np.testing.assert_array_equal(first.features, second.features)
    np.testing.assert_array_equal(first.label_sets, second.label_sets)


def test_every_sequence_is_there_once_and_is_one_that_the_task_draws():
    task = FewShotSpec(classes=4, labels=4, held_out_exemplars=0, test_classes=0).prepare()["train"]
    every = every_sequence(task)
    keys = [tuple(row) for row in np.concatenate([np.asarray(part) for part in every.tokens], axis=1)]
    assert len(keys) == len(set(keys)) == 4 * 3 * len(task.label_sets) * 4
    places = {key: i for i, key in enumerate(keys)}
    drawn = task.batch(jax.random.key(0), 300)
    rows = np.array(
        [places[tuple(row)] for row in np.concatenate([np.asarray(part) for part in drawn.tokens], axis=1)]
    )
    for mine, theirs in zip(jax.tree.leaves(every), jax.tree.leaves(drawn), strict=True):
        np.testing.assert_array_equal(np.asarray(mine)[rows], np.asarray(theirs))


def test_the_studys_task_has_as_many_sequences_as_the_document_counts():
    task = FewShotSpec(held_out_exemplars=0, test_classes=0).prepare()["train"]
    assert len(every_sequence(task).target) == 78_400
    first, again = (np.asarray(sample(task, 10).target) for _ in range(2))
    np.testing.assert_array_equal(first, again)


def test_tasks_with_more_drawings_cannot_be_listed():
    task = FewShotSpec(classes=4, exemplars=2, held_out_exemplars=0, test_classes=0).prepare()["train"]
    with pytest.raises(
        SpecError, match="the task has 2 ways, 1 shots, 2 drawings: only 2, 1, 1 can be listed"
    ):
        every_sequence(task)


def test_learning_times_along_named_axes():
    sequences = np.arange(0.0, 101.0, 10.0)
    falling = np.clip(1.0 - sequences / 100, 0.0, 1.0)
    loss = xr.DataArray(
        np.stack([[falling, falling + 5], [falling / 2, np.full(11, np.nan)]]),
        dims=("head", "seed", "sequences"),
        coords={"head": [0, 1], "seed": [3, 4], "sequences": sequences},
    )
    found = learning_times(loss.isel(seed=[0]), level=0.25)
    assert found.time.sel(seed=3).values == pytest.approx([75.0, 50.0])
    assert found.observed.all() and found.time.dims == ("head", "seed")
    late = learning_times(loss.isel(head=[0]), level=0.25)
    assert late.time.sel(seed=4).item() == 100.0 and not late.observed.sel(seed=4).item()


def test_ratio_is_the_geometric_mean():
    found = ratio([2.0, 8.0, 4.0], [1.0, 1.0, 1.0])
    assert found.value == pytest.approx(4.0)
    assert found.low < 2.5 and found.high > 6
    assert found.low * found.high == pytest.approx(16.0)  # symmetrical in logs


def test_shapes_of_a_jump_and_of_an_exponential():
    x = np.linspace(0, 1e6, 101)
    noise = 0.002 * np.random.default_rng(0).normal(size=101)
    jump = 0.9 * np.exp(-x / 2e4) + 0.7 / (1 + np.exp((x - 5e5) / 3e4)) + 0.01 + noise
    found = shape(x, jump)
    assert found.jump and found.waits
    assert found.plateau == pytest.approx(0.7, abs=0.05)
    # A logistic of height 0.7 passes 0.9 log 2 - 0.01 and 0.1 log 2 - 0.01 at 0.62 and -2.36 of its widths.
    levels = np.array([0.9, 0.1]) * np.log(2) - 0.01
    places = 5e5 + 3e4 * np.log(0.7 / levels - 1)
    assert found.onset == pytest.approx(places[0], rel=0.02)
    assert found.duration == pytest.approx(places[1] - places[0], rel=0.1)
    smooth = shape(x, 1.6 * np.exp(-x / 1e5) + 1e-4)
    assert not smooth.jump and not smooth.waits
    assert smooth.straightness > 0.999 > found.straightness
    stuck = shape(x, np.full(101, 0.69) + noise)
    assert np.isnan(stuck.duration) and not stuck.jump


@pytest.mark.parametrize(
    ("scale", "holds", "trained", "verdict"),
    [
        ("laptop", (True, True), True, REPRODUCED),
        ("laptop", (True, False), True, NOT_REPRODUCED),
        ("smoke", (True, True), True, NOT_TESTABLE),
        ("smoke", (True, True), False, REPRODUCED),
    ],
)
def test_a_claim_reproduces_where_every_part_holds(library, scale, holds, trained, verdict):
    parts = dict(zip(("one", "two"), holds, strict=True))
    found = judge(
        Lab(library, scale), "induction.pairs", parts, "measured 3", Interval(2, 1, 3), 5, trained=trained
    )
    assert found.verdict == verdict
    assert found.interval == (1, 3)
    assert found.measured == (
        "measured 3. Holds: one; two" if all(holds) else "measured 3. Holds: one. Fails: two"
    )
    assert words(Interval(1.234, -1, 2.5), "+.1f") == "+1.2 [-1.0, +2.5]"


def test_a_second_head_gains_only_where_one_alone_is_slower():
    full = np.full(3, 100.0)
    told = _why(np.array([100.0, 110.0, 90.0]), np.array([121.0, 121.0, 99.0]), full)
    assert told.startswith("in 1 of 3 seeds the strongest head alone learns as fast as all eight")
    assert told.endswith("gains 100%, 50% of the difference")
    assert _why(full, full, full).endswith("gains nothing of the difference")


def test_subsets_that_speed_learning_up_are_named():
    all_heads = Interval(2.4, 1.5, 3.8)
    assert faster([], all_heads) == ""
    told = faster(["one", "three heads"], all_heads)
    assert told.startswith("a perfect pattern on one and on three heads speeds learning up")
    assert told.endswith("with 2.40 [1.50, 3.80] times the learning time of the strongest head clamped")


def test_reasons_are_read_off_the_measurements():
    network, matching = (
        [[400.0, 200.0], [400.0, 220.0], [440.0, 198.0]],
        [[20.0, 10.0], [20.0, 10.0], [25.0, 12.5]],
    )
    told = late(np.array([network, matching]))
    assert told.startswith("with 200 classes the network is later in 1 of 2 seeds")
    assert "matching alone takes 5% of the network's learning time, so that 25% more of it is little" in told
    previous = np.full((2, 8), 0.3)
    previous[:, 2], previous[0, 4], previous[1, 4] = 0.9, 0.5, 0.4
    networks = Networks(setting("smoke"), None, previous, previous)
    assert blurred(networks, np.zeros((3, 2))) == ""
    lost = np.array([[0.0, 0.2], [0.3, 0.09], [0.5, 0.6]])
    assert "the strongest of the rest gives 0.45 of its attention" in blurred(networks, lost)
    assert "other way round" not in blurred(networks, lost)
    assert "other way round" in blurred(networks, np.array([[0.0, 0.2], [0.3, 0.0], [0.6, 0.5]]))


def test_heads_are_found_from_the_last_evaluation():
    strength = np.array([[0.1, 0.9, 0.2], [0.7, 0.1, 0.3]])
    previous = np.zeros((2, 8))
    previous[0, [2, 5]], previous[1, 1] = (0.61, 0.9), 0.4
    networks = Networks(setting("smoke"), None, strength, previous)
    assert networks.strongest == [1, 0]
    assert networks.previous_token_head == [5, 1]
    assert networks.previous_token_heads == [(2, 5), (1,)]  # the strongest at least


def test_pulses_lie_in_the_plateau_and_fill_the_grid():
    assert len(CELLS) == len(set(CELLS)) == 11
    assert all(start + length < 0.81 for start, length in CELLS)


def test_early_pulses_are_compared_by_what_late_ones_could_save():
    shift = np.full((len(PULSE_LENGTHS), len(STARTS), 5), np.nan)
    seeds = np.array([-0.02, -0.01, 0.0, 0.01, 0.02])
    row = shift[PULSE_LENGTHS.index(0.2)]
    # A pulse of 0.2 T at 0.6 T leaves 0.2 T, its own length.
    row[0], row[-1] = -3.5 + seeds, -0.9 + seeds
    found = _difference(shift)
    assert found.value == pytest.approx(0.1) and found.low > 0
    row[-1] = -1.0
    assert tuple(_difference(shift)) == pytest.approx((0, 0, 0), abs=1e-9)
    row[0] = -0.4 + seeds
    assert _difference(shift).value == pytest.approx(-0.6)


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        ([1, 1, 1, 1, 1, 0.2, 0], (49.0, True)),  # interpolated, after the window
        ([1, 1, 0, 0, 1, 0, 0], (47.2, True)),  # what the clamp gives does not count
        ([1, 1, 0, 0, 0.1, 0, 0], (40.0, True)),  # ready when the window ends
        ([1, 0.1, 1, 1, 1, 1, 0], (8.0, True)),  # before the window
        ([1, 1, 0, 0, 1, 1, 1], (60.0, False)),
        ([1, 1, 0, 0, 1, 1, np.nan], (50.0, False)),
    ],
)
def test_the_learning_time_of_a_pulse_is_without_the_clamp(loss, expected):
    step, observed = _learnt(np.arange(0, 70, 10), np.array(loss, float), (20, 40))
    assert observed == expected[1]
    assert step == pytest.approx(expected[0], abs=0.9)


def test_clamps_of_one_structure_share_a_cohort_whatever_their_heads():
    runs = clamped_runs(made_up("smoke"))
    assert len(runs) == 5 * len(setting("smoke").seeds)
    assert len(plan(runs)) == 5
    assert len({one.clamps for one in runs}) > 5  # although heads differ between the seeds
