"""The record of a transition: what `find_transition` found, ready for JSON."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from dynamicl.specs import html_table

from ._intervals import Interval

SHOWN = (
    "run",
    "evaluator",
    "time_steps",
    "time_sequences",
    "width_steps",
    "height",
    "before",
    "after",
    "p_value",
)


@dataclass(frozen=True)
class Transition:
    """A phase change in one curve, or the reason why there is none.

    Attributes:
        found: Whether there is one.
        reason: "found", or in a few words why not.
        run: The run's id.
        curve: The curve's name, such as "loss".
        evaluator: The evaluator's name.
        time_steps: When the curve passes mid-height, in steps.
        time_sequences: The same in sequences; None where the batch size was not given.
        width_steps: From 10 % to 90 % of the height, in steps.
        height: Level before minus level after, as a positive number, in the curve's unit.
        before: The level of the plateau before.
        after: The level after.
        p_value: Probability of so long a wait from noise on a curve that only slows down; 1 where it does.
        resolution_steps: Distance of the evaluations on both sides of the time; intervals know nothing finer.
    """

    found: bool
    reason: str = "found"
    run: str = ""
    curve: str = ""
    evaluator: str = ""
    time_steps: Interval | None = None
    time_sequences: Interval | None = None
    width_steps: Interval | None = None
    height: Interval | None = None
    before: Interval | None = None
    after: Interval | None = None
    p_value: float = 1.0
    resolution_steps: float | None = None

    def _repr_html_(self) -> str:
        """Show the transition in a notebook, every number with its interval."""
        rows = [[name, _words(getattr(self, name))] for name in SHOWN]
        caption = (
            f"Transition of {self.curve or 'a curve'}" if self.found else f"No transition: {self.reason}"
        )
        return html_table(caption, ["", "value [low, high]"], rows)

    def to_dict(self) -> dict[str, Any]:
        """Return a dictionary that JSON can write; intervals become lists [value, low, high]."""
        return {
            key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()
        }

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "Transition":
        """Read what `to_dict` wrote.

        Args:
            record: The dictionary.

        Returns:
            The same transition.

        Raises:
            ValueError: If the record has a field that a transition has not.
        """
        known = {field.name for field in fields(cls)}
        unknown = sorted(set(record) - known)
        if unknown:
            raise ValueError(
                f"`record` has fields {unknown}; allowed are {sorted(known)}. Is it of another version?"
            )
        values: dict[str, Any] = {
            key: Interval(*value) if isinstance(value, list) else value for key, value in record.items()
        }
        return cls(**values)


def _words(value: Any) -> Any:
    """Write an interval as a value with its bounds."""
    if not isinstance(value, tuple):
        return "" if value is None else value
    number, low, high = value
    return f"{number:.4g} [{low:.4g}, {high:.4g}]"
