"""`make campaign`: every attack at its full size, seeded, the counts printed as a table.

    python -m campaign [SEED] [SHARE]

SHARE scales the counts: 1 takes minutes to an hour, 0.05 is what `make test` does.
"""

import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from . import on_files, on_pages, on_words, on_writers
from .counts import Count


def attacks(share: float) -> dict[str, Callable[[Path, random.Random], Count]]:
    """Name every attack with its share of the full counts."""

    def some(full: int) -> int:
        return max(1, round(full * share))

    every_byte = 0 if share >= 1 else some(300)
    return {
        "read": lambda folder, rng: on_files.flips(folder, rng, every_byte, write=False),
        "written": lambda folder, rng: on_files.flips(folder, rng, some(600), write=True),
        "cut": lambda folder, rng: on_files.truncations(folder, rng, some(50)),
        "swapped": lambda folder, rng: on_files.swaps(folder),
        "values": lambda folder, rng: on_files.hostile_values(folder),
        "bombs": lambda folder, rng: on_files.bombs(folder),
        "old": lambda folder, rng: on_writers.old_indexes(folder, max(3, some(40))),
        "killed": lambda folder, rng: on_writers.kills(folder, rng, some(100)),
        "pairs": lambda folder, rng: on_writers.two_writers(folder, rng, some(20)),
        "verdicts": lambda folder, rng: on_writers.verdicts_at_once(folder, some(100)),
        "disks": lambda folder, rng: on_writers.full_disks(folder, rng, some(20)),
        "pages": lambda folder, rng: on_pages.pages(folder, rng, some(2000)),
        "results": lambda folder, rng: on_pages.results(folder, rng, some(300)),
        "specs": lambda folder, rng: on_words.specs(rng, some(1000)),
        "flags": lambda folder, rng: on_words.flags(rng, some(1000)),
        "commands": lambda folder, rng: on_words.commands(folder, rng, some(300)),
    }


def main() -> int:
    """Print the counts as they come; 1 if anything went wrong."""
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    share = float(sys.argv[2]) if len(sys.argv) > 2 else 1.0
    began, wrong = time.monotonic(), []
    print("| attack | tried | refused in one line | unharmed | wrong |\n| --- | ---: | ---: | ---: | ---: |")
    for name, attack in attacks(share).items():
        with tempfile.TemporaryDirectory() as folder:
            count = attack(Path(folder), random.Random(f"{seed} {name}"))
        print(count.line(), flush=True)
        wrong += [f"WRONG {count.name}: {case[:300]}" for case in count.wrong[:10]]
    print(f"\nseed {seed}, share {share}, {time.monotonic() - began:.0f} s")
    print("\n".join(wrong))
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
