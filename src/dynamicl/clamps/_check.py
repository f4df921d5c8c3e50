"""Clamps fail loudly: everything that can be known to miss is an error before training starts."""

from collections.abc import Iterable, Sequence

from dynamicl.models import MASK, PATTERN, Site, match_sites
from dynamicl.specs import check, plain, validate

from ._clamp import MAIN, Clamp
from ._forward import lenders, passes
from ._overlaps import check_overlaps

POSITIONS = ("query", "seq", "key")
"""Axes along which positions of the sequence lie."""

TRAINED = 1
"""End of a trained model's steps: windows are taken at step 0."""


def given_clamps(clamps: Iterable[Clamp]) -> tuple[Clamp, ...]:
    """Take clamps as people hand them over: lists become tuples, NumPy's numbers plain ones. `check_clamps` is next.

    Raises:
        SpecError: something that is no `Clamp`.
    """
    check(not isinstance(clamps, Clamp), "`clamps` is one `Clamp`: give a list of them")
    clamps = tuple(clamps)
    for clamp in clamps:
        check(
            isinstance(clamp, Clamp),
            f"`clamps` holds {type(clamp).__name__}: give each `Clamp` by itself, `*clamps` for a list of them",
        )
    return plain(clamps)


def check_clamps(clamps: Sequence[Clamp], sites: Sequence[Site], steps: int | None = None) -> dict[int, int]:
    """Check clamps against the model that they act on.

    Args:
        clamps: of one run, or put on a trained model by hand.
        sites: of the model.
        steps: length of the run, in updates; None for a trained model, where windows are taken at step 0.

    Returns:
        How many sites each clamp selects, by its place in the list.

    Raises:
        SpecError: a clamp is none that any model could honour, matches no site, no head or no position, or never
            comes into its window; two hard clamps overlap, or a later one undoes an earlier one altogether.
    """
    validate(tuple(clamps), "clamps")
    _check_passes(clamps)
    length = _length(sites)
    selected = []
    for clamp in clamps:
        found = _clampable(sites, clamp)
        selected.append(found)
        _check_windows(clamp, steps)
        for site in found:
            _check_site(clamp, site)
            _check_positions(clamp, site, length)
        if clamp.value.leaves_the_pass:
            source = match_sites(sites, clamp.value.site or clamp.site)
            if clamp.value.kind == "copy-scores":
                _check_heads((clamp.value.head,), source[0])
    check_overlaps(clamps, selected, length, TRAINED if steps is None else steps)
    return {i: len(found) for i, found in enumerate(selected)}


def _check_windows(clamp: Clamp, steps: int | None) -> None:
    """Refuse a clamp whose windows never open."""
    if steps is None:
        check(
            any(start == 0 for start, _ in clamp.windows),
            f"the clamp at `{clamp.site}` does not act on a trained model: windows are taken at step 0, and its begin "
            f"at {min(start for start, _ in clamp.windows)}; leave them out, "
            "`dataclasses.replace(clamp, windows=Clamp.windows)`",
        )
        return
    check(
        any(start < steps for start, _ in clamp.windows),
        f"the clamp at `{clamp.site}` never acts: its windows {clamp.windows} begin after the run's {steps} steps; "
        "move them, or lengthen the run",
    )


def _clampable(sites: Sequence[Site], clamp: Clamp) -> list[Site]:
    """Return the sites that a clamp selects; masks are not among them."""
    selected = [site for site in match_sites(sites, clamp.site) if not site.name.endswith(MASK)]
    check(
        bool(selected),
        f"`clamp.site` is `{clamp.site}`: no clamp opens a mask; clamp `attn.scores` or `attn.pattern` beside it",
    )
    return selected


