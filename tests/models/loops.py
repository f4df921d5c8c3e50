"""The transformer's formulas as plain loops in float64, one sequence at a time."""

import numpy as np


def layer_norm(x, norm):
    out = np.zeros_like(x)
    for i, row in enumerate(x):
        mean = sum(row) / len(row)
        variance = sum((value - mean) ** 2 for value in row) / len(row)
        for j, value in enumerate(row):
            out[i, j] = (value - mean) / np.sqrt(variance + 1e-5) * norm["scale"][j] + norm["shift"][j]
    return out


def rotate(vector, position, base):
    """Turn each pair of neighbouring components by position x base^(-2i/d)."""
    out = np.zeros_like(vector)
    for i in range(0, len(vector), 2):
        angle = position * base ** (-i / len(vector))
        out[i] = vector[i] * np.cos(angle) - vector[i + 1] * np.sin(angle)
        out[i + 1] = vector[i] * np.sin(angle) + vector[i + 1] * np.cos(angle)
    return out


def attention(x, part, heads, causal=True, base=0.0, valid=None, momentum=0.0):
    """What the heads of a block add, and their patterns (head, query, key)."""
    x = layer_norm(x, part["norm"])
    length, d = x.shape
    width = d // heads
    patterns, joined = np.zeros((heads, length, length)), np.zeros((length, d))
    for h in range(heads):
        mine = slice(h * width, (h + 1) * width)
        q, k, v = ([row @ part[f"w_{n}"][:, mine] + bias_of(part, n, d)[mine] for row in x] for n in "qkv")
        if base:
            q = [rotate(row, t, base) for t, row in enumerate(q)]
            k = [rotate(row, t, base) for t, row in enumerate(k)]
        for t in range(length):
            seen = [s for s in range(length) if (s <= t or not causal) and (valid is None or valid[s])]
            weights = np.array([np.exp(q[t] @ k[s] / np.sqrt(width)) for s in seen])
            for s, weight in zip(seen, weights / weights.sum(), strict=True):
                patterns[h, t, s] = weight
                joined[t, mine] += weight * v[s]
            for s in range(t):
                if valid is None or valid[s]:
                    joined[t, mine] += momentum ** (t - s) * v[s]
    return np.stack([row @ part["w_o"] + bias_of(part, "o", d) for row in joined]), patterns


def bias_of(part, name, d):
    """A bias of attention, or zeros where there is none."""
    return np.zeros(d) if part.get(f"b_{name}") is None else part[f"b_{name}"]


def activate(x, name):
    if name == "relu":
        return np.where(x > 0, x, 0)
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))


def mlp(x, part, name):
    hidden = activate(layer_norm(x, part["norm"]) @ part["rise"]["weight"] + part["rise"]["bias"], name)
    return hidden @ part["fall"]["weight"] + part["fall"]["bias"]


def sinusoid(position, column, d, base):
    """All sines, then all cosines."""
    half = d // 2
    angle = position * base ** (-2 * (column % half) / d)
    return np.sin(angle) if column < half else np.cos(angle)


def embed(tree, tokens, kind):
    if kind == "ids":
        return np.stack([tree["embed"]["table"][i] for i in tokens["ids"]])
    rows = []
    for i, exemplar in enumerate(tokens["exemplars"]):
        rows.append(exemplar @ tree["embed"]["exemplar"]["weight"] + tree["embed"]["exemplar"]["bias"])
        if i < len(tokens["labels"]):
            rows.append(tree["embed"]["label"][tokens["labels"][i]])
    return np.stack(rows)


def transformer(tree, spec, tokens, kind="pairs", readout=-1):
    """Logits of one sequence, and the patterns of every layer."""
    x = embed(tree, tokens, kind)
    valid = tokens["valid"] if kind == "ids" else None
    if spec.positions == "learnt":
        x = x + tree["positions"][: len(x)]
    if spec.positions == "sinusoidal":
        for t in range(len(x)):
            x[t] += [sinusoid(t, i, x.shape[1], spec.position_base) for i in range(x.shape[1])]
    base = spec.position_base if spec.positions == "rotary" else 0.0
    patterns = []
    for block in tree["blocks"]:
        out, pattern = attention(x, block["attention"], spec.heads, spec.causal, base, valid, spec.momentum)
        patterns.append(pattern)
        x = x + out
        if block["mlp"] is not None:
            x = x + mlp(x, block["mlp"], spec.activation)
    last = x[[readout]]
    last = last if tree["norm"] is None else layer_norm(last, tree["norm"])
    return last[0] @ tree["unembed"]["weight"] + tree["unembed"]["bias"], patterns


def cross_entropy(logits, target):
    return np.log(np.exp(logits - logits.max()).sum()) + logits.max() - logits[target]
