"""Thesis appendix C.4: the origin is a saddle for any number of vectors, and flatter the more there are."""

import jax
import numpy as np
import xarray as xr

from dynamicl.studies._parts import Part, Threshold
from dynamicl.toys import And, Saddle, draw_vectors, origin_saddle, reduce_vectors

from ._curves import share_interval
from ._settings import Setting

CLAIM = "induction.saddle"
COUNTS, DIM, DRAWS = (2, 3, 4, 5), 6, 8
GRADIENT = Threshold("largest entry of the gradient at the origin", "<=", 0.0)
BOTH_WAYS = Threshold(
    "share of draws whose loss falls along d_- and rises along d_+ at every distance", ">=", 1.0
)
TWO_VECTORS = Threshold(
    "largest deviation of two vectors' eigenvalues from +-|a*| |b*| / n, relative", "<", 1e-3
)
FLAT = Threshold("largest eigenvalue in size for three vectors and more", "<=", 1e-6)
CHANGE = Threshold(
    "largest deviation of the change from (eps^2k -+ 2 eps^k) (product of entries)^2 / 2n, relative",
    "<",
    1e-3,
)
FLATTER = Threshold("largest deviation of the change's exponent from the number of vectors", "<", 0.05)
CRITERION = (GRADIENT, BOTH_WAYS, TWO_VECTORS, FLAT, CHANGE, FLATTER)


def measure(setting: Setting) -> xr.Dataset:
    """Examine the origin for two to five vectors, several draws each, along the thesis' directions.

    Returns:
        By number of vectors and draw: `gradient`, `lowest` and `highest` eigenvalue, `expected` (|a*| |b*| / n, for
        two vectors), `order`, and `descent`, `ascent`, `peak` (the product of the entries, squared, over 2n).
    """
    names = ("gradient", "lowest", "highest", "expected", "order", "peak", "descent", "ascent")
    rows = [[_row(count, draw) for draw in range(DRAWS)] for count in COUNTS]
    tables = {name: np.array([[row[name] for row in draws] for draws in rows]) for name in names}
    dims = ("vectors", "draw", "scale")
    scales = rows[0][0]["scales"]
    return xr.Dataset(
        {name: (dims[: table.ndim], table) for name, table in tables.items()},
        {"vectors": list(COUNTS), "scale": scales},
    )


def _row(count: int, draw: int) -> dict[str, np.ndarray | float]:
    names = "abcde"[:count]
    truth, start = draw_vectors(jax.random.key(draw), dict.fromkeys(names, DIM))
    toy, _ = reduce_vectors(And(*names), truth, start)
    entries = {name: float(np.abs(vector).max()) for name, vector in truth.items()}
    saddle: Saddle = origin_saddle(toy, entries=entries)
    size = DIM**count
    lengths = [float(length) for length in toy.lengths.values()]
    return {
        "gradient": saddle.gradient,
        "lowest": saddle.eigenvalues[0],
        "highest": saddle.eigenvalues[-1],
        "expected": float(np.prod(lengths[:2])) / size if count == 2 else 0.0,
        "order": saddle.order,
        "peak": float(np.prod(list(entries.values()))) ** 2 / (2 * size),
        "descent": saddle.descent,
        "ascent": saddle.ascent,
        "scales": saddle.scales,
    }


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Compare with the closed forms."""
    n = data.sizes["vectors"] * data.sizes["draw"]
    both = ((data["descent"] < 0) & (data["ascent"] > 0)).all("scale")
    two, more = data.sel(vectors=2), data.sel(vectors=data["vectors"] > 2)
    ends = np.stack([-two["lowest"].values, two["highest"].values])
    off = np.abs(ends / two["expected"].values - 1).max()
    flat = max(float(np.abs(more[name]).max()) for name in ("lowest", "highest"))
    eps, k = data["scale"], data["vectors"]
    errors = [
        np.abs(data[name] / ((eps ** (2 * k) + sign * 2 * eps**k) * data["peak"]) - 1).max()
        for name, sign in (("descent", -1), ("ascent", 1))
    ]
    return (
        GRADIENT.part(float(np.abs(data["gradient"]).max()), n),
        BOTH_WAYS.part(share_interval(both.values), n),
        TWO_VECTORS.part(float(off), data.sizes["draw"]),
        FLAT.part(flat, n - data.sizes["draw"]),
        CHANGE.part(float(max(errors)), n),
        FLATTER.part(float(np.abs(data["order"] - k).max()), n),
    )
