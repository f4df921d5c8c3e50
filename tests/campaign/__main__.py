"""`make campaign`: every attack at its full size, seeded, the counts printed as a table.

    python -m campaign [SEED] [SHARE]

SHARE scales the counts: 1 takes minutes to an hour, 0.05 is what `make test` does.
"""

import random
import sys
import tempfile
import time
from pathlib import Path

from . import on_files, on_words, on_writers
from .counts import Count


def attacks(folder: Path, rng: random.Random, share: float) -> list[Count]:
    """Run every attack, each in a folder of its own.

    Args:
        folder: an empty one.
        rng: decides every place, value and moment.
        share: of the full counts.
    """

    def some(full: int) -> int:
        return max(1, round(full * share))

    def place(name: str) -> Path:
        inside = folder / name
        inside.mkdir()
        return inside

    every_byte = 0 if share >= 1 else some(300)
    return [
        on_files.flips(place("read"), rng, every_byte, write=False),
        on_files.flips(place("write"), rng, some(600), write=True),
        on_files.truncations(place("cut"), rng, some(50)),
        on_files.swaps(place("swap")),
        on_files.hostile_values(place("values")),
        on_files.bombs(place("bombs")),
        on_writers.old_indexes(place("old"), max(3, some(40))),
        on_writers.kills(place("kills"), rng, some(100)),
        on_writers.two_writers(place("pairs"), rng, some(20)),
        on_writers.verdicts_at_once(place("verdicts"), some(100)),
        on_writers.full_disks(place("disks"), rng, some(20)),
        on_words.specs(rng, some(1000)),
        on_words.flags(rng, some(1000)),
    ]


def main() -> int:
    """Print the counts; 1 if anything went wrong."""
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    share = float(sys.argv[2]) if len(sys.argv) > 2 else 1.0
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        counts = attacks(Path(folder), random.Random(seed), share)
    print("| attack | tried | refused in one line | unharmed | wrong |\n| --- | ---: | ---: | ---: | ---: |")
    for count in counts:
        print(count.line())
    print(f"\nseed {seed}, share {share}, {time.monotonic() - began:.0f} s")
    for count in counts:
        for wrong in count.wrong[:10]:
            print(f"WRONG {count.name}: {wrong[:300]}")
    return int(any(count.wrong for count in counts))


if __name__ == "__main__":
    sys.exit(main())
