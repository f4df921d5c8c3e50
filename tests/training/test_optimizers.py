import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from dynamicl.specs import SpecError, validate
from dynamicl.training import OptimizerSpec, learning_rate, step_weights
from dynamicl.training._optimizers import transformation

SCHEDULES = ("constant", "warmup", "warmup-rsqrt", "cosine")
WARMUP, DECAY = 3, 10


def rate_at(schedule, step, peak=0.1):
    """The rate of the update that follows `step` earlier ones, by the schedules' closed forms."""
    t = step + 1
    if schedule == "constant":
        return peak
    if t < WARMUP:
        return peak * t / WARMUP
    if schedule == "warmup":
        return peak
    if schedule == "warmup-rsqrt":
        return peak * (WARMUP / t) ** 0.5
    return peak * (1 + np.cos(np.pi * min(1, (t - WARMUP) / (DECAY - WARMUP)))) / 2


def spec(schedule="constant", **more):
    return OptimizerSpec(learning_rate=0.1, schedule=schedule, warmup_steps=WARMUP, decay_steps=DECAY, **more)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_rates_follow_their_closed_forms(schedule):
    rates = jax.vmap(lambda step: learning_rate(spec(schedule), step))(jnp.arange(15))
    # Near the cosine's end a cancellation leaves float32's 6e-8 of the peak.
    np.testing.assert_allclose(rates, [rate_at(schedule, step) for step in range(15)], rtol=1e-5, atol=1e-8)


def test_the_rate_varies_between_runs_of_one_program():
    def rate(peak, warmup):
        one = dataclasses.replace(spec("warmup"))
        object.__setattr__(one, "learning_rate", peak)
        object.__setattr__(one, "warmup_steps", warmup)
        return learning_rate(one, jnp.int32(1))

    rates = jax.vmap(rate)(jnp.array([1.0, 2.0]), jnp.array([2, 8]))
    assert rates.tolist() == [1.0, 0.5]


def plain_steps(name, schedule, weight, gradients, decay=0.1, b1=0.9, b2=0.999, epsilon=1e-8):
    """The formulas of each optimizer, number by number, in float64."""
    weight = weight.astype(float).copy()
    for i in range(weight.size):
        m = v = 0.0
        for step, gradient in enumerate(gradients):
            rate, g = rate_at(schedule, step), float(gradient[i])
            if name != "adamw":
                g += decay * weight[i]
            if name == "sgd":
                m = b1 * m + g
                weight[i] -= rate * m
                continue
            m = b1 * m + (1 - b1) * g
            v = b2 * v + (1 - b2) * g * g
            update = (m / (1 - b1 ** (step + 1))) / (np.sqrt(v / (1 - b2 ** (step + 1))) + epsilon)
            weight[i] -= rate * (update + (decay * weight[i] if name == "adamw" else 0))
    return weight


@pytest.mark.parametrize("name", ["adam", "adamw", "sgd"])
@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("decay", [0.0, 0.1])
def test_five_steps_equal_the_formulas(name, schedule, decay):
    rng = np.random.default_rng(0)
    start, gradients = rng.normal(size=4).astype(np.float32), rng.normal(size=(5, 4)).astype(np.float32)
    optimizer = spec(schedule, name=name, weight_decay=decay)
    weights = {"w": jnp.asarray(start)}
    state = transformation(optimizer).init(weights)
    for step, gradient in enumerate(gradients):
        weights, state = step_weights(
            optimizer, {"w": jnp.asarray(gradient)}, state, weights, jnp.int32(step)
        )
    np.testing.assert_allclose(
        weights["w"], plain_steps(name, schedule, start, gradients, decay), rtol=1e-5, atol=1e-6
    )


def test_sgd_without_momentum_is_the_plain_step():
    optimizer = OptimizerSpec("sgd", learning_rate=0.5, beta1=0.0)
    weights = jnp.array([1.0, 2.0])
    state = transformation(optimizer).init(weights)
    for step in range(2):
        weights, state = step_weights(optimizer, jnp.array([1.0, -1.0]), state, weights, jnp.int32(step))
    assert weights.tolist() == [0.0, 3.0]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"learning_rate": -1.0}, "`optimizer.learning_rate` is -1.0: give 0 or more, finite"),
        ({"learning_rate": float("inf")}, "`optimizer.learning_rate` is inf: give 0 or more, finite"),
        ({"weight_decay": -0.1}, "`optimizer.weight_decay` is -0.1: give 0 or more, finite"),
        ({"beta1": 1.0}, "`optimizer.beta1` is 1.0: give 0 to 0.9999999"),
        ({"beta2": 0.99999999}, "`optimizer.beta2` is 0.99999999: give 0 to 0.9999999"),
        ({"epsilon": 0.0}, "`optimizer.epsilon` is 0.0: give 1e-30 to 1e30"),
        ({"warmup_steps": -1}, "`optimizer.warmup_steps` is -1: give 0 or more"),
        ({"schedule": "warmup"}, "`optimizer.schedule` is 'warmup': give `optimizer.warmup_steps` above 0"),
        (
            {"schedule": "warmup-rsqrt"},
            "`optimizer.schedule` is 'warmup-rsqrt': give `optimizer.warmup_steps` above 0",
        ),
        (
            {"schedule": "cosine", "warmup_steps": 5, "decay_steps": 5},
            "`optimizer.decay_steps` is 5: a cosine needs more than `warmup_steps` 5",
        ),
    ],
)
def test_rates_and_schedules_that_mean_nothing_are_refused(changes, message):
    with pytest.raises(SpecError, match=message):
        validate(dataclasses.replace(OptimizerSpec(), **changes))
