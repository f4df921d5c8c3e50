"""What is measured: tasks, seeds, the ways of training, the controls; and what the report printed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dynamicl.lm import PARAMETERS
from dynamicl.specs import SpecError, check, nearest

TASKS = ("sst2", "sst5", "mr", "subj", "agnews", "cb")
TABLE_1_TASKS = TASKS[:4]
"""The report could not linearise on the other two."""

RATES = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1)
"""Learning rates among which a task's is chosen: the largest with which the held-out loss falls at every look."""

FIRST_RATE = 1e-2
"""Where the choice begins; it goes up from there, or down."""

LOOK_EVERY = 8
"""Steps between two looks at the held-out loss while a rate is chosen."""

HELD_OUT = 8
"""Demonstrations that are set aside for it."""

QUERY_SEED = 1
"""Shuffles the scored split, as in the report's code; the first queries are taken."""


@dataclass(frozen=True)
class Setting:
    """One study.

    Attributes:
        model: as `dynamicl.lm.load_language` takes it.
        tasks: names.
        seeds: of the demonstrations.
        k: demonstrations, where they fit.
        queries: of each task, at most.
        limit: tokens that context and query may have together.
        parameters: what is trained, "key_value" or "all".
    """

    model: str = "smollm2"
    tasks: tuple[str, ...] = TASKS
    seeds: tuple[int, ...] = (0, 1, 2)
    k: int = 32
    queries: int = 60
    limit: int = 2048
    parameters: str = "key_value"

    def __post_init__(self) -> None:
        """Refuse what cannot be measured, before a model is loaded.

        Raises:
            SpecError: a number below 1, or parameters that do not exist.
        """
        for name in ("k", "queries", "limit"):
            value = getattr(self, name)
            check(value >= 1, f"`{name}` is {value}: give at least 1")
        check(
            self.parameters in PARAMETERS,
            f"`parameters` is {self.parameters!r}: choose one of {', '.join(PARAMETERS)}",
        )

    def check_variants(self, variants: Sequence[str]) -> None:
        """Refuse ways of training that move other weights than the setting's.

        Raises:
            SpecError: the linearised model is asked for, and all weights are trained.
        """
        linearised = [name for name in variants if VARIANTS[name].training == "linearised"]
        check(
            self.parameters == "key_value" or not linearised,
            f"`variants` has {', '.join(linearised)}, which moves keys and values alone, but `parameters` is "
            f"{self.parameters!r}: leave it out, or give key_value",
        )


@dataclass(frozen=True)
class Variant:
    """How a model is trained and what it is compared with.

    Attributes:
        training: a kind of `dynamicl.lm.KINDS`.
        context: "demonstrations", or "unrelated" text of equal length.
        switched_context: whether the demonstrations in context have the next label instead of their own.
        switched_training: whether those trained on have.
        untrained: whether attention and MLP weights are random.
        shifted: whether queries without context stand where they stand behind it.
        match: "" for the change as trained, "norm" or "drop" to scale it to that of the original model's training.
        k: demonstrations instead of the setting's.
        rate: learning rate instead of the task's.
    """

    training: str = "original"
    context: str = "demonstrations"
    switched_context: bool = False
    switched_training: bool = False
    untrained: bool = False
    shifted: bool = False
    match: str = ""
    k: int | None = None
    rate: float | None = None


MAIN = ("original", "linearised", "per-layer")
LABELS = ("switched-context", "switched-training", "switched-both")
VARIANTS: Mapping[str, Variant] = {
    "original": Variant(),
    "linearised": Variant("linearised"),
    "per-layer": Variant("blocks"),
    "switched-context": Variant(switched_context=True),
    "switched-training": Variant(switched_training=True),
    "switched-both": Variant(switched_context=True, switched_training=True),
    "untrained": Variant(untrained=True),
    "unrelated": Variant(context="unrelated"),
    "shifted": Variant(shifted=True),
    "per-layer-norm": Variant("blocks", match="norm"),
    "per-layer-drop": Variant("blocks", match="drop"),
    "linearised-norm": Variant("linearised", match="norm"),
    "linearised-drop": Variant("linearised", match="drop"),
    "per-layer-text": Variant("attention"),
    **{f"rate-{rate:g}": Variant(rate=rate) for rate in RATES},
    **{f"k-{k}": Variant(k=k) for k in (4, 8, 16)},
}
CONTROLS = tuple(name for name in VARIANTS if name not in MAIN and not name.startswith(("rate-", "k-")))
CURVES = tuple(name for name in VARIANTS if name.startswith(("rate-", "k-")))
"""Similarity by learning rate and by number of demonstrations."""


def find_variants(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the variants of names; `main`, `controls` and `curves` stand for several.

    Raises:
        SpecError: a name that does not exist.
    """
    groups = {"main": MAIN, "controls": CONTROLS, "curves": CURVES}
    variants: list[str] = []
    for name in names:
        if name not in groups and name not in VARIANTS:
            raise SpecError(f"`variants` has {name!r}: did you mean {nearest(name, {*groups, *VARIANTS})}?")
        variants += groups.get(name, (name,))
    return tuple(dict.fromkeys(variants))


PUBLISHED: Mapping[str, Mapping[str, tuple[float, ...]]] = {
    "original": {
        "uniform": (0.0017, 0.0029, 0.001, 0.0025, 0.0021, 0.0037),
        "outputs": (0.1091, 0.113, 0.219, 0.193, 0.3053, 0.2013),
        "map_before": (0.5547, 0.3914, 0.398, 0.378, 0.1516, 0.1524),
        "map_after": (0.585, 0.4047, 0.498, 0.487, 0.4944, 0.1875),
    },
    "linearised": {
        "uniform": (0.001, 0.002, 0.0007, 0.002),
        "outputs": (0.122, 0.0789, 0.171, 0.148),
        "map_before": (0.554, 0.391, 0.397, 0.378),
        "map_after": (0.573, 0.403, 0.448, 0.449),
    },
    "per-layer": {
        "uniform": (0.0016, 0.0025, 0.0008, 0.0022, 0.0021, 0.0037),
        "outputs": (0.2297, 0.1065, 0.3299, 0.3439, 0.3213, 0.3435),
        "map_before": (0.5546, 0.3913, 0.3979, 0.3786, 0.1518, 0.1524),
        "map_after": (0.5774, 0.4039, 0.2919, 0.2844, 0.1201, 0.0293),
    },
}
"""The report's tables 1 and 2, in the order of `TASKS` (linearised: of `TABLE_1_TASKS`), a 1.3B model."""
