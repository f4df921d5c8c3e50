"""Toy models of training dynamics: small enough to analyse, rich enough to have phase changes."""

from ._descent import ToyRun as ToyRun
from ._descent import descend as descend
from ._descent import descend_population as descend_population
from ._descent import gradient_flow as gradient_flow
from ._saddle import Saddle as Saddle
from ._saddle import origin_saddle as origin_saddle
from ._vectors import Vectors as Vectors
from ._vectors import VectorToy as VectorToy
from ._vectors import draw_toy as draw_toy
