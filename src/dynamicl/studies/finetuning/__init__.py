"""In-context learning against fine-tuning: the claims of Bar Natan et al. in a pretrained language model.

`Cells` measures, one small file a (task, seed, variant); `read_cells` makes one dataset of them; `JUDGES` gives the
parts of every claim from it.
"""

from ._cells import Cells as Cells
from ._judges import EQUATIONS as EQUATIONS
from ._judges import JUDGES as JUDGES
from ._results import cell_means as cell_means
from ._results import gains as gains
from ._results import judgeable as judgeable
from ._results import published as published
from ._results import read_cells as read_cells
from ._results import right as right
from ._setting import TASKS as TASKS
from ._setting import VARIANTS as VARIANTS
from ._setting import Setting as Setting
from ._setting import find_variants as find_variants
from ._tables import tables as tables
