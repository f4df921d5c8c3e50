"""What people look at: the page and the figures."""

from ._clamping import clamping as clamping
from ._figures import make_figures as make_figures
from ._finetuning import draw_finetuning as draw_finetuning
from ._pages import loader as loader
from ._pages import make_page as make_page
from ._pages import make_study_page as make_study_page
from ._pages import readable as readable
from ._server import PageServer as PageServer
from .fates import make_fates_page as make_fates_page
from .landscape import make_landscape_page as make_landscape_page
from .page._specs import settings_apart as settings_apart
