"""Omniglot, its augmented classes and splits, and the features that models read in place of images."""

from ._augmentation import CONSTRUCTIONS as CONSTRUCTIONS
from ._augmentation import TRANSFORMS as TRANSFORMS
from ._augmentation import AugmentedDrawings as AugmentedDrawings
from ._augmentation import augment as augment
from ._augmentation import transform as transform
from ._cache import cache_folder as cache_folder
from ._cache import clear_cache as clear_cache
from ._convolution import RandomConvolution as RandomConvolution
from ._drawings import Drawings as Drawings
from ._encoder import Encoder as Encoder
from ._encoder import FeatureSource as FeatureSource
from ._features import features as features
from ._file import FeatureFile as FeatureFile
from ._official import load_official as load_official
from ._omniglot import Omniglot as Omniglot
from ._omniglot import load_omniglot as load_omniglot
from ._pixels import RawPixels as RawPixels
from ._read import FILE_ENDINGS as FILE_ENDINGS
from ._resize import resize as resize
from ._sources import source_from_spec as source_from_spec
from ._splits import ClassSplit as ClassSplit
from ._splits import split_classes as split_classes
from ._splits import split_drawings as split_drawings
from ._table import FeatureTable as FeatureTable
