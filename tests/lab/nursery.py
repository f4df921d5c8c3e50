"""A program that trains a population into each folder it reads from standard input, until it is killed.

It forks for each: importing everything again would take longer than all else.
"""

import os
import sys

import jax

jax.config.update("jax_platforms", "cpu")
jax.config.update("jax_num_cpu_devices", 2)
jax.config.update("jax_numpy_dtype_promotion", "strict")
jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.1)

from dynamicl.lab import _commits, train_population  # noqa: E402 - the settings come first

from .populations import RECORDING, runs  # noqa: E402


def main():
    """Serve until standard input ends."""
    _commits.COMMIT_SECONDS = 0.0
    for line in sys.stdin:
        path, steps = line.split("\t")
        child = os.fork()
        if child == 0:
            print("pid", os.getpid(), flush=True)
            train_population(
                runs(2, int(steps)),
                RECORDING,
                path,
                listener=lambda progress: print("step", progress.step, flush=True),
            )
            print("finished", flush=True)
            os._exit(0)
        os.waitpid(child, 0)
        print("gone", flush=True)


if __name__ == "__main__":
    main()
