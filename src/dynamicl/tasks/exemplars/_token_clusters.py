"""Clustered token embeddings of a language model as the items of sequences: exemplars that are more like language."""

import dataclasses
import functools
from dataclasses import dataclass
from pathlib import Path

import jax.numpy as jnp
import numpy as np
from jaxtyping import PRNGKeyArray

from dynamicl import data
from dynamicl.files import content_at, user_path
from dynamicl.specs import SpecError, check, register

from .._exemplars import Pictures
from ._drawings import TableItems


@register("token-clusters")
@dataclass(frozen=True)
class TokenClusters:
    """Describe classes of tokens whose embeddings point the same way.

    The vocabulary's range is clustered by spherical k-means; of the clusters with more than `exemplars` tokens some are
    chosen at random, and of each the tokens farthest from its centre. All features are divided by one number, so that
    their mean square is 1.

    Attributes:
        path: file of a model's weights, .safetensors or .gguf.
        key: name of the matrix there; empty for the token embeddings under their usual names.
        exemplars: tokens of each class (E).
        clusters: that the vocabulary is parted into, half as many again as there are classes in the thesis.
        first: first token used; bytes and special tokens stand before.
        last: last token used; 0 for the matrix's last.
        seed: of the clustering, and of which clusters are chosen.
        content: hash of the file, filled in by `resolved`: a run is what it reads.

    References:
        Thesis 3.4.3 and B.1.
    """

    path: str
    key: str = ""
    exemplars: int = 5
    clusters: int = 4800
    first: int = 0
    last: int = 0
    seed: int = 0
    content: str = ""

    def check(self) -> None:
        """Raise `SpecError` for what cannot be clustered."""
        check(bool(self.path), "`source.path` is empty: name the file of a model's weights")
        check(self.exemplars >= 1, f"`source.exemplars` is {self.exemplars}: give at least 1")
        check(self.clusters >= 2, f"`source.clusters` is {self.clusters}: give at least 2")
        for name in ("first", "last", "seed"):
            check(getattr(self, name) >= 0, f"`source.{name}` is {getattr(self, name)}: give 0 or more")
        check(
            self.last == 0 or self.last > self.first,
            f"`source.last` is {self.last} with `source.first` {self.first}: give a later token, or 0 for the last one",
        )
        check(
            not self.content or len(self.content) == 64,
            f"`source.content` is {self.content!r}: leave it out, it is filled in from what lies at `path`",
        )

    def check_for(self, classes: int, test_classes: int) -> None:
        """Raise `SpecError` where there are fewer clusters than classes."""
        check(
            classes + test_classes <= self.clusters,
            f"{classes + test_classes} classes asked for (`task.classes` and `task.test_classes`) of "
            f"{self.clusters} clusters: raise `source.clusters`",
        )

    def resolved(self) -> "TokenClusters":
        """Say where the file lies from any folder, and the hash of its content.

        Raises:
            SpecError: it cannot be read, or is not what the spec was made with.
        """
        remedy = "name the file of a model's weights"
        found = content_at(self.path, "source.path", self.content, remedy)
        return dataclasses.replace(self, path=found.place, content=found.digest)

    def prepare(self, classes: int, test_classes: int) -> TableItems:
        """Cluster the embeddings and take the classes; the last ones are held out.

        Raises:
            SpecError: the file cannot be used, its vocabulary is smaller than the range, or clusters are too small.
        """
        try:
            tokens, vectors = self._classes(classes + test_classes)
        except (ValueError, OSError) as error:
            raise SpecError(str(error)) from error
        rows = vectors[tokens].reshape(-1, vectors.shape[1])
        rows = rows / np.sqrt(np.mean(np.square(rows)))
        return TableItems(
            jnp.asarray(rows), None, None, self.exemplars, Pictures(None, np.arange(len(tokens)))
        )

    def _classes(self, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the tokens of each class, counted within the range, and the vectors of the range."""
        matrix = data.read_matrix(Path(user_path(self.path, "source.path")), self.key)
        last = self.last or len(matrix) - 1
        check(
            last < len(matrix),
            f"`source.last` is {last}: the matrix has {len(matrix)} tokens, 0 to {len(matrix) - 1}",
        )
        vectors = matrix[self.first : last + 1]
        check(
            len(vectors) >= self.clusters,
            f"`source.clusters` is {self.clusters}: tokens {self.first} to {last} are {len(vectors)}; give fewer",
        )
        clusters = _clustered(self.resolved().content, vectors, self)
        return data.farthest_members(clusters, count, self.exemplars, self.seed), vectors

    def bind(self, items: TableItems, world: PRNGKeyArray, novel: int) -> TableItems:
        """Return the items: nothing in them is a run's own."""
        return items


def _clustered(content: str, vectors: np.ndarray, spec: TokenClusters) -> data.Clusters:
    """Cluster, once for each content and range: classes and exemplars of one clustering share it."""
    key = (content, spec.key, spec.first, spec.last, spec.clusters, spec.seed)
    if key not in _made():
        _made().clear()
        _made()[key] = data.spherical_k_means(vectors, spec.clusters, spec.seed)
    return _made()[key]


@functools.cache
def _made() -> dict[tuple, data.Clusters]:
    """Return the last clustering of this process, by what it was made of."""
    return {}
