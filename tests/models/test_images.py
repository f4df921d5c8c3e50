import dataclasses

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from dynamicl.models import (
    EmbeddedPairs,
    ImagesSpec,
    Interface,
    PairTokens,
    RecurrentSpec,
    TransformerSpec,
    batch_tokens,
    learnable,
    parameter_count,
    sites,
    with_all_rows,
)
from dynamicl.models._images import (
    EPSILON,
    BatchNorm,
    Bottleneck,
    Convolution,
    GroupNorm,
    Looked,
    ResidualEmbedder,
)
from dynamicl.specs import SpecError, from_json, to_json

KEY = jax.random.key(0)
RNG = np.random.default_rng(0)
TRAINING, LOOKING = Looked(True, ()), Looked(False, ())
SMALL = ImagesSpec(TransformerSpec(layers=1, heads=2, d_model=8), widths=(4, 8), blocks=1)
INTERFACE = Interface(PairTokens.shaped(pairs=2, features=64, labels=3), outputs=3)


def numbers(*shape):
    return jnp.asarray(RNG.normal(size=shape), jnp.float32)


def test_the_published_embedder_has_its_number_of_parameters():
    spec = ImagesSpec()
    assert parameter_count(eqx.filter_eval_shape(lambda key: ResidualEmbedder(spec, key=key), KEY)) == 22_176


TRANSFORMER = TransformerSpec(mlp_ratio=4.0, attention_bias=True, positions="sinusoidal", position_base=30.0)


@pytest.mark.parametrize(
    ("body", "count"),
    [
        (dataclasses.replace(TRANSFORMER, layers=12), 831_479),
        (dataclasses.replace(TRANSFORMER, layers=2), 331_639),
        (RecurrentSpec("lstm", layers=12), 627_959),
        (RecurrentSpec("lstm", layers=2), 297_719),
        (RecurrentSpec("rnn", layers=12), 331_511),
        (RecurrentSpec("rnn", layers=2), 248_311),
    ],
)
def test_published_models_have_their_numbers_of_parameters(body, count):
    interface = Interface(PairTokens.shaped(pairs=8, features=105 * 105, labels=1623), outputs=1623)
    assert parameter_count(eqx.filter_eval_shape(ImagesSpec(body).build, interface, KEY)) == count


