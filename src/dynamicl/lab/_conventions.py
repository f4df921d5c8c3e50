"""Weights of transformers as other tools keep them: names, orientation, order of heads, rotary pairs, biases.

Names and shapes say little: attention's matrices are square, so a transposed one, one whose columns run over heads the
other way, or one for the other kind of rotary pairs fits everywhere and computes something else. So nothing is guessed:
whoever converts declares a `Convention`, and every array has to find its place.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import PyTree

from dynamicl.models import Transformer
from dynamicl.specs import SpecError, check, register, validate
from dynamicl.training import pack, unpack

NAMES: dict[str, list[tuple[str, str]]] = {
    "own": [],
    "torch": [
        (r"^(blocks\.\d+\.attention)\.w_([qkvo])$", r"\1.\2.weight"),
        (r"^(blocks\.\d+\.attention)\.b_([qkvo])$", r"\1.\2.bias"),
        (r"^(.*norm)\.scale$", r"\1.weight"),
        (r"^(.*norm)\.shift$", r"\1.bias"),
    ],
    "transformer_lens": [
        (r"^(blocks\.\d+)\.attention\.norm\.scale$", r"\1.ln1.w"),
        (r"^(blocks\.\d+)\.attention\.norm\.shift$", r"\1.ln1.b"),
        (r"^(blocks\.\d+)\.mlp\.norm\.scale$", r"\1.ln2.w"),
        (r"^(blocks\.\d+)\.mlp\.norm\.shift$", r"\1.ln2.b"),
        (r"^(blocks\.\d+)\.attention\.(\w)_([qkvo])$", r"\1.attn.\2_\3"),
        (r"^(blocks\.\d+)\.mlp\.rise\.weight$", r"\1.mlp.W_in"),
        (r"^(blocks\.\d+)\.mlp\.rise\.bias$", r"\1.mlp.b_in"),
        (r"^(blocks\.\d+)\.mlp\.fall\.weight$", r"\1.mlp.W_out"),
        (r"^(blocks\.\d+)\.mlp\.fall\.bias$", r"\1.mlp.b_out"),
        (r"^norm\.scale$", "ln_final.w"),
        (r"^norm\.shift$", "ln_final.b"),
        (r"^unembed\.weight$", "unembed.W_U"),
        (r"^unembed\.bias$", "unembed.b_U"),
        (r"^positions$", "pos_embed.W_pos"),
        (r"^embed\.table$", "embed.W_E"),
    ],
}
"""What names become, first match first; a name that nothing matches (an embedding's) stays as it is."""

ATTENTION = re.compile(r"^blocks\.\d+\.attention\.([wb])_([qkvo])$")
MATRIX = re.compile(r"\.(?:weight|w_[qkvo])$")


@register("convention")
@dataclass(frozen=True)
class Convention:
    """How a tool keeps the weights of a transformer.

    Attributes:
        names: `own` (this package's), `torch` (a module a part: `blocks.0.attention.q.weight`, `norm.weight`) or
            `transformer_lens` (`blocks.0.attn.W_Q`, `ln_final.w`, `unembed.W_U`). Names of embeddings stay.
        matrices: `in_out` where x acts from the left (x W), `out_in` as `torch.nn.Linear` keeps them (W x).
        heads: how queries', keys' and values' columns, and the output's rows, run: `joined` (head h has h * d_head to
            (h + 1) * d_head), `interleaved` (column i * heads + h is component i of head h) or `apart` (an axis of its
            own, as TransformerLens has it: [head, d_model, d_head]).
        rotary: which components turn together: `adjacent` (0 and 1, 2 and 3, ...) or `halves` (i and i + d_head / 2).
        zero_biases: attention's biases are written as zeros where the model has none, and zeros are taken for none.
    """

    names: Literal["own", "torch", "transformer_lens"] = "own"
    matrices: Literal["in_out", "out_in"] = "in_out"
    heads: Literal["joined", "interleaved", "apart"] = "joined"
    rotary: Literal["adjacent", "halves"] = "adjacent"
    zero_biases: bool = False


OWN = Convention()
"""What this package's checkpoints hold."""
TORCH = Convention("torch", "out_in")
"""A PyTorch module with one `nn.Linear` for each of q, k, v, o, and `nn.LayerNorm`s."""
TRANSFORMER_LENS = Convention("transformer_lens", "in_out", "apart", zero_biases=True)
"""TransformerLens' state; its model needs `rotary_adjacent_pairs=True`, `eps=1e-5` and `act_fn="gelu_new"`."""


def weights_as(model: Any, arrays: Mapping[str, Any], convention: Convention) -> dict[str, np.ndarray]:
    """Write a transformer's weights as another tool keeps them.

    Args:
        model: the network they belong to (`load(...).model`), which says how many heads there are.
        arrays: its weights under this package's names, as a checkpoint has them; an optimizer's state beside them is
            left out.
        convention: of the other tool.

    Returns:
        Arrays under the other tool's names; `torch.from_numpy` of each makes a state dict.

    Raises:
        SpecError: an array is missing or left over, the model is no transformer, or the convention means nothing.
    """
    _check(model, convention)
    own = pack(unpack(arrays, _weights(model), "weights"))
    if convention == OWN:
        return own
    written = {}
    for name, array in own.items():
        written[_named(name, convention)] = _turned(name, array, model, convention)
    for name in _absent_biases(model) if convention.zero_biases else ():
        zeros = np.zeros(model.spec.d_model, np.float32)
        written[_named(name, convention)] = _turned(name, zeros, model, convention)
    return written


def weights_from(model: Any, arrays: Mapping[str, Any], convention: Convention) -> dict[str, np.ndarray]:
    """Read a transformer's weights as another tool keeps them.

    Args:
        model: the network that they shall go into: its own weights do not matter, its shapes do.
        arrays: under the other tool's names: NumPy arrays, or what `numpy.asarray` takes.
        convention: of the other tool.

    Returns:
        Arrays under this package's names, as a checkpoint has them.

    Raises:
        SpecError: an array is missing, is left over (a bias that the model has not would be another network), has
            another shape, or is not finite.
    """
    _check(model, convention)
    given = {name: np.asarray(array) for name, array in arrays.items()}
    if convention == OWN:
        return pack(unpack(given, _weights(model), "weights"))
    own = {}
    for name, shape in _shapes(model).items():
        foreign = _named(name, convention)
        if foreign not in given:
            raise SpecError(f"the weights have no array `{foreign}`, which the model needs: {_known(given)}")
        own[name] = _turned_back(name, foreign, given.pop(foreign), shape, model, convention)
    for name in _absent_biases(model) if convention.zero_biases else ():
        array = given.pop(_named(name, convention), np.zeros(1))
        check(
            not np.any(array),
            f"`{_named(name, convention)}` is not zero, and the model has no such bias: build it with "
            "`attention_bias=True`",
        )
    for name in sorted(given):
        raise SpecError(
            f"the weights have an array `{name}` for which the model has no place ({len(given)} in all): leaving it "
            "out would make another function of it; build a model that has it, or declare another convention"
        )
    return pack(unpack(own, _weights(model), "weights"))


def with_weights(model: Any, arrays: Mapping[str, Any], convention: Convention = OWN) -> Any:
    """Return a model with other weights, ready to be called.

    Args:
        model: of the right spec and interface; a transformer unless the convention is this package's own.
        arrays: as `weights_from` takes them.
        convention: of the other tool.

    Raises:
        SpecError: as `weights_from`.
    """
    weights, static = eqx.partition(model, eqx.is_array)
    own = unpack(weights_from(model, arrays, convention), weights, "weights")
    return eqx.combine(jax.tree.map(jnp.asarray, own), static)


def _check(model: Any, convention: Convention) -> None:
    validate(convention)
    if convention == OWN:
        return
    check(
        isinstance(model, Transformer),
        f"`model` is a `{type(model).__name__}`: conventions are those of transformers; keep other networks' arrays "
        "under their own names (`save_weights`)",
    )
    width = model.spec.d_model // model.spec.heads
    check(
        convention.rotary == "adjacent" or width % 2 == 0,
        f"`convention.rotary` is 'halves', and heads are {width} wide: halves need an even width",
    )


def _weights(model: Any) -> PyTree:
    """Return the shapes of a model's arrays; the model may be one that is only traced."""
    arrays = eqx.filter(model, eqx.is_array)
    return jax.tree.map(lambda leaf: jax.ShapeDtypeStruct(leaf.shape, leaf.dtype), arrays)


def _shapes(model: Any) -> dict[str, tuple[int, ...]]:
    leaves = jax.tree_util.tree_leaves_with_path(_weights(model))
    return {jax.tree_util.keystr(path, simple=True, separator="."): leaf.shape for path, leaf in leaves}


def _known(given: Mapping[str, Any]) -> str:
    shown = ", ".join(f"`{name}`" for name in sorted(given)[:4])
    return f"they have {shown or 'no other'}{', ...' if len(given) > 4 else ''}; declare the right convention"


def _absent_biases(model: Transformer) -> list[str]:
    there = _shapes(model)
    names = [f"blocks.{block}.attention.b_{part}" for block in range(model.spec.layers) for part in "qkvo"]
    return [name for name in names if name not in there]


def _named(name: str, convention: Convention) -> str:
    for pattern, instead in NAMES[convention.names]:
        if re.match(pattern, name):
            renamed = re.sub(pattern, instead, name)
            # TransformerLens writes W_Q and b_Q.
            parts = re.match(r"^(.*\.attn\.)([wb])_([qkvo])$", renamed)
            if parts is None:
                return renamed
            letter = "W" if parts[2] == "w" else "b"
            return f"{parts[1]}{letter}_{parts[3].upper()}"
    return name


def _turned(name: str, array: np.ndarray, model: Transformer, convention: Convention) -> np.ndarray:
    """Bring one array from this package's order into the other's."""
    parts = ATTENTION.match(name)
    if parts is not None:
        order = _order(parts[2], model, convention)
        array = _along_heads(array, parts[1], parts[2], order)
        if convention.heads == "apart":
            return _apart(array, parts[1], parts[2], model.spec.heads)
    if array.ndim == 2 and MATRIX.search(name) and convention.matrices == "out_in":
        array = array.T
    return np.ascontiguousarray(array)


def _turned_back(
    name: str,
    foreign: str,
    array: np.ndarray,
    shape: tuple[int, ...],
    model: Transformer,
    convention: Convention,
) -> np.ndarray:
    """Bring one array from the other's order into this package's."""
    expected = _turned(name, np.zeros(shape, array.dtype), model, convention).shape
    check(
        array.shape == expected,
        f"`{foreign}` has shape {array.shape}, and the model needs {expected}: check its heads and widths, or the "
        "convention",
    )
    parts = ATTENTION.match(name)
    if parts is None:
        flip = array.ndim == 2 and MATRIX.search(name) and convention.matrices == "out_in"
        return array.T if flip else array
    if convention.heads == "apart":
        array = _joined(array, parts[1], parts[2])
    elif array.ndim == 2 and convention.matrices == "out_in":
        array = array.T
    inverse = np.argsort(_order(parts[2], model, convention))
    return _along_heads(array, parts[1], parts[2], inverse)


def _order(part: str, model: Transformer, convention: Convention) -> np.ndarray:
    """Return which of this package's columns comes at each place of the other's."""
    heads = model.spec.heads
    columns = np.arange(model.spec.d_model).reshape(heads, -1)
    if convention.rotary == "halves" and part in "qk" and model.spec.positions == "rotary":
        columns = np.concatenate([columns[:, 0::2], columns[:, 1::2]], axis=1)
    return (columns.T if convention.heads == "interleaved" else columns).reshape(-1)


def _along_heads(array: np.ndarray, kind: str, part: str, order: np.ndarray) -> np.ndarray:
    """Put the heads' components in another order; the output's bias belongs to no head."""
    if part == "o":
        return array[order] if kind == "w" else array
    return array[..., order]


def _apart(array: np.ndarray, kind: str, part: str, heads: int) -> np.ndarray:
    """Give heads an axis of their own, first."""
    if part == "o":
        return array.reshape(heads, -1, array.shape[-1]) if kind == "w" else array
    split = array.reshape(*array.shape[:-1], heads, -1)
    return np.ascontiguousarray(np.moveaxis(split, -2, 0))


def _joined(array: np.ndarray, kind: str, part: str) -> np.ndarray:
    if part == "o":
        return array.reshape(-1, array.shape[-1]) if kind == "w" else array
    together = np.moveaxis(array, 0, -2)
    return together.reshape(*together.shape[:-2], -1)
