"""A program that writes stores until it is killed.

Reads a folder a line from standard input; for each it forks a writer, which creates or goes on with the store
there, and prints "writer PID", then "step N" after each commit. Forked, because importing xarray and zarr
twenty times would take longer than everything else.
"""

import os
import sys

from dynamicl.store import Store

from .cohorts import RUNS, attention, header, records, weights


def write(path):
    """Commit in a tight loop: records each time, weights, maps and state in turns."""
    store = (
        Store.open(path, write=True) if os.path.exists(f"{path}/index.json") else Store.create(path, header())
    )
    for step in range(store.step + 1, 100_000):
        kept = {"checkpoint": weights(step), "extras": attention(step)} if step % 3 == 0 else {}
        state = {f"weights/{name}": value for name, value in weights(step).items()}
        store.commit(step, records=records([step], RUNS), state=state, **kept)
        print("step", step, flush=True)


def main():
    """Serve until standard input ends."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            print("writer", os.getpid(), flush=True)
            write(line.strip())
        os.waitpid(child, 0)
        print("gone", flush=True)


if __name__ == "__main__":
    main()
