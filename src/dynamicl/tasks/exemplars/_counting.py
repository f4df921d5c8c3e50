"""Counting sequences."""


def partitions(items: int, parts: int) -> int:
    """Count the ways to part items into so many sets, none empty (Stirling's numbers of the second kind).

    >>> [partitions(4, parts) for parts in range(1, 5)]
    [1, 7, 6, 1]
    """
    row = [1]
    for size in range(1, items + 1):
        longer = [*row, 0]
        row = [0, *(place * longer[place] + longer[place - 1] for place in range(1, size + 1))]
    return row[parts] if parts < len(row) else 0
