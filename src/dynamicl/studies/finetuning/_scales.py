"""What the study's experiments do at each scale.

At `smoke` a random model stands for the pretrained one. From `demo` on, cells are those that `dynamicl finetuning`
left: whoever runs it chooses the model, and it takes hours.
"""

from dataclasses import dataclass

from dynamicl.studies._scales import setting_at
from dynamicl.studies.induction._settings import PAPER_RATE

from ._networks import Networks
from ._random import RandomStudy


@dataclass(frozen=True)
class Scale:
    """A scale's numbers.

    Attributes:
        name: of the scale.
        draws: of random data for the equations.
        networks: populations of the lab's own networks.
        random: the random model that is measured; `None` where cells of a pretrained one are read.
    """

    name: str
    draws: int
    networks: Networks
    random: RandomStudy | None = None


SCALES = {
    "smoke": Scale(
        "smoke",
        5,
        Networks(4e-4, (0, 1), sequences=2e5, evaluations=10, checkpoints=2, scored=100, sample=10),
        RandomStudy(),
    ),
    "demo": Scale("demo", 20, Networks(1e-4, (0, 1, 2))),
    "laptop": Scale("laptop", 100, Networks(5e-5, (0, 1, 2, 3, 4))),
    "paper": Scale("paper", 1000, Networks(PAPER_RATE, (5, 6, 7, 8, 9), evaluations=200, scored=1000)),
}


def scale_of(name: str) -> Scale:
    """Return a scale's numbers.

    Raises:
        SpecError: there is no such scale.
    """
    return setting_at(name, SCALES, "the finetuning study has")
