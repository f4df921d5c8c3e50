"""Small models with weights that are all away from their special initial values (scale 1, shift 0, bias 0)."""

import dataclasses

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from dynamicl.models import ContentTokens, Interface, PairTokens, TokenIds

PAIRS = Interface(PairTokens.shaped(2, 4, 3), outputs=3)
IDS = Interface(TokenIds.shaped(6, 7), outputs=4, readout=2)


def content_tokens(seed=1, places=6):
    """Two pairs and a query of three dimensions, four labels."""
    rng = np.random.default_rng(seed)
    content, labels = (rng.normal(size=size).astype(np.float32) for size in ((5, 3), (4, 3)))
    return ContentTokens(jnp.asarray(content), jnp.int32(1), jnp.asarray(labels), places)


CONTENT = Interface(content_tokens(), outputs=4)


def stirred(model, seed=0):
    """Add noise to every weight."""
    leaves, tree = jax.tree.flatten(model)
    rng = np.random.default_rng(seed)
    return jax.tree.unflatten(
        tree, [leaf + np.float32(0.3) * rng.normal(size=leaf.shape).astype(np.float32) for leaf in leaves]
    )


def as_dict(module):
    """The weights as nested dictionaries in float64."""
    if isinstance(module, eqx.Module):
        return {field.name: as_dict(getattr(module, field.name)) for field in dataclasses.fields(module)}
    if isinstance(module, tuple):
        return [as_dict(part) for part in module]
    return np.asarray(module, np.float64) if eqx.is_array(module) else module


def pair_tokens(seed=1):
    rng = np.random.default_rng(seed)
    tokens = {"exemplars": rng.normal(size=(3, 4)).astype(np.float32), "labels": np.array([2, 0])}
    return tokens, PairTokens(jnp.asarray(tokens["exemplars"]), jnp.asarray(tokens["labels"], jnp.int32), 3)


def id_tokens():
    tokens = {"ids": np.array([3, 0, 6, 6, 1, 2]), "valid": np.array([True, True, True, False, True, False])}
    return tokens, TokenIds(jnp.asarray(tokens["ids"], jnp.int32), jnp.asarray(tokens["valid"]), 7)
