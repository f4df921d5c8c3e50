"""Small transformers whose every intermediate passes a tap."""

from ._attention import Attention as Attention
from ._embeddings import PairEmbedding as PairEmbedding
from ._embeddings import TokenEmbedding as TokenEmbedding
from ._inputs import Interface as Interface
from ._inputs import PairTokens as PairTokens
from ._inputs import TokenIds as TokenIds
from ._inputs import model_inputs as model_inputs
from ._layers import LayerNorm as LayerNorm
from ._layers import Linear as Linear
from ._layers import Mlp as Mlp
from ._lookup_encoder import LOOKUP_ONE_HEAD as LOOKUP_ONE_HEAD
from ._lookup_encoder import LOOKUP_TWO_HEADS as LOOKUP_TWO_HEADS
from ._lookup_encoder import lookup_encoder as lookup_encoder
from ._sites import SITE_AXES as SITE_AXES
from ._sites import Site as Site
from ._sites import match_sites as match_sites
from ._sites import sites as sites
from ._taps import Recorder as Recorder
from ._taps import Tap as Tap
from ._taps import null_tap as null_tap
from ._taps import record as record
from ._transformer import Block as Block
from ._transformer import Transformer as Transformer
from ._transformer import TransformerSpec as TransformerSpec
from ._transformer import with_all_rows as with_all_rows
