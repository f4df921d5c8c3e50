"""Measure how often the statistics of verdicts are wrong, on simulated runs whose truth is known.

    python tools/error_rates.py            # the table of docs/statistics.md, two minutes on one core
    python tools/error_rates.py --write    # puts it there
    python tools/error_rates.py appears    # the cases of one statistic

Curves have 101 evaluations over a million sequences. Accuracies are counts of right answers among 1,000 to 5,000
evaluation sequences, with the standard errors that the engine records. Where sequences are "kept", the same ones are
evaluated every time, and a hidden score, whose correlation between any two evaluations is .8, decides each answer.
"""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.special import ndtri

from dynamicl import statistics

PAGE = Path(__file__).parents[1] / "docs" / "statistics.md"
BEGIN, END = "<!-- error rates -->", "<!-- end of error rates -->"
CURVES = 300
TIMES = np.linspace(0, 1e6, 101)
CHANCE = 0.5
KEPT = 0.8
SHARED = 2 / np.pi * np.arcsin(KEPT)  # of the answers, at an accuracy of one half


class Case(NamedTuple):
    """A simulated truth, and whether a statistic is wrong about one draw of it.

    Attributes:
        judge: Name of the statistic.
        truth: What is simulated.
        fault: What counts as wrong.
        wrong: Draws once and says whether it went wrong.
        most: The share of draws that may go wrong.
    """

    judge: str
    truth: str
    fault: str
    wrong: Callable[[np.random.Generator], bool]
    most: float


def hump(height: float, *, end: float = 0.0, center: float = 3e5, width: float = 1.5e5) -> np.ndarray:
    """Accuracy that rises from chance by `height` and falls back to `end` above it."""
    bump = np.exp(-(((TIMES - center) / width) ** 2))
    return CHANCE + np.where(center > TIMES, height * bump, end + (height - end) * bump)


def lasting(height: float, rise: float = 1e5) -> np.ndarray:
    """Accuracy that rises from chance by `height` and stays."""
    return CHANCE + height * -np.expm1(-((TIMES / rise) ** 3))


