"""Each gradient rule against closed forms and finite differences: alone, inside vmap and inside the compiled loop."""

import dataclasses
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from dynamicl.clamps import (
    Clamp,
    Constant,
    From,
    Scaled,
    copy,
    forward,
    forward_recorded,
    layer_one,
    match,
    preserve,
)
from dynamicl.clamps._clamp import blend
from dynamicl.training import OptimizerSpec, Program, Seeds, plan, run_mesh, training_batch

from .worlds import RUN, SquashSpec, world

RULES = ("stop", "through", "straight_through")
S, K = 0.4, 3.0
# How much of the gradient at the clamped value reaches the value before it: v = K x.
FACTOR = {"stop": 1 - S, "through": 1 - S + S * K, "straight_through": 1.0}


@pytest.mark.parametrize("rule", RULES)
def test_blend_alone(rule):
    rng = np.random.default_rng(1)
    x, v, w = jnp.asarray(rng.normal(size=(3, 6)), jnp.float32)
    mask = jnp.arange(6) % 2 == 0
    by_x, by_v = jax.grad(lambda x, v: jnp.sum(w * blend(x, v, mask, S, rule)), argnums=(0, 1))(x, v)
    kept = 1.0 if rule == "straight_through" else 1 - S
    np.testing.assert_allclose(by_x, np.where(mask, kept, 1.0) * w, rtol=1e-6)
    np.testing.assert_allclose(by_v, np.where(mask, S, 0.0) * w * float(rule == "through"), rtol=1e-6)


def closed_form(rise, fall, x, target, number, factor):
    """Loss and gradients of `Squash` with hidden = (1 - S) h + S number(h), in float64."""
    rise, fall, x = (np.asarray(part, float) for part in (rise, fall, x))
    h = np.tanh(x @ rise)
    m = (1 - S) * h + S * number(h)
    logits = m @ fall
    p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    error = (p - np.eye(fall.shape[1])[target]) / len(x)
    back = (error @ fall.T) * factor * (1 - h**2)
    return -np.mean(np.log(p[np.arange(len(x)), target])), x.T @ back, m.T @ error


def squash_run(value, rule, rate=0.5, seed=0):
    clamps = (Clamp("hidden", value, strength=S, gradient=rule),)
    return dataclasses.replace(
        RUN,
        model=SquashSpec(),
        optimizer=OptimizerSpec("sgd", rate),
        clamps=clamps,
        steps=1,
        seeds=Seeds(seed, seed),
    )


