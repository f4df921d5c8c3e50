"""Command lines that cannot be meant, each with what its one line must say; and one made for every option there is.

They are given in a folder with a library `lib` of two runs (`aaaa01`, `bbbb02`), a file `file` and an empty folder
`empty`. Whoever finds another wrong input that is answered badly adds a line.
"""

import shlex
import typing
from collections.abc import Iterator
from pathlib import Path

from dynamicl.cli import (
    _ablate,
    _bench,
    _claims,
    _export,
    _finetuning,
    _fork,
    _judge,
    _landscape,
    _merge,
    _note,
    _prune,
    _report,
    _reproduce,
    _runs,
    _sites,
    _train,
    _view,
)
from dynamicl.cli._refusals import options_of

HUGE = "99999999999999999999"

TABLE = """
trian                                                  | no command `trian`: did you mean `train`
""                                                     | no command ``: did you mean
--trains                                               | no command `--trains`: did you mean
train look                                             | `task` is 'look': choose one of `lookup`, `few-shot`
train lookup few-shot                                  | 'few-shot' is one word too many
train --step 5                                         | no option `--step`: did you mean `--steps`
train --learning-rate 1e-3                             | no option `--learning-rate`: did you mean `--optimizer
train --model.layer 2                                  | no option `--model.layer`: did you mean `--model.layers`
train steps=5                                          | `task` is 'steps=5'
train --steps 0                                        | `steps` is 0: give 1 to
train --steps 1e3                                      | `--steps` is '1e3': give a whole number
train --steps 5 6                                      | '6' is one word too many
train --seeds 0:100000000                              | `seeds` is '0:100000000': 100,000,000 runs, 100,000 at most
train --seeds 0:1000 --sweep steps={many}              | makes 200,000 runs: 100,000 at most
train --seeds 4:4                                      | `seeds` is '4:4', which is no seed at all
train --seeds 5:2                                      | `seeds` is '5:2', which is no seed at all
train --seeds 1,1                                      | names a seed twice: give each once
train --seeds 1,,2                                     | `seeds` is '1,,2': give first:beyond
train --seeds 1.5                                      | `seeds` is '1.5': give first:beyond
train --seeds -1                                       | `seeds.init` is -1
train --seeds 0:2:4                                    | `seeds` is '0:2:4': give first:beyond
train --sweep                                          | `--sweep` has no value: give one or more words
train --sweep optimizer.learning_rate                  | `sweep` is 'optimizer.learning_rate': give FIELD=VALUE
train --sweep optimizer.learning_rate=                 | `sweep` is 'optimizer.learning_rate=': give FIELD=VALUE
train --sweep learning_rate=1e-3                       | did you mean `optimizer.learning_rate`
train --sweep optimizer.learning_rate=fast             | the value 'fast': give a float
train --sweep optimizer.learning_rate=1e-3,            | the value '': give a float
train --sweep model=big                                | `sweep` gives `model` the value 'big'
train --sweep model.layers=1,2.5                       | the value '2.5': give a int
train --sweep model.layers=0                           | `model.layers` is 0: give 1 to 512
train --sweep task.source.clasz_seed=1                 | no field `clasz_seed`: did you mean `class_seed`
train --sweep clamps.0.strength=1                      | there is nothing in it
train --clamp                                          | `--clamp` has no value
train --clamp match:head=3                             | no clamp `match`: did you mean
train --clamp ablate-heads                             | clamp `ablate-heads` needs `layer`: give ablate-heads:KEY=VALUE
train --clamp ablate-heads:layr=0                      | has no argument `layr`: did you mean `layer`
train --clamp ablate-heads:layer=one                   | give `layer` as a whole number
train --clamp ablate-heads:layer=0,heads=x             | give `heads` as whole numbers
train --clamp step-1:purity=7                          | `pattern.purity` is 7.0: give 0 to 1
train --dry-run --clamp step-1:heads=30                | head 30 does not exist at `layers.0.attn.pattern`
train --dry-run --clamp ablate-heads:layer=7           | no site matches `layers.7.attn.v`
train --model.heads 3                                  | `model.d_model` is 64: give a multiple of `model.heads` 3
train --model.heads 0                                  | `model.heads` is 0: give at least 1
train --model.layers 513                               | `model.layers` is 513: give 1 to 512
train --model.d-model 0                                | `model.d_model` is 0: give
train --model.causal maybe                             | `--model.causal` is 'maybe': choose one of `True`, `False`
train --model.heads 64                                 | rotary positions need an even head width
train --optimizer.name adm                             | `--optimizer.name` is 'adm': choose one of `adam`
train --optimizer.learning-rate nan                    | `optimizer.learning_rate` is nan
train --optimizer.schedule cosine                      | `optimizer.decay_steps` is 0
train --optimizer.decay-steps -5                       | `optimizer.decay_steps` is -5: give 0 or more
train --task.classes 1                                 | `task.classes` is 1: give at least 2
train --task.classes 100000                            | `task.classes`
train --task.source.path nowhere                       | `source.path` 'nowhere'
train --task.source.encoder file                       | `source.path` is empty: name the feature file
train --task.source.key x                              | `source.key` is 'x', which means something for a feature
train --measures haeds                                 | did you mean `heads`
train --evaluate-every 0                               | `every.steps` is 0: give at least 1
train --sequences 0                                    | `recording.sequences` is 0: give 1 to
train --batch-size 0                                   | `batch_size` is 0: give 1 to
train --out file/lib                                   | `out` is file/lib, but
train --out ""                                         | `--out` is '': give the path
train --place moon                                     | `place`
train --track wandb                                    | `track` is 'wandb': give NAME=WHERE
train --track tensorbord=x                             | `track` is 'tensorbord=x': give NAME=WHERE
train --config nowhere.toml                            | `config` is nowhere.toml, which cannot be read
train --config file                                    | `config` is file, which is no TOML
train --config                                         | `config` names no file
train --dry-run perhaps                                | `--dry-run` is 'perhaps': choose one of `True`, `False`
train --import no_such_module                          | --import is 'no_such_module', which cannot be imported
train lookup --model.causal True                       | `model.causal` is True, but lookup reads its answer
train lookup --task.pairs 0                            | `task.pairs` is 0
train lookup --task.keys 2                             | `task.keys` is 2: give at least `task.pairs`
fork                                                   | `LIBRARY` is missing: give a path
fork lib                                               | `--at` is missing: give a whole number
fork nowhere --at 10                                   | nowhere
fork empty --at 10                                     | the library empty holds 0 runs: train one
fork lib --at ten                                      | `--at` is 'ten': give a whole number
fork lib --at                                          | `--at` has no value
fork lib --at 10 --optimizer none                      | `--optimizer` is 'none': choose one of `kept`, `fresh`
ablate lib                                             | `--clamp` is missing
ablate lib --clamp                                     | `--clamp` has no value
ablate nowhere --clamp step-1                          | nowhere
ablate lib --clamp step-1 --scores acc                 | `--scores` is 'acc': choose one of `accuracy`
ablate lib --clamp step-1 --sequences 0                | `sequences` is 0: give 1 to 10,000,000
ablate lib --clamp step-1 --run zzzz                   | `run` is 'zzzz'
ablate lib --clamp step-1 --run 7                      | `run` is 7
runs                                                   | `LIBRARY` is missing
runs nowhere                                           | nowhere
runs empty                                             | empty
runs file                                              | file
runs lib --where                                       | `--where` has no value
runs lib --where rate=1                                | `where` names no column or setting `rate`
runs lib --where accuracy                              | `where` is 'accuracy'
runs lib --where "accuracy<10%"                        | `where` compares `accuracy`, a number, with '10%'
runs lib --where "accuracy>0,9"                        | `where` compares `accuracy`, a number, with '0,9'
runs lib --where seeds.init!=0,1                       | `where` compares `seeds.init`, a number, with '0,1'
runs lib --sort speed                                  | `sort`
runs lib --json --csv                                  | give --json or --csv, not both
runs lib --run zz                                      | `run` is 'zz'
runs lib lib                                           | 'lib' is one word too many
note lib                                               | nothing to write: give --tag, --untag or --text
note lib --tag "two words"                             | `tag` is 'two words': give single words
note lib --untag ""                                    | `tag` is '': give single words
prune lib                                              | nothing is chosen: give --where
prune lib --where status                               | `where` is 'status'
prune lib --where "accuracy<10%"                       | `where` compares `accuracy`, a number, with '10%'
prune lib --where "loss>high"                          | `where` compares `loss`, a number, with 'high'
export lib file/out                                    | `out` is file, but
export lib empty/../file                               | where something is already
export lib out.xlsx.csv --variables speed              | no variable `speed`: did you mean
export lib out.parquet                                 | none of dynamicl's packages writes Parquet; write out.csv
export lib out --variables loss                        | `variables` is for a file
export lib out.CSV                                     | `out` is out.CSV, which is no folder's name: give NAME.csv
export lib out.json                                    | `out` is out.json, which is no folder's name
export lib out.csv --title Mine                        | `title` is for the card of a folder
export lib out.nc --licence MIT                        | `licence` is for the card of a folder
export nowhere out.csv                                 | nowhere
merge lib                                              | `--into` is missing
merge nowhere --into all                               | nowhere
merge lib --into file                                  | `out` is file, but
report                                                 | `PATH` is missing
report lib lib                                         | 'lib' is one word too many
report nowhere                                         | nowhere
report lib --results nowhere                           | `results` is nowhere, which is no folder
report lib --out nowhere/page.html                     | nowhere
view nowhere                                           | `path` is nowhere, which does not exist
view lib --port 99999                                  | `port` is 99999: give 0
view lib --port web                                    | `--port` is 'web': give a whole number
view lib --every 0                                     | `every` is 0.0: give the seconds
view lib --every inf                                   | `every` is inf: give the seconds
view lib --host "a b"                                  | `host` is 'a b': give the name of a machine
sites --pairs 0                                        | `pairs` is 0: give 1 to 100,000
sites --pairs -1                                       | `pairs` is -1: give 1 to 100,000
sites --labels {huge}                                  | `labels` is {huge}: give 1 to 100,000
sites --model.heads 5                                  | `model.d_model` is 64: give a multiple
reproduce                                              | name at least one study or experiment
reproduce inductoin                                    | `inductoin`
reproduce induction.haeds                              | `induction.haeds`
reproduce induction.heads --scale big                  | `--scale` is 'big': choose one of `smoke`
reproduce induction.heads --out file                   | `out` is file, but
reproduce induction.heads --results file/x             | `results` is file/x, but
judge                                                  | name at least one study or claim
judge inductoin                                        | `inductoin`
judge induction --results nowhere                      | `results` is nowhere, which is no folder
claims induction.haeds                                 | no claim `induction.haeds`: did you mean
claims --results nowhere                               | `results` is nowhere, which is no folder
bench --jobs everything                                | `--jobs` is 'everything': choose one of
bench --growth 0                                       | `growth`
clamps all                                             | 'all' is one word too many
landscape --labels 1                                   | `labels` is 1
landscape --pairs 1                                    | `pairs` is 1
landscape --labels {huge}                              | `labels` is {huge}: give 1,000,000 at most
finetuning --seeds 3                                   | `seeds` is '3': give FIRST:END
finetuning --task sst9                                 | `task` is 'sst9': did you mean `sst5`
finetuning --variants fast                             | `variants` has 'fast'
finetuning --k 0                                       | `k` is 0
"""


