import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from dynamicl.models import TransformerSpec
from dynamicl.probes import probes
from dynamicl.tasks import FewShotSpec
from dynamicl.training import (
    OptimizerSpec,
    Program,
    RunSpec,
    Seeds,
    evaluation,
    pack,
    plan,
    run_mesh,
    stream_key,
    training_batch,
)
from small import SmallModelSpec, SmallTaskSpec

SMALL = RunSpec(SmallTaskSpec(), SmallModelSpec(), OptimizerSpec("sgd", 0.1), steps=30, batch_size=4)
REAL = RunSpec(
    FewShotSpec(4, test_classes=0, held_out_exemplars=0, held_out_labels=0.0),
    TransformerSpec(1, 2, 8),
    OptimizerSpec("adamw", 1e-2, 1e-3),
    steps=12,
    batch_size=4,
)


def variants(base, rates):
    return [
        dataclasses.replace(
            base, seeds=Seeds(i, i + 1, 5), optimizer=dataclasses.replace(base.optimizer, learning_rate=r)
        )
        for i, r in enumerate(rates)
    ]


def program(runs, devices=None, strategy="sequential", **more):
    (cohort,) = plan(runs)
    return Program(cohort, mesh=run_mesh(devices), strategy=strategy, sequences=16, **more)


def trained(program, *stops):
    """The state after training up to each stop in turn, as named arrays."""
    state = program.initialise()
    for stop in stops:
        state = program.advance(state, stop)
    return pack(program.real(state))


def one(arrays, row):
    return {name: value[row] for name, value in arrays.items()}


def same_bits(a, b):
    assert a.keys() == b.keys()
    return all(a[name].tobytes() == b[name].tobytes() and a[name].dtype == b[name].dtype for name in a)


@pytest.fixture(scope="module")
def real_runs():
    return variants(REAL, [1e-2, 3e-3, 1e-3])


@pytest.fixture(scope="module")
def population(real_runs):
    """Three transformers on two devices, one of which has a run of padding."""
    return trained(program(real_runs), 12)


@pytest.fixture(scope="module")
def small_runs():
    return variants(SMALL, [0.1, 0.2, 0.3])


@pytest.fixture(scope="module")
def small_program(small_runs):
    return program(small_runs)


