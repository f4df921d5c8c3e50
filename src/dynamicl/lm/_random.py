"""A random language model over bytes: the whole measurement can be tried in seconds, without a download."""

from typing import Any

from ._language import Language, language_of
from ._lazy import torch, transformers

BEGIN, END = 256, 257
"""Tokens behind the 256 bytes."""

SCALE = 0.2
"""Standard deviation of the weights: large enough for attention to differ from a mean."""


class Bytes:
    """A tokenizer that has a token for every byte."""

    bos_token_id, eos_token_id = BEGIN, END

    def encode(self, text: str, add_special_tokens: bool = False) -> list[int]:
        """Return the bytes of a text."""
        return list(text.encode())

    def get_vocab(self) -> dict[str, int]:
        """Return no special tokens by name."""
        return {}


def random_language(*, layers: int = 3, heads: int = 2, width: int = 16, limit: int = 1024) -> Language:
    """Draw a GPT-2, always the same for the same sizes.

    Args:
        layers: blocks.
        heads: of each.
        width: of the residual stream.
        limit: positions.

    Raises:
        SpecError: PyTorch or transformers are not installed.
    """
    config: Any = transformers.GPT2Config(
        vocab_size=END + 1,
        n_positions=limit,
        n_embd=width,
        n_layer=layers,
        n_head=heads,
        bos_token_id=BEGIN,
        eos_token_id=END,
    )
    model = transformers.AutoModelForCausalLM.from_config(config)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for weight in model.parameters():
            weight.copy_(torch.randn(weight.shape, generator=generator) * SCALE)
    return language_of(model, Bytes(), "random")
