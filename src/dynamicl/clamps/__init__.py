"""Interventions as data."""

from ._forward import forward as forward
from ._forward import forward_recorded as forward_recorded