def evaluated(
    truth: np.ndarray, sequences: int, rng: np.random.Generator, kept: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Accuracy and standard error as the engine records them."""
    if kept:
        own = rng.standard_normal((sequences, truth.size))
        common = rng.standard_normal((sequences, 1))
        right = np.sqrt(KEPT) * common + np.sqrt(1 - KEPT) * own < ndtri(truth)
        share = right.mean(axis=0)
    else:
        share = rng.binomial(sequences, truth) / sequences
    return share, np.sqrt(share * (1 - share) / sequences)


def on_accuracy(
    judge: Callable, truth: np.ndarray, sequences: int, *, kept: bool = False, **options: Any
) -> Any:
    """Return a function that evaluates a truth once and judges it."""
    known: dict[str, Any] = {"shared": SHARED} if kept else {}

    def once(rng: np.random.Generator) -> Any:
        accuracy, error = evaluated(truth, sequences, rng, kept)
        return judge(TIMES, accuracy, error, seed=int(rng.integers(1 << 30)), **known, **options)

    return once


def fails(once: Callable, *, when: bool | None) -> Callable[[np.random.Generator], bool]:
    """Wrong where the answer is `when`."""
    return lambda rng: once(rng).holds is when


def misses(once: Callable, truth: float, name: str = "") -> Callable[[np.random.Generator], bool]:
    """Wrong where the interval (of the field `name`, if any) leaves the truth out."""

    def wrong(rng: np.random.Generator) -> bool:
        result = once(rng)
        interval = getattr(result, name) if name else result
        return not interval.low <= truth <= interval.high

    return wrong


def appears_cases() -> list[Case]:
    """Errors of `appears`."""
    judge, known = statistics.appears, {"chance": CHANCE}

    def case(
        truth: str, curve: np.ndarray, sequences: int, when: bool, most: float, kept: bool = False
    ) -> Case:
        once = on_accuracy(judge, curve, sequences, kept=kept, **known)
        words = f"{truth}, n = {sequences}" + (", kept" if kept else "")
        return Case("appears", words, "appears" if when else "does not appear", fails(once, when=when), most)

    flat = np.full(101, CHANCE)
    return [
        case("at chance", flat, 1000, True, 0.01),
        case("at chance + .05 throughout", flat + 0.05, 1000, True, 0.05),
        case("at chance + .05 throughout", flat + 0.05, 5000, True, 0.05),
        case("at chance + .05 throughout", flat + 0.05, 2000, True, 0.08, kept=True),
        case("hump of .08", hump(0.08), 1000, False, 0.6),
        case("hump of .10", hump(0.1), 1000, False, 0.05),
        case("hump of .10", hump(0.1), 5000, False, 0.01),
        case("hump of .15", hump(0.15), 1000, False, 0.01),
        case("hump of .15", hump(0.15), 2000, False, 0.01, kept=True),
    ]


def never_cases() -> list[Case]:
    """Errors of `never_above_chance`."""
    judge, known = statistics.never_above_chance, {"chance": CHANCE}

    def case(
        truth: str, curve: np.ndarray, sequences: int, when: bool, most: float, kept: bool = False
    ) -> Case:
        once = on_accuracy(judge, curve, sequences, kept=kept, **known)
        words = f"{truth}, n = {sequences}" + (", kept" if kept else "")
        return Case("never_above_chance", words, "holds" if when else "refused", fails(once, when=when), most)

    flat = np.full(101, CHANCE)
    return [
        case("at chance", flat, 1000, False, 0.08),
        case("at chance", flat, 5000, False, 0.08),
        case("at chance", flat, 2000, False, 0.08, kept=True),
        case("hump of .03", hump(0.03), 1000, True, 0.2),
        case("hump of .03", hump(0.03), 5000, True, 0.05),
        case("hump of .06", hump(0.06), 1000, True, 0.02),
        case("hump of .06", hump(0.06), 2000, True, 0.02, kept=True),
        case("hump of .10", hump(0.1), 1000, True, 0.0),
    ]


def fades_cases() -> list[Case]:
    """Errors of `fades`."""

    def case(
        truth: str, curve: np.ndarray, sequences: int, when: bool | None, most: float, kept: bool = False
    ) -> Case:
        once = on_accuracy(statistics.fades, curve, sequences, kept=kept)
        words = f"{truth}, n = {sequences}" + (", kept" if kept else "")
        fault = {True: "fades", False: "does not fade", None: "too short to tell"}[when]
        return Case("fades", words, fault, fails(once, when=when), most)

    return [
        case("at chance", np.full(101, CHANCE), 1000, True, 0.0),
        case("rises by .4 and stays", lasting(0.4), 1000, True, 0.0),
        case("rises by .4 and stays", lasting(0.4), 1000, None, 0.05),
        case("hump of .3 that loses .08", hump(0.3, end=0.22), 1000, True, 0.02),
        case("hump of .3 that loses .10", hump(0.3, end=0.2), 1000, True, 0.05),
        case("hump of .3 that loses .10", hump(0.3, end=0.2), 5000, True, 0.05),
        case("hump of .3 that loses .15", hump(0.3, end=0.15), 1000, False, 0.02),
        case("hump of .3 that loses .15", hump(0.3, end=0.15), 2000, False, 0.02, kept=True),
        case("hump whose peak comes at .6 of training", hump(0.3, center=6e5), 1000, True, 0.02),
    ]


def peak_cases() -> list[Case]:
    """Intervals of peak height, onset and decay slope that miss the truth."""
    rise = TIMES < 4e5
    log_fall = CHANCE + np.where(rise, 0.4 * TIMES / 4e5, 0.4 - 0.3 * np.log(np.maximum(TIMES, 4e5) / 4e5))
    ramp = CHANCE + 0.4 * np.clip((TIMES - 2e5) / 2e5, 0, 1)
    known: dict[str, Any] = {"chance": CHANCE}
    peak, decay, rises = statistics.peak_height, statistics.decay_slope, statistics.onset
    cases = [
        Case(
            "peak_height",
            f"{words}, n = {sequences}",
            "interval misses it",
            misses(on_accuracy(peak, curve, sequences), height),
            most,
        )
        for words, curve, height, sequences, most in (
            ("at chance", np.full(101, CHANCE), CHANCE, 1000, 0.10),
            ("hump of .3", hump(0.3), CHANCE + 0.3, 1000, 0.10),
            ("hump of .3", hump(0.3), CHANCE + 0.3, 5000, 0.20),
        )
    ]
    cases += [
        Case(
            "onset",
            f"ramp of .4, n = 2000, {name}",
            "interval misses it",
            misses(on_accuracy(rises, ramp, 2000, resamples=100, **known), time, name),
            0.15,
        )
        for name, time in (("t10", 2.2e5), ("t50", 3e5), ("t90", 3.8e5))
    ]
    for sequences in (1000, 5000):
        once = on_accuracy(decay, log_fall, sequences, **known)
        cases.append(
            Case("decay_slope", f"slope -.3, n = {sequences}", "interval misses it", misses(once, -0.3), 0.20)
        )
    return cases


def products(vectors: int, rate: float = 1.2e-5, dimension: int = 64) -> np.ndarray:
    """Squared loss while that many equal numbers, small at first, learn by gradient flow to have the product 1."""
    weight, losses = (0.02 if vectors > 1 else 0.0), []
    for gap in np.diff(TIMES, append=TIMES[-1]):
        losses.append((1 - weight**vectors) ** 2)
        for _ in range(50):
            weight += rate * SPEED[vectors] * gap / 50 * (1 - weight**vectors) * weight ** (vectors - 1)
    return np.array(losses)


# So that each of them ends within the million sequences.
SPEED = {1: 1.0, 2: 1.0, 3: 7.0}


def plateau_cases() -> list[Case]:
    """Kinds of drop that are called something else."""
    curves = {
        "smooth": ("a single exponential", np.log(2) * np.exp(-TIMES / 1e5)),
        "smooth, squared": ("one number learnt", products(1)),
        "phase change": ("two numbers multiplied", products(2)),
        "phase change, later": ("three numbers multiplied", products(3)),
    }
    cases = []
    for kind, (truth, curve) in curves.items():
        for error in (0.02, 0.005):

            def wrong(
                rng: np.random.Generator, curve: np.ndarray = curve, error: float = error, kind: str = kind
            ) -> bool:
                loss = curve + error * rng.standard_normal(curve.size)
                # Its kind needs no interval, so few resamples do.
                index = statistics.plateau_index(TIMES, loss, error, resamples=10)
                return index.kind != kind.split(",")[0]

            expected = kind.split(",")[0]
            cases.append(
                Case("plateau_index", f"{truth}, error {error:g}", f"not called {expected}", wrong, 0.02)
            )
    return cases


def levels_of(
    effect: float, levels: int, runs: int, digits: int | None = None
) -> Callable[[np.random.Generator], list[np.ndarray]]:
    """Draw normal values that rise by `effect` standard deviations from level to level."""

    def draw(rng: np.random.Generator) -> list[np.ndarray]:
        table = effect * np.arange(levels)[:, None] + rng.standard_normal((levels, runs))
        return list(table if digits is None else np.round(table, digits))

    return draw


def trend_case(
    judge: Callable, truth: str, effect: float, runs: int, when: bool, most: float, digits: int | None = None
) -> Case:
    """One design of four levels."""
    draw = levels_of(effect, 4, runs, digits)
    name = judge.__name__
    faults = {"trend": ("no trend", "trend"), "no_trend": ("not so called", "called without trend")}
    words = f"{truth}, 4 levels x {runs} runs"
    return Case(name, words, faults[name][when], fails(lambda rng: judge(draw(rng)), when=when), most)


def trend_cases() -> list[Case]:
    """Errors of `trend` and `no_trend`; effects are in standard deviations between runs."""
    trend, no_trend = statistics.trend, statistics.no_trend
    return [
        trend_case(trend, "no effect", 0, 3, True, 0.06),
        trend_case(trend, "no effect, values rounded to 1", 0, 3, True, 0.06, digits=0),
        trend_case(trend, "no effect", 0, 2, True, 0.06),
        trend_case(trend, "1 a level", 1, 3, False, 0.10),
        trend_case(trend, "1 a level", 1, 2, False, 0.30),
        trend_case(no_trend, "no effect", 0, 5, False, 0.95),
        trend_case(no_trend, "no effect", 0, 10, False, 0.35),
        trend_case(no_trend, "1 a level", 1, 5, True, 0.02),
        trend_case(no_trend, ".5 a level", 0.5, 10, True, 0.05),
    ]


def same_cases() -> list[Case]:
    """Errors of `same`, with runs that scatter by .02 (accuracies)."""
    cases = []
    for gap, runs, when, most in (
        (0.05, 3, True, 0.07),
        (0.05, 10, True, 0.07),
        (0.1, 3, True, 0.01),
        (0.0, 3, False, 0.60),
        (0.0, 5, False, 0.10),
        (0.0, 10, False, 0.01),
    ):

        def once(rng: np.random.Generator, gap: float = gap, runs: int = runs) -> Any:
            first, second = 0.02 * rng.standard_normal((2, runs))
            return statistics.same(first + gap, second)

        fault = "same" if when else "not same"
        cases.append(
            Case("same", f"means {gap:g} apart, {runs} runs each", fault, fails(once, when=when), most)
        )
    return cases


def before_cases() -> list[Case]:
    """Errors of `before`; ln(t_b / t_a) scatters by .2 between runs."""
    cases = []
    for ratio, runs, when, most in (
        (1.0, 3, True, 0.06),
        (1.0, 6, True, 0.05),
        (1.0, 10, True, 0.01),
        (1.5, 3, False, 0.70),
        (1.5, 6, False, 0.20),
        (2.0, 6, False, 0.02),
    ):

        def once(rng: np.random.Generator, ratio: float = ratio, runs: int = runs) -> Any:
            first = 1e5 * np.exp(0.3 * rng.standard_normal(runs))
            return statistics.before(first, first * ratio * np.exp(0.2 * rng.standard_normal(runs)))

        fault = "before" if when else "not before"
        cases.append(Case("before", f"ratio {ratio:g}, {runs} runs", fault, fails(once, when=when), most))
    return cases


def interval_cases() -> list[Case]:
    """Intervals over runs that miss the mean, and `martingale_test` on true martingales."""
    cases = []
    for runs, shared, most in (
        (3, 0.0, 0.08),
        (5, 0.0, 0.08),
        (6, 0.0, 0.09),
        (10, 0.0, 0.08),
        (10, 1.0, 0.09),
    ):

        def once(rng: np.random.Generator, runs: int = runs, shared: float = shared) -> Any:
            noise = 0.01 * (rng.standard_normal() if shared else rng.standard_normal(runs))
            values = 0.02 * rng.standard_normal(runs) + noise
            return statistics.over_runs(values, 0.01, shared=shared, seed=int(rng.integers(1 << 30)))

        words = f"{runs} runs, spread .02, evaluation error .01" + (", same sequences" if shared else "")
        cases.append(Case("over_runs", words, "interval misses the mean", misses(once, 0.0), most))

    def martingale(rng: np.random.Generator, selected: bool) -> bool:
        """P is the share of red balls in an urn that grows by one of the colour drawn."""
        red, total, shares = np.full(60, 2.0), 10.0, []
        for _ in range(200):
            shares.append(red / total)
            red, total = red + (rng.random(60) < red / total), total + 1
        probability = np.array(shares[::40]).T
        if selected:
            probability = probability[probability[:, -1] > 0.2]
        forks = np.full(probability.shape, 30)
        result = statistics.martingale_test(range(5), forks, rng.binomial(forks, probability))
        return result.holds is selected

    cases += [
        Case("martingale_test", "60 unselected runs", "drift", lambda rng: martingale(rng, False), 0.08),
        Case(
            "martingale_test", "runs selected by P > .2", "no drift", lambda rng: martingale(rng, True), 0.15
        ),
    ]
    return cases


def all_cases() -> list[Case]:
    """Every case, in the order of the table."""
    groups = (
        appears_cases,
        never_cases,
        fades_cases,
        peak_cases,
        plateau_cases,
        trend_cases,
        same_cases,
        before_cases,
        interval_cases,
    )
    return [case for group in groups for case in group()]


def rate(case: Case, curves: int, seed: int = 0) -> float:
    """Share of draws that go wrong; the same every time for one seed."""
    rng = np.random.default_rng(seed)
    return float(np.mean([case.wrong(rng) for _ in range(curves)]))


def table(cases: list[Case], curves: int) -> str:
    """The table in Markdown."""
    lines = [
        "| statistic | simulated truth | wrong if | measured | allowed |",
        "| --- | --- | --- | --- | --- |",
    ]
    for case in cases:
        measured = f"{rate(case, curves):.3f}"
        lines.append(f"| `{case.judge}` | {case.truth} | {case.fault} | {measured} | {case.most:g} |")
    return "\n".join(lines)


def main() -> None:
    """Print the table, or put it into the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("judge", nargs="?", default="", help="only the cases of this statistic")
    parser.add_argument("--curves", type=int, default=CURVES, help="draws a case")
    parser.add_argument("--write", action="store_true", help=f"put the table into {PAGE.name}")
    options = parser.parse_args()
    cases = [case for case in all_cases() if options.judge in ("", case.judge)]
    text = table(cases, options.curves)
    if not options.write:
        print(text)
        return
    page = PAGE.read_text()
    head, tail = page[: page.index(BEGIN) + len(BEGIN)], page[page.index(END) :]
    PAGE.write_text(f"{head}\n\n{text}\n\n{tail}")


if __name__ == "__main__":
    main()
