"""Where sentences end, and what shuffling and translating them does."""

import re
from collections import Counter

import pytest

from datakit.errors import InputError, MissingExtraError
from datakit.transforms import Content, generator
from datakit.transforms import text_augment_translation as translation
from datakit.transforms.text_augment_sentences import SentenceShuffle, find_sentences
from datakit.transforms.text_augment_translation import BackTranslation


def augmented(augmenter, text, copy=0):
    out, note = augmenter.augment(Content(text, None, ".txt"), generator(0, "x", copy))
    return out.value, note


@pytest.mark.parametrize(
    "sentences",
    [
        ["One.", "Two!", "Three?"],
        ["Mr. Smith met Dr. J. Doe at 3 p.m. on Jan. 5.", "He left."],
        ["It cost $3.14 at www.example.com today.", "Cheap."],
        ["He asked: “Is it? Really? Yes.” and left.", "She stayed."],
        ['He said "Stop. Now." and left.', "She stayed."],
        ["It ended (so to say. Yes.) there.", "So it did."],
        ["Wait... what?!", "No!!!", "Yes."],
        ["1. Introduction follows.", "See Fig. 3 and sec. 4."],
        ["So did I.", "You too."],
        ["今天很好。", "我们走吧！", "去哪里？"],
        ["“你好。我是王先生。”他说。", "她笑了。"],
        ["“你好！”", "“再见！”"],
        ["他说（真的。）就走了。", "是吗？！"],
        ["等等……我还没说完。", "好。"],
    ],
)
def test_sentences_of_a_line(sentences):
    sep = "" if sentences[0][-1] in "。！？”" and ord(sentences[0][1]) > 0x2E80 else " "
    text = sep.join(sentences)
    found = find_sentences(text)
    assert [text[s.start : s.end] for s in found] == sentences
    assert all(s.whole for s in found)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("One. Two", ["One."]),
        ("A title\nOne. Two.", ["Two."]),
        ("A title\n\nOne. Two.", ["One.", "Two."]),
        ("It goes on. And\r\non. Two. Th\nree.", ["It goes on.", "Two."]),
        ("  One.  \n\tTwo.\n", ["One.", "Two."]),
        ("", []),
        (" \n", []),
    ],
)
def test_only_sentences_within_a_line_are_whole(text, whole):
    found = find_sentences(text)
    assert [text[s.start : s.end] for s in found if s.whole] == whole
    visible = "".join(text[s.start : s.end] for s in found)
    assert re.sub(r"\s", "", visible) == re.sub(r"\s", "", text)


def test_shuffled_sentences_are_the_same_ones_in_the_same_lines():
    lines = [" ".join(f"Line {i} has item {j}." for j in range(6)) for i in range(50)]
    text = "\n".join(lines)
    out, note = augmented(SentenceShuffle(), text)
    moved = 0
    for before, after in zip(lines, out.split("\n"), strict=True):
        a, b = (re.findall(r"Line \d+ has item \d+\.", line) for line in (before, after))
        assert Counter(a) == Counter(b)
        moved += sum(x != y for x, y in zip(a, b, strict=True))
    assert note == f"{moved} sentences moved"
    assert 220 < moved < 280  # one of six stays where it was


def test_all_orders_are_drawn():
    found = {augmented(SentenceShuffle(), "一。二。三。", copy)[0] for copy in range(100)}
    assert len(found) == 6


def test_rate_of_paragraphs():
    text = "\n".join(["A b. C d. E f. G h. I j. K l. M n. O p."] * 1000)
    out, _ = augmented(SentenceShuffle(0.3), text)
    n = sum(line != text.split("\n")[0] for line in out.split("\n"))
    assert abs(n - 300) < 75  # five standard deviations


def test_any_function_may_translate():
    text = "  One two. Three!\n\n- 12 ...\nLast one"
    out, note = augmented(BackTranslation(translate=str.upper, rate=1), text)
    assert out == "  ONE TWO. THREE!\n\n- 12 ...\nLAST ONE"
    assert note == "3 sentences translated there and back"


def test_rate_of_translated_sentences_and_their_lines():
    text = "A b c. " * 2000
    out, note = augmented(BackTranslation(translate=lambda s: "X\n\nY.", rate=0.25), text)
    n = out.count("X Y.")
    assert note.startswith(f"{n} ")
    assert abs(n - 500) < 100
    assert "\n" not in out


def test_an_empty_translation_changes_nothing():
    assert augmented(BackTranslation(translate=lambda s: " ", rate=1), "One. Two.")[1] == ""


