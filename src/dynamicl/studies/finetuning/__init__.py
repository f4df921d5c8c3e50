"""In-context learning against fine-tuning: the claims of Bar Natan et al. in a pretrained language model."""

from ._cells import Cells as Cells
from ._setting import TASKS as TASKS
from ._setting import VARIANTS as VARIANTS
from ._setting import Setting as Setting
from ._setting import find_variants as find_variants
