"""Two clamps at one site: what the later one would undo of the earlier is refused, for it would be lost in silence."""

from collections.abc import Collection, Sequence
from itertools import combinations

from dynamicl.models import Site
from dynamicl.specs import check
from dynamicl.tasks import ROLE_COVERS

from ._clamp import Clamp
from ._values import Constant, CopyScores, From, FromCheckpoint, FromSequence, Pattern

BLIND = (Constant, Pattern, From, FromCheckpoint, FromSequence, CopyScores)
"""Values that do not depend on what they replace. A mean does: it is that of what earlier clamps left."""


def check_overlaps(
    clamps: Sequence[Clamp], selected: Sequence[Collection[Site]], length: int, end: int
) -> None:
    """Refuse clamps of which a later one leaves nothing, or not all that was to be put there.

    Args:
        clamps: in the order in which they act.
        selected: the sites of each.
        length: of the sequence.
        end: the step before which they act.

    Raises:
        SpecError: two clamps replace the same values at the same time, or a later one replaces all that an earlier
            one changes.
    """
    for (first, own), (second, others) in combinations(zip(clamps, map(set, selected), strict=True), 2):
        shared = own & others
        if not shared or first.in_pass != second.in_pass:
            continue
        check(
            not (_replaces(first) and _replaces(second) and _overlap(first, second, length)),
            f"two clamps of full strength overlap at `{min(site.name for site in shared)}` in pass "
            f"`{first.in_pass}`: the later would undo the earlier; separate their heads, positions or windows, or drop "
            "one",
        )
        check(
            not own <= others or not _undoes(second, first, own, length, end),
            f"the clamp at `{first.site}` has no effect in pass `{first.in_pass}`: the later one at `{second.site}` "
            "replaces all that it changes; put it after that one, or drop it",
        )


def _replaces(clamp: Clamp) -> bool:
    """Tell whether nothing is left of what a clamp acts on."""
    return clamp.strength == 1 and clamp.value.kind != "scaled"


def _overlap(first: Clamp, second: Clamp, length: int) -> bool:
    """Tell whether two clamps may act on one value at one step."""
    return (
        _meet(first.heads, second.heads)
        and _positions_meet(first.queries, second.queries, length)
        and _positions_meet(first.keys, second.keys, length)
        and _meet(first.offsets, second.offsets)
        and any(a < d and c < b for a, b in first.windows for c, d in second.windows)
    )


def _meet(first: Collection, second: Collection) -> bool:
    """Tell whether two selections share anything; empty ones select everything."""
    return not first or not second or not set(first).isdisjoint(second)


def _positions_meet(first: tuple, second: tuple, length: int) -> bool:
    a, b = _parts(first, length), _parts(second, length)
    # A number may lie in any part.
    return _meet(a, b) or {type(item) for item in (*a, *b)} == {int, str}


def _parts(items: tuple, length: int) -> set[int | str]:
    """Return positions by number from 0, and the disjoint parts that roles cover."""
    found: set[int | str] = set()
    for item in items:
        found |= ROLE_COVERS[item] if isinstance(item, str) else {item % length}
    return found


def _undoes(later: Clamp, earlier: Clamp, sites: Collection[Site], length: int, end: int) -> bool:
    """Tell whether a later clamp at the same sites surely leaves nothing of an earlier one."""
    if earlier.strength == 0:
        return False
    # A straight-through clamp lets gradients pass as the earlier one left them.
    whole = later.strength == 1 and isinstance(later.value, BLIND) and later.gradient != "straight_through"
    return (
        whole
        and _open_throughout(later.windows, earlier.windows, end)
        and all(_covers(later, earlier, site, length) for site in sites)
    )


def _open_throughout(windows: Sequence[tuple[int, int]], times: Sequence[tuple[int, int]], end: int) -> bool:
    """Tell whether windows are open at all times, pairs (from, to) of steps, as far as these lie before the end."""
    for start, stop in times:
        reached = start
        for opens, closes in sorted(windows):
            if opens <= reached:
                reached = max(reached, closes)
        if reached < min(stop, end):
            return False
    return True


def _covers(later: Clamp, earlier: Clamp, site: Site, length: int) -> bool:
    """Tell whether a clamp acts wherever another one does at a site."""
    heads = range(site.size("head")) if "head" in site.axes else ()
    return (
        set(earlier.heads or heads) <= set(later.heads or heads)
        and _positions_within(earlier.queries_at(site.axes), later.queries_at(site.axes), length)
        and _positions_within(earlier.keys_at(site.axes), later.keys_at(site.axes), length)
        and (not later.offsets or (bool(earlier.offsets) and set(earlier.offsets) <= set(later.offsets)))
    )


def _positions_within(inner: tuple, outer: tuple, length: int) -> bool:
    """Tell whether positions surely lie among others; empty ones are all positions."""
    known = _parts(outer, length)
    everywhere = not outer or known >= set(range(length))
    return everywhere or (bool(inner) and _parts(inner, length) <= known)
