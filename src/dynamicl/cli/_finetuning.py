"""`dynamicl finetuning`: in-context learning against fine-tuning, in a pretrained language model."""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from dynamicl.specs import SpecError, check

from ._options import read_options
from ._start import written_command

MOST = 1_000_000


@dataclass(frozen=True)
class Finetuning:
    """Compare in-context learning with fine-tuning, task by task; a job that was stopped goes on.

    Attributes:
        model: smollm2 or gemma3-270m (from their packages), a folder with safetensors, or a GGUF file.
        task: sst2, sst5, mr, subj, agnews, cb; several with commas; `all`.
        seeds: of the demonstrations, as FIRST:END.
        variants: original, linearised, per-layer, ...; `main`, `controls`, `curves`; several with commas.
        k: demonstrations.
        queries: of each task, at most.
        limit: tokens that context and query may have together.
        parameters: what is trained: key_value or all.
        data: folder with TASK/train.jsonl and the scored split of each task.
        out: folder of the measurements.
        threads: cores to use; all by default.
    """

    model: str = "smollm2"
    task: str = "sst2"
    seeds: str = "0:3"
    variants: str = "main"
    k: int = 32
    queries: int = 100
    limit: int = 2048
    parameters: str = "key_value"
    data: Path = Path("data/lm")
    out: Path = Path("runs/finetuning/cells")
    threads: int = 0


def command(words: list[str]) -> int:
    """Run the command."""
    options = read_options(Finetuning, words, "finetuning", description=Finetuning.__doc__)
    from dynamicl import lm
    from dynamicl.studies.finetuning import TASKS, Cells, Setting, find_variants

    check(1 <= options.queries <= MOST, f"`queries` is {options.queries}: give 1 to {MOST:,}")
    check(1 <= options.limit <= MOST, f"`limit` is {options.limit}: give 1 to {MOST:,}")
    check(0 <= options.threads <= MOST, f"`threads` is {options.threads}: give 0 (all cores) or more")
    tasks = TASKS if options.task == "all" else tuple(options.task.split(","))
    variants = find_variants(tuple(options.variants.split(",")))
    setting = Setting(
        options.model,
        tasks,
        seeds_of(options.seeds),
        options.k,
        options.queries,
        options.limit,
        options.parameters,
    )
    setting.check_variants(variants)
    # Before the model, which takes long to load.
    for task in map(lm.find_task, tasks):
        for split in ("train", task.scored):
            lm.read_examples(options.data, task, split)
    if options.threads:
        lm.use_threads(options.threads)
    language = lm.load_language(options.model)
    _say(f"{language.name}: {len(tasks)} tasks, {len(setting.seeds)} seeds, {len(variants)} variants")
    Cells(language, options.data, options.out, setting, written_command(), _say).run(variants)
    _tell(options.out)
    return 0


def seeds_of(text: str) -> tuple[int, ...]:
    """Read `FIRST:END`.

    >>> seeds_of("0:3")
    (0, 1, 2)

    Raises:
        SpecError: it is no such range.
    """
    parts = re.fullmatch(r"(\d+):(\d+)", text)
    if not parts or int(parts[1]) >= int(parts[2]):
        raise SpecError(f"`seeds` is {text!r}: give FIRST:END, e.g. 0:3")
    return tuple(range(int(parts[1]), int(parts[2])))


def _tell(out: Path) -> None:
    """Print the tables beside the report's, and the parts of every verdict; draw the figures."""
    from dynamicl.studies import verdict_of
    from dynamicl.studies.finetuning import ON_CELLS, read_cells, tables

    data = read_cells(out)
    for line in tables(data):
        _say(line)
    for claim in ON_CELLS:
        parts = claim.judge(claim.cut(data))
        _say(f"{claim.id}: {verdict_of(parts)} ({'; '.join(part.sentence for part in parts)})")
    from dynamicl.views import draw_finetuning

    for path in draw_finetuning(data, out):
        _say(f"figure {path}")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
