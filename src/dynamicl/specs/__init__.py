"""Frozen descriptions of everything that is trained: JSON round trip, hashes, and what may vary inside a cohort."""

from ._errors import DynamiclError as DynamiclError
from ._errors import SpecError as SpecError
from ._errors import check as check
from ._errors import check_list as check_list
from ._errors import nearest as nearest
from ._errors import one_line as one_line
from ._html import html_table as html_table
from ._html import spec_html as spec_html
from ._known import Known as Known
from ._plain import plain as plain
from ._resolving import resolved as resolved
from ._serial import DIGITS as DIGITS
from ._serial import added as added
from ._serial import from_dict as from_dict
from ._serial import from_json as from_json
from ._serial import register as register
from ._serial import spec_hash as spec_hash
from ._serial import to_dict as to_dict
from ._serial import to_json as to_json
from ._serial import validate as validate
from ._vary import host as host
from ._vary import merge as merge
from ._vary import split as split
from ._vary import stacked as stacked
from ._vary import vary as vary
