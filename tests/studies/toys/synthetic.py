"""Datasets on which each toy's claim is true, and for each part a change that makes that part alone false."""

import numpy as np
import xarray as xr


def spread(centre, count=40):
    return centre * np.linspace(0.95, 1.05, count)


def toy():
    index = np.stack([spread(0.7), spread(0.2), spread(0.046)])
    half = np.stack([spread(400.0), spread(60.0), spread(15.0)])
    return xr.Dataset(
        {"index": (("clamp", "draw"), index), "half": (("clamp", "draw"), half)},
        {"clamp": ["none", "c", "b, c"]},
    )


def measures():
    index = np.stack([spread(x) for x in (0.7, 0.6, 0.5, 0.046)])
    return xr.Dataset(
        {"index": (("curve", "draw"), index)}, {"curve": ["loss", "misalignment", "perfected", "clamped"]}
    )


def saddle():
    k, eps = np.array([2, 3]), np.array([0.01, 0.1])
    peak = np.full((2, 4), 2.0)
    change = {
        name: (eps ** (2 * k[:, None]) + sign * 2 * eps ** k[:, None])[:, None, :] * peak[..., None]
        for name, sign in (("descent", -1), ("ascent", 1))
    }
    rows = np.ones((2, 4))
    highest = rows * np.array([[0.5], [0.0]])
    dims = ("vectors", "draw")
    return xr.Dataset(
        {name: ((*dims, "scale"), values) for name, values in change.items()}
        | {
            "gradient": (dims, 0 * rows),
            "lowest": (dims, -highest),
            "highest": (dims, highest),
            "expected": (dims, highest),
            "order": (dims, rows * k[:, None]),
            "peak": (dims, peak),
        },
        {"vectors": k, "scale": eps},
    )


def more_vectors():
    escape = np.stack([spread(60.0), spread(400.0), np.append(spread(4000.0, 39), np.inf)])
    return xr.Dataset({"escape": (("vectors", "draw"), escape)}, {"vectors": [2, 3, 4]})


def coopetition(seeds=1200):
    row = np.ones((2, seeds))
    final = row * np.array([[0.5], [0.0]])
    dims = ("offset", "seed")
    return xr.Dataset(
        {
            "left": (dims, row.astype(bool)),
            "lowest": (dims, 0.001 * row),
            "final": (dims, final),
            "rise": (dims, 0.02 * row),
        },
        {"offset": [0.1, 0.0]},
    )


def landscape():
    half = [[95.0, 99.0, 98.0], [82.0, 81.0, 81.0]]
    return xr.Dataset(
        {
            "slope": ("pair", [-0.0441176]),
            "expected": ("pair", [-0.0441176]),
            "half": (("contexts", "logit"), half),
            "index": ("contexts", [0.9, 0.9]),
        },
        {"contexts": ["middle", "all"], "logit": ["xi", "alpha", "beta1"]},
    )


def two_sides():
    n = np.array([4.0, 8.0])
    entry = (n - 1) / (n * (n + 1) * (2 * n + 1))
    hessian = np.zeros((2, 3, 3))
    hessian[:, 0, 1] = hessian[:, 1, 0] = -entry
    end = np.array([[[6.0, 6.0, 5.0], [-100.0, -9.0, 5.0]]] * 2)
    return xr.Dataset(
        {
            "hessian": (("pairs", "row", "column"), hessian),
            "slope": (("pairs", "row"), np.zeros((2, 3))),
            "eigenvalues": (("pairs", "number"), np.stack([-entry, 0 * entry, entry], axis=1)),
            "solved": (("start", "side"), [[900.0, 28000.0], [400.0, 27000.0]]),
            "end": (("start", "side", "logit"), end),
        },
        {"pairs": n, "side": ["in context", "elimination"], "logit": ["xi", "alpha", "beta1"]},
    )


def l_equals_n():
    return xr.Dataset(
        {"solved": (("labels", "start"), [[800.0, 500.0], [90.0, 80.0], [70.0, 60.0]])},
        {"labels": [8, 16, 32]},
    )


def tying():
    return xr.Dataset(
        {"t10": (("contexts", "xi"), [[90.0, 40.0]])}, {"contexts": ["middle"], "xi": [0.0, 1.0]}
    )


def changed(data, name, values, **where):
    """A copy with one variable set to other values at some labels or places."""
    copy = data.copy(deep=True)
    copy[name].loc[where] = values
    return copy


TRUE = {
    "induction.toy": toy,
    "induction.measure_vs_clamp": measures,
    "induction.saddle": saddle,
    "induction.more_vectors": more_vectors,
    "coopetition.toy": coopetition,
    "mixture.landscape": landscape,
    "mixture.saddle": two_sides,
    "mixture.l_equals_n_time": l_equals_n,
    "mixture.tying": tying,
}

FALSE = {
    # By claim, for each part in order.
    "induction.toy": [
        lambda d: changed(d, "index", spread(0.7), clamp="c"),
        lambda d: changed(d, "index", spread(0.04), clamp="c"),
        lambda d: changed(d, "index", spread(0.3), clamp="none"),
        lambda d: changed(d, "index", spread(0.12), clamp="b, c"),
        lambda d: changed(d, "half", spread(900.0), clamp="c"),
    ],
    "induction.measure_vs_clamp": [
        lambda d: changed(d, "index", spread(0.3), curve="misalignment"),
        lambda d: changed(d, "index", spread(0.3), curve="perfected"),
        lambda d: changed(d, "index", spread(0.2), curve="clamped"),
    ],
    "induction.saddle": [
        lambda d: changed(d, "gradient", 1e-3, vectors=2),
        # Wrong way at one distance only: the relative deviation is then large as well.
        None,
        lambda d: changed(d, "highest", 0.6, vectors=2),
        lambda d: changed(d, "highest", 0.1, vectors=3),
        lambda d: changed(d, "peak", 2.1, vectors=3),
        lambda d: changed(d, "order", 3.2, vectors=3),
    ],
    "induction.more_vectors": [
        lambda d: changed(d, "escape", spread(500.0), vectors=2),
        lambda d: changed(d, "escape", spread(300.0), vectors=4),
    ],
    "coopetition.toy": [
        lambda d: changed(d, "final", 0.01, offset=0.1),
        lambda d: changed(d, "rise", 0.0, offset=0.1),
        lambda d: changed(d, "final", 0.3, offset=0.0),
    ],
    "mixture.landscape": [
        lambda d: d.assign(slope=d["slope"] + 1e-4),
        lambda d: changed(d, "half", 90.0, contexts="middle", logit="alpha"),
        lambda d: changed(d, "half", 90.0, contexts="middle", logit="beta1"),
        lambda d: changed(d, "index", 0.2, contexts="middle"),
    ],
    "mixture.saddle": [
        lambda d: d.assign(slope=d["slope"] + 1e-3),
        lambda d: d.assign(eigenvalues=1.1 * d["eigenvalues"]),
        lambda d: changed(d, "solved", 5000.0, side="elimination"),
        lambda d: changed(d, "end", 1.0, side="elimination", logit="alpha"),
    ],
    "mixture.l_equals_n_time": [lambda d: changed(d, "solved", 600.0, labels=16)],
    "mixture.tying": [lambda d: changed(d, "t10", 50.0, xi=1.0)],
}
