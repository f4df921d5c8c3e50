"""In-context learning against fine-tuning: the claims of Bar Natan et al. in a pretrained language model.

`Cells` measures, one small file a (task, seed, variant); `read_cells` makes one dataset of them, of which every
experiment keeps and judges a part.
"""

from ._along_training import ALONG_TRAINING
from ._baseline import BASELINE
from ._cells import Cells as Cells
from ._construction import CONSTRUCTION
from ._controls import CONTROLLED
from ._depth import DEPTH
from ._dual import DUAL
from ._from_cells import FromCells as FromCells
from ._labels import LABELS
from ._linear import LINEAR
from ._map_up import MAP_UP
from ._momentum import MOMENTUM_ATTENTION
from ._per_layer_map import PER_LAYER_MAP
from ._recall import RECALL
from ._results import gains as gains
from ._results import published as published
from ._results import read_cells as read_cells
from ._results import right as right
from ._setting import TASKS as TASKS
from ._setting import VARIANTS as VARIANTS
from ._setting import Setting as Setting
from ._setting import find_variants as find_variants
from ._summary import judgeable as judgeable
from ._summary import means as means
from ._summary import summary as summary
from ._table1 import TABLE1
from ._table2 import TABLE2
from ._tables import tables as tables
from ._two_ways import RATES as RATES
from ._two_ways import two_ways as two_ways

ON_CELLS = (TABLE1, TABLE2, LINEAR, MAP_UP, PER_LAYER_MAP, DEPTH, LABELS, RECALL, BASELINE, CONTROLLED)
"""What rests on the cells that `dynamicl finetuning` leaves."""

EXPERIMENTS = (*(one.experiment for one in ON_CELLS), DUAL, CONSTRUCTION, MOMENTUM_ATTENTION, ALONG_TRAINING)
