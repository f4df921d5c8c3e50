"""Clamps inside the compiled loop: windows to the step, populations, cohorts, and what is refused beforehand."""

import dataclasses

import jax
import numpy as np
import optax
import pytest

from dynamicl.clamps import FOREVER, Clamp, Constant, ablate_heads, forward, match, previous_token_attend
from dynamicl.models import TransformerSpec
from dynamicl.specs import SpecError
from dynamicl.training import OptimizerSpec, Program, Seeds, pack, plan, run_mesh, stream_key, training_batch

from .worlds import RUN

ONE = TransformerSpec(1, 4, 8)
SGD = dataclasses.replace(RUN, model=ONE, optimizer=OptimizerSpec("sgd", 0.5, beta1=0.0))
V = "layers.0.attn.v"
LATER = ((FOREVER - 2, FOREVER - 1),)


def clamped(*windows, strength=1.0, heads=(0, 1), seed=0):
    clamp = Clamp(V, Constant(2.0), heads=heads, strength=strength, windows=windows)
    return dataclasses.replace(SGD, clamps=(clamp,), seeds=Seeds(seed, seed))


def program(runs):
    (cohort,) = plan(runs)
    return Program(cohort, sequences=4, mesh=run_mesh())


def weights(prog, state):
    return {name: value.copy() for name, value in pack(prog.real(state.weights)).items()}


def same(a, b):
    return all(a[name].tobytes() == b[name].tobytes() for name in a)


def row(arrays, i):
    return {name: value[i] for name, value in arrays.items()}


RUNS = [
    clamped((0, 1), (2, 3), strength=0.0),
    clamped((3, 5), (5, 7)),
    clamped((3, 4), (6, 8)),
    clamped((0, 5), (5, FOREVER), strength=0.5, heads=(2,), seed=3),
]


@pytest.fixture(scope="module")
def steps():
    """Weights of each run after every step of ten."""
    prog = program(RUNS)
    state = prog.initialise()
    found = [weights(prog, state)]
    for until in range(1, 11):
        state = prog.advance(state, until)
        found.append(weights(prog, state))
    return [[row(arrays, i) for arrays in found] for i in range(len(RUNS))]


@pytest.mark.parametrize(("run", "first"), [(1, 3), (2, 3)])
def test_up_to_its_window_a_clamp_leaves_no_bit(steps, run, first):
    for step in range(first + 1):
        assert same(steps[run][step], steps[0][step]), step
    # The clamp acts in update number `first`, whose result is the next step's weights.
    assert not same(steps[run][first + 1], steps[0][first + 1])


@pytest.fixture(scope="module")
def by_hand():
    """One update written out, with or without the clamp."""
    prog = program([SGD])
    task = prog.tasks["train"]
    clamp = Clamp(V, Constant(2.0), heads=(0, 1))

    def update(arrays, key, clamps):
        batch = task.batch(key, SGD.batch_size)

        def loss(arrays):
            logits = forward(prog.network.model(arrays), task, batch, clamps)
            return optax.softmax_cross_entropy_with_integer_labels(logits, batch.target).mean()

        return jax.tree.map(lambda w, g: w - np.float32(0.5) * g, arrays, jax.grad(loss)(arrays))

    updates = [jax.jit(lambda a, k, c=clamps: update(a, k, c)) for clamps in ((), (clamp,))]
    start = jax.tree.map(lambda leaf: leaf[0], prog.real(prog.initialise().weights))
    return start, updates


@pytest.mark.parametrize(("run", "acting"), [(0, ()), (1, (3, 4, 5, 6)), (2, (3, 6, 7))])
def test_windows_and_pulses_switch_at_the_exact_step(steps, by_hand, run, acting):
    arrays, updates = by_hand
    key = stream_key(SGD.seeds.data, "data")
    for step in range(10):
        arrays = updates[step in acting](arrays, jax.random.fold_in(key, step))
        for name, value in pack(arrays).items():
            # The same float32 formulas in another program; ten steps let the last bits drift.
            np.testing.assert_allclose(
                steps[run][step + 1][name], value, rtol=1e-4, atol=1e-5, err_msg=f"{step} {name}"
            )


@pytest.mark.parametrize("run", [1, 3])
def test_a_clamped_run_alone_has_the_bits_it_has_in_a_population(steps, run):
    prog = program([RUNS[run]])
    alone = weights(prog, prog.advance(prog.initialise(), 10))
    assert same(row(alone, 0), steps[run][10])


