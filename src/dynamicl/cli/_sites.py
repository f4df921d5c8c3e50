"""`dynamicl sites`: every place in a model that can be seen or clamped."""

import sys
from dataclasses import dataclass, field

from dynamicl.models import TransformerSpec

from ._options import read_options


@dataclass(frozen=True)
class Sites:
    """List the sites of a model.

    Attributes:
        model: the transformer.
        pairs: exemplar-label pairs in a sequence.
        labels: outputs.
    """

    model: TransformerSpec = field(default_factory=TransformerSpec)
    pairs: int = 2
    labels: int = 5


def command(words: list[str]) -> int:
    """Run the command."""
    options = read_options(Sites, words, "sites")
    import equinox as eqx
    import jax
    from rich.console import Console
    from rich.table import Table

    from dynamicl.models import Interface, PairTokens, sites, with_all_rows
    from dynamicl.specs import check, validate

    validate(options.model)
    for name in ("pairs", "labels"):
        check(
            1 <= getattr(options, name) <= 100_000, f"`{name}` is {getattr(options, name)}: give 1 to 100,000"
        )
    interface = Interface(PairTokens.shaped(options.pairs, 512, options.labels), options.labels)
    model = eqx.filter_eval_shape(options.model.build, interface, jax.random.key(0))
    table = Table("site", "axes", "shape", box=None)
    for site in sites(with_all_rows(model), interface.tokens):
        table.add_row(site.name, " ".join(site.axes), " ".join(map(str, site.shape)))
    Console(file=sys.stdout).print(table)
    return 0
