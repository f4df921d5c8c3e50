"""Where a population is trained: in this process, or by the machines of a cluster, with the same bits and library."""

from ._driver import GivenUp as GivenUp
from ._here import HERE as HERE
from ._here import Here as Here
from ._local import Local as Local
from ._named import PLACES as PLACES
from ._named import place_named as place_named
from ._named import submission as submission
from ._place import Home as Home
from ._place import Place as Place
from ._ray import Ray as Ray
from ._slurm import Slurm as Slurm