def test_evaluators_are_clamped_too_while_the_window_is_open():
    prog = program([clamped((0, 5)), clamped((5, 10)), clamped((0, FOREVER), strength=0.0)])
    loss = prog.evaluate(prog.initialise())["loss"][:, 0]
    assert loss[1] == loss[2] != loss[0]


@pytest.mark.whole
def test_effects_are_measured_where_windows_first_open():
    runs = [clamped((0, 5)), clamped((7, 9), (3, 4)), clamped((3, 4), (0, 1), strength=0.0)]
    prog = program([runs[0]])
    effects = prog.clamp_effects(prog.initialise())
    task = prog.tasks["train"]
    batch = training_batch(SGD, task, 0)
    model = prog.network.model(jax.tree.map(lambda leaf: leaf[0], prog.initialise().weights))
    held, free = (forward(model, task, batch, clamps) for clamps in (runs[0].clamps, ()))
    np.testing.assert_allclose(effects, [np.abs(held - free).max()], rtol=1e-5)
    pulses = program(runs[1:])
    np.testing.assert_allclose(pulses.clamp_effects(pulses.initialise()), [effects[0], 0], rtol=1e-5)


def sixteen():
    rng = np.random.default_rng(0)
    runs = []
    for i in range(16):
        first = int(rng.integers(8))
        heads = tuple(np.flatnonzero(rng.random(4) < 0.6).tolist()) or (0,)
        strength, purity = float(rng.random()), float(rng.random())
        clamps = previous_token_attend(heads, purity=purity)
        clamps = tuple(
            dataclasses.replace(c, strength=strength, windows=((first, first + 2),)) for c in clamps
        )
        runs.append(dataclasses.replace(SGD, clamps=clamps, seeds=Seeds(i, i)))
    return runs


def test_heads_strengths_and_windows_of_sixteen_runs_are_one_program():
    runs = sixteen()
    assert len({run.clamps for run in runs}) == 16 and len(plan(runs)) == 1
    found = []
    for population in (runs, runs[:1]):
        prog = program(population)
        state = prog.initialise()
        # The loop's types are found by tracing; what many runs cost must be what one does.
        for until in (1, 4, 10):
            state = prog.advance(state, until)
        found.append(prog.traces)
    assert found[0] == found[1] <= 4


def test_cohorts_part_where_sites_rules_or_the_number_of_windows_differ():
    base = ablate_heads(0, [0])
    variants = [
        (),
        base,
        ablate_heads(0, [1, 2]),
        previous_token_attend([0]),
        (dataclasses.replace(base[0], gradient="through"),),
        (dataclasses.replace(base[0], windows=((0, 1), (4, 5))),),
        (dataclasses.replace(base[0], windows=((2, 3), (7, 9))),),
        (dataclasses.replace(base[0], strength=0.5),),
    ]
    runs = [dataclasses.replace(SGD, clamps=clamps) for clamps in variants]
    sizes = [[runs.index(run) for run in cohort.runs] for cohort in plan(runs)]
    assert sizes == [[0], [1, 2, 7], [3], [4], [5, 6]]


@pytest.mark.parametrize(
    ("clamps", "message"),
    [
        (ablate_heads(1), "no site matches `layers.1.attn.v`: did you mean `layers.0.attn.v`"),
        (ablate_heads(0, [4]), "head 4 does not exist at `layers.0.attn.v`: it has heads 0 to 3"),
        (match(3, layer=0) + match(3, layer=0, purity=0.5), "two clamps of full strength overlap"),
        ((Clamp(V, windows=((10, 20),)),), "never acts: its windows .* begin after the run's 10 steps"),
        ((Clamp(V, strength=1.5),), "`clamp.strength` is 1.5: give 0 to 1"),
        ((Clamp(V, windows=LATER),), "never acts"),
    ],
)
def test_a_clamp_that_misses_is_refused_before_anything_is_computed(clamps, message):
    with pytest.raises(SpecError, match=message):
        program([SGD, dataclasses.replace(SGD, clamps=clamps)][1:])


def test_every_run_of_a_cohort_is_checked():
    good, bad = ablate_heads(0, [3]), ablate_heads(0, [4])
    with pytest.raises(SpecError, match="head 4 does not exist"):
        program(
            [dataclasses.replace(SGD, clamps=clamps, seeds=Seeds(i)) for i, clamps in enumerate((good, bad))]
        )