def named() -> list[tuple[list[str], str]]:
    """Read the table: words, and what their line must say."""
    rows = []
    many = ",".join(map(str, range(1, 201)))
    for line in TABLE.strip().splitlines():
        words, _, message = line.partition(" | ")
        filled = (text.strip().replace("{many}", many).replace("{huge}", HUGE) for text in (words, message))
        command, said = filled
        rows.append((shlex.split(command), said))
    return rows


COMMANDS = {
    "train --dry-run": _train.TrainFewShot,
    "train lookup --dry-run": _train.TrainLookup,
    "fork lib --at 10 --run aaaa01": _fork.Fork,
    "ablate lib --clamp step-1": _ablate.Ablate,
    "runs lib": _runs.Runs,
    "note lib --tag x": _note.NoteOptions,
    "export lib out": _export.Export,
    "prune lib --dry-run": _prune.Prune,
    "merge lib --into all": _merge.Merge,
    "report lib": _report.Report,
    "view lib": _view.View,
    "sites": _sites.Sites,
    "reproduce induction.heads --dry-run": _reproduce.Reproduce,
    "judge induction": _judge.Judge,
    "claims": _claims.Claims,
    "bench": _bench.Bench,
    "landscape": _landscape.Landscape,
    "finetuning": _finetuning.Finetuning,
}
ANY_WORD = {
    "--title",
    "--licence",
    "--text",
    "--untag",
    "--tag",
    "--sort",
    "--task.source.key",
    "--task.source.content",
}
"""Options that take any word, or none (what they do not take is in the table)."""
ANOTHER_NAME = {"--evaluate-every": "evaluate", "--checkpoints-per-decade": "per-decade"}
"""Options that are a field of a spec, by the name of which they are refused."""
TOLD_LATER = {("fork", "--run"), ("claims", "--json"), ("finetuning", "--model")}
"""Options that the library, the ledger or the folder of data answers, with a line that names what is there."""
POSITIONAL = {"--library", "--path", "--out", "--names", "--libraries"}


