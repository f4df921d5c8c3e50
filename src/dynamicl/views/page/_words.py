"""Numbers and counts as the page's sentences have them."""

import math


def compact(x: float | int) -> str:
    """Three digits and a letter.

    Example:
        >>> compact(312_400), compact(0.04567), compact(950)
        ('312k', '0.0457', '950')
    """
    for unit, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if math.isfinite(x) and abs(x) >= unit:
            return f"{float(f'{x / unit:.3g}'):g}{letter}"
    return f"{x:.3g}"


def runs_in_words(n: int) -> str:
    """Count runs.

    Example:
        >>> runs_in_words(1), runs_in_words(8)
        ('one run', '8 runs')
    """
    return "one run" if n == 1 else f"{n} runs"
