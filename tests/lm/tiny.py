"""Tiny random models of every architecture that has an adapter, a tokenizer of bytes, and a task of our own words."""

import functools

import torch
import transformers

from dynamicl.lm import Example, Query, Task, language_of

torch.set_num_threads(1)  # tiny models are slower on several cores

LAYERS, HEADS, WIDTH, VOCABULARY = 3, 4, 32, 260
BEGIN, END = 256, 257


class Bytes:
    """One token a byte; begin and end behind them."""

    bos_token_id, eos_token_id = BEGIN, END

    def encode(self, text, add_special_tokens=False):
        return list(text.encode())

    def get_vocab(self):
        return {}


SHARED = {"vocab_size": VOCABULARY, "bos_token_id": BEGIN, "eos_token_id": END, "pad_token_id": END}
LIKE_LLAMA = {
    "hidden_size": WIDTH,
    "intermediate_size": 48,
    "num_hidden_layers": LAYERS,
    "num_attention_heads": HEADS,
    "num_key_value_heads": 2,
    "max_position_embeddings": 256,
}
CONFIGS = {
    "llama": lambda: transformers.LlamaConfig(**LIKE_LLAMA, head_dim=8, **SHARED),
    "gemma3_text": lambda: transformers.Gemma3TextConfig(
        **LIKE_LLAMA,
        head_dim=8,
        sliding_window=12,
        query_pre_attn_scalar=16,
        layer_types=["sliding_attention", "full_attention", "sliding_attention"],
        **SHARED,
    ),
    "gpt2": lambda: transformers.GPT2Config(
        n_positions=256, n_embd=WIDTH, n_layer=LAYERS, n_head=HEADS, **SHARED
    ),
    "gpt_neox": lambda: transformers.GPTNeoXConfig(
        hidden_size=WIDTH,
        intermediate_size=48,
        num_hidden_layers=LAYERS,
        num_attention_heads=HEADS,
        max_position_embeddings=256,
        **SHARED,
    ),
    "opt": lambda: transformers.OPTConfig(
        hidden_size=WIDTH,
        word_embed_proj_dim=WIDTH,
        ffn_dim=48,
        num_hidden_layers=LAYERS,
        num_attention_heads=HEADS,
        max_position_embeddings=256,
        **SHARED,
    ),
    "xglm": lambda: transformers.XGLMConfig(
        d_model=WIDTH,
        ffn_dim=48,
        num_layers=LAYERS,
        attention_heads=HEADS,
        max_position_embeddings=256,
        **SHARED,
    ),
}
ARCHITECTURES = tuple(CONFIGS)


def make_model(architecture: str):
    """A model with weights ten times the usual size, so that attention is not uniform."""
    torch.manual_seed(0)
    config = CONFIGS[architecture]()
    model = transformers.AutoModelForCausalLM.from_config(config, attn_implementation="eager").float()
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(torch.randn_like(weight) * (0.05 if weight.ndim == 1 else 0.15))
    return model


@functools.cache
def tiny_language(architecture: str = "llama"):
    """A language of an architecture; shared by tests, which must not change its weights."""
    return language_of(make_model(architecture), Bytes(), f"tiny {architecture}")


TASK = Task("weather", "Sky: {text} Now:", ("wet", "dry"), "test")
TEXTS = (
    "dark clouds",
    "bright sun",
    "heavy rain",
    "blue sky",
    "thunder",
    "no wind",
    "a storm",
    "warm stones",
)
POOL = tuple(Example(f"Sky: {text} {i} Now:", label=j % 2) for i in range(3) for j, text in enumerate(TEXTS))


def queries(
    language, prompts=("Sky: grey Now:", "Sky: a very clear evening Now:", "Sky: fog Now:"), words=("a", "b")
):
    """Queries with answers of one token each."""
    answers = tuple(tuple(language.encode(word)) for word in words)
    return [
        Query(tuple(language.encode(prompt)), answers, i % len(answers)) for i, prompt in enumerate(prompts)
    ]