def test_a_function_that_gives_no_text():
    with pytest.raises(InputError, match="gave a NoneType"):
        augmented(BackTranslation(translate=lambda s: None, rate=1), "One.")


def test_functions_are_not_for_recipes():
    with pytest.raises(InputError, match="cannot be written into a recipe"):
        BackTranslation(translate=str.upper).to_parameters()


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({}, "give a folder with a translation model"),
        ({"to": "a"}, "and back ''"),
        ({"to": "a", "back": "b", "translate": str.upper}, "not both"),
        ({"translate": "upper"}, "a function"),
    ],
)
def test_parameters_that_do_not_fit(parameters, message):
    with pytest.raises(InputError, match=message):
        BackTranslation(**parameters)


def test_without_transformers(monkeypatch):
    monkeypatch.setattr(translation, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"datakit\[hub\]"):
        BackTranslation("hub:a", "hub:b")


def test_a_folder_that_is_none(monkeypatch):
    monkeypatch.setattr(translation, "find_spec", lambda name: True)
    with pytest.raises(InputError, match="nowhere is no folder"):
        BackTranslation("nowhere", "hub:b")


@pytest.fixture(scope="module")
def tiny_model(tmp_path_factory):
    """A MarianMT model of random weights, with a tokenizer fitted on a few sentences."""
    transformers = pytest.importorskip("transformers", reason="the models are loaded with it")
    sentencepiece = pytest.importorskip("sentencepiece", reason="Marian's tokenizer needs it")
    import json

    import torch

    folder = tmp_path_factory.mktemp("marian")
    lines = folder / "lines.txt"
    lines.write_text("The cat sat on the mat. A dog ran over the hill! Is it so?\n" * 20, "utf-8")
    sentencepiece.SentencePieceTrainer.train(
        input=str(lines), model_prefix=str(folder / "source"), model_type="char", minloglevel=2
    )
    (folder / "target.spm").write_bytes((folder / "source.model").read_bytes())
    (folder / "source.model").rename(folder / "source.spm")
    pieces = [row.split("\t")[0] for row in (folder / "source.vocab").read_text().splitlines()]
    words = [*dict.fromkeys(["</s>", "<unk>", *pieces, "<pad>"])]
    (folder / "vocab.json").write_text(json.dumps({word: i for i, word in enumerate(words)}))
    pad = len(words) - 1
    config = transformers.MarianConfig(
        vocab_size=len(words),
        d_model=16,
        encoder_layers=1,
        decoder_layers=1,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=16,
        decoder_ffn_dim=16,
        max_position_embeddings=128,
        pad_token_id=pad,
        eos_token_id=0,
        decoder_start_token_id=pad,
        forced_eos_token_id=0,
    )
    torch.manual_seed(0)
    transformers.MarianMTModel(config).save_pretrained(folder)
    transformers.MarianTokenizer(
        str(folder / "source.spm"), str(folder / "target.spm"), str(folder / "vocab.json")
    ).save_pretrained(folder)
    return str(folder)


def test_two_local_models(tiny_model):
    from transformers import MarianMTModel, MarianTokenizer

    model, tokenizer = (c.from_pretrained(tiny_model) for c in (MarianMTModel, MarianTokenizer))

    def translated(sentence):
        inputs = tokenizer([sentence], return_tensors="pt")
        limit = 2 * inputs["input_ids"].shape[1] + 16
        said = model.eval().generate(**inputs, max_new_tokens=limit)
        return " ".join(tokenizer.batch_decode(said, skip_special_tokens=True)[0].split())

    augmenter = BackTranslation(tiny_model, tiny_model, rate=1)
    assert augmenter.to_parameters() == {"to": tiny_model, "back": tiny_model, "rate": 1}
    long = "the cat sat on the mat " * 30 + "."
    expected = translated(translated("The cat sat."))
    assert expected not in ("", "The cat sat.")
    out, note = augmented(augmenter, f"  The cat sat.\n\n{long}\n")
    assert out == f"  {expected}\n\n{long}\n"  # the second is longer than the model takes
    assert note == "1 sentence translated there and back"
    assert augmented(augmenter, f"  The cat sat.\n\n{long}\n") == (out, note)


def test_a_folder_without_a_model(tmp_path):
    pytest.importorskip("transformers", reason="the models are loaded with it")
    with pytest.raises(InputError, match="cannot be loaded"):
        augmented(BackTranslation(str(tmp_path), str(tmp_path), rate=1), "One.")
