"""Files: paths as people write them, content that is checked before it is believed, writes that lose nothing.

Every room that touches a disk goes through here. Nothing in it knows what the files mean.
"""

from ._atomic import TEMPORARY as TEMPORARY
from ._atomic import check_target as check_target
from ._atomic import make_folder as make_folder
from ._atomic import publish as publish
from ._atomic import sync as sync
from ._atomic import temporary as temporary
from ._atomic import write_atomically as write_atomically
from ._content import Content as Content
from ._content import content_at as content_at
from ._hashing import content_hash as content_hash
from ._lock import locked as locked
from ._memory import free_memory as free_memory
from ._parsing import DEEPEST as DEEPEST
from ._parsing import convert as convert
from ._parsing import nesting as nesting
from ._parsing import parse_json as parse_json
from ._parsing import read_regular as read_regular
from ._paths import user_path as user_path
from ._paths import without_folders as without_folders
from ._zarr import FORMAT_2 as FORMAT_2
from ._zarr import check_codecs as check_codecs
from ._zarr import check_size as check_size
