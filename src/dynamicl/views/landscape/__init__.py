"""The page of the landscape: three nested logits, a start that can be dragged, and where gradient descent leads."""

from ._build import make_landscape_page as make_landscape_page
