"""In-context learning beside fine-tuning, in pretrained language models.

Needs the extra `lm` (PyTorch, transformers); nothing of it is imported before it is used, and JAX never. Load a model
with `load_language`, draw demonstrations of a `Task`, `fine_tune` on them, and `compare` both ways of learning.
"""

from ._adapters import ADAPTERS as ADAPTERS
from ._adapters import Adapter as Adapter
from ._adapters import adapter_for as adapter_for
from ._adapters import key_value_weights as key_value_weights
from ._comparison import MEASURES as MEASURES
from ._comparison import TOKENS as TOKENS
from ._comparison import Baseline as Baseline
from ._comparison import Tuned as Tuned
from ._comparison import compare as compare
from ._controls import match_drop as match_drop
from ._controls import match_norm as match_norm
from ._controls import scaled as scaled
from ._controls import untrained_body as untrained_body
from ._duality import Sides as Sides
from ._duality import attention as attention
from ._duality import attention_as_update as attention_as_update
from ._duality import construct as construct
from ._duality import constructed_step as constructed_step
from ._duality import trained_layer as trained_layer
from ._forward import Context as Context
from ._forward import Query as Query
from ._forward import encode_context as encode_context
from ._forward import moved as moved
from ._forward import run_queries as run_queries
from ._language import Language as Language
from ._language import language_of as language_of
from ._language import load_language as load_language
from ._language import use_threads as use_threads
from ._prompts import Demonstrations as Demonstrations
from ._prompts import answers as answers
from ._prompts import context_tokens as context_tokens
from ._prompts import demonstration_tokens as demonstration_tokens
from ._prompts import draw_demonstrations as draw_demonstrations
from ._prompts import switched as switched
from ._prompts import training_sequences as training_sequences
from ._prompts import unrelated_tokens as unrelated_tokens
from ._random import random_language as random_language
from ._similarity import cosine as cosine
from ._similarity import map_similarities as map_similarities
from ._similarity import output_similarity as output_similarity
from ._similarity import random_similarity as random_similarity
from ._similarity import recall as recall
from ._tasks import TASKS as TASKS
from ._tasks import Example as Example
from ._tasks import Task as Task
from ._tasks import example_of as example_of
from ._tasks import fetch_examples as fetch_examples
from ._tasks import find_task as find_task
from ._tasks import read_examples as read_examples
from ._training import KINDS as KINDS
from ._training import PARAMETERS as PARAMETERS
from ._training import Training as Training
from ._training import fine_tune as fine_tune
from ._training import mean_loss as mean_loss