def _check_passes(clamps: Sequence[Clamp]) -> None:
    """Refuse a pass that is clamped but that the logits never hear of."""
    needed = {MAIN}
    for name in reversed(passes(clamps)):
        if name in needed:
            needed |= {c.source_pass for c in clamps if c.in_pass == name and c.value.leaves_the_pass}
    check_lenders(clamps)
    lent = lenders(clamps)
    for clamp in clamps:
        check(
            clamp.in_pass not in lent,
            f"the clamp at `{clamp.site}` acts in pass `{clamp.in_pass}`, which another run's checkpoint makes: that "
            "network is taken as it is; clamp another pass",
        )
        check(
            clamp.in_pass in needed,
            f"the clamp at `{clamp.site}` acts in pass `{clamp.in_pass}`, from which nothing is taken: clamp pass "
            f"`{MAIN}`, or take a value from it with `From({clamp.in_pass!r})`",
        )


def check_lenders(clamps: Iterable[Clamp]) -> None:
    """Refuse two checkpoints that make one pass: only one network can be given for it.

    Args:
        clamps: that draw on the same networks: one run's, or those of all variants that are computed in one call.

    Raises:
        SpecError: clamps take values from two checkpoints under one `pass_name`.
    """
    clamps = tuple(clamps)
    lent = lenders(clamps)
    for value in (clamp.value for clamp in clamps if clamp.value.kind == "from-checkpoint"):
        maker = lent[value.pass_name]
        check(
            (value.run, value.step) == (maker.run, maker.step),
            f"two checkpoints make pass `{value.pass_name}`: give their values a `pass_name` each",
        )


def _length(sites: Sequence[Site]) -> int:
    """Return the sequence's length; a model may compute some sites for the read-out's row alone."""
    sizes = [s for site in sites for axis, s in zip(site.axes, site.shape, strict=True) if axis in POSITIONS]
    return max(sizes, default=0)


def _check_heads(heads: tuple[int, ...], site: Site) -> None:
    count = site.size("head")
    for head in heads:
        check(
            0 <= head < count, f"head {head} does not exist at `{site.name}`: it has heads 0 to {count - 1}"
        )


def _check_site(clamp: Clamp, site: Site) -> None:
    if clamp.heads:
        _check_heads(clamp.heads, site)
    if clamp.value.kind == "pattern":
        check(
            site.name.endswith(PATTERN),
            f"a pattern cannot be put at `{site.name}`, whose values are no shares of attention: clamp an "
            f"`{PATTERN}` site",
        )
    if clamp.value.kind == "copy-scores":
        check(site.name == "logits", f"copied scores are logits: clamp `logits`, not `{site.name}`")


def _check_positions(clamp: Clamp, site: Site, length: int) -> None:
    wanted = {"queries": POSITIONS, "keys": ("key",), "offsets": ("key",)}
    for name, axes in wanted.items():
        items = getattr(clamp, name)
        missing = not set(axes) & set(site.axes) or (name == "offsets" and "query" not in site.axes)
        check(
            not items or not missing,
            f"`clamp.{name}` means nothing at `{site.name}` with axes {site.axes}: leave it out",
        )
        for position in (p for p in items if isinstance(p, int)):
            if name == "offsets":
                check(
                    abs(position) < length,
                    f"no key is {position} from its query at `{site.name}`: offsets are {1 - length} to {length - 1}",
                )
            else:
                check(
                    -length <= position < length,
                    f"position {position} does not exist at `{site.name}`: positions are 0 to {length - 1}",
                )

    rows, columns = (_places(items, length) for items in (clamp.queries, clamp.keys))
    check(
        not clamp.offsets or any(key - row in clamp.offsets for row in rows for key in columns),
        f"the clamp at `{site.name}` selects nothing: no key of `clamp.keys` {clamp.keys or 'all'} is "
        f"{clamp.offsets} from a query of `clamp.queries` {clamp.queries or 'all'}; drop or change one of them",
    )


def _places(items: tuple, length: int) -> set[int]:
    """Return where items may lie: a role may lie anywhere."""
    fixed = {item % length for item in items if isinstance(item, int)}
    return fixed if items and not {type(item) for item in items} - {int} else set(range(length))
