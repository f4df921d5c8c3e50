"""Wording shared by the errors of this room."""

import difflib
from collections.abc import Iterable


def nearest(name: str, allowed: Iterable[str], *, shown: int = 6) -> str:
    """Return "did you mean ...?" with the names nearest to `name`, or the allowed ones where none is near."""
    allowed = list(allowed)
    close = difflib.get_close_matches(str(name), allowed, n=3, cutoff=0.5)
    if close:
        return "did you mean " + " or ".join(repr(match) for match in close) + "?"
    listed = ", ".join(repr(other) for other in allowed[:shown]) or "none"
    more = f" and {len(allowed) - shown} more" if len(allowed) > shown else ""
    return f"allowed: {listed}{more}"
