"""Weights belong to a network: they go into no other, whatever their names and shapes."""

from typing import Any

from dynamicl.specs import SpecError, from_json, to_dict
from dynamicl.training import RunSpec

DRAWN = frozenset(["embedding_scale"])
"""Fields of model specs that only say how weights are drawn: what was drawn otherwise fits all the same."""


def check_same_network(own: Any, other: Any, what: str) -> None:
    """Refuse weights of another network.

    Two networks are of one kind where their model specs agree: heads, depth, causality, positions. Sizes that follow
    from the task (features, labels, length) show in the arrays' shapes, which `unpack` compares.

    Args:
        own: model spec of the network that the weights go into.
        other: model spec of the network that they come from.
        what: names where they come from, for the error.

    Raises:
        SpecError: the first field that differs, with both values.
    """
    mine, theirs = _network(own), _network(other)
    if mine.get("kind") != theirs.get("kind"):
        raise SpecError(
            f"{what} is a network of another kind, `{theirs.get('kind')}`, and this one is `{mine.get('kind')}`: take "
            "weights from a run of the same model"
        )
    for name in sorted(mine | theirs):
        if mine.get(name) != theirs.get(name):
            raise SpecError(
                f"{what} is a network of another kind: its `model.{name}` is {theirs.get(name)!r}, here it is "
                f"{mine.get(name)!r}; take weights from a run of the same model"
            )


def check_donor(spec: RunSpec, store: Any, row: int, run: str) -> None:
    """Refuse a run of a library as the donor of weights for another; see `check_same_network`."""
    check_same_network(spec.model, from_json(store.specs[row]).model, f"run {run}")


def _network(model: Any) -> dict[str, Any]:
    described = to_dict(model)
    return {name: value for name, value in described.items() if name not in DRAWN}