VALUES = {
    "scaled": (Scaled(K), lambda h: K * h, FACTOR),
    "constant": (Constant(K), lambda h: K + 0 * h, FACTOR | {"through": 1 - S}),
}


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("kind", VALUES)
def test_one_batch_against_the_closed_form(kind, rule):
    value, number, factors = VALUES[kind]
    w = world(model=SquashSpec(), size=6)
    clamps = (Clamp("hidden", value, strength=S, gradient=rule),)

    def loss(model):
        logits = forward(model, w.task, w.sequences, clamps)
        return optax.softmax_cross_entropy_with_integer_labels(logits, w.sequences.target).mean()

    found, slopes = jax.jit(jax.value_and_grad(loss))(w.model)
    x = w.task.inputs(w.sequences.tokens).exemplars[:, -1]
    target = np.asarray(w.sequences.target)
    expected = closed_form(w.model.rise, w.model.fall, x, target, number, factors[rule])
    for a, b in zip((found, slopes.rise, slopes.fall), expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("rule", "strategy"), [*((rule, "sequential") for rule in RULES), ("through", "vectorised")]
)
def test_the_compiled_loop_takes_the_closed_form_step(rule, strategy):
    runs = [squash_run(Scaled(K), rule, seed=seed) for seed in (0, 1)]
    (cohort,) = plan(runs)
    program = Program(cohort, sequences=4, mesh=run_mesh(), strategy=strategy)
    before = program.real(program.initialise().weights)
    after = program.real(program.advance(program.initialise(), 1).weights)
    for i, run in enumerate(runs):
        batch = training_batch(run, program.tasks["train"], 0)
        x = program.tasks["train"].inputs(batch.tokens).exemplars[:, -1]
        start = before.rise[i], before.fall[i]
        _, rise, fall = closed_form(*start, x, np.asarray(batch.target), lambda h: K * h, FACTOR[rule])
        np.testing.assert_allclose(after.rise[i], before.rise[i] - 0.5 * rise, rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(after.fall[i], before.fall[i] - 0.5 * fall, rtol=1e-4, atol=1e-6)


def directional(w, clamps, tree, step=0.0):
    """Mean loss at the weights moved by `step` along a direction."""
    model = jax.tree.map(lambda a, d: a + step * d, w.model, tree)
    logits = forward(model, w.task, w.sequences, clamps)
    return optax.softmax_cross_entropy_with_integer_labels(logits, w.sequences.target).mean()


THROUGH = {
    "preserved pattern": preserve(1, ("pattern",)),
    "layer 1": layer_one(),
    "layer 1 and copy": layer_one() + copy(0, pass_name="shifted"),
    "match, whose pattern has no weights": match(1),
    "part of another site": (
        Clamp("layers.0.post", From("main", "layers.0.pre"), strength=0.6, gradient="through"),
    ),
}


@pytest.mark.parametrize("name", THROUGH)
def test_gradients_through_passes_agree_with_finite_differences(name):
    w, clamps = world(size=4), THROUGH[name]
    rng = np.random.default_rng(6)
    tree = jax.tree.map(lambda a: jnp.asarray(rng.normal(size=a.shape), jnp.float32) / 30, w.model)
    compute = jax.jit(jax.value_and_grad(lambda step: directional(w, clamps, tree, step)))
    slope = float(compute(0.0)[1])
    around = (float(compute(0.05)[0]) - float(compute(-0.05)[0])) / 0.1
    assert abs(slope) > 0.02
    # Central differences in single precision: 1e-5 of rounding, and a part in a thousand of truncation.
    np.testing.assert_allclose(slope, around, rtol=0.01)


def test_a_stopped_value_from_another_pass_is_a_constant():
    """Gradients with `stop` are those of a model in which the other pass' numbers were written down beforehand."""
    w = world(size=1)
    site = "layers.1.attn.pattern"
    kept = forward_recorded(w.model, w.task, w.sequences, (), 0, [site])[1][site][0]
    stopped = Clamp(site, From("clean", site), strength=0.7)

    def loss(model, explicit):
        if explicit:
            tokens = w.task.inputs(jax.tree.map(lambda leaf: leaf[0], w.sequences.tokens))
            logits = model(tokens, lambda name, x: 0.3 * x + 0.7 * kept if name == site else x)
        else:
            logits = forward(model, w.task, w.sequences, (stopped,))[0]
        return optax.softmax_cross_entropy_with_integer_labels(logits, w.sequences.target[0])

    gradient = jax.jit(jax.grad(loss), static_argnums=1)
    found, expected = (gradient(w.model, explicit) for explicit in (False, True))
    for a, b in zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_straight_through_equals_the_untouched_gradient_at_a_linear_read_out():
    """Where only linear maps follow, straight-through gradients of what comes before are those without the clamp."""
    w = world(size=3)
    weights = np.random.default_rng(0).normal(size=(3, 3)).astype(np.float32)

    @partial(jax.jit, static_argnums=1)
    @jax.grad
    def slopes(model, clamps):
        return jnp.sum(weights * forward(model, w.task, w.sequences, clamps))

    clamped = slopes(w.model, (Clamp("norm.out", Constant(0.0), gradient="straight_through"),))
    clean = slopes(w.model, ())
    for a, b in zip(jax.tree.leaves(clamped.blocks), jax.tree.leaves(clean.blocks), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
    stopped = slopes(w.model, (Clamp("norm.out", Constant(0.0)),))
    assert all(not np.any(leaf) for leaf in jax.tree.leaves(stopped.blocks))


def declared(rule, start, moved, x, target):
    """Mean loss of `Squash` in float64 at moved weights, with what the rule lets move and what it does not."""
    before, h = (np.tanh(x @ rise) for rise, _ in (start, moved))
    mixed = {
        "stop": (1 - S) * h + S * K * before,
        "through": (1 - S) * h + S * K * h,
        "straight_through": (1 - S) * before + S * K * before + h - before,
    }[rule]
    logits = mixed @ moved[1]
    return np.mean(np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(len(x)), target])


def finite_difference(rule, start, along, x, target, apart=1e-5):
    start = [np.asarray(part, float) for part in start]
    ends = [[a + sign * apart * d for a, d in zip(start, along, strict=True)] for sign in (1, -1)]
    above, below = (declared(rule, start, end, np.asarray(x, float), np.asarray(target)) for end in ends)
    return (above - below) / (2 * apart)


@pytest.fixture(scope="module")
def squash():
    """Two models, directions for their weights, and sequences."""
    worlds = [world(model=SquashSpec(), seed=seed, size=6) for seed in (0, 1)]
    rng = np.random.default_rng(2)
    along = [rng.normal(size=part.shape) for part in (worlds[0].model.rise, worlds[0].model.fall)]
    return worlds, along


def projected(slopes, along):
    return sum(float(np.sum(np.asarray(a, float) * d)) for a, d in zip(slopes, along, strict=True))


def mean_loss(logits, target):
    return optax.softmax_cross_entropy_with_integer_labels(logits, target).mean()


@pytest.mark.parametrize("rule", RULES)
class TestFiniteDifferences:
    """Each rule's gradient along a direction is the central difference of the loss that the rule declares."""

    def test_alone(self, squash, rule):
        (w, _), along = squash
        x = w.task.inputs(w.sequences.tokens).exemplars[0, -1]
        target = w.sequences.target[0]

        def loss(rise, fall):
            h = jnp.tanh(x @ rise)
            return mean_loss(blend(h, K * h, jnp.ones_like(h, bool), S, rule) @ fall, target)

        start = w.model.rise, w.model.fall
        found = projected(jax.grad(loss, argnums=(0, 1))(*start), along)
        expected = finite_difference(rule, start, along, x[None], target[None])
        assert found == pytest.approx(expected, rel=1e-4)

    def test_inside_vmap(self, squash, rule):
        (w, other), along = squash
        clamps = (Clamp("hidden", Scaled(K), strength=S, gradient=rule),)
        both = jax.tree.map(lambda *leaves: jnp.stack(leaves), w.model, other.model)

        @jax.vmap
        @jax.grad
        def slopes(model):
            return mean_loss(forward(model, w.task, w.sequences, clamps), w.sequences.target)

        found = slopes(both)
        x = w.task.inputs(w.sequences.tokens).exemplars[:, -1]
        for i in (0, 1):
            start = both.rise[i], both.fall[i]
            expected = finite_difference(rule, start, along, x, w.sequences.target)
            assert projected((found.rise[i], found.fall[i]), along) == pytest.approx(expected, rel=1e-4)

    def test_inside_the_compiled_loop(self, squash, rule):
        _, along = squash
        run = squash_run(Scaled(K), rule)
        (cohort,) = plan([run])
        program = Program(cohort, sequences=4, mesh=run_mesh())
        before = program.real(program.initialise().weights)
        after = program.real(program.advance(program.initialise(), 1).weights)
        task = program.tasks["train"]
        batch = training_batch(run, task, 0)
        x = task.inputs(batch.tokens).exemplars[:, -1]
        start = before.rise[0], before.fall[0]
        # One step of plain descent at rate 0.5.
        steps = [(start[0] - after.rise[0]) / 0.5, (start[1] - after.fall[0]) / 0.5]
        expected = finite_difference(rule, start, along, x, batch.target)
        assert projected(steps, along) == pytest.approx(expected, rel=1e-3)
