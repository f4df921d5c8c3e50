"""The toys as the documents write them: tensors in float64, entry by entry, for comparison."""

import numpy as np


def outer(*vectors):
    product = np.ones(())
    for vector in vectors:
        product = np.multiply.outer(product, np.asarray(vector, np.float64))
    return product


def product_loss(truth, vectors, names):
    return np.mean((outer(*(truth[n] for n in names)) - outer(*(vectors[n] for n in names))) ** 2) / 2


def product_slope(truth, vectors, names, name):
    """Gradient of half the mean squared error by one vector, by contracting the residual with the others."""
    residual = outer(*(vectors[n] for n in names)) - outer(*(truth[n] for n in names))
    slope = residual
    for axis, other in reversed(list(enumerate(names))):
        if other != name:
            slope = np.tensordot(slope, np.asarray(vectors[other], np.float64), (axis, 0))
    return slope / residual.size


def coopetition_loss(truth, vectors, offset, competition):
    first = product_loss(truth, vectors, "abc")
    second = product_loss(truth, vectors, "dbc")
    return (first + offset) * second + competition * np.mean(outer(vectors["a"], vectors["d"]) ** 2) / 2


def coopetition_slope(truth, vectors, name, offset, competition):
    first, second = product_loss(truth, vectors, "abc"), product_loss(truth, vectors, "dbc")
    slope = np.zeros(np.shape(vectors[name]))
    if name in "abc":
        slope = slope + second * product_slope(truth, vectors, "abc", name)
    if name in "dbc":
        slope = slope + (first + offset) * product_slope(truth, vectors, "dbc", name)
    rival = {"a": "d", "d": "a"}.get(name)
    if rival:
        mine, other = (np.asarray(vectors[n], np.float64) for n in (name, rival))
        slope = slope + competition * mine * (other @ other) / (mine.size * other.size)
    return slope


def as_numpy(vectors):
    return {name: np.asarray(vector, np.float64) for name, vector in vectors.items()}