@pytest.mark.parametrize(("kernel", "stride"), [(1, 1), (1, 2), (3, 1), (3, 2), (7, 2)])
def test_convolutions_against_a_plain_loop(kernel, stride):
    step = Convolution(kernel, 2, 3, GroupNorm(3, 1), stride, key=KEY)
    x = np.asarray(numbers(2, 9, 8, 2))
    weight = np.asarray(step.weight)
    found = np.asarray(step.convolved(jnp.asarray(x)))
    rows, columns = -(-9 // stride), -(-8 // stride)
    assert found.shape == (2, rows, columns, 3)
    before = [max((n - 1) * stride + kernel - size, 0) // 2 for n, size in ((rows, 9), (columns, 8))]
    padded = np.pad(x, ((0, 0), *((b, kernel) for b in before), (0, 0)))
    expected = np.zeros_like(found)
    for i, j in np.ndindex(rows, columns):
        patch = padded[:, i * stride : i * stride + kernel, j * stride : j * stride + kernel]
        expected[:, i, j] = np.einsum("nhwc,hwco->no", patch, weight)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_weights_are_drawn_with_variance_over_the_inputs_of_a_unit():
    weight = Convolution(3, 16, 64, GroupNorm(64, 1), key=KEY).weight
    assert float(jnp.std(weight)) == pytest.approx((9 * 16) ** -0.5, rel=0.03)


def test_batch_normalisation_against_plain_numbers():
    norm, x = BatchNorm(3, 0.9), numbers(4, 5, 6, 3)
    y, moved = norm(x, TRAINING)
    plain = np.asarray(x, float)
    mean, variance = plain.mean((0, 1, 2)), plain.var((0, 1, 2))
    np.testing.assert_allclose(y, (plain - mean) / np.sqrt(variance + EPSILON), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(moved.mean.value, 0.1 * mean, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(moved.variance.value, 0.9 + 0.1 * variance, rtol=1e-4)
    looked, same = moved(x, LOOKING)
    expected = (plain - 0.1 * mean) / np.sqrt(0.9 + 0.1 * variance + EPSILON)
    np.testing.assert_allclose(looked, expected, rtol=1e-4, atol=1e-5)
    assert same is moved


def test_batch_statistics_are_those_of_all_devices():
    norm, x = BatchNorm(2, 0.5), numbers(2, 3, 4, 4, 2)
    spread = jax.vmap(lambda share: norm(share, Looked(True, ("device",)))[0], axis_name="device")(x)
    whole = norm(x.reshape(6, 4, 4, 2), TRAINING)[0]
    np.testing.assert_allclose(spread.reshape(whole.shape), whole, rtol=1e-4, atol=1e-5)


def test_group_normalisation_sees_one_image():
    norm, x = GroupNorm(6, 2), numbers(3, 4, 5, 6)
    y, _ = norm(x, TRAINING)
    plain = np.asarray(x, float).reshape(3, 4, 5, 2, 3)
    mean, variance = (f(plain, (1, 2, 4), keepdims=True) for f in (np.mean, np.var))
    np.testing.assert_allclose(
        np.asarray(y).reshape(plain.shape), (plain - mean) / np.sqrt(variance + EPSILON), rtol=1e-4, atol=1e-5
    )


def test_a_block_starts_as_its_shortcut():
    norm = lambda channels, first_scale=1.0: BatchNorm(channels, 0.9, first_scale)  # noqa: E731
    x = jax.nn.relu(numbers(2, 6, 6, 8))
    plain = Bottleneck(8, 8, 1, False, norm, key=KEY)
    np.testing.assert_allclose(plain(x, TRAINING)[0], x, atol=1e-6)
    projected = Bottleneck(8, 16, 2, True, norm, key=KEY)
    y, after = projected(x, TRAINING)
    np.testing.assert_allclose(y, jax.nn.relu(projected.shortcut(x, TRAINING)[0]), atol=1e-6)
    assert y.shape == (2, 3, 3, 16)
    assert not np.array_equal(after.shortcut.norm.mean.value, projected.shortcut.norm.mean.value)
    assert not np.array_equal(after.steps[1].norm.variance.value, projected.steps[1].norm.variance.value)


def batch(size=3):
    exemplars = numbers(size, 3, 64)
    return PairTokens(exemplars, jnp.asarray(RNG.integers(0, 3, (size, 2)), jnp.int32), 3)


def test_all_images_of_a_batch_are_embedded_at_once():
    model, tokens = SMALL.build(INTERFACE, KEY), batch()
    embedded, moved = model.embed_batch(tokens, training=True, axes=())
    assert isinstance(embedded, EmbeddedPairs) and embedded.exemplars.shape == (3, 3, 8)
    pictures = tokens.exemplars.reshape(9, 8, 8)
    vectors, _ = model.images(pictures, TRAINING)
    np.testing.assert_allclose(embedded.exemplars.reshape(9, 8), vectors, rtol=1e-6)
    assert not np.array_equal(moved.images.stem.norm.mean.value, model.images.stem.norm.mean.value)
    assert jax.tree.map(jnp.shape, eqx.filter(moved, eqx.is_array)) == jax.tree.map(
        jnp.shape, eqx.filter(model, eqx.is_array)
    )


def test_one_sequence_is_looked_at_as_in_evaluation():
    model, tokens = SMALL.build(INTERFACE, KEY), batch()
    whole = jax.vmap(model)(batch_tokens(model, tokens))
    alone = jnp.stack([model(jax.tree.map(lambda leaf, i=i: leaf[i], tokens)) for i in range(3)])
    np.testing.assert_allclose(alone, whole, rtol=1e-4, atol=1e-5)


def test_counting_needs_no_arrays_and_counts_what_is_learnt():
    model = SMALL.build(INTERFACE, KEY)
    shapes = eqx.filter_eval_shape(SMALL.build, INTERFACE, KEY)
    kept = sum(a.size for a in jax.tree.leaves(eqx.filter(model, eqx.is_array))) - parameter_count(model)
    # Means and variances of 64 + (1 + 1 + 4 + 4) + (2 + 2 + 8 + 8) channels.
    assert parameter_count(model) == parameter_count(shapes) > kept == 2 * 94


def test_what_is_learnt_and_what_is_kept():
    model = eqx.filter(SMALL.build(INTERFACE, KEY), eqx.is_array)
    own = jax.tree_util.tree_leaves_with_path(learnable(model))
    kept = {jax.tree_util.keystr(path, simple=True, separator=".") for path, learnt in own if not learnt}
    assert kept and all(name.endswith((".mean.value", ".variance.value")) for name in kept)


def test_a_spec_goes_through_a_file():
    spec = ImagesSpec(
        RecurrentSpec("rnn", d_model=8, layers=1), widths=(4, 8), normalisation="group", groups=1
    )
    assert from_json(to_json(spec)) == spec


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"widths": (5, 8)}, r"`model.widths` is \(5, 8\): give multiples of 4"),
        ({"widths": ()}, "give multiples of 4"),
        ({"widths": (4, 16)}, "`model.body.d_model` is 8: an embedded image is 16 wide"),
        ({"blocks": 0}, "`model.blocks` is 0: give at least 1"),
        ({"normalisation": "group", "groups": 3}, "`model.groups` is 3: give a number that divides 1"),
        ({"decay": 1.0}, "`model.decay` is 1.0: give 0 to below 1"),
    ],
)
def test_settings_that_cannot_be_built(changes, message):
    with pytest.raises(SpecError, match=message):
        dataclasses.replace(SMALL, **changes).check()


def test_exemplars_that_are_no_pictures_are_refused():
    interface = Interface(PairTokens.shaped(pairs=2, features=60, labels=3), outputs=3)
    with pytest.raises(
        SpecError, match="vectors of 60 numbers: an image embedder reads the pixels of square pictures"
    ):
        SMALL.build(interface, KEY)


def test_every_row_is_computed_inside_too():
    spec = ImagesSpec(TransformerSpec(2, 2, 8, mlp_ratio=1.0), widths=(4, 8), blocks=1)
    model = spec.build(INTERFACE, KEY)
    rows, whole = (
        {site.name: site.shape for site in sites(one, INTERFACE.tokens)}
        for one in (model, with_all_rows(model))
    )
    assert rows["layers.1.attn.pattern"] == (2, 1, 5) and whole["layers.1.attn.pattern"] == (2, 5, 5)


def test_a_batch_is_refused_by_name():
    batch = PairTokens(jnp.zeros((4, 3, 64)), jnp.zeros((4, 2), jnp.int32), 3)
    with pytest.raises(SpecError, match=r"given a batch: call it as `jax.vmap\(model\)"):
        SMALL.build(INTERFACE, KEY)(batch)
