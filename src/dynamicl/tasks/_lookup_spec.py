"""The spec of key-value lookup, its evaluators, and the pairs kept from training."""

from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, PRNGKeyArray

from dynamicl.specs import check, register

from ._lookup import Lookup

MOST_SIZES = 5
LEAST_ACCEPTANCE = 0.02


@register("lookup")
@dataclass(frozen=True)
class LookupSpec:
    """Describe a lookup task. The defaults are the report's (section 3.1): n = 1 to 26, 26 keys and 26 values.

    The report says that values do not repeat, yet both sequences that it prints hold a value twice; `repeat_values`
    draws them so.

    Attributes:
        pairs: most pairs in a sequence (n); decides the sequences' length, 2 n + 4.
        least_pairs: fewest pairs; equal to `pairs` for a fixed number, else n is uniform between the two.
        keys: distinct keys.
        values: distinct values.
        repeat_values: draw values with repetition.
        held_out: share of the key-value pairs that never occur in training; each key goes without the same number
            of values (and, with as many keys as values, each value without the same number of keys).
        held_out_seed: which pairs those are.

    References:
        Zhao 2023, equations 8 and 9.
    """

    pairs: int = 26
    least_pairs: int = 1
    keys: int = 26
    values: int = 26
    repeat_values: bool = False
    held_out: float = 0.0
    held_out_seed: int = 0

    def check(self) -> None:
        """Raise `SpecError` for a task that cannot be drawn."""
        check(1 <= self.pairs <= 512, f"`task.pairs` is {self.pairs}: give 1 to 512")
        check(
            1 <= self.least_pairs <= self.pairs,
            f"`task.least_pairs` is {self.least_pairs}: give 1 up to `task.pairs` {self.pairs}",
        )
        check(
            self.pairs <= self.keys <= 10_000,
            f"`task.keys` is {self.keys}: give at least `task.pairs` {self.pairs}, at most 10000",
        )
        least = 2 if self.repeat_values else max(2, self.pairs)
        check(
            least <= self.values <= 10_000,
            f"`task.values` is {self.values}: give at least {least}, at most 10000",
        )
        check(0 <= self.held_out < 1, f"`task.held_out` is {self.held_out}: give 0 up to below 1")
        check(self.held_out_seed >= 0, f"`task.held_out_seed` is {self.held_out_seed}: give 0 or more")
        if self.held_out:
            self._check_held_out()

    def _check_held_out(self) -> None:
        lacking = self._lacking
        check(
            1 <= lacking < self.values,
            f"`task.held_out` {self.held_out} of {self.values} values is {lacking} for each key: give at least "
            f"{1 / self.values:.3g} and less than 1",
        )
        # Up to as many keys as values the pairs left form a regular graph, where a matching always exists.
        check(
            self.repeat_values or self.keys <= self.values or self.pairs <= self.values - lacking,
            f"`task.held_out` {self.held_out} leaves some sets of {self.pairs} keys without distinct values: reduce "
            "it, or give `task.values` at least `task.keys`",
        )
        acceptance = (1 - lacking / self.values) ** self.pairs
        check(
            acceptance >= LEAST_ACCEPTANCE,
            f"`task.held_out` {self.held_out} with {self.pairs} pairs leaves about {acceptance:.1g} of all sequences "
            f"(at least {LEAST_ACCEPTANCE} are needed to draw them fast): reduce `task.held_out` or `task.pairs`",
        )

    @property
    def plateau(self) -> float:
        """Accuracy of one who guesses among the (distinct) values shown: the mean of 1/n."""
        return float(np.mean(1 / np.arange(self.least_pairs, self.pairs + 1)))

    @property
    def _lacking(self) -> int:
        return round(self.held_out * self.values)

    def prepare(self) -> dict[str, Lookup]:
        """Build the task with its evaluators.

        Returns:
            `train`; where n varies, up to five tasks of a fixed number of pairs (`n = 1`, ...), evenly spread and
            padded as in training; with `held_out`, `held-out combinations`, where the prompted pair is one never seen
            in training (and others may be).
        """
        held = self.held_out_pairs() if self.held_out else None

        def task(least: int, most: int, avoided: Array | None, asked: Array | None) -> Lookup:
            return Lookup(
                avoided,
                asked,
                self.keys,
                self.values,
                least,
                most,
                room=self.pairs,
                repeat=self.repeat_values,
            )

        tasks = {"train": task(self.least_pairs, self.pairs, held, None)}
        if self.least_pairs < self.pairs:
            sizes = np.unique(np.linspace(self.least_pairs, self.pairs, MOST_SIZES).round().astype(int))
            tasks |= {f"n = {n}": task(n, n, held, None) for n in sizes.tolist()}
        if held is not None:
            tasks["held-out combinations"] = task(self.least_pairs, self.pairs, None, held)
        return tasks

    def bind(self, task: Lookup, world: PRNGKeyArray) -> Lookup:
        """Return the task: none of its fields varies."""
        return task

    def held_out_pairs(self) -> Bool[Array, "key value"]:
        """Mark the pairs kept from training: a few diagonals of the table, rows and columns in random order."""
        generator = np.random.default_rng(self.held_out_seed)
        rows, columns = generator.permutation(self.keys), generator.permutation(self.values)
        return jnp.asarray((columns[None, :] - rows[:, None]) % self.values < self._lacking)
