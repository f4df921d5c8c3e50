"""What was worked out for the parts that many specs share.

The runs of a population hold the same task, model and optimizer, not equal ones, since they are made by
`dataclasses.replace`. Checked, written and split once, those parts cost a plan of 100,000 runs nothing more.
"""

from typing import Any

MOST = 200_000
"""Parts that are remembered at most; then all are forgotten, so that memory stays bounded."""

UNKNOWN = object()
"""What `Known.recall` returns for a part that has not been seen."""


class Known:
    """Results by the part that they belong to: the very object, since equal ones may still differ (1 and True)."""

    def __init__(self) -> None:
        self._results: dict[tuple[int, str], tuple[Any, Any]] = {}

    def recall(self, part: Any, purpose: str) -> Any:
        """Return what was kept for a part and a purpose, or `UNKNOWN`."""
        part_and_result = self._results.get((id(part), purpose))
        return UNKNOWN if part_and_result is None else part_and_result[1]

    def keep(self, part: Any, purpose: str, result: Any) -> Any:
        """Keep a result, and the part with it, so that no other object can take its place; return the result."""
        if len(self._results) >= MOST:
            self._results.clear()
        self._results[id(part), purpose] = (part, result)
        return result
