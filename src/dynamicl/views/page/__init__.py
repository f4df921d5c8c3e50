"""The page: one self-contained HTML file that shows training step, run, layer and head in one view."""

from ._build import build as build
from ._build import write as write
from ._payload import payload as payload