def made() -> Iterator[tuple[list[str], str]]:
    """Make a wrong input of every kind in turn for every option of every command, and its name misspelt."""
    turn = 0
    shared = set(options_names(_train.TrainFewShot))
    for command, kind in COMMANDS.items():
        for flag, hint in options_of(kind):
            inside = command.startswith("train lookup") and flag in shared
            if (
                inside
                or (command.split()[0], flag) in TOLD_LATER
                or flag in ANY_WORD
                or (flag in POSITIONAL and not command.startswith("train"))
            ):
                continue
            turn += 1
            wrong = wrong_values(hint)
            yield [*command.split(), flag, wrong[turn % len(wrong)]], last_name(flag)
            if turn % 5 == 0:
                yield [*command.split(), f"{flag[:-1]}zz", "1"], f"no option `{flag[:-1]}zz`"


def options_names(kind: type) -> list[str]:
    return [flag for flag, _ in options_of(kind)]


def last_name(flag: str) -> str:
    """What the line must name: the option, as a flag or as Python spells it."""
    return ANOTHER_NAME.get(flag) or flag.rpartition(".")[2].lstrip("-")


def wrong_values(hint: typing.Any) -> list[str]:
    """Values that an option of a type does not take."""
    if hint in (int, int | None):
        return ["abc", "", "1.5", "-7", HUGE]
    if hint is float:
        return ["fast", "", "nan", "-1", "inf"]
    if hint is bool:
        return ["maybe"]
    if hint in (Path, Path | None):
        return ["", "~nobody-at-all/x", "a\0b"]
    if typing.get_origin(hint) is typing.Literal:
        return ["nonsense", ""]
    return ["", "non sense"]
