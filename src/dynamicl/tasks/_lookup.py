"""Key-value lookup: [BOS] x1 y1 ... xn yn [SEP] P [EOS]; the answer is the value shown after the key P.

Pairs are redrawn for every sequence, so only reading the context solves the task; guessing among the values shown
gives 1/n. Positions count from 0 throughout: [BOS] is 0, key j (from 1) stands at 2j - 1 and its value at 2j, which is
also their place in the report's S, counted from 1. The answer is read at position 0.
"""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Int, PRNGKeyArray

from dynamicl.models import TokenIds

from ._draws import distinct
from ._roles import Roles
from ._sequence import Sequence

BOS, SEP, EOS, PAD = range(4)
SPECIAL = ("[BOS]", "[SEP]", "[EOS]", "[PAD]")


class Lookup(eqx.Module):
    """The distribution over sequences.

    The number of pairs n is uniform in `least` .. `most`; keys are distinct, uniformly over ordered choices; so are
    values, given the keys, over all assignments that hold no pair of `avoided`; the prompt is uniform over the keys
    shown. With `asked`, the prompted pair is uniform among that key's pairs in it, and the other values uniform over
    the rest.

    Attributes:
        avoided: key-value pairs that never occur; `None` for none.
        asked: key-value pairs, one of which is prompted; `None` for any. Every key has some.
        keys: distinct keys.
        values: distinct values, the outputs.
        least: fewest pairs in a sequence.
        most: most pairs in a sequence.
        room: pairs that a sequence has room for; what is left over is padding at its end.
        repeat: whether values are drawn with repetition.
    """

    avoided: Bool[Array, "key value"] | None
    asked: Bool[Array, "key value"] | None
    keys: int = eqx.field(static=True)
    values: int = eqx.field(static=True)
    least: int = eqx.field(static=True)
    most: int = eqx.field(static=True)
    room: int = eqx.field(static=True)
    repeat: bool = eqx.field(static=True)

    @property
    def readout(self) -> int:
        """The answer is read at the first position."""
        return 0

    @property
    def vocabulary(self) -> int:
        """Distinct tokens."""
        return len(SPECIAL) + self.keys + self.values

    def batch(self, key: PRNGKeyArray, size: int) -> Sequence:
        """Draw sequences; `tokens` are what the model reads."""
        k_pairs, k_keys, k_values, k_prompt = jax.random.split(key, 4)
        pairs = jax.random.randint(k_pairs, (size,), self.least, self.most + 1)
        prompt = jax.random.randint(k_prompt, (size,), 0, pairs)
        keys = distinct(k_keys, size, self.keys, self.most)
        if self.avoided is not None:
            values = self._avoiding(self.avoided, k_values, keys, pairs)
        else:
            values = self._draw(k_values, size)
        if self.asked is not None:
            values = self._asking(self.asked, jax.random.fold_in(k_values, 1), keys, values, prompt)
        return self._sequence(keys, values, pairs, prompt)

    def inputs(self, tokens: TokenIds) -> TokenIds:
        """Return what the model reads: the tokens themselves."""
        return tokens

    def describe(self, sequence: Sequence, index: int) -> list[dict[str, str]]:
        """Describe one sequence: keys as numbers from 1, values as letters from A."""
        return [
            {"kind": "text", "text": self._text(int(token))}
            for token in np.asarray(sequence.tokens.ids[index])
        ]

    def _text(self, token: int) -> str:
        if token < len(SPECIAL):
            return SPECIAL[token]
        number = token - len(SPECIAL)
        return str(number + 1) if number < self.keys else letters(number - self.keys)

    def _draw(self, key: PRNGKeyArray, size: int) -> Int[Array, "batch pair"]:
        if self.repeat:
            return jax.random.randint(key, (size, self.most), 0, self.values)
        return distinct(key, size, self.values, self.most)

    def _avoiding(
        self,
        avoided: Bool[Array, "key value"],
        key: PRNGKeyArray,
        keys: Int[Array, "batch pair"],
        pairs: Int[Array, " batch"],
    ) -> Int[Array, "batch pair"]:
        """Draw values again where a pair shown is one to avoid: uniform over what remains, whatever the keys."""
        shown = jnp.arange(self.most) < pairs[:, None]

        def again(carry: tuple) -> tuple:
            key, values, wrong = carry
            key, now = jax.random.split(key)
            values = jnp.where(wrong[:, None], self._draw(now, keys.shape[0]), values)
            return key, values, jnp.any(avoided[keys, values] & shown, axis=1)

        start = (key, jnp.zeros_like(keys), jnp.ones(keys.shape[:1], bool))
        return jax.lax.while_loop(lambda carry: jnp.any(carry[2]), again, start)[1]

    def _asking(
        self,
        asked: Bool[Array, "key value"],
        key: PRNGKeyArray,
        keys: Int[Array, "batch pair"],
        values: Int[Array, "batch pair"],
        prompt: Int[Array, " batch"],
    ) -> Int[Array, "batch pair"]:
        """Give the prompted key one of its values in `asked`; who had that value gets the prompted key's."""
        here = jnp.arange(self.most) == prompt[:, None]
        key_asked = jnp.sum(jnp.where(here, keys, 0), axis=1)
        before = jnp.sum(jnp.where(here, values, 0), axis=1)[:, None]
        lots = jax.random.uniform(key, (keys.shape[0], self.values))
        value = jnp.argmax(jnp.where(asked[key_asked], lots, -1.0), axis=1).astype(values.dtype)[:, None]
        others = values if self.repeat else jnp.where(values == value, before, values)
        return jnp.where(here, value, others)

    def _sequence(
        self,
        keys: Int[Array, "batch pair"],
        values: Int[Array, "batch pair"],
        pairs: Int[Array, " batch"],
        prompt: Int[Array, " batch"],
    ) -> Sequence:
        shown = jnp.arange(self.most) < pairs[:, None]
        here = jnp.arange(self.most) == prompt[:, None]
        key_tokens, value_tokens = len(SPECIAL) + keys, len(SPECIAL) + self.keys + values
        inner = jnp.stack([key_tokens, value_tokens], axis=2).reshape(keys.shape[0], 2 * self.most)
        inner = jnp.pad(inner, ((0, 0), (1, 3 + 2 * (self.room - self.most))), constant_values=PAD)
        place = jnp.arange(2 * self.room + 4)
        end = 2 * pairs[:, None] + 1
        asked = jnp.sum(jnp.where(here, key_tokens, 0), axis=1, keepdims=True)
        ids = jnp.where(place < end, inner, PAD)
        for offset, token in ((0, SEP), (1, asked), (2, EOS)):
            ids = jnp.where(place == end + offset, token, ids)
        ids = jnp.where(place == 0, BOS, ids)
        inside = (place > 0) & (place < end)
        answer = place == 2 * prompt[:, None] + 2
        roles = Roles(
            query=jnp.zeros_like(prompt),
            matching_label=answer,
            other_label=inside & (place % 2 == 0) & ~answer,
            exemplars=inside & (place % 2 == 1),
        )
        present = jnp.any(jax.nn.one_hot(values, self.values, dtype=bool) & shown[..., None], axis=1)
        return Sequence(
            TokenIds(ids, place <= end + 2, self.vocabulary),
            jnp.sum(jnp.where(here, values, 0), axis=1),
            present,
            roles,
        )


def letters(number: int) -> str:
    """Name a value, from 0: A to Z, then AA, AB, ...

    >>> letters(0), letters(25), letters(26)
    ('A', 'Z', 'AA')
    """
    head, last = divmod(number, 26)
    return (letters(head - 1) if head else "") + chr(ord("A") + last)
