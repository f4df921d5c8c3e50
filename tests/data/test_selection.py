import re

import numpy as np
import pytest

from dynamicl.data._selection import resolve


@pytest.mark.parametrize(
    ("selection", "expected"),
    [(None, [0, 1, 2, 3]), (2, [0, 1]), (np.int64(1), [0]), ([3, 0], [3, 0]), (np.array([2], np.uint8), [2])],
)
def test_all_first_or_named(selection, expected):
    indices = resolve("classes", selection, 4, "or give more")
    assert indices.tolist() == expected and indices.dtype == np.int64


@pytest.mark.parametrize(
    ("selection", "message"),
    [
        (5, "`classes` is 5 but there are 4: ask for 1 to 4, or give more"),
        (0, "`classes` is 0 but there are 4"),
        ([1, 4], "`classes` holds 4 but there are 4: indices go from 0 to 3; or give more"),
        ([-1], "`classes` holds -1"),
        ([2, 1, 2], "`classes` holds 2 more than once: give each index once"),
        ([], "`classes` is float64 (0,): give None, a count, or a flat list"),
        ([[1]], "`classes` is int64 (1, 1)"),
        ([0.5], "`classes` is float64 (1,)"),
        ([True, False, True, True], "`classes` is bool (4,)"),
        (True, "`classes` is True: give None for all, a count for the first few, or a list"),
        (2.0, "`classes` is 2.0: give None"),
        ("all", "`classes` is 'all': give None"),
    ],
)
def test_what_cannot_be_had(selection, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        resolve("classes", selection, 4, "or give more")