def test_one_step_equals_plain_formulas(small_runs, small_program):
    before = one(pack(small_program.real(small_program.initialise())), 1)
    after = one(trained(small_program, 1), 1)
    run = small_runs[1]
    batch = training_batch(run, small_program.tasks["train"], 0)
    rise, fall = (before[f"weights.{name}"].astype(float) for name in ("rise", "fall"))
    slopes, loss = {"rise": np.zeros_like(rise), "fall": np.zeros_like(fall)}, 0.0
    for x, target in zip(np.asarray(batch.tokens, float), np.asarray(batch.target), strict=True):
        hidden = np.tanh(x @ rise)
        p = np.exp(hidden @ fall) / np.exp(hidden @ fall).sum()
        loss -= np.log(p[target]) / 4
        error = (p - np.eye(2)[target]) / 4
        slopes["fall"] += np.outer(hidden, error)
        slopes["rise"] += np.outer(x, (fall @ error) * (1 - hidden**2))
    for name, start in (("rise", rise), ("fall", fall)):
        np.testing.assert_allclose(after[f"weights.{name}"], start - 0.2 * slopes[name], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(after["loss_mean"], loss, rtol=1e-5)
    norm = np.sqrt(sum((slope**2).sum() for slope in slopes.values()))
    np.testing.assert_allclose(after["gradient_norm"], norm, rtol=1e-5)
    assert (after["step"], after["loss_count"], after["alive"]) == (1, 1, True)


def test_initial_weights_are_those_of_the_seed(small_runs, small_program):
    weights = small_program.real(small_program.initialise()).weights
    for row, run in enumerate(small_runs):
        model = run.model.build(small_program.interface, stream_key(run.seeds.init, "init"))
        assert np.array_equal(weights.rise[row], model.rise) and np.array_equal(weights.fall[row], model.fall)


def test_a_run_alone_has_the_bits_it_has_in_a_population(real_runs, population):
    alone = trained(program(real_runs[1:2]), 12)
    assert same_bits(one(alone, 0), one(population, 1))


def test_a_single_device_is_a_layout_of_its_own(real_runs, population):
    """XLA partitions nothing there and fuses otherwise, so the last bits differ."""
    single = program(real_runs[1:2], 1)
    assert single.layout != program(real_runs, 2).layout
    alone = trained(single, 12)
    for name, value in one(population, 1).items():
        # Twelve steps of Adam at 1e-2 let differences of the last bit grow to some 1e-4 of an update.
        np.testing.assert_allclose(alone[name][0], value, rtol=1e-3, atol=1e-4, err_msg=name)


@pytest.mark.parametrize("devices", [1, 2])
def test_runs_on_any_devices_have_their_own_bits(small_runs, devices):
    every, pair = (trained(program(runs, devices), 30) for runs in (small_runs, small_runs[1:]))
    for row in (0, 1):
        assert same_bits(one(pair, row), one(every, row + 1))


def test_runs_advancing_together_agree_up_to_rounding(small_runs, small_program):
    apart = trained(small_program, 30)
    together = trained(program(small_runs, strategy="vectorised"), 30)
    for name, value in apart.items():
        # Thirty steps of descent, each with a last bit of its own.
        np.testing.assert_allclose(together[name], value, rtol=1e-5, atol=1e-5, err_msg=name)


@pytest.mark.parametrize("strategy", ["sequential", "vectorised"])
def test_where_chunks_are_cut_leaves_no_mark(small_runs, strategy):
    prog = program(small_runs, strategy=strategy)
    whole = trained(prog, 30)
    for stops in ((1, 2, 3, 30), (15, 30), tuple(range(31))):
        assert same_bits(trained(prog, *stops), whole)


def test_many_numbers_are_one_compilation():
    runs = [
        dataclasses.replace(run, steps=10 + i, task=SmallTaskSpec(shift=0.1 * i), diverge_above=100.0 + i)
        for i, run in enumerate(variants(SMALL, np.linspace(0.01, 1, 9).tolist()))
    ]
    prog = program(runs)
    state = prog.initialise()
    assert prog.traces == 1
    for until in (1, 5, 30):
        state = prog.advance(state, until)
        prog.evaluate(state)
    # A loop of XLA may be traced a second time to find its types; more runs or chunks must not add to that.
    traces = prog.traces
    assert traces <= 4
    state = prog.advance(state, 31)
    prog.evaluate(state)
    assert prog.traces == traces
    assert prog.real(state).step.tolist() == [run.steps for run in runs]


@pytest.mark.parametrize("strategy", ["sequential", "vectorised"])
def test_one_of_sixteen_that_diverges_leaves_fifteen_alone(strategy):
    runs = variants(SMALL, np.linspace(0.05, 0.5, 16).tolist())
    wild = dataclasses.replace(runs[5], optimizer=OptimizerSpec("sgd", 1e30))
    prog = program([*runs[:5], wild, *runs[6:]], strategy=strategy)
    state = prog.advance(prog.initialise(), 30)
    arrays = pack(prog.real(state))
    assert arrays["alive"].tolist() == [i != 5 for i in range(16)]
    assert arrays["step"].tolist() == [30 if i != 5 else arrays["step"][5] for i in range(16)]
    assert arrays["step"][5] < 30
    assert all(np.isfinite(value).all() for name, value in arrays.items() if name.startswith("weights"))
    calm = trained(program(runs, strategy=strategy), 30)
    assert calm["alive"].all()
    assert all(same_bits(one(arrays, i), one(calm, i)) for i in range(16) if i != 5)
    # Frozen means frozen.
    assert same_bits(one(pack(prog.real(prog.advance(state, 30))), 5), one(arrays, 5))


def test_a_loss_above_the_limit_freezes_the_run_before_the_step(small_runs):
    prog = program([dataclasses.replace(small_runs[0], diverge_above=1e-6), small_runs[1]])
    first = pack(prog.real(prog.initialise()))
    after = trained(prog, 30)
    assert (after["step"][0], after["alive"][0]) == (0, False)
    assert np.array_equal(after["weights.rise"][0], first["weights.rise"][0])


def test_evaluators_score_fixed_sequences(small_runs, small_program):
    state = small_program.advance(small_program.initialise(), 7)
    values = small_program.evaluate(state)
    assert values["loss"].shape == (3, 2)
    weights = small_program.real(state).weights
    for row, run in enumerate(small_runs):
        for i, (name, task) in enumerate(small_program.tasks.items()):
            _, batch = evaluation(run, name, task, 16)
            logits = jax.vmap(lambda x, row=row: jnp.tanh(x @ weights.rise[row]) @ weights.fall[row])(
                batch.tokens
            )
            log_p = jax.nn.log_softmax(logits)[jnp.arange(16), batch.target]
            np.testing.assert_allclose(values["loss"][row, i], -log_p.mean(), rtol=1e-5)
    assert values["at"].tolist() == [7, 7, 7]
    np.testing.assert_allclose(values["learning_rate"], [0.1, 0.2, 0.3], rtol=1e-6)
    again = small_program.evaluate(state)
    assert all(np.array_equal(again[name], values[name]) for name in values)


def test_the_training_loss_is_the_mean_since_the_last_record(small_program):
    state = small_program.advance(small_program.initialise(), 5)
    mean = small_program.real(state).loss_mean
    np.testing.assert_allclose(small_program.evaluate(state)["train_loss"], mean, rtol=1e-6)
    fresh = small_program.evaluate(small_program.initialise())
    assert np.array_equal(fresh["train_loss"], fresh["loss"][:, 0])


def test_measures_are_recorded_beside_the_scores(small_runs):
    prog = program(small_runs, probes=probes(("norms",)))
    values = prog.evaluate(prog.initialise())
    weights = prog.real(prog.initialise()).weights
    expected = [(r**2).sum() + (f**2).sum() for r, f in zip(weights.rise, weights.fall, strict=True)]
    np.testing.assert_allclose(values["squared_norm"], expected, rtol=1e-5)
    assert set(prog.inspect(prog.initialise())) == {"at"}


def test_place_undoes_real(small_program):
    state = small_program.advance(small_program.initialise(), 3)
    host = small_program.real(state)
    assert same_bits(pack(small_program.real(small_program.place(host))), pack(host))
