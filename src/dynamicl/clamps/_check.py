"""Clamps fail loudly: everything that can be known to miss is an error before training starts."""

from collections.abc import Sequence

from dynamicl.models import Site, match_sites
from dynamicl.specs import SpecError, check

from ._clamp import Clamp
from ._forward import passes


def check_clamps(clamps: Sequence[Clamp], sites: Sequence[Site], steps: int) -> dict[int, int]:
    """Check a run's clamps against its model.

    Args:
        clamps: of one run.
        sites: of its model.
        steps: length of the run, in updates.

    Returns:
        How many sites each clamp selects, by its place in the list.

    Raises:
        SpecError: a clamp matches no site, no head, no position, never comes into its window, or two hard clamps
            overlap.
    """
    passes(clamps)
    counts = {}
    for i, clamp in enumerate(clamps):
        found = match_sites(sites, clamp.site)
        counts[i] = len(found)
        check(
            any(start < steps for start, _ in clamp.windows),
            f"the clamp at `{clamp.site}` never acts: its windows {clamp.windows} begin after the run's {steps} steps; "
            "move them, or lengthen the run",
        )
        for site in found:
            _check_site(clamp, site)
        if clamp.value.leaves_the_pass:
            match_sites(sites, clamp.value.site or clamp.site)
    _check_overlaps(clamps, sites)
    return counts


def _check_site(clamp: Clamp, site: Site) -> None:
    if clamp.heads:
        heads = site.size("head")
        check(
            max(clamp.heads) < heads,
            f"head {max(clamp.heads)} does not exist at `{site.name}`: it has heads 0 to {heads - 1}",
        )
    if clamp.value.kind == "pattern":
        check(
            site.axes == ("head", "query", "key"),
            f"a pattern cannot be put at `{site.name}` with axes {site.axes}: clamp an `attn.pattern` site",
        )
    if clamp.value.kind == "copy-scores":
        check(site.name == "logits", f"copied scores are logits: clamp `logits`, not `{site.name}`")
    for name, axes in (("queries", ("query", "seq", "key")), ("keys", ("key",))):
        numbers = [p for p in getattr(clamp, name) if isinstance(p, int)]
        if getattr(clamp, name) and not set(axes) & set(site.axes):
            raise SpecError(f"`clamp.{name}` means nothing at `{site.name}` with axes {site.axes}: leave it out")
        if numbers:
            length = max(size for axis, size in zip(site.axes, site.shape, strict=True) if axis in ("query", "seq", "key"))
            for position in numbers:
                check(
                    -length <= position < length,
                    f"position {position} does not exist at `{site.name}`: positions are 0 to {length - 1}",
                )


def _check_overlaps(clamps: Sequence[Clamp], sites: Sequence[Site]) -> None:
    """Refuse two clamps that both replace the same values at the same time: the earlier would be lost in silence."""
    hard = [c for c in clamps if c.strength == 1 and c.value.kind != "scaled"]
    for i, first in enumerate(hard):
        for second in hard[i + 1 :]:
            shared = set(match_sites(sites, first.site)) & set(match_sites(sites, second.site))
            if (
                shared
                and first.in_pass == second.in_pass
                and _meet(first.heads, second.heads)
                and _meet(first.queries, second.queries)
                and _meet(first.keys, second.keys)
                and _meet(first.offsets, second.offsets)
                and any(a < d and c < b for a, b in first.windows for c, d in second.windows)
            ):
                name = min(site.name for site in shared)
                raise SpecError(
                    f"two clamps of full strength overlap at `{name}` in pass `{first.in_pass}`: the later would undo the "
                    "earlier; separate their heads, positions or windows, or drop one"
                )


def _meet(first: tuple, second: tuple) -> bool:
    """Tell whether two selections share anything; empty ones select everything, different roles may coincide."""
    if not first or not second:
        return True
    roles = any(isinstance(item, str) for item in (*first, *second))
    return bool(set(first) & set(second)) or (roles and set(first) != set(second) and _roles_meet(first, second))


_APART = ({"matching label", "other label"}, {"labels", "query"}, {"exemplars", "query"}, {"labels", "exemplars"})


def _roles_meet(first: tuple, second: tuple) -> bool:
    return not all({a, b} in _APART for a in first for b in second)
