"""`dynamicl landscape`: the page on which the landscape of nested logits can be explored."""

import sys
from dataclasses import dataclass
from pathlib import Path

from ._options import read_options

MOST = 1_000_000
"""Labels or pairs of which the page can still draw anything."""


@dataclass(frozen=True)
class Landscape:
    """Make the page of the landscape of an induction head: three nested logits, and a start that can be dragged.

    Attributes:
        out: the file to write.
        labels: L at first.
        pairs: N at first.
    """

    out: Path = Path("landscape.html")
    labels: int = 32
    pairs: int = 8


def command(words: list[str]) -> int:
    """Run the command."""
    options = read_options(Landscape, words, "landscape")
    from dynamicl.specs import SpecError, check
    from dynamicl.views import make_landscape_page

    for name in ("labels", "pairs"):
        number = getattr(options, name)
        check(number <= MOST, f"`{name}` is {number}: give {MOST:,} at most")
    try:
        target = make_landscape_page(options.out, labels=options.labels, pairs=options.pairs)
    except ValueError as error:
        raise SpecError(str(error)) from error
    sys.stdout.write(f"open {target}\n")
    return 0
