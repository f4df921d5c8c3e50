"""The clamps of the induction study, by the thesis' names, for any layer, head and number of pairs.

Layers and heads count from 0, as in site names: the thesis' "layer 2, head 3" is `layer=1, head=3`. Each function
returns the clamps to put into a run's spec; concatenate tuples to combine them.
"""

from collections.abc import Callable, Sequence

from dynamicl.specs import check, check_list

from ._clamp import Clamp
from ._values import Constant, CopyScores, From, FromCheckpoint, Pattern, Scaled

Clamps = tuple[Clamp, ...]


def ablate_heads(layer: int, heads: Sequence[int] = ()) -> Clamps:
    """Silence heads: their value vectors are 0 everywhere, their patterns are still computed."""
    check_list(heads, "heads", "a list of heads")
    return (Clamp(f"layers.{layer}.attn.v", Constant(0.0), heads=tuple(heads)),)


def keep_heads(layer: int, heads: Sequence[int], count: int) -> Clamps:
    """Silence every head of a layer but some.

    Args:
        layer: from 0.
        heads: those kept.
        count: heads in the layer, all of them: those beyond it would be kept too, and nothing here knows the model.

    Raises:
        SpecError: nothing would be kept, or a head that the layer does not have.
    """
    check_list(heads, "heads", "a list of heads")
    for head in heads:
        check(0 <= head < count, f"`keep_heads` keeps head {head} of {count}: heads are 0 to {count - 1}")
    rest = tuple(head for head in range(count) if head not in set(heads))
    check(
        len(rest) < count,
        f"`keep_heads` keeps none of {count} heads: name one below {count}, or silence all with `ablate_heads`",
    )
    return ablate_heads(layer, rest) if rest else ()


def previous_token_attend(heads: Sequence[int] = (), layer: int = 0, purity: float = 1.0) -> Clamps:
    """Step 1: heads attend to the previous token."""
    return (Clamp(f"layers.{layer}.attn.pattern", Pattern("previous token", purity), heads=tuple(heads)),)


SHIFTED = "shifted"


def layer_one(layer: int = 1) -> Clamps:
    """Steps 1 and 2: everything before `layer` does what perfect previous-token heads would, disentangled.

    Patterns of `layer` come from a stream in which each context token holds the one before it; its values, and the
    residual stream, hold the tokens themselves (thesis C.5.2).
    """
    embedded, entry, pattern = "layers.0.pre", f"layers.{layer}.pre", f"layers.{layer}.attn.pattern"
    return (
        Clamp(entry, From(SHIFTED, embedded, "previous token"), gradient="through", in_pass=SHIFTED),
        Clamp(entry, From("main", embedded), gradient="through"),
        Clamp(pattern, From(SHIFTED), gradient="through"),
    )


def match(head: int = 3, layer: int = 1, purity: float = 1.0) -> Clamps:
    """Steps 1, 2, 3qk and 4: the head's query attends to the matching label."""
    value = Pattern("induction", purity)
    return (Clamp(f"layers.{layer}.attn.pattern", value, heads=(head,), queries=("query",)),)


def copy(head: int = 3, layer: int = 1, pass_name: str = "main") -> Clamps:
    """Steps 3v and 5: the head's scores on the labels become their logits."""
    return (Clamp("logits", CopyScores(head, layer, pass_name), gradient="through"),)


def layer_one_and_copy(head: int = 3, layer: int = 1) -> Clamps:
    """Steps 1, 2, 3v and 5: only matching queries to keys is left to learn."""
    return layer_one(layer) + copy(head, layer, SHIFTED)


def preserve(layer: int, parts: Sequence[str] = ("pattern",), heads: Sequence[int] = ()) -> Clamps:
    """Keep parts of a layer's attention (`pattern`, `q`, `k`, `v`) as they are in a clean pass."""
    check_list(parts, "parts", "a list of parts")
    known = ("pattern", "q", "k", "v")
    for part in parts:
        check(part in known, f"`preserve` has no part {part!r}: choose among {', '.join(known)}")
    sites = [f"layers.{layer}.attn.{part}" for part in parts]
    return tuple(Clamp(site, From("clean"), heads=tuple(heads), gradient="through") for site in sites)


def cut(layer: int, heads: Sequence[int] = ()) -> Clamps:
    """Cut heads' direct path to the output: the next layer sees what it would have seen (thesis 4.3, Figure 4.4)."""
    return ablate_heads(layer, heads) + preserve(layer + 1, ("pattern", "v"))


def only_path(first: int, second: int, heads: int, preserved: Sequence[str]) -> Clamps:
    """Leave one path from a head of layer 1 to a head of layer 2 (thesis Figure C.3b)."""
    # Preserving the values of silenced heads would bring them back.
    return keep_heads(0, [first], heads) + keep_heads(1, [second], heads) + preserve(1, preserved, [second])


def attention_temperature(layer: int, temperature: float, heads: Sequence[int] = ()) -> Clamps:
    """Divide scores by a temperature."""
    check(temperature > 0, f"`temperature` is {temperature}: give more than 0")
    return (
        Clamp(
            f"layers.{layer}.attn.scores", Scaled(1.0 / temperature), heads=tuple(heads), gradient="through"
        ),
    )


def forbid_previous_token(layer: int = 0, heads: Sequence[int] = (), labels_only: bool = True) -> Clamps:
    """Bar heads from the previous token, on label rows or everywhere."""
    rows = ("labels",) if labels_only else ()
    site = f"layers.{layer}.attn.scores"
    return (Clamp(site, Constant(-1e9), heads=tuple(heads), queries=rows, offsets=(-1,)),)


def from_checkpoint(site: str, run: str, step: int) -> Clamps:
    """Put at a site what another run's checkpoint has there; gradients end at it (thesis Figure C.4)."""
    return (Clamp(site, FromCheckpoint(run, step)),)


LIBRARY: dict[str, Callable[..., Clamps]] = {
    "ablate-heads": ablate_heads,
    "keep-heads": keep_heads,
    "step-1": previous_token_attend,
    "steps-1-2": layer_one,
    "steps-1-2-3qk-4": match,
    "steps-3v-5": copy,
    "steps-1-2-3v-5": layer_one_and_copy,
    "preserve": preserve,
    "cut": cut,
    "only-path": only_path,
    "temperature": attention_temperature,
    "forbid-previous-token": forbid_previous_token,
    "from-checkpoint": from_checkpoint,
}
"""The library by the names that the command knows."""
