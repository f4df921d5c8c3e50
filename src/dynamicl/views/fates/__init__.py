"""The page of fates: a tree of forks over training, P(t) beneath it, every fork's curve a click away."""

from ._build import build as build
from ._build import make_fates_page as make_fates_page
from ._payload import fates_payload as fates_payload
