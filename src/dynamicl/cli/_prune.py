"""`dynamicl prune`: runs deleted for good."""

import sys
from dataclasses import dataclass

from ._options import read_options
from ._selection import Selection, selected


@dataclass(frozen=True)
class Prune(Selection):
    """Delete runs for good, those that --where or --run choose; --dry-run says which.

    Attributes:
        dry_run: only say which runs would be deleted.
    """

    dry_run: bool = False


def command(words: list[str]) -> int:
    """Run the command."""
    options = read_options(Prune, words, "prune")
    from dynamicl.lab import prune
    from dynamicl.specs import check

    check(
        bool(options.where or options.run),
        "nothing is chosen: give --where (e.g. --where status=failed) or --run; to delete all, remove the folder",
    )
    rows = selected(options)
    size = sum(row["megabytes"] for row in rows)
    will = "would be deleted" if options.dry_run else "deleted"
    if rows and not options.dry_run:
        prune(options.library, [row["run"] for row in rows])
    sys.stdout.writelines(f"{row['run']}  {row['status']}\n" for row in rows)
    sys.stdout.write(f"{len(rows)} runs {will} ({size:.1f} MB)\n")
    return 0
