import jax
import jax.numpy as jnp
import numpy as np

from dynamicl.models import ContentTokens, embedder

LABELS = jnp.zeros((4, 2))


def test_a_token_is_a_place_beside_content():
    content = jnp.arange(6.0).reshape(3, 2)
    tokens = ContentTokens(content, jnp.int32(2), LABELS, places=5)
    expected = [[0, 0, 1, 0, 0, 0, 1], [0, 0, 0, 1, 0, 2, 3], [0, 0, 0, 0, 1, 4, 5]]
    assert np.array_equal(tokens.vectors, expected)
    assert (tokens.length, tokens.width) == (3, 7)
    value, bound = tokens.bounds()["window offset"]
    assert (int(value), bound) == (2, 3)


def test_without_places_a_token_is_its_content():
    tokens = ContentTokens(jnp.ones((3, 2)), jnp.int32(0), LABELS, places=0)
    assert np.array_equal(tokens.vectors, tokens.content) and tokens.bounds() == {}


def test_any_transformer_reads_it_through_a_linear_map():
    tokens = ContentTokens(jnp.ones((3, 2)), jnp.int32(1), LABELS, places=4)
    own = embedder(tokens, 8, 0.02, jax.random.key(0))
    embedded, valid = own(tokens)
    assert valid is None
    np.testing.assert_allclose(embedded, np.asarray(tokens.vectors) @ np.asarray(own.token.weight), rtol=1e-5)
