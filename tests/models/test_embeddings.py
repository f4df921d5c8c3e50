import jax
import jax.numpy as jnp
import numpy as np
import pytest

from dynamicl.models import PairEmbedding, TokenEmbedding, TokenIds

from . import loops
from .small import as_dict, id_tokens, pair_tokens, stirred


def test_pairs_are_interleaved():
    plain, tokens = pair_tokens()
    embedding = stirred(PairEmbedding(4, 3, 6, label_scale=0.02, key=jax.random.key(0)))
    out, valid = embedding(tokens)
    assert valid is None
    np.testing.assert_allclose(
        out, loops.embed({"embed": as_dict(embedding)}, plain, "pairs"), rtol=1e-5, atol=1e-6
    )


@pytest.mark.parametrize("vocabulary", [7, 300])  # by one-hot vectors, and gathered
def test_tokens_are_looked_up(vocabulary):
    plain, tokens = id_tokens()
    embedding = TokenEmbedding(vocabulary, 5, scale=0.5, key=jax.random.key(0))
    out, valid = embedding(tokens)
    assert np.array_equal(out, np.asarray(embedding.table)[plain["ids"]])
    assert np.array_equal(valid, plain["valid"])


def test_both_look_ups_have_the_same_gradient():
    ids = TokenIds(jnp.array([1, 4, 1, 1]), jnp.ones(4, bool), 5)
    weights = jnp.arange(8, dtype=jnp.float32).reshape(4, 2)

    def pulled(vocabulary):
        embedding = TokenEmbedding(vocabulary, 2, scale=1.0, key=jax.random.key(0))
        return jax.grad(lambda e: jnp.sum(e(ids)[0] * weights))(embedding).table

    expected = np.zeros((6, 2))
    for row, weight in zip([1, 4, 1, 1], np.asarray(weights), strict=True):
        expected[row] += weight
    assert np.array_equal(pulled(6), expected)
    assert np.array_equal(pulled(300)[:6], expected)


def test_tables_are_drawn_at_their_scale():
    table = np.asarray(TokenEmbedding(2000, 10, scale=0.02, key=jax.random.key(0)).table)
    assert np.abs(table).max() <= 0.04
    # A normal cut at two deviations has variance .774 of the whole one's.
    assert abs(table.std() / 0.02 - np.sqrt(0.774)) < 0.02
